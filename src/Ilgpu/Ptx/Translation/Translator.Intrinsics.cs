using System;
using System.Linq;
using System.Reflection;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

// Methods that are instructions. What is not here is inlined.
internal sealed partial class Translator
{
    private bool TryIntrinsic(MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        Type type = target.DeclaringType!;
        string owner = (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!;
        if (!_target.IsHost && DeviceIntrinsicName(target) is { } name)
        {
            return TryDeviceIntrinsic(name, target, arguments, out result);
        }

        switch (owner)
        {
            case "System.Math" or "System.MathF" or "System.Single" or "System.Double":
                return TryMath(target, arguments, out result);
            case "System.BitConverter":
                result = BitCast(target, arguments);
                return result is not null;
            case "System.Numerics.BitOperations":
                result = BitOperation(target, arguments);
                return result is not null;
            case "System.Object" when target.IsConstructor:
                return true;
            case "System.Diagnostics.Debug" when target.Name == "Assert":
                return true;
            case "ILGPU.ArrayView`1":
                return TryView(target, arguments, out result);
            case "ILGPU.Grid" or "ILGPU.Group" or "ILGPU.Warp":
                return TryThreads(type.Name, target, arguments, out result);
            case "ILGPU.LocalMemory" or "ILGPU.SharedMemory":
                return TryAllocation(type.Name, target, arguments, out result);
            case "ILGPU.Atomic":
                return TryAtomic(target, arguments, out result);
            case "ILGPU.MemoryFence":
                _emit.AppendEffect(Operation.Fence, DataType.S32, [], name: target.Name == "GroupLevel" ? "cta" : target.Name == "DeviceLevel" ? "gl" : "sys");
                return true;
            case "ILGPU.Half":
                return TryHalf(target, arguments, out result);
            default:
                return false;
        }
    }

    // Known by its name, because the attribute belongs to the kernels.
    private static string? DeviceIntrinsicName(MethodBase target) => target.GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType.Name == "DeviceIntrinsicAttribute")
        .Select(attribute => attribute.ConstructorArguments[0].Value as string)
        .FirstOrDefault();

    // False where the target has no such instruction: the portable body is inlined.
    private bool TryDeviceIntrinsic(string name, MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        switch (name)
        {
            case "fma":
                result = new ScalarValue(_emit.Compute(Operation.Fma, Scalar(arguments[0]).Type, [.. arguments.Select(Scalar)]));
                return true;
            case "floor.s32":
                result = new ScalarValue(_emit.Convert(DataType.S32, DataType.F32, Scalar(arguments[0]), Rounding.Rmi));
                return true;
            case "vote.ballot":
                result = new ScalarValue(_emit.Append(new PtxInstruction(Operation.Ballot, DataType.U32, null, _emit.ToPredicate(Scalar(arguments[0]))), DataType.U32));
                return true;
            default:
                return TryVectorAccess(name, target, arguments, out result) || TryMatrix(name, target, arguments, out result);
        }
    }

    private bool TryView(MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        Type element = target.DeclaringType!.GetGenericArguments()[0];
        Value Field(int number) => arguments[0] is StorageReference reference
            ? ReadStorage(reference.Storage.Fields[number])
            : Load(FieldReference(arguments[0], ViewField(target.DeclaringType!, number)), number == 0 ? typeof(IntPtr) : typeof(long));
        switch (target.Name)
        {
            case "get_Item":
                Operand index = Scalar(arguments[1]);
                result = Element(Field(0), index, TypeLayout.Of(element).Size);
                return true;
            case "get_IntLength":
                result = new ScalarValue(_emit.Convert(DataType.U32, DataType.U64, Scalar(Field(1))));
                return true;
            case "SubView" when arguments.Length == 3:
                Operand start = Widen(Scalar(arguments[1]));
                result = new StructValue(target.DeclaringType!, [Element(Field(0), start, TypeLayout.Of(element).Size), new ScalarValue(Widen(Scalar(arguments[2])))]);
                return true;
            default:
                return false;
        }
    }

