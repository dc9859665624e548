using System;
using System.Globalization;
using System.Numerics;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>What arithmetic instructions compute, by opcode and type. Registers hold bits.</summary>
public static class Arithmetic
{
    /// <summary>The function of an instruction with one source; null if there is none.</summary>
    public static Func<ulong, ulong>? Unary(Statement statement, string type) => (statement.Opcode, type) switch
    {
        ("mov", _) => x => x,
        ("neg", "f32") => x => x ^ 0x8000_0000,
        ("neg", "f64") => x => x ^ 0x8000_0000_0000_0000,
        ("neg", "s32") => x => (uint)-(int)x,
        ("neg", "s64") => x => (ulong)-(long)x,
        ("abs", "f32") => x => x & 0x7fff_ffff,
        ("abs", "f64") => x => x & 0x7fff_ffff_ffff_ffff,
        ("abs", "s32") => x => (uint)((int)x < 0 ? -(int)x : (int)x),
        ("abs", "s64") => x => (ulong)((long)x < 0 ? -(long)x : (long)x),
        ("not", "pred") => x => x ^ 1,
        ("not", "b16") => x => (ushort)~x,
        ("not", "b32") => x => (uint)~x,
        ("not", "b64") => x => ~x,
        ("popc", _) => x => (ulong)BitOperations.PopCount(x),
        ("clz", "b32") => x => (ulong)BitOperations.LeadingZeroCount((uint)x),
        ("clz", "b64") => x => (ulong)BitOperations.LeadingZeroCount(x),
        ("brev", "b32") => x => Reverse(x, 32),
        ("brev", "b64") => x => Reverse(x, 64),
        ("sqrt", "f32") => x => Bits.Of(MathF.Sqrt(Bits.ToSingle(x))),
        ("sqrt", "f64") => x => Bits.Of(Math.Sqrt(Bits.ToDouble(x))),
        ("rcp", "f32") => x => Bits.Of(1f / Bits.ToSingle(x)),
        ("rcp", "f64") => x => Bits.Of(1d / Bits.ToDouble(x)),
        ("rsqrt", "f32") => x => Bits.Of((float)(1d / Math.Sqrt(Bits.ToSingle(x)))),
        ("ex2", "f32") => x => Bits.Of((float)Math.Pow(2d, Bits.ToSingle(x))),
        ("lg2", "f32") => x => Bits.Of((float)Math.Log2(Bits.ToSingle(x))),
        ("sin", "f32") => x => Bits.Of((float)Math.Sin(Bits.ToSingle(x))),
        ("cos", "f32") => x => Bits.Of((float)Math.Cos(Bits.ToSingle(x))),
        ("tanh", "f32") => x => Bits.Of((float)Math.Tanh(Bits.ToSingle(x))),
        _ => null,
    };

    /// <summary>The function of an instruction with two sources; null if there is none.</summary>
    public static Func<ulong, ulong, ulong>? Binary(Statement statement, string type) => type switch
    {
        "pred" => Predicate(statement.Opcode),
        "f32" => Single(statement),
        "f64" => Double(statement),
        _ => Integer(statement, type),
    };

    private static Func<ulong, ulong, ulong>? Predicate(string opcode) => opcode switch
    {
        "and" => (x, y) => x & y,
        "or" => (x, y) => x | y,
        "xor" => (x, y) => x ^ y,
        _ => null,
    };

    private static Func<ulong, ulong, ulong>? Single(Statement statement)
    {
        bool keepsNan = Array.IndexOf(statement.Parts, "NaN") > 0;
        return statement.Opcode switch
        {
            "add" => (x, y) => Bits.Of(Bits.ToSingle(x) + Bits.ToSingle(y)),
            "sub" => (x, y) => Bits.Of(Bits.ToSingle(x) - Bits.ToSingle(y)),
            "mul" => (x, y) => Bits.Of(Bits.ToSingle(x) * Bits.ToSingle(y)),
            "div" => (x, y) => Bits.Of(Bits.ToSingle(x) / Bits.ToSingle(y)),
            "min" when keepsNan => (x, y) => Bits.Of(MathF.Min(Bits.ToSingle(x), Bits.ToSingle(y))),
            "max" when keepsNan => (x, y) => Bits.Of(MathF.Max(Bits.ToSingle(x), Bits.ToSingle(y))),
            "min" => (x, y) => Bits.Of(float.MinNumber(Bits.ToSingle(x), Bits.ToSingle(y))),
            "max" => (x, y) => Bits.Of(float.MaxNumber(Bits.ToSingle(x), Bits.ToSingle(y))),
            "copysign" => (x, y) => Bits.Of(MathF.CopySign(Bits.ToSingle(y), Bits.ToSingle(x))),
            _ => null,
        };
    }

