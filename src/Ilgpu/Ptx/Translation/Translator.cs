using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using ILGPU.Ptx.Code;
using ILGPU.Runtime.Cuda;

namespace ILGPU.Ptx.Translation;

/// <summary>
/// Turns the intermediate language of a kernel, with everything it calls inlined, into code on virtual registers. Structs become their fields,
/// references to variables become the variables themselves, branches on constants disappear.
/// </summary>
internal sealed partial class Translator
{
    /// <summary>The parameter that holds the extent of an indexed kernel.</summary>
    public const string ExtentName = "extent";

    private const int MaximumDepth = 64;

    private readonly KernelCode _code;
    private readonly Emitter _emit;
    private readonly PtxTarget _target;
    private readonly byte[]? _launch;
    private Frame _frame;

    private Translator(MethodInfo kernel, KernelCode code, PtxTarget target, byte[]? launch)
    {
        _launch = launch;
        _code = code;
        _target = target;
        _emit = new Emitter(code);
        _frame = new Frame(kernel, null, code);
    }

    /// <summary>Translates a kernel.</summary>
    /// <param name="kernel">Static method without open type parameters.</param>
    /// <param name="isIndexed">True if the first parameter is the index and the launch rounds the extent up to whole groups.</param>
    /// <param name="target">Target.</param>
    /// <param name="constants">Values of parameters, by position, that are the same in every launch.</param>
    /// <param name="launch">Parameters of a launch as bytes, whose launch constants all launches share; null if nothing is known.</param>
    /// <exception cref="PtxCompilationException">Something in the kernel cannot be compiled.</exception>
    public static KernelCode Translate(MethodInfo kernel, bool isIndexed, PtxTarget target, IReadOnlyDictionary<int, object> constants, byte[]? launch)
    {
        var code = new KernelCode($"{kernel.DeclaringType?.Name}.{kernel.Name}");
        var translator = new Translator(kernel, code, target, launch);
        try
        {
            translator.Run(kernel, isIndexed, constants);
        }
        catch (Exception exception) when (exception is (NotSupportedException and not PtxCompilationException) or InvalidOperationException or ArgumentException or KeyNotFoundException)
        {
            throw translator.Refuse(exception.Message);
        }

        return code;
    }

    private void Run(MethodInfo kernel, bool isIndexed, IReadOnlyDictionary<int, object> constants)
    {
        _code.Entry = _emit.Current;
        ParameterInfo[] parameters = kernel.GetParameters();
        var arguments = new List<Argument>();
        // A lambda that captures nothing is a method of an object without fields.
        int first = kernel.IsStatic ? 0 : 1;
        bool[] changed = _frame.FindChangedArguments(parameters.Length + first);
        if (first == 1)
        {
            arguments.Add(new Argument(kernel.DeclaringType!, new ScalarValue(Constant.Of(0L)), null));
        }

        if (isIndexed)
        {
            arguments.Add(Bind(parameters[0].ParameterType, changed[first], LoadIndex(parameters[0].ParameterType)));
        }

        foreach (ParameterInfo parameter in parameters.Skip(isIndexed ? 1 : 0))
        {
            Type type = parameter.ParameterType;
            Value value = constants.TryGetValue(parameter.Position, out object? constant) ? ConstantValue(type, constant) : LoadParameter(parameter);
            arguments.Add(Bind(type, changed[parameter.Position + first], value));
        }

        _frame.Arguments = [.. arguments];
        TranslateBody();
        _emit.Current.Return();
        CollectBlocks();
    }

    // Threads past the extent return at once.
    private StructValue LoadIndex(Type type)
    {
        _code.Parameters.Add(new PtxParameter(ExtentName, 12, 4));
        Operand linear = _emit.Compute(Operation.Add, DataType.S32, _emit.Compute(Operation.Mul, DataType.S32, Special("ctaid.x"), Special("ntid.x")), Special("tid.x"));
        Operand[] extent = [.. Enumerable.Range(0, 3).Select(axis => (Operand)_emit.Append(new PtxInstruction(Operation.LoadParameter, DataType.U32, null) { Name = ExtentName, Offset = 4 * axis }, DataType.U32))];
        int rank = type == typeof(Index1D) ? 1 : type == typeof(Index2D) ? 2 : type == typeof(Index3D) ? 3
            : throw Refuse($"the index has the type {type.Name}; a kernel's index is Index1D, Index2D or Index3D");
        Operand count = extent[0];
        for (int axis = 1; axis < rank; axis++)
        {
            count = _emit.Compute(Operation.Mul, DataType.S32, count, extent[axis]);
        }

        BasicBlock body = _code.NewBlock();
        BasicBlock outside = _code.NewBlock();
        outside.Return();
        _emit.Current.Branch(_emit.Compare(Comparison.Ge, DataType.U32, linear, count), outside, body);
        _emit.Current = body;
        var components = new Value[rank];
        Operand rest = linear;
        for (int axis = 0; axis < rank; axis++)
        {
            bool isLast = axis == rank - 1;
            components[axis] = new ScalarValue(isLast ? rest : _emit.Compute(Operation.Rem, DataType.U32, rest, extent[axis]));
            rest = isLast ? rest : _emit.Compute(Operation.Div, DataType.U32, rest, extent[axis]);
        }

        return new StructValue(type, components);
    }

