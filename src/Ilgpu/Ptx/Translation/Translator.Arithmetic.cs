using ILGPU.Ptx.Code;
using ILOpCode = System.Reflection.Metadata.ILOpCode;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    /// <summary>What a branch or comparison instruction asks, and whether it is the unsigned or unordered form.</summary>
    private readonly record struct Relation(Comparison Ordered, bool IsUnsigned);

    // The order of the branch instructions: beq, bge, bgt, ble, blt, bne.un, bge.un, bgt.un, ble.un, blt.un.
    private static Relation BranchComparison(int number) => number switch
    {
        0 => new Relation(Comparison.Eq, false),
        1 => new Relation(Comparison.Ge, false),
        2 => new Relation(Comparison.Gt, false),
        3 => new Relation(Comparison.Le, false),
        4 => new Relation(Comparison.Lt, false),
        5 => new Relation(Comparison.Ne, true),
        6 => new Relation(Comparison.Ge, true),
        7 => new Relation(Comparison.Gt, true),
        8 => new Relation(Comparison.Le, true),
        _ => new Relation(Comparison.Lt, true),
    };

    private Operand Compare(Relation relation)
    {
        Operand second = PopScalar();
        Operand first = PopScalar();
        if (first.Type == DataType.Predicate && second is Constant constant && relation.Ordered is Comparison.Eq or Comparison.Ne)
        {
            return constant.IsZero == (relation.Ordered == Comparison.Eq) ? _emit.Not(first) : first;
        }

        (first, second) = SameType(_emit.ToNumber(first), _emit.ToNumber(second));
        Comparison comparison = relation.Ordered;
        if (first.Type.IsFloat())
        {
            // The unordered forms stand in the same order behind the ordered ones.
            return _emit.Compare(relation.IsUnsigned ? comparison + (Comparison.Equ - Comparison.Eq) : comparison, first.Type, first, second);
        }

        DataType type = relation.IsUnsigned && comparison is not (Comparison.Eq or Comparison.Ne) ? first.Type.Unsigned() : first.Type;
        return _emit.Compare(comparison, type, first, second);
    }

    private (Operand First, Operand Second) SameType(Operand first, Operand second)
    {
        if (first.Type == second.Type)
        {
            return (first, second);
        }

        return (first.Type, second.Type) switch
        {
            (DataType.F32, DataType.F64) => (_emit.Convert(DataType.F64, DataType.F32, first), second),
            (DataType.F64, DataType.F32) => (first, _emit.Convert(DataType.F64, DataType.F32, second)),
            (DataType.S32, DataType.S64) => (_emit.Convert(DataType.S64, DataType.S32, first), second),
            (DataType.S64, DataType.S32) => (first, _emit.Convert(DataType.S64, DataType.S32, second)),
            _ => throw Refuse($"computes with a {first.Type} and a {second.Type}"),
        };
    }

    private bool TranslateArithmetic(ILOpCode code)
    {
        switch (code)
        {
            case ILOpCode.Add or ILOpCode.Sub or ILOpCode.Mul or ILOpCode.Div or ILOpCode.Div_un or ILOpCode.Rem or ILOpCode.Rem_un:
                TranslateBinary(code);
                return true;
            case ILOpCode.And or ILOpCode.Or or ILOpCode.Xor:
                TranslateLogic(code == ILOpCode.And ? Operation.And : code == ILOpCode.Or ? Operation.Or : Operation.Xor);
                return true;
            case ILOpCode.Shl or ILOpCode.Shr or ILOpCode.Shr_un:
                TranslateShift(code);
                return true;
            case ILOpCode.Neg:
                Operand negated = PopNumber();
                Push(_emit.Compute(Operation.Neg, negated.Type, negated));
                return true;
            case ILOpCode.Not:
                Operand inverted = PopNumber();
                Push(_emit.Compute(Operation.Not, inverted.Type, inverted));
                return true;
            case ILOpCode.Ceq:
                Push(Compare(new Relation(Comparison.Eq, false)));
                return true;
            case ILOpCode.Cgt:
                Push(Compare(new Relation(Comparison.Gt, false)));
                return true;
            case ILOpCode.Cgt_un:
                Push(Compare(new Relation(Comparison.Gt, true)));
                return true;
            case ILOpCode.Clt:
                Push(Compare(new Relation(Comparison.Lt, false)));
                return true;
            case ILOpCode.Clt_un:
                Push(Compare(new Relation(Comparison.Lt, true)));
                return true;
            default:
                return false;
        }
    }

    private void TranslateBinary(ILOpCode code)
    {
        Value secondValue = _frame.Pop();
        Value firstValue = _frame.Pop();
        if (code is ILOpCode.Add or ILOpCode.Sub && firstValue is AddressValue pointer && secondValue is ScalarValue { Operand: Constant distance })
        {
            long bytes = distance.Type == DataType.S64 ? distance.Int64 : distance.Int32;
            _frame.Push(new AddressValue(pointer.Address, code == ILOpCode.Add ? pointer.Offset + bytes : pointer.Offset - bytes));
            return;
        }

        (Operand first, Operand second) = SameType(_emit.ToNumber(Scalar(firstValue)), _emit.ToNumber(Scalar(secondValue)));
        Operation operation = code switch
        {
            ILOpCode.Add => Operation.Add,
            ILOpCode.Sub => Operation.Sub,
            ILOpCode.Mul => Operation.Mul,
            ILOpCode.Div or ILOpCode.Div_un => Operation.Div,
            _ => Operation.Rem,
        };
        if (operation == Operation.Rem && first.Type.IsFloat())
        {
            throw Refuse("takes the remainder of floating-point numbers, for which PTX has no instruction; subtract a multiple");
        }

        DataType type = code is ILOpCode.Div_un or ILOpCode.Rem_un ? first.Type.Unsigned() : first.Type;
        Push(_emit.Compute(operation, type, first, second));
    }

    private void TranslateLogic(Operation operation)
    {
        Operand second = PopScalar();
        Operand first = PopScalar();
        if (first.Type == DataType.Predicate && second.Type == DataType.Predicate)
        {
            Push(_emit.Compute(operation, DataType.Predicate, first, second));
            return;
        }

        (first, second) = SameType(_emit.ToNumber(first), _emit.ToNumber(second));
        Push(_emit.Compute(operation, first.Type.Unsigned(), first, second));
    }

    private void TranslateShift(ILOpCode code)
    {
        Operand count = PopNumber();
        Operand value = PopNumber();
        if (count.Type == DataType.S64)
        {
            count = _emit.Convert(DataType.S32, DataType.S64, count);
        }

        DataType type = code == ILOpCode.Shr ? value.Type : value.Type.Unsigned();
        Push(_emit.Compute(code == ILOpCode.Shl ? Operation.Shl : Operation.Shr, type, value, count));
    }

    private bool TranslateConversion(ILOpCode code)
    {
        switch (code)
        {
            case ILOpCode.Conv_i1:
                ConvertTo(DataType.S8);
                return true;
            case ILOpCode.Conv_u1:
                ConvertTo(DataType.U8);
                return true;
            case ILOpCode.Conv_i2:
                ConvertTo(DataType.S16);
                return true;
            case ILOpCode.Conv_u2:
                ConvertTo(DataType.U16);
                return true;
            case ILOpCode.Conv_i4:
                ConvertTo(DataType.S32);
                return true;
            case ILOpCode.Conv_u4:
                ConvertTo(DataType.U32);
                return true;
            case ILOpCode.Conv_i8 or ILOpCode.Conv_i:
                ConvertTo(DataType.S64);
                return true;
            case ILOpCode.Conv_u8 or ILOpCode.Conv_u:
                ConvertTo(DataType.U64);
                return true;
            case ILOpCode.Conv_r4:
                ConvertToFloat(DataType.F32);
                return true;
            case ILOpCode.Conv_r8:
                ConvertToFloat(DataType.F64);
                return true;
            case ILOpCode.Conv_r_un:
                Operand number = PopNumber();
                Push(number.Type.IsFloat() ? number : _emit.Convert(DataType.F64, number.Type.Unsigned(), number, Rounding.Rn));
                return true;
            default:
                return TranslateCheckedConversion(code);
        }
    }

    // Index types of our own API use checked conversions; on a device they wrap.
    private bool TranslateCheckedConversion(ILOpCode code)
    {
        if (_frame.Method.Module.Assembly != typeof(Translator).Assembly)
        {
            return false;
        }

        switch (code)
        {
            case ILOpCode.Conv_ovf_i4 or ILOpCode.Conv_ovf_i4_un:
                ConvertTo(DataType.S32);
                return true;
            case ILOpCode.Conv_ovf_i8 or ILOpCode.Conv_ovf_i:
                ConvertTo(DataType.S64);
                return true;
            default:
                return false;
        }
    }

    private void ConvertTo(DataType type)
    {
        Value value = _frame.Pop();
        if (value is AddressValue or StorageReference && type is DataType.S64 or DataType.U64)
        {
            _frame.Push(value);
            return;
        }

        Operand source = _emit.ToNumber(Scalar(value));
        if (source.Type.IsFloat())
        {
            // .NET converts to 32 bits, saturated, and cuts the number down to the small type.
            bool isSmall = type.Size() < 4;
            Operand whole = _emit.Convert(isSmall ? DataType.S32 : type, source.Type, source, Rounding.Rzi);
            Push(isSmall ? _emit.Convert(type, DataType.S32, whole) : whole);
            return;
        }

        Push(type switch
        {
            DataType.S64 when source.Type == DataType.S32 => _emit.Convert(DataType.S64, DataType.S32, source),
            DataType.U64 when source.Type == DataType.S32 => _emit.Convert(DataType.U64, DataType.U32, source),
            DataType.S64 or DataType.U64 => source,
            DataType.S32 or DataType.U32 when source.Type == DataType.S64 => _emit.Convert(DataType.U32, DataType.U64, source),
            DataType.S32 or DataType.U32 => source,
            _ when source.Type == DataType.S64 => _emit.Convert(type, DataType.S32, _emit.Convert(DataType.U32, DataType.U64, source)),
            _ => _emit.Convert(type, DataType.S32, source),
        });
    }

    private void ConvertToFloat(DataType type)
    {
        Operand source = PopNumber();
        if (source.Type == type)
        {
            Push(source);
            return;
        }

        bool isWidening = type == DataType.F64 && source.Type == DataType.F32;
        Push(_emit.Convert(type, source.Type, source, isWidening ? Rounding.None : Rounding.Rn));
    }
}