    private static Func<ulong, ulong, ulong>? Double(Statement statement) => statement.Opcode switch
    {
        "add" => (x, y) => Bits.Of(Bits.ToDouble(x) + Bits.ToDouble(y)),
        "sub" => (x, y) => Bits.Of(Bits.ToDouble(x) - Bits.ToDouble(y)),
        "mul" => (x, y) => Bits.Of(Bits.ToDouble(x) * Bits.ToDouble(y)),
        "div" => (x, y) => Bits.Of(Bits.ToDouble(x) / Bits.ToDouble(y)),
        "min" => (x, y) => Bits.Of(double.MinNumber(Bits.ToDouble(x), Bits.ToDouble(y))),
        "max" => (x, y) => Bits.Of(double.MaxNumber(Bits.ToDouble(x), Bits.ToDouble(y))),
        "copysign" => (x, y) => Bits.Of(Math.CopySign(Bits.ToDouble(y), Bits.ToDouble(x))),
        _ => null,
    };

    private static Func<ulong, ulong, ulong>? Integer(Statement statement, string type)
    {
        int width = int.Parse(type[1..], CultureInfo.InvariantCulture);
        bool isSigned = type[0] == 's';
        if (Array.IndexOf(statement.Parts, "wide") > 0)
        {
            return (x, y) => isSigned ? (ulong)(SignExtend(x, width) * SignExtend(y, width)) : Cut(x, width) * Cut(y, width);
        }

        if (statement.Opcode == "mul" && Array.IndexOf(statement.Parts, "hi") > 0)
        {
            return (x, y) => Cut(isSigned ? (ulong)(((Int128)SignExtend(x, width) * SignExtend(y, width)) >> width) : (ulong)(((UInt128)Cut(x, width) * Cut(y, width)) >> width), width);
        }

        return statement.Opcode switch
        {
            "add" => (x, y) => Cut(x + y, width),
            "sub" => (x, y) => Cut(x - y, width),
            "mul" => (x, y) => Cut(x * y, width),
            "div" => (x, y) => Cut(isSigned ? (ulong)Quotient(SignExtend(x, width), SignExtend(y, width)) : Cut(y, width) == 0 ? ulong.MaxValue : Cut(x, width) / Cut(y, width), width),
            "rem" => (x, y) => Cut(isSigned ? (ulong)Remainder(SignExtend(x, width), SignExtend(y, width)) : Cut(y, width) == 0 ? x : Cut(x, width) % Cut(y, width), width),
            "and" => (x, y) => x & y,
            "or" => (x, y) => x | y,
            "xor" => (x, y) => x ^ y,
            "shl" => (x, y) => (uint)y >= width ? 0 : Cut(x << (int)(uint)y, width),
            "shr" when isSigned => (x, y) => Cut((ulong)(SignExtend(x, width) >> (int)Math.Min((uint)y, (uint)width - 1)), width),
            "shr" => (x, y) => (uint)y >= width ? 0 : Cut(x, width) >> (int)(uint)y,
            "min" => (x, y) => Cut(isSigned ? (ulong)Math.Min(SignExtend(x, width), SignExtend(y, width)) : Math.Min(x, y), width),
            "max" => (x, y) => Cut(isSigned ? (ulong)Math.Max(SignExtend(x, width), SignExtend(y, width)) : Math.Max(x, y), width),
            _ => null,
        };
    }

    // Division by zero gives an unspecified number, not an exception.
    private static long Quotient(long x, long y) => y == 0 ? -1 : y == -1 ? unchecked(-x) : x / y;

    private static long Remainder(long x, long y) => y is 0 or -1 ? 0 : x % y;