    private static FieldInfo ViewField(Type view, int number) => view
        .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
        .OrderBy(field => field.MetadataToken)
        .ElementAt(number);

    private Operand Widen(Operand number) => number.Type == DataType.S64 ? number : _emit.Convert(DataType.S64, DataType.S32, number);

    // The address of an element; an index of 32 bits is multiplied to 64.
    private AddressValue Element(Value pointer, Operand index, int size)
    {
        (Operand address, long offset) = AddressOf(pointer);
        if (index is Constant constant)
        {
            long number = constant.Type == DataType.S64 ? constant.Int64 : constant.Int32;
            return new AddressValue(address, offset + (number * size));
        }

        Operand bytes = index.Type == DataType.S32
            ? _emit.Compute(Operation.MulWide, DataType.S32, index, Constant.Of(size))
            : _emit.Compute(Operation.Mul, DataType.S64, index, Constant.Of((long)size));
        return new AddressValue(_emit.Compute(Operation.Add, DataType.S64, address, bytes), offset);
    }

    private bool TryAllocation(string owner, MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        bool isDynamic = target.Name == nameof(SharedMemory.GetDynamic);
        if (!isDynamic && (target.Name != nameof(LocalMemory.Allocate) || arguments.Length != 1))
        {
            return false;
        }

        Type element = target.GetGenericArguments()[0];
        TypeLayout layout = TypeLayout.Of(element);
        int count = 0;
        if (!isDynamic)
        {
            count = Scalar(arguments[0]) is Constant { Int32: > 0 } constant ? constant.Int32
                : throw Refuse($"{owner}.Allocate is given a length that is not a positive constant; use a literal, a const or sizeof");
        }

        AddressSpace space = owner == "LocalMemory" ? AddressSpace.Local : AddressSpace.Shared;
        MemoryArray array = Declare(isDynamic ? "dynamicShared" : $"{(space == AddressSpace.Local ? "local" : "shared")}{_code.Arrays.Count}", space, (long)count * layout.Size);
        Operand length = isDynamic
            ? _emit.Compute(Operation.Div, DataType.S64, _emit.Convert(DataType.S64, DataType.U32, Special("dynamic_smem_size")), Constant.Of((long)layout.Size))
            : Constant.Of((long)count);
        Type view = ((MethodInfo)target).ReturnType;
        result = new StructValue(view, [new AddressValue(new ArrayAddress(array, 0), 0), new ScalarValue(length)]);
        return true;
    }

    // Static shared memory belongs to the place in the program: every call of the same place is the same array.
    private MemoryArray Declare(string name, AddressSpace space, long size)
    {
        SourcePosition position = _frame.Position;
        MemoryArray? known = space == AddressSpace.Shared ? _code.Arrays.FirstOrDefault(array => size == 0 && array.Name == name) : null;
        if (known is not null)
        {
            return known;
        }

        var created = new MemoryArray(name, space, size, position);
        _code.Arrays.Add(created);
        return created;
    }

    private bool TryHalf(MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        Type[] parameters = [.. target.GetParameters().Select(parameter => parameter.ParameterType)];
        Type returned = target is MethodInfo method ? method.ReturnType : typeof(void);
        if (target.Name is "op_Implicit" or "op_Explicit" && parameters[0] == typeof(Half) && (returned == typeof(float) || returned == typeof(double)))
        {
            DataType type = returned == typeof(float) ? DataType.F32 : DataType.F64;
            result = new ScalarValue(_emit.Convert(type, DataType.F16, Scalar(arguments[0])));
            return true;
        }

        if (target.Name is "op_Implicit" or "op_Explicit" && returned == typeof(Half) && (parameters[0] == typeof(float) || parameters[0] == typeof(double)))
        {
            DataType type = parameters[0] == typeof(float) ? DataType.F32 : DataType.F64;
            result = new StructValue(typeof(Half), [new ScalarValue(_emit.Convert(DataType.F16, type, Scalar(arguments[0]), Rounding.Rn))]);
            return true;
        }

        return false;
    }
}
