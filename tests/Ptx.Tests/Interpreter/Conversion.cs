using System;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>The cvt instruction.</summary>
public static class Conversion
{
    /// <summary>cvt with its modifiers; the result has the bits of a register of the destination's width.</summary>
    public static Func<ulong, ulong> Of(Statement statement, int resultWidth)
    {
        string[] types = [.. statement.Parts.Where(IsType)];
        if (types.Length != 2)
        {
            throw new PtxFaultException(FaultKind.Syntax, $"{statement}: a conversion names two types");
        }

        string to = types[0];
        string from = types[1];
        string rounding = statement.Parts.FirstOrDefault(part => part is "rn" or "rz" or "rni" or "rzi" or "rmi" or "rpi") ?? string.Empty;
        Require(statement, to, from, rounding);
        if (from[0] != 'f' && to[0] != 'f')
        {
            int sourceWidth = Width(from);
            int width = Width(to);
            // Extended from the source by its sign, cut to the type, extended to the register by the type's sign.
            return x =>
            {
                ulong wide = from[0] == 's' ? (ulong)Arithmetic.SignExtend(x, sourceWidth) : Arithmetic.Cut(x, sourceWidth);
                ulong cut = to[0] == 's' ? (ulong)Arithmetic.SignExtend(wide, width) : Arithmetic.Cut(wide, width);
                return Arithmetic.Cut(cut, resultWidth);
            };
        }

        if (from[0] == 'f' && to[0] != 'f')
        {
            return x => Arithmetic.Cut(ToInteger(Float(x, from), to, rounding), resultWidth);
        }

        if (from[0] != 'f')
        {
            bool isSigned = from[0] == 's';
            int width = Width(from);
            return to == "f32"
                ? x => Bits.Of(isSigned ? (float)Arithmetic.SignExtend(x, width) : ToSingle(Arithmetic.Cut(x, width)))
                : x => Bits.Of(isSigned ? (double)Arithmetic.SignExtend(x, width) : (double)Arithmetic.Cut(x, width));
        }

        return x => FromDouble(rounding.EndsWith('i') ? RoundToInteger(Float(x, from), rounding) : Float(x, from), to);
    }

    // Rounded once: what does not fit a double keeps one bit that says whether anything was cut off.
    private static float ToSingle(ulong x) => x < 1ul << 53 ? (float)(double)x : (float)((double)((x >> 11) | ((x & 0x7ff) == 0 ? 0ul : 1ul)) * 2048);

    private static bool IsType(string part) => part is "s8" or "u8" or "s16" or "u16" or "s32" or "u32" or "s64" or "u64" or "f16" or "f32" or "f64";

    // Roundings are not optional: PTX requires one wherever the value may change, and takes none elsewhere.
    private static void Require(Statement statement, string to, string from, string rounding)
    {
        bool isToInteger = from[0] == 'f' && to[0] != 'f';
        bool isNarrowing = to[0] == 'f' && (from[0] != 'f' || Width(from) > Width(to));
        bool isInteger = rounding.EndsWith('i');
        bool isRight = isToInteger ? isInteger : isNarrowing ? rounding is "rn" or "rz" : rounding.Length == 0 || (isInteger && from == to);
        if (!isRight)
        {
            throw new PtxFaultException(FaultKind.Syntax, $"{statement}: the rounding '{rounding}' does not go with a conversion from {from} to {to}");
        }
    }

    private static int Width(string type) => int.Parse(type[1..], CultureInfo.InvariantCulture);

    private static double Float(ulong x, string type) => type switch
    {
        "f16" => (double)BitConverter.UInt16BitsToHalf((ushort)x),
        "f32" => Bits.ToSingle(x),
        _ => Bits.ToDouble(x),
    };

    private static ulong FromDouble(double value, string type) => type switch
    {
        "f16" => BitConverter.HalfToUInt16Bits((Half)value),
        "f32" => Bits.Of((float)value),
        _ => Bits.Of(value),
    };

    private static double RoundToInteger(double value, string rounding) => rounding switch
    {
        "rmi" => Math.Floor(value),
        "rpi" => Math.Ceiling(value),
        "rzi" => Math.Truncate(value),
        _ => Math.Round(value, MidpointRounding.ToEven),
    };

    // Saturated; NaN is 0.
    private static ulong ToInteger(double value, string type, string rounding)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        int width = Width(type);
        double whole = RoundToInteger(value, rounding);
        if (type[0] == 's')
        {
            double limit = Math.Pow(2, width - 1);
            long bounded = whole >= limit ? (long)((1ul << (width - 1)) - 1) : whole < -limit ? -(long)(1ul << (width - 2)) * 2 : (long)whole;
            return (ulong)bounded;
        }

        double end = Math.Pow(2, width);
        return whole >= end ? Arithmetic.Cut(ulong.MaxValue, width) : whole < 0 ? 0 : (ulong)whole;
    }
}