    /// <summary>The function of an instruction with three sources; null if there is none.</summary>
    public static Func<ulong, ulong, ulong, ulong>? Ternary(Statement statement, string type)
    {
        if (statement.Opcode is "fma" or "mad" && type == "f32")
        {
            return (x, y, z) => Bits.Of(MathF.FusedMultiplyAdd(Bits.ToSingle(x), Bits.ToSingle(y), Bits.ToSingle(z)));
        }

        if (statement.Opcode is "fma" or "mad" && type == "f64")
        {
            return (x, y, z) => Bits.Of(Math.FusedMultiplyAdd(Bits.ToDouble(x), Bits.ToDouble(y), Bits.ToDouble(z)));
        }

        if (statement.Opcode == "bfe")
        {
            int bits = int.Parse(type[1..], CultureInfo.InvariantCulture);
            return (x, position, length) => ExtractBits(x, (int)(position & 255), (int)(length & 255), bits, type[0] == 's');
        }

        if (statement.Opcode != "mad")
        {
            return null;
        }

        var product = new Statement(null, false, ["mul", .. statement.Parts[1..]], [], statement.Line);
        Func<ulong, ulong, ulong> multiply = Integer(product, type)!;
        int width = int.Parse(type[1..], CultureInfo.InvariantCulture) * (Array.IndexOf(statement.Parts, "wide") > 0 ? 2 : 1);
        return (x, y, z) => Cut(multiply(x, y) + z, width);
    }

    // Bits past the end count as the sign, or 0.
    private static ulong ExtractBits(ulong x, int position, int length, int width, bool isSigned)
    {
        if (length == 0 || position >= width)
        {
            return length != 0 && isSigned && SignExtend(x, width) < 0 ? Cut(ulong.MaxValue, width) : 0;
        }

        int taken = Math.Min(length, width - position);
        ulong field = Cut(x >> position, taken);
        return isSigned ? Cut((ulong)SignExtend(field, taken), width) : field;
    }

    /// <summary>A comparison.</summary>
    public static Func<ulong, ulong, bool> Compare(string relation, string type)
    {
        if (type[0] == 'f')
        {
            Func<ulong, double> number = type == "f32" ? x => Bits.ToSingle(x) : Bits.ToDouble;
            return (x, y) => CompareFloats(relation, number(x), number(y));
        }

        int width = int.Parse(type[1..], CultureInfo.InvariantCulture);
        return relation switch
        {
            "eq" => (x, y) => Cut(x, width) == Cut(y, width),
            "ne" => (x, y) => Cut(x, width) != Cut(y, width),
            _ when type[0] == 's' => (x, y) => Holds(relation, SignExtend(x, width).CompareTo(SignExtend(y, width))),
            _ => (x, y) => Holds(relation, Cut(x, width).CompareTo(Cut(y, width))),
        };
    }

    private static bool CompareFloats(string relation, double x, double y)
    {
        bool isUnordered = double.IsNaN(x) || double.IsNaN(y);
        return relation switch
        {
            "num" => !isUnordered,
            "nan" => isUnordered,
            "eq" => x == y,
            "ne" => x != y && !isUnordered,
            "lt" => x < y,
            "le" => x <= y,
            "gt" => x > y,
            "ge" => x >= y,
            "equ" => x == y || isUnordered,
            "neu" => x != y,
            "ltu" => x < y || isUnordered,
            "leu" => x <= y || isUnordered,
            "gtu" => x > y || isUnordered,
            "geu" => x >= y || isUnordered,
            _ => throw new PtxFaultException(FaultKind.Syntax, $"the comparison {relation} does not exist"),
        };
    }

    private static bool Holds(string relation, int order) => relation switch
    {
        "lt" or "lo" => order < 0,
        "le" or "ls" => order <= 0,
        "gt" or "hi" => order > 0,
        "ge" or "hs" => order >= 0,
        _ => throw new PtxFaultException(FaultKind.Syntax, $"the comparison {relation} does not exist for integers"),
    };

    public static ulong Cut(ulong x, int width) => width == 64 ? x : x & ((1ul << width) - 1);

    public static long SignExtend(ulong x, int width) => (long)(x << (64 - width)) >> (64 - width);

    private static ulong Reverse(ulong x, int width)
    {
        ulong reversed = 0;
        for (int i = 0; i < width; i++)
        {
            reversed |= ((x >> i) & 1) << (width - 1 - i);
        }

        return reversed;
    }
}
