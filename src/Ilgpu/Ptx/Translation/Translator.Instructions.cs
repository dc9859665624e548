using System;
using System.Reflection;
using ILGPU.Ptx.Code;
using ILGPU.Runtime.IL;
using ILOpCode = System.Reflection.Metadata.ILOpCode;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    private void TranslateInstruction(Instruction instruction)
    {
        var code = (ILOpCode)(ushort)instruction.OpCode.Value;
        object? operand = instruction.Operand;
        if (TranslateConstant(code, operand) || TranslateVariable(code, operand) || TranslateArithmetic(code) || TranslateConversion(code)
            || TranslateMemory(code, operand) || TranslateFlow(code, instruction))
        {
            return;
        }

        throw Refuse(code switch
        {
            ILOpCode.Throw or ILOpCode.Rethrow => "throws; check on the host before the launch",
            ILOpCode.Newarr => "allocates an array; use LocalMemory.Allocate with a constant length",
            ILOpCode.Box or ILOpCode.Unbox or ILOpCode.Unbox_any => "boxes a value; give the type parameter a struct constraint",
            ILOpCode.Ldftn or ILOpCode.Ldvirtftn or ILOpCode.Calli => "uses a delegate; make the variant a struct type parameter",
            ILOpCode.Localloc => "allocates on the stack; use LocalMemory.Allocate with a constant length",
            ILOpCode.Ldstr => "uses a string",
            ILOpCode.Stsfld or ILOpCode.Ldsflda => "writes a static field or takes its address; pass an array view",
            _ => $"the instruction {instruction.OpCode.Name} cannot be compiled",
        });
    }

    private bool TranslateConstant(ILOpCode code, object? operand)
    {
        switch (code)
        {
            case ILOpCode.Nop or ILOpCode.Break or ILOpCode.Volatile or ILOpCode.Readonly or ILOpCode.Tail:
                return true;
            case ILOpCode.Constrained:
                _frame.ConstrainedTo = (Type)operand!;
                return true;
            case >= ILOpCode.Ldc_i4_m1 and <= ILOpCode.Ldc_i4_8:
                Push(Constant.Of((int)code - (int)ILOpCode.Ldc_i4_0));
                return true;
            case ILOpCode.Ldc_i4_s:
                Push(Constant.Of((int)(sbyte)operand!));
                return true;
            case ILOpCode.Ldc_i4:
                Push(Constant.Of((int)operand!));
                return true;
            case ILOpCode.Ldc_i8:
                Push(Constant.Of((long)operand!));
                return true;
            case ILOpCode.Ldc_r4:
                Push(Constant.Of((float)operand!));
                return true;
            case ILOpCode.Ldc_r8:
                Push(Constant.Of((double)operand!));
                return true;
            case ILOpCode.Sizeof:
                Push(Constant.Of(TypeLayout.Of((Type)operand!).Size));
                return true;
            case ILOpCode.Dup:
                _frame.Push(_frame.Stack[^1]);
                return true;
            case ILOpCode.Pop:
                _frame.Pop();
                return true;
            default:
                return false;
        }
    }

    private bool TranslateVariable(ILOpCode code, object? operand)
    {
        switch (code)
        {
            case >= ILOpCode.Ldarg_0 and <= ILOpCode.Ldarg_3:
                _frame.Push(ReadArgument(code - ILOpCode.Ldarg_0));
                return true;
            case ILOpCode.Ldarg or ILOpCode.Ldarg_s:
                _frame.Push(ReadArgument((int)operand!));
                return true;
            case ILOpCode.Ldarga or ILOpCode.Ldarga_s:
                _frame.Push(ReferenceTo(_frame.Arguments[(int)operand!].Storage!));
                return true;
            case ILOpCode.Starg or ILOpCode.Starg_s:
                Assign(_frame.Arguments[(int)operand!].Storage!, _frame.Pop());
                return true;
            case >= ILOpCode.Ldloc_0 and <= ILOpCode.Ldloc_3:
                _frame.Push(ReadStorage(_frame.Local(code - ILOpCode.Ldloc_0)));
                return true;
            case ILOpCode.Ldloc or ILOpCode.Ldloc_s:
                _frame.Push(ReadStorage(_frame.Local((int)operand!)));
                return true;
            case ILOpCode.Ldloca or ILOpCode.Ldloca_s:
                _frame.Push(ReferenceTo(_frame.Local((int)operand!)));
                return true;
            case >= ILOpCode.Stloc_0 and <= ILOpCode.Stloc_3:
                Assign(_frame.Local(code - ILOpCode.Stloc_0), _frame.Pop());
                return true;
            case ILOpCode.Stloc or ILOpCode.Stloc_s:
                Assign(_frame.Local((int)operand!), _frame.Pop());
                return true;
            default:
                return false;
        }
    }

    private bool TranslateMemory(ILOpCode code, object? operand)
    {
        switch (code)
        {
            case ILOpCode.Ldfld:
                LoadField((FieldInfo)operand!);
                return true;
            case ILOpCode.Ldflda:
                _frame.Push(FieldReference(_frame.Pop(), (FieldInfo)operand!));
                return true;
            case ILOpCode.Stfld:
                StoreField((FieldInfo)operand!);
                return true;
            case ILOpCode.Ldsfld:
                LoadStaticField((FieldInfo)operand!);
                return true;
            case ILOpCode.Ldobj:
                _frame.Push(Load(_frame.Pop(), (Type)operand!));
                return true;
            case ILOpCode.Stobj:
                StoreThrough((Type)operand!);
                return true;
            case ILOpCode.Cpobj:
                Value source = Load(_frame.Pop(), (Type)operand!);
                Store(_frame.Pop(), (Type)operand!, source);
                return true;
            case ILOpCode.Initobj:
                Initialize(_frame.Pop(), (Type)operand!);
                return true;
            default:
                if (ElementType(code) is not { } element)
                {
                    return false;
                }

                if (code is >= ILOpCode.Ldind_i1 and <= ILOpCode.Ldind_ref)
                {
                    _frame.Push(Load(_frame.Pop(), element));
                }
                else
                {
                    StoreThrough(element);
                }

                return true;
        }
    }

    private void StoreThrough(Type type)
    {
        Value value = _frame.Pop();
        Store(_frame.Pop(), type, value);
    }

    private static Type? ElementType(ILOpCode code) => code switch
    {
        ILOpCode.Ldind_i1 or ILOpCode.Stind_i1 => typeof(sbyte),
        ILOpCode.Ldind_u1 => typeof(byte),
        ILOpCode.Ldind_i2 or ILOpCode.Stind_i2 => typeof(short),
        ILOpCode.Ldind_u2 => typeof(ushort),
        ILOpCode.Ldind_i4 or ILOpCode.Stind_i4 => typeof(int),
        ILOpCode.Ldind_u4 => typeof(uint),
        ILOpCode.Ldind_i8 or ILOpCode.Stind_i8 => typeof(long),
        ILOpCode.Ldind_i or ILOpCode.Stind_i => typeof(IntPtr),
        ILOpCode.Ldind_r4 or ILOpCode.Stind_r4 => typeof(float),
        ILOpCode.Ldind_r8 or ILOpCode.Stind_r8 => typeof(double),
        _ => null,
    };

    private bool TranslateFlow(ILOpCode code, Instruction instruction)
    {
        switch (code)
        {
            case ILOpCode.Br or ILOpCode.Br_s:
                EnterBlock((int)instruction.Operand!);
                return true;
            case ILOpCode.Brtrue or ILOpCode.Brtrue_s:
                TranslateBranch(PopCondition(), (int)instruction.Operand!, Following(instruction));
                return true;
            case ILOpCode.Brfalse or ILOpCode.Brfalse_s:
                TranslateBranch(PopCondition(), Following(instruction), (int)instruction.Operand!);
                return true;
            case >= ILOpCode.Beq_s and <= ILOpCode.Blt_un_s:
                TranslateBranch(Compare(BranchComparison(code - ILOpCode.Beq_s)), (int)instruction.Operand!, Following(instruction));
                return true;
            case >= ILOpCode.Beq and <= ILOpCode.Blt_un:
                TranslateBranch(Compare(BranchComparison(code - ILOpCode.Beq)), (int)instruction.Operand!, Following(instruction));
                return true;
            case ILOpCode.Switch:
                TranslateSwitch(instruction);
                return true;
            case ILOpCode.Ret:
                TranslateReturn();
                return true;
            case ILOpCode.Call or ILOpCode.Callvirt:
                TranslateCall((MethodBase)instruction.Operand!, code == ILOpCode.Callvirt);
                return true;
            case ILOpCode.Newobj:
                TranslateConstructor((ConstructorInfo)instruction.Operand!);
                return true;
            default:
                return false;
        }
    }

    private Operand PopCondition()
    {
        Value value = _frame.Pop();
        return value is StorageReference ? Constant.Of(true) : Scalar(value);
    }
}
