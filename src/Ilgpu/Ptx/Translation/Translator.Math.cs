using System;
using System.Linq;
using System.Reflection;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

internal sealed partial class Translator
{
    private bool TryMath(MethodBase target, Value[] arguments, out Value? result)
    {
        result = null;
        ParameterInfo[] parameters = target.GetParameters();
        if (!target.IsStatic || parameters.Length == 0 || TypeLayout.Of(parameters[0].ParameterType).Scalar is not { } type)
        {
            return false;
        }

        Operand[] x = [.. arguments.Select(argument => _emit.ToNumber(Scalar(argument)))];
        Operand? value = x.Length switch
        {
            1 => Unary(target.Name, type, x[0]),
            2 => Binary(target.Name, type, x[0], x[1]),
            3 => Ternary(target.Name, type, x),
            _ => null,
        };
        if (value is null)
        {
            result = _target.IsHost ? HostFunction(target, x) : InlinedMath(target, arguments, type);
            return result is not null;
        }

        result = new ScalarValue(value);
        return true;
    }

    private Operand? Unary(string name, DataType type, Operand x)
    {
        if (!type.IsFloat())
        {
            return name == nameof(Math.Abs) ? _emit.Compute(Operation.Abs, type.Register(), x) : null;
        }

        return name switch
        {
            nameof(Math.Abs) => _emit.Compute(Operation.Abs, type, x),
            nameof(Math.Sqrt) => _emit.Compute(Operation.Sqrt, type, x),
            nameof(Math.Floor) => _emit.Convert(type, type, x, Rounding.Rmi),
            nameof(Math.Ceiling) => _emit.Convert(type, type, x, Rounding.Rpi),
            nameof(Math.Truncate) => _emit.Convert(type, type, x, Rounding.Rzi),
            nameof(Math.Round) => _emit.Convert(type, type, x, Rounding.Rni),
            nameof(float.IsNaN) => _emit.Compare(Comparison.Neu, type, x, x),
            nameof(float.IsFinite) => _emit.Compare(Comparison.Lt, type, _emit.Compute(Operation.Abs, type, x), Infinity(type)),
            nameof(float.IsInfinity) => _emit.Compare(Comparison.Eq, type, _emit.Compute(Operation.Abs, type, x), Infinity(type)),
            nameof(float.IsPositiveInfinity) => _emit.Compare(Comparison.Eq, type, x, Infinity(type)),
            nameof(float.IsNegativeInfinity) => _emit.Compare(Comparison.Eq, type, _emit.Compute(Operation.Neg, type, x), Infinity(type)),
            _ when type == DataType.F32 && _target.Math == PtxMathMode.Fast => FastUnary(name, x),
            _ => null,
        };
    }

    private static Constant Infinity(DataType type) => type == DataType.F32 ? Constant.Of(float.PositiveInfinity) : Constant.Of(double.PositiveInfinity);

    // The hardware's approximations: relative error about 2^-22 for exp and log near their own range, absolute 2^-20.9 for sine and cosine within [-pi, pi].
    private Operand? FastUnary(string name, Operand x) => name switch
    {
        nameof(MathF.Exp) => _emit.Compute(Operation.Ex2, DataType.F32, _emit.Compute(Operation.Mul, DataType.F32, x, Constant.Of(1.44269504f))),
        nameof(MathF.Log) => _emit.Compute(Operation.Mul, DataType.F32, _emit.Compute(Operation.Lg2, DataType.F32, x), Constant.Of(0.69314718f)),
        nameof(MathF.Log2) => _emit.Compute(Operation.Lg2, DataType.F32, x),
        nameof(MathF.Sin) => _emit.Compute(Operation.Sin, DataType.F32, ReducedToOneTurn(x)),
        nameof(MathF.Cos) => _emit.Compute(Operation.Cos, DataType.F32, ReducedToOneTurn(x)),
        _ => null,
    };

    // The approximations lose their accuracy outside [-π, π]: the nearest number of turns is taken off in two parts.
    private Operand ReducedToOneTurn(Operand x)
    {
        const float TurnHigh = 6.28125f;
        const float TurnLow = 0.0019353072f;
        Operand turns = _emit.Convert(DataType.F32, DataType.F32, _emit.Compute(Operation.Mul, DataType.F32, x, Constant.Of(0.15915494f)), Rounding.Rni);
        Operand high = _emit.Compute(Operation.Fma, DataType.F32, turns, Constant.Of(-TurnHigh), x);
        return _emit.Compute(Operation.Fma, DataType.F32, turns, Constant.Of(-TurnLow), high);
    }

    private Operand? Binary(string name, DataType type, Operand x, Operand y)
    {
        DataType wide = type.Size() < 4 ? DataType.S32 : type;
        return name switch
        {
            nameof(Math.Min) => MinMax(Operation.Min, wide, x, y),
            nameof(Math.Max) => MinMax(Operation.Max, wide, x, y),
            // PTX takes the operand that gives the sign first.
            nameof(Math.CopySign) => _emit.Append(Operation.CopySign, type, y, x),
            nameof(MathF.Pow) when type == DataType.F32 && _target.Math == PtxMathMode.Fast => _emit.Compute(
                Operation.Ex2, DataType.F32, _emit.Compute(Operation.Mul, DataType.F32, y, _emit.Compute(Operation.Lg2, DataType.F32, x))),
            _ => null,
        };
    }

