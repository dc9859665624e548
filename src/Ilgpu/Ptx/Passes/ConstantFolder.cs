using System;
using System.Linq;
using System.Numerics;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Computes operations on constants, with .NET's own arithmetic, and simplifies a few others.</summary>
internal static class ConstantFolder
{
    /// <summary>The value of an instruction without side effects; null if it is not known.</summary>
    public static Operand? Fold(PtxInstruction instruction)
    {
        if (!instruction.IsPure)
        {
            return null;
        }

        Operand[] sources = instruction.Sources;
        if (Simplify(instruction, sources) is { } simpler)
        {
            return simpler;
        }

        if (sources.Length == 0 || !sources.All(source => source is Constant))
        {
            return null;
        }

        Constant[] constants = [.. sources.Cast<Constant>()];
        return instruction.Operation switch
        {
            Operation.Cvt => FoldConversion(instruction, constants[0]),
            Operation.SetP => FoldComparison(instruction, constants[0], constants[1]),
            Operation.SelP => constants[2].IsZero ? constants[1] : constants[0],
            Operation.Bits => FoldBits(instruction.Type.Register(), constants[0]),
            Operation.MulWide => Constant.Of(instruction.Type == DataType.U32 ? (long)((ulong)(uint)constants[0].Int32 * (uint)constants[1].Int32) : (long)constants[0].Int32 * constants[1].Int32),
            Operation.MulHigh => null,
            _ => instruction.Type switch
            {
                DataType.Predicate => FoldPredicate(instruction.Operation, constants),
                DataType.S32 or DataType.U32 => FoldInteger32(instruction, constants),
                DataType.S64 or DataType.U64 => FoldInteger64(instruction, constants),
                DataType.F32 => FoldSingle(instruction.Operation, constants),
                DataType.F64 => FoldDouble(instruction.Operation, constants),
                _ => null,
            },
        };
    }

    // Identities that hold for integers whatever the other operand is, and addresses.
    private static Operand? Simplify(PtxInstruction instruction, Operand[] sources)
    {
        Operation operation = instruction.Operation;
        if (operation == Operation.Mov)
        {
            return sources[0];
        }

        if (operation == Operation.SelP && sources[2] is Constant condition)
        {
            return condition.IsZero ? sources[1] : sources[0];
        }

        if (sources.Length != 2 || instruction.Type.IsFloat() || operation == Operation.SetP)
        {
            return null;
        }

        if (operation is Operation.Add or Operation.Sub && sources[0] is ArrayAddress array && sources[1] is Constant distance)
        {
            return new ArrayAddress(array.Array, operation == Operation.Add ? array.Offset + distance.Int64 : array.Offset - distance.Int64);
        }

        if (operation == Operation.Add && sources[1] is ArrayAddress second && sources[0] is Constant first)
        {
            return new ArrayAddress(second.Array, second.Offset + first.Int64);
        }

        bool zeroLeft = sources[0] is Constant { IsZero: true };
        bool zeroRight = sources[1] is Constant { IsZero: true };
        return operation switch
        {
            Operation.Add or Operation.Or or Operation.Xor when zeroRight => sources[0],
            Operation.Add or Operation.Or or Operation.Xor when zeroLeft => sources[1],
            Operation.Sub or Operation.Shl or Operation.Shr when zeroRight => sources[0],
            Operation.Mul or Operation.And when zeroLeft => sources[0],
            Operation.Mul or Operation.And when zeroRight => sources[1],
            Operation.Mul when sources[1] is Constant { Bits: 1 } => sources[0],
            Operation.Mul when sources[0] is Constant { Bits: 1 } => sources[1],
            Operation.MulWide when zeroLeft || zeroRight => Constant.Of(0L),
            Operation.And when instruction.Type == DataType.Predicate && sources[0] is Constant => sources[1],
            Operation.And when instruction.Type == DataType.Predicate && sources[1] is Constant => sources[0],
            _ => null,
        };
    }

    private static Constant? FoldPredicate(Operation operation, Constant[] x) => operation switch
    {
        Operation.Not => Constant.Of(x[0].IsZero),
        Operation.And => Constant.Of(!x[0].IsZero && !x[1].IsZero),
        Operation.Or => Constant.Of(!x[0].IsZero || !x[1].IsZero),
        Operation.Xor => Constant.Of(x[0].IsZero != x[1].IsZero),
        _ => null,
    };

