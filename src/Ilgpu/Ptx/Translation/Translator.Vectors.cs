using System;
using System.Linq;
using System.Reflection;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

// Instructions on several elements. One with several results gives a register that stands for all of them, and Extract takes each.
internal sealed partial class Translator
{
    private bool TryVectorAccess(string name, MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        switch (name)
        {
            case "ld.v4.f32" or "ld.nc.v4.f32" or "ld.nc.v2.f32":
                result = Parts(Access(Operation.LoadVector, name[3..^4], arguments, 0), target);
                return true;
            case "ld.nc.f32":
                result = new ScalarValue(_emit.Append(Access(Operation.Load, "nc", arguments, 0), DataType.F32));
                return true;
            case "st.v4.f32":
                AppendAccess(Access(Operation.StoreVector, "v4", arguments, 0, [.. Elements(arguments[2])]));
                return true;
            case "red.v2.f32" when _target.HasVectorReductions:
                AppendAccess(Access(Operation.ReduceVector, "v2", arguments, 0, [Scalar(arguments[2]), Scalar(arguments[3])]));
                return true;
            case "red.v4.f32" when _target.HasVectorReductions:
                AppendAccess(Access(Operation.ReduceVector, "v4", arguments, 0, [.. Elements(arguments[2])]));
                return true;
            case "red.f16x2":
                AppendAccess(Access(Operation.ReduceVector, "f16x2", arguments, 0, [Scalar(arguments[2])]));
                return true;
            case "cp.async.16" when _target.HasAsyncCopies:
                AppendAccess(Access(Operation.CopyAsync, name, arguments, 0, [ToPointer(ElementOf(arguments, 2, sizeof(float)))]));
                return true;
            case "cp.async.wait_all":
                if (_target.HasAsyncCopies)
                {
                    _emit.AppendEffect(Operation.WaitCopies, DataType.S32, []);
                }

                return true;
            case "cvt.f16x2" when _target.HasAsyncCopies:
                result = new ScalarValue(_emit.Append(new PtxInstruction(Operation.PackHalves, DataType.U32, null, Scalar(arguments[0]), Scalar(arguments[1])), DataType.U32));
                return true;
            default:
                return false;
        }
    }

    private bool TryMatrix(string name, MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        switch (name)
        {
            case "mma.m16n8k16.f16" or "mma.m16n8k16.bf16":
                if (name == "mma.m16n8k16.bf16" && !_target.HasAsyncCopies)
                {
                    return false;
                }

                Operand[] fragments = [.. arguments.SelectMany(Elements)];
                result = Parts(new PtxInstruction(Operation.MultiplyMatrix, DataType.F32, null, fragments) { Name = name[(name.LastIndexOf('.') + 1)..], Position = _frame.Position }, target);
                return true;
            case "ldmatrix.x4" or "ldmatrix.x4.trans":
                AddressValue row = ElementOf(arguments, 0, sizeof(ushort));
                result = Parts(
                    new PtxInstruction(Operation.LoadMatrix, DataType.U32, null, row.Address) { Name = name, Offset = row.Offset, Position = _frame.Position }, target);
                return true;
            default:
                return false;
        }
    }

    private Operand[] Elements(Value value) => [.. FieldsOf(value).Select(Scalar)];

    // The element that a view and an index, one behind the other among the arguments, name.
    private AddressValue ElementOf(Value[] arguments, int first, int size) => Element(FieldsOf(arguments[first])[0], Scalar(arguments[first + 1]), size);

    private PtxInstruction Access(Operation operation, string name, Value[] arguments, int first, params Operand[] values)
    {
        AddressValue element = ElementOf(arguments, first, sizeof(float));
        return new PtxInstruction(operation, DataType.F32, null, [element.Address, .. values]) { Name = name, Offset = element.Offset, Position = _frame.Position };
    }

    private void AppendAccess(PtxInstruction instruction) => _emit.Current.Instructions.Add(instruction);

    private StructValue Parts(PtxInstruction instruction, MethodBase target)
    {
        Type type = ((MethodInfo)target).ReturnType;
        Register all = _emit.Append(instruction, DataType.S32);
        return new StructValue(type, [.. TypeLayout.Of(type).Fields.Select((field, i) =>
        {
            DataType scalar = TypeLayout.Of(field.Type).Scalar!.Value.Register();
            return (Value)new ScalarValue(_emit.Append(new PtxInstruction(Operation.Extract, scalar, null, all) { Offset = i }, scalar));
        })]);
    }
}