    private Value LoadParameter(ParameterInfo parameter)
    {
        if (parameter.ParameterType.IsByRef)
        {
            throw Refuse($"the parameter '{parameter.Name}' is passed by reference; pass it by value");
        }

        TypeLayout layout = TypeLayout.Of(parameter.ParameterType);
        string name = $"argument{parameter.Position}";
        _code.Parameters.Add(new PtxParameter(name, layout.Size, Math.Max(8, layout.Alignment)));
        int start = ArgumentBlock.OffsetsOf(_code.Parameters, out _)[^1];
        return LoadParameter(name, parameter.ParameterType, 0, start, ConstantRange.IsSpecialized(parameter.ParameterType));
    }

    // Where the launch's constants are known they are no parameters.
    private Value LoadParameter(string name, Type type, int offset, int start, bool isConstant)
    {
        TypeLayout layout = TypeLayout.Of(type);
        if (isConstant && _launch is not null && layout.Scalar is { } known)
        {
            return new ScalarValue(KnownConstant(known, _launch.AsSpan(start + offset)));
        }

        if (layout.Scalar is { } scalar)
        {
            // Pointers in parameters are the host's device pointers: global memory.
            return new ScalarValue(_emit.Append(
                new PtxInstruction(Operation.LoadParameter, scalar, null) { Name = name, Offset = offset, Space = type.IsPointer ? AddressSpace.Global : AddressSpace.None }, scalar));
        }

        return new StructValue(type, [.. layout.Fields.Select(field => LoadParameter(name, field.Type, offset + field.Offset, start, isConstant || field.IsConstant))]);
    }

    private static Constant KnownConstant(DataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DataType.U8 => Constant.Of((int)bytes[0]),
        DataType.S8 => Constant.Of((int)(sbyte)bytes[0]),
        DataType.U16 => Constant.Of((int)BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        DataType.S16 => Constant.Of((int)BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        DataType.S32 or DataType.U32 => Constant.Of(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        DataType.F32 => Constant.Of(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        DataType.F64 => Constant.Of(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        _ => Constant.Of(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
    };

    private static Value ConstantValue(Type type, object value)
    {
        TypeLayout layout = TypeLayout.Of(type);
        if (layout.Scalar is null)
        {
            FieldInfo[] fields = [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(field => field.MetadataToken)];
            return new StructValue(type, [.. fields.Select(field => ConstantValue(field.FieldType, field.GetValue(value)!))]);
        }

        object number = type.IsEnum ? Convert.ChangeType(value, Enum.GetUnderlyingType(type), System.Globalization.CultureInfo.InvariantCulture) : value;
        return new ScalarValue(number switch
        {
            bool x => Constant.Of(x ? 1 : 0),
            byte x => Constant.Of((int)x),
            sbyte x => Constant.Of((int)x),
            char x => Constant.Of((int)x),
            short x => Constant.Of((int)x),
            ushort x => Constant.Of((int)x),
            int x => Constant.Of(x),
            uint x => Constant.Of(x),
            long x => Constant.Of(x),
            ulong x => Constant.Of(x),
            float x => Constant.Of(x),
            double x => Constant.Of(x),
            _ => throw new NotSupportedException($"a constant of the type {type.Name} is not known at compile time"),
        });
    }

    private void CollectBlocks()
    {
        var seen = new HashSet<BasicBlock>();
        var open = new Stack<BasicBlock>([_code.Entry]);
        while (open.TryPop(out BasicBlock? block))
        {
            if (seen.Add(block))
            {
                _code.Blocks.Add(block);
                foreach (BasicBlock successor in block.Successors)
                {
                    open.Push(successor);
                }
            }
        }
    }

    private Register Special(string name) => _emit.Append(new PtxInstruction(Operation.SpecialRegister, DataType.U32, null) { Name = name }, DataType.U32);

    private PtxCompilationException Refuse(string reason) => new(_code.Name, _frame.Position, reason);
}