    private static Constant? FoldInteger32(PtxInstruction instruction, Constant[] x)
    {
        int a = x[0].Int32;
        int b = x.Length > 1 ? x[1].Int32 : 0;
        bool isUnsigned = instruction.Type == DataType.U32;
        return instruction.Operation switch
        {
            Operation.Add => Constant.Of(a + b),
            Operation.Sub => Constant.Of(a - b),
            Operation.Mul => Constant.Of(a * b),
            Operation.Div or Operation.Rem when b == 0 || (!isUnsigned && a == int.MinValue && b == -1) => null,
            Operation.Div => isUnsigned ? Constant.Of((uint)a / (uint)b) : Constant.Of(a / b),
            Operation.Rem => isUnsigned ? Constant.Of((uint)a % (uint)b) : Constant.Of(a % b),
            Operation.And => Constant.Of(a & b),
            Operation.Or => Constant.Of(a | b),
            Operation.Xor => Constant.Of(a ^ b),
            Operation.Not => Constant.Of(~a),
            Operation.Neg => Constant.Of(-a),
            Operation.Shl => Constant.Of((uint)b > 31 ? 0 : a << b),
            Operation.Shr when isUnsigned => Constant.Of((uint)b > 31 ? 0u : (uint)a >> b),
            Operation.Shr => Constant.Of(a >> ((uint)b > 31 ? 31 : b)),
            Operation.Min => isUnsigned ? Constant.Of(Math.Min((uint)a, (uint)b)) : Constant.Of(Math.Min(a, b)),
            Operation.Max => isUnsigned ? Constant.Of(Math.Max((uint)a, (uint)b)) : Constant.Of(Math.Max(a, b)),
            Operation.Abs => Constant.Of(a < 0 ? -a : a),
            _ => null,
        };
    }

    private static Constant? FoldInteger64(PtxInstruction instruction, Constant[] x)
    {
        long a = x[0].Int64;
        long b = x.Length > 1 ? x[1].Int64 : 0;
        bool isUnsigned = instruction.Type == DataType.U64;
        return instruction.Operation switch
        {
            Operation.Popc => Constant.Of(BitOperations.PopCount(x[0].Bits)),
            Operation.Add => Constant.Of(a + b),
            Operation.Sub => Constant.Of(a - b),
            Operation.Mul => Constant.Of(a * b),
            Operation.Div or Operation.Rem when b == 0 || (!isUnsigned && a == long.MinValue && b == -1) => null,
            Operation.Div => isUnsigned ? Constant.Of((ulong)a / (ulong)b) : Constant.Of(a / b),
            Operation.Rem => isUnsigned ? Constant.Of((ulong)a % (ulong)b) : Constant.Of(a % b),
            Operation.And => Constant.Of(a & b),
            Operation.Or => Constant.Of(a | b),
            Operation.Xor => Constant.Of(a ^ b),
            Operation.Not => Constant.Of(~a),
            Operation.Neg => Constant.Of(-a),
            Operation.Shl => Constant.Of((uint)b > 63 ? 0 : a << (int)b),
            Operation.Shr when isUnsigned => Constant.Of((uint)b > 63 ? 0ul : (ulong)a >> (int)b),
            Operation.Shr => Constant.Of(a >> ((uint)b > 63 ? 63 : (int)b)),
            Operation.Min => isUnsigned ? Constant.Of(Math.Min((ulong)a, (ulong)b)) : Constant.Of(Math.Min(a, b)),
            Operation.Max => isUnsigned ? Constant.Of(Math.Max((ulong)a, (ulong)b)) : Constant.Of(Math.Max(a, b)),
            Operation.Abs => Constant.Of(a < 0 ? -a : a),
            _ => null,
        };
    }

    private static Constant? FoldSingle(Operation operation, Constant[] x) => operation switch
    {
        Operation.Add => Constant.Of(x[0].Single + x[1].Single),
        Operation.Sub => Constant.Of(x[0].Single - x[1].Single),
        Operation.Mul => Constant.Of(x[0].Single * x[1].Single),
        Operation.Div => Constant.Of(x[0].Single / x[1].Single),
        Operation.Neg => Constant.Of(-x[0].Single),
        Operation.Abs => Constant.Of(MathF.Abs(x[0].Single)),
        Operation.Sqrt => Constant.Of(MathF.Sqrt(x[0].Single)),
        Operation.Fma => Constant.Of(MathF.FusedMultiplyAdd(x[0].Single, x[1].Single, x[2].Single)),
        Operation.Min => Constant.Of(MathF.Min(x[0].Single, x[1].Single)),
        Operation.Max => Constant.Of(MathF.Max(x[0].Single, x[1].Single)),
        _ => null,
    };

