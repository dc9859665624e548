using System;
using System.Linq;
using System.Reflection;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    private bool TryThreads(string owner, MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        string name = target.Name.StartsWith("get_", StringComparison.Ordinal) ? target.Name[4..] : target.Name;
        Operand? value = (owner, name) switch
        {
            ("Grid", "IdxX" or "IdxY" or "IdxZ") => Special($"ctaid.{Axis(name)}"),
            ("Grid", "DimX" or "DimY" or "DimZ") => Special($"nctaid.{Axis(name)}"),
            ("Group", "IdxX" or "IdxY" or "IdxZ") => Special($"tid.{Axis(name)}"),
            ("Group", "DimX" or "DimY" or "DimZ") => Special($"ntid.{Axis(name)}"),
            ("Group", "LinearIndex") => LinearThread(),
            ("Grid", "LinearIndex") => LinearGroup(),
            ("Warp", "WarpSize") => Constant.Of(32),
            ("Warp", "LaneIdx") => Special("laneid"),
            ("Warp", "WarpIdx") => _emit.Compute(Operation.Shr, DataType.U32, LinearThread(), Constant.Of(5)),
            ("Group", "BarrierPopCount") => Reduce("popc", arguments[0]),
            ("Group", "BarrierAnd") => _emit.Compare(Comparison.Eq, DataType.S32, Reduce("popc", arguments[0]), GroupSize()),
            ("Group", "BarrierOr") => _emit.Compare(Comparison.Ne, DataType.S32, Reduce("popc", arguments[0]), Constant.Of(0)),
            _ => null,
        };
        if (value is not null)
        {
            result = new ScalarValue(value);
            return true;
        }

        switch (owner, name)
        {
            case ("Group", "Barrier"):
                _emit.AppendEffect(Operation.Barrier, DataType.S32, []);
                return true;
            case ("Warp", "Barrier"):
                _emit.AppendEffect(Operation.WarpBarrier, DataType.S32, []);
                return true;
            case ("Group" or "Grid", "Index" or "Dimension"):
                string register = (owner, name) switch { ("Group", "Index") => "tid", ("Group", _) => "ntid", (_, "Index") => "ctaid", _ => "nctaid" };
                result = new StructValue(typeof(Index3D), [.. "xyz".Select(axis => (Value)new ScalarValue(Special($"{register}.{axis}")))]);
                return true;
            case ("Grid", "LongGlobalIndex"):
                result = new StructValue(typeof(LongIndex3D), [.. "xyz".Select(axis => (Value)new ScalarValue(GlobalIndex(axis)))]);
                return true;
            case ("Warp", "Shuffle" or "ShuffleDown" or "ShuffleUp" or "ShuffleXor" or "Broadcast"):
                result = Shuffle(name, arguments[0], _emit.ToNumber(Scalar(arguments[1])), arguments.Length > 2 ? Scalar(arguments[2]) : Constant.Of(32));
                return true;
            case ("Group", "Broadcast") when _target.IsHost:
                result = Shuffle("GroupBroadcast", arguments[0], _emit.ToNumber(Scalar(arguments[1])), Constant.Of(32));
                return true;
            case ("Group", "Broadcast"):
                throw Refuse("Group.Broadcast has no instruction; write the value to shared memory and read it after a barrier");
            default:
                return false;
        }
    }

    private static char Axis(string name) => char.ToLowerInvariant(name[^1]);

    private Operand LinearThread()
    {
        Operand plane = _emit.Compute(Operation.Add, DataType.S32, _emit.Compute(Operation.Mul, DataType.S32, Special("tid.z"), Special("ntid.y")), Special("tid.y"));
        return _emit.Compute(Operation.Add, DataType.S32, _emit.Compute(Operation.Mul, DataType.S32, plane, Special("ntid.x")), Special("tid.x"));
    }

    private Operand LinearGroup()
    {
        Operand plane = _emit.Compute(Operation.Add, DataType.S32, _emit.Compute(Operation.Mul, DataType.S32, Special("ctaid.z"), Special("nctaid.y")), Special("ctaid.y"));
        return _emit.Compute(Operation.Add, DataType.S32, _emit.Compute(Operation.Mul, DataType.S32, plane, Special("nctaid.x")), Special("ctaid.x"));
    }

    private Operand GroupSize()
        => _emit.Compute(Operation.Mul, DataType.S32, _emit.Compute(Operation.Mul, DataType.S32, Special("ntid.x"), Special("ntid.y")), Special("ntid.z"));

    private Operand GlobalIndex(char axis) => _emit.Compute(
        Operation.Add, DataType.S64,
        _emit.Compute(Operation.MulWide, DataType.S32, Special($"ctaid.{axis}"), Special($"ntid.{axis}")),
        _emit.Convert(DataType.S64, DataType.U32, Special($"tid.{axis}")));

    private Register Reduce(string operation, Value predicate)
        => _emit.Append(new PtxInstruction(Operation.BarrierReduce, DataType.U32, null, _emit.ToPredicate(Scalar(predicate))) { Name = operation }, DataType.U32);

    // Every 32-bit word of the value travels by itself.
    private Value Shuffle(string name, Value value, Operand lane, Operand width)
    {
        if (value is StructValue or StorageContent)
        {
            Type type = value is StructValue structure ? structure.Type : ((StorageContent)value).Storage.Type;
            return new StructValue(type, [.. FieldsOf(value).Select(field => Shuffle(name, field, lane, width))]);
        }

        Operand operand = _emit.ToNumber(Scalar(value));
        switch (operand.Type)
        {
            case DataType.S32:
                return new ScalarValue(ShuffleWord(name, operand, lane, width));
            case DataType.F32:
                return new ScalarValue(_emit.Compute(Operation.Bits, DataType.F32, ShuffleWord(name, _emit.Compute(Operation.Bits, DataType.S32, operand), lane, width)));
            default:
                Operand bits = operand.Type == DataType.F64 ? _emit.Compute(Operation.Bits, DataType.S64, operand) : operand;
                Operand low = ShuffleWord(name, _emit.Convert(DataType.U32, DataType.U64, bits), lane, width);
                Operand high = ShuffleWord(name, _emit.Convert(DataType.U32, DataType.U64, _emit.Compute(Operation.Shr, DataType.U64, bits, Constant.Of(32))), lane, width);
                Operand shifted = _emit.Compute(Operation.Shl, DataType.U64, _emit.Convert(DataType.U64, DataType.U32, high), Constant.Of(32));
                Operand joined = _emit.Compute(Operation.Or, DataType.U64, shifted, _emit.Convert(DataType.U64, DataType.U32, low));
                return new ScalarValue(operand.Type == DataType.F64 ? _emit.Compute(Operation.Bits, DataType.F64, joined) : joined);
        }
    }

    // The last operand clamps to the section: bits 8 to 12 hold the lane bits that stay, bits 0 to 4 the last lane (the first for up).
    private Register ShuffleWord(string name, Operand word, Operand lane, Operand width)
    {
        string mode = name switch { "ShuffleDown" => "down", "ShuffleUp" => "up", "ShuffleXor" => "bfly", "GroupBroadcast" => "group", _ => "idx" };
        Operand section = _emit.Compute(Operation.Shl, DataType.U32, _emit.Compute(Operation.Sub, DataType.S32, Constant.Of(32), width), Constant.Of(8));
        Operand clamp = mode == "up" ? section : _emit.Compute(Operation.Or, DataType.U32, section, Constant.Of(31));
        return _emit.Append(new PtxInstruction(Operation.Shuffle, DataType.U32, null, word, lane, clamp) { Name = mode }, DataType.U32);
    }

    private bool TryAtomic(MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        ParameterInfo[] parameters = target.GetParameters();
        Type element = parameters[0].ParameterType.GetElementType() ?? typeof(void);
        if (TypeLayout.Of(element).Fields.Count == 1 && target.Name == nameof(Atomic.Add))
        {
            element = TypeLayout.Of(element).Fields[0].Type;
        }

        if (TypeLayout.Of(element).Scalar is not { } type)
        {
            return false;
        }

        string? operation = target.Name switch
        {
            nameof(Atomic.Add) => "add",
            nameof(Atomic.Min) when !type.IsFloat() => "min",
            nameof(Atomic.Max) when !type.IsFloat() => "max",
            nameof(Atomic.And) => "and",
            nameof(Atomic.Or) => "or",
            nameof(Atomic.Xor) => "xor",
            nameof(Atomic.Exchange) => "exch",
            nameof(Atomic.CompareExchange) => "cas",
            _ => null,
        };
        if (operation is null)
        {
            return false;
        }

        if (arguments[0] is StorageReference)
        {
            throw Refuse("an atomic operation on a variable of one thread; give it an element of a view");
        }

        // 64-bit sums exist without a sign only, and compare and exchange look at bits.
        DataType exact = operation is "add" or "and" or "or" or "xor" && type == DataType.S64 ? DataType.U64 : type;
        (Operand address, long offset) = AddressOf(arguments[0]);
        Operand[] sources = [address, .. arguments.Skip(1).Select(argument => _emit.ToNumber(Scalar(argument)))];
        Operand old = _emit.Append(new PtxInstruction(Operation.Atomic, exact, null, sources) { Name = operation, Offset = offset }, exact);
        result = target is MethodInfo { ReturnType: { } returned } && TypeLayout.Of(returned).Scalar is null
            ? new StructValue(returned, [new ScalarValue(old)])
            : new ScalarValue(old);
        return true;
    }
}