    // .NET passes NaN on, PTX's plain min drops it, and the form that keeps it exists for 32-bit floats from sm_80 on.
    private Operand MinMax(Operation operation, DataType type, Operand x, Operand y)
    {
        Operand least = _emit.Compute(operation, type, x, y);
        if (!type.IsFloat() || least is Constant || _target.Math == PtxMathMode.Fast || (type == DataType.F32 && _target.HasNanMinMax))
        {
            return least;
        }

        Operand unlessFirst = _emit.Select(_emit.Compare(Comparison.Neu, type, x, x), x, least);
        return _emit.Select(_emit.Compare(Comparison.Neu, type, y, y), y, unlessFirst);
    }

    private Operand? Ternary(string name, DataType type, Operand[] x) => name switch
    {
        nameof(Math.FusedMultiplyAdd) => _emit.Compute(Operation.Fma, type, x),
        nameof(Math.Clamp) when !type.IsFloat() => _emit.Compute(
            Operation.Min, type.Size() < 4 ? DataType.S32 : type, _emit.Compute(Operation.Max, type.Size() < 4 ? DataType.S32 : type, x[0], x[1]), x[2]),
        _ => null,
    };

    // Functions without an instruction: C# of our own, inlined.
    private Value? InlinedMath(MethodBase target, Value[] arguments, DataType type)
    {
        if (type != DataType.F32)
        {
            return null;
        }

        MethodInfo? method = typeof(DeviceMath).GetMethod(target.Name, BindingFlags.Public | BindingFlags.Static, [.. target.GetParameters().Select(parameter => parameter.ParameterType)]);
        if (method is null)
        {
            return null;
        }

        _code.OwnFunctions.Add(target.Name);
        return Inline(method, arguments);
    }

    // The C library's function, as the C# method calls it.
    private ScalarValue? HostFunction(MethodBase target, Operand[] arguments)
    {
        bool isScalar = target is MethodInfo { ReturnType: { } returned } && TypeLayout.Of(returned).Scalar is not null
            && target.GetParameters().All(parameter => !parameter.ParameterType.IsByRef && TypeLayout.Of(parameter.ParameterType).Scalar is not null);
        if (!isScalar)
        {
            return null;
        }

        var method = (MethodInfo)target;
        DataType type = TypeLayout.Of(method.ReturnType).Scalar!.Value;
        return new ScalarValue(_emit.Append(new PtxInstruction(Operation.HostCall, type, null, arguments) { Method = method }, type));
    }

    private ScalarValue? BitCast(MethodBase target, Value[] arguments)
    {
        DataType? type = target.Name switch
        {
            nameof(BitConverter.SingleToInt32Bits) or nameof(BitConverter.SingleToUInt32Bits) => DataType.S32,
            nameof(BitConverter.Int32BitsToSingle) or nameof(BitConverter.UInt32BitsToSingle) => DataType.F32,
            nameof(BitConverter.DoubleToInt64Bits) or nameof(BitConverter.DoubleToUInt64Bits) => DataType.S64,
            nameof(BitConverter.Int64BitsToDouble) or nameof(BitConverter.UInt64BitsToDouble) => DataType.F64,
            _ => null,
        };
        return type is { } known ? new ScalarValue(_emit.Compute(Operation.Bits, known, _emit.ToNumber(Scalar(arguments[0])))) : null;
    }

    private ScalarValue? BitOperation(MethodBase target, Value[] arguments)
    {
        Operand x = _emit.ToNumber(Scalar(arguments[0]));
        DataType type = x.Type.Unsigned();
        switch (target.Name)
        {
            case "PopCount":
                return new ScalarValue(_emit.Append(new PtxInstruction(Operation.Popc, type, null, x), DataType.S32));
            case "LeadingZeroCount":
                return new ScalarValue(_emit.Append(new PtxInstruction(Operation.Clz, type, null, x), DataType.S32));
            case "TrailingZeroCount":
                Operand reversed = _emit.Append(Operation.Brev, type, x);
                return new ScalarValue(_emit.Append(new PtxInstruction(Operation.Clz, type, null, reversed), DataType.S32));
            case "RotateLeft" or "RotateRight":
                return new ScalarValue(Rotate(target.Name == "RotateLeft", type, x, _emit.ToNumber(Scalar(arguments[1]))));
            default:
                return null;
        }
    }

    private Operand Rotate(bool left, DataType type, Operand x, Operand count)
    {
        Constant mask = Constant.Of((8 * type.Size()) - 1);
        Operand there = _emit.Compute(Operation.And, DataType.U32, count, mask);
        Operand back = _emit.Compute(Operation.And, DataType.U32, _emit.Compute(Operation.Neg, DataType.S32, count), mask);
        Operand first = _emit.Compute(left ? Operation.Shl : Operation.Shr, type, x, there);
        Operand second = _emit.Compute(left ? Operation.Shr : Operation.Shl, type, x, back);
        return _emit.Compute(Operation.Or, type, first, second);
    }
}