    private static Constant? FoldDouble(Operation operation, Constant[] x) => operation switch
    {
        Operation.Add => Constant.Of(x[0].Double + x[1].Double),
        Operation.Sub => Constant.Of(x[0].Double - x[1].Double),
        Operation.Mul => Constant.Of(x[0].Double * x[1].Double),
        Operation.Div => Constant.Of(x[0].Double / x[1].Double),
        Operation.Neg => Constant.Of(-x[0].Double),
        Operation.Abs => Constant.Of(Math.Abs(x[0].Double)),
        Operation.Sqrt => Constant.Of(Math.Sqrt(x[0].Double)),
        Operation.Fma => Constant.Of(Math.FusedMultiplyAdd(x[0].Double, x[1].Double, x[2].Double)),
        Operation.Min => Constant.Of(Math.Min(x[0].Double, x[1].Double)),
        Operation.Max => Constant.Of(Math.Max(x[0].Double, x[1].Double)),
        _ => null,
    };

    private static Constant? FoldBits(DataType type, Constant x) => type switch
    {
        DataType.F32 => Constant.Of(x.Single),
        DataType.F64 => Constant.Of(x.Double),
        DataType.S32 => Constant.Of((uint)x.Bits),
        DataType.S64 => Constant.Of(x.Bits),
        _ => null,
    };

    // Conversions between integers only; the ones of floats are left to the device, whose saturation is the same as .NET's.
    private static Constant? FoldConversion(PtxInstruction instruction, Constant x)
    {
        long wide = instruction.SourceType switch
        {
            DataType.S8 => (sbyte)x.Bits,
            DataType.U8 => (byte)x.Bits,
            DataType.S16 => (short)x.Bits,
            DataType.U16 => (ushort)x.Bits,
            DataType.S32 => x.Int32,
            DataType.U32 => (uint)x.Int32,
            _ => x.Int64,
        };
        return (instruction.SourceType, instruction.Type) switch
        {
            (DataType.F32, DataType.F64) => Constant.Of((double)x.Single),
            (DataType.F64, DataType.F32) => Constant.Of((float)x.Double),
            (DataType.S32, DataType.F32) => Constant.Of((float)x.Int32),
            (DataType.S32, DataType.F64) => Constant.Of((double)x.Int32),
            (DataType.F32 or DataType.F64 or DataType.F16, _) => null,
            (_, DataType.S8) => Constant.Of((int)(sbyte)wide),
            (_, DataType.U8) => Constant.Of((int)(byte)wide),
            (_, DataType.S16) => Constant.Of((int)(short)wide),
            (_, DataType.U16) => Constant.Of((int)(ushort)wide),
            (_, DataType.S32 or DataType.U32) => Constant.Of((int)wide),
            (_, DataType.S64 or DataType.U64) => Constant.Of(wide),
            _ => null,
        };
    }

    private static Constant FoldComparison(PtxInstruction instruction, Constant x, Constant y)
    {
        Comparison comparison = instruction.Comparison;
        if (instruction.Type.IsFloat())
        {
            double a = instruction.Type == DataType.F32 ? x.Single : x.Double;
            double b = instruction.Type == DataType.F32 ? y.Single : y.Double;
            bool isUnordered = double.IsNaN(a) || double.IsNaN(b);
            return Constant.Of(isUnordered ? comparison >= Comparison.Equ : Holds(comparison, a.CompareTo(b), a == b));
        }

        int order = instruction.Type switch
        {
            DataType.S32 => x.Int32.CompareTo(y.Int32),
            DataType.S64 => x.Int64.CompareTo(y.Int64),
            _ => x.Bits.CompareTo(y.Bits),
        };
        return Constant.Of(Holds(comparison, order, order == 0));
    }

    // The float zeros are equal although they are ordered.
    private static bool Holds(Comparison comparison, int order, bool isEqual) => comparison switch
    {
        Comparison.Eq or Comparison.Equ => isEqual,
        Comparison.Ne or Comparison.Neu => !isEqual,
        Comparison.Lt or Comparison.Ltu => order < 0 && !isEqual,
        Comparison.Le or Comparison.Leu => order < 0 || isEqual,
        Comparison.Gt or Comparison.Gtu => order > 0 && !isEqual,
        _ => order > 0 || isEqual,
    };
}
