using System;

namespace ILGPU.Ptx;

/// <summary>
/// Functions of <see cref="MathF"/> that have no instruction, in exact operations and fma: inlined into kernels in strict mode, and where fast mode
/// has no approximation. Errors are in units in the last place of the result; .NET's own come from the C library, so the last bits may differ.
/// </summary>
internal static class DeviceMath
{
    private const float RoundingShift = 12582912f;

    /// <summary>eˣ, within 1 unit.</summary>
    public static float Exp(float x)
    {
        float bounded = x > 89f ? 89f : x;
        bounded = -104f > bounded ? -104f : bounded;
        float shifted = MathF.FusedMultiplyAdd(bounded, 1.44269502f, RoundingShift);
        float n = shifted - RoundingShift;
        float r = MathF.FusedMultiplyAdd(n, 1.90465421e-9f, MathF.FusedMultiplyAdd(n, -0.693147182f, bounded));
        float p = MathF.FusedMultiplyAdd(0.001381458176f, r, 0.008368724147f);
        p = MathF.FusedMultiplyAdd(p, r, 0.04166838878f);
        p = MathF.FusedMultiplyAdd(p, r, 0.1666652057f);
        p = MathF.FusedMultiplyAdd(p, r, 0.4999999344f);
        float mantissa = 1f + MathF.FusedMultiplyAdd(r * r, p, r);
        // 2ⁿ in two factors, because n reaches 128 and -150.
        int exponent = BitConverter.SingleToInt32Bits(shifted) - BitConverter.SingleToInt32Bits(RoundingShift);
        int half = exponent >> 1;
        return mantissa * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>ln x, within 3 units.</summary>
    public static float Log(float x)
    {
        bool isDenormal = x < 1.17549435e-38f;
        float u = isDenormal ? x * 8388608f : x;
        int bits = BitConverter.SingleToInt32Bits(u);
        float exponent = (bits >> 23) - 127 - (isDenormal ? 23f : 0f);
        float mantissa = BitConverter.Int32BitsToSingle((bits & 0x007FFFFF) | 0x3F800000);
        bool isLarge = !(mantissa < 1.41421356f);
        mantissa = isLarge ? mantissa * 0.5f : mantissa;
        exponent = isLarge ? exponent + 1f : exponent;
        float f = mantissa - 1f;
        float q = MathF.FusedMultiplyAdd(0.06724982f, f, -0.11676006f);
        q = MathF.FusedMultiplyAdd(q, f, 0.11900967f);
        q = MathF.FusedMultiplyAdd(q, f, -0.12407347f);
        q = MathF.FusedMultiplyAdd(q, f, 0.14217681f);
        q = MathF.FusedMultiplyAdd(q, f, -0.16667688f);
        q = MathF.FusedMultiplyAdd(q, f, 0.2000222f);
        q = MathF.FusedMultiplyAdd(q, f, -0.25000027f);
        q = MathF.FusedMultiplyAdd(q, f, 0.3333331f);
        q = MathF.FusedMultiplyAdd(q, f, -0.5f);
        float log1p = MathF.FusedMultiplyAdd(f * f, q, f);
        float logarithm = MathF.FusedMultiplyAdd(exponent, 0.693359375f, MathF.FusedMultiplyAdd(exponent, -2.12194440e-4f, log1p));
        float outside = x < 0f ? float.NaN : float.NegativeInfinity;
        float defined = x > 0f ? logarithm : outside;
        return x < float.PositiveInfinity ? defined : x;
    }

    /// <summary>log₂ x: ln x / ln 2.</summary>
    public static float Log2(float x) => Log(x) * 1.44269504f;

    /// <summary>log₁₀ x: ln x / ln 10.</summary>
    public static float Log10(float x) => Log(x) * 0.434294482f;

    /// <summary>sin x: absolute error below 3e-7 for |x| up to 10⁴, growing with |x| beyond.</summary>
    public static float Sin(float x) => Quadrant(x, 0);

    /// <summary>cos x: absolute error below 3e-7 for |x| up to 10⁴, growing with |x| beyond.</summary>
    public static float Cos(float x) => Quadrant(x, 1);

    /// <summary>tan x = sin x / cos x.</summary>
    public static float Tan(float x) => Sin(x) / Cos(x);

    /// <summary>x^y for a positive x; relative error about 1e-7 times |y ln x| + 1.</summary>
    public static float Pow(float x, float y)
    {
        float magnitude = Exp(y * Log(MathF.Abs(x)));
        bool isWhole = MathF.Truncate(y) == y;
        bool isOdd = isWhole && MathF.Truncate(y * 0.5f) * 2f != y;
        float signed = x < 0f ? (isWhole ? (isOdd ? -magnitude : magnitude) : float.NaN) : magnitude;
        return y == 0f || x == 1f ? 1f : signed;
    }

    /// <summary>tanh x, within 4 units.</summary>
    public static float Tanh(float x)
    {
        float a = MathF.Abs(x);
        float square = x * x;
        // Near 0 a polynomial: 1 - 2 / (e²ᵃ + 1) would cancel.
        float p = MathF.FusedMultiplyAdd(-0.00570498872f, square, 0.0206390887f);
        p = MathF.FusedMultiplyAdd(p, square, -0.0537397124f);
        p = MathF.FusedMultiplyAdd(p, square, 0.133314422f);
        p = MathF.FusedMultiplyAdd(p, square, -0.333332819f);
        float small = MathF.FusedMultiplyAdd(p * square, x, x);
        float large = 1f - (2f / (Exp(2f * a) + 1f));
        float signed = x < 0f ? -large : large;
        return a < 0.625f ? small : signed;
    }

    // sin(x + quarters π/2): the nearest number of quarter turns is taken off in three parts, the rest goes into a polynomial.
    private static float Quadrant(float x, int quarters)
    {
        float shifted = MathF.FusedMultiplyAdd(x, 0.636619772f, RoundingShift);
        float n = shifted - RoundingShift;
        float r = MathF.FusedMultiplyAdd(n, -1.57079637f, x);
        r = MathF.FusedMultiplyAdd(n, 4.37113883e-8f, r);
        r = MathF.FusedMultiplyAdd(n, 1.71512451e-15f, r);
        int quadrant = BitConverter.SingleToInt32Bits(shifted) + quarters;
        float z = r * r;
        float s = MathF.FusedMultiplyAdd(2.718121e-6f, z, -1.9839334e-4f);
        s = MathF.FusedMultiplyAdd(s, z, 8.3332345e-3f);
        s = MathF.FusedMultiplyAdd(s, z, -0.16666667f);
        s = MathF.FusedMultiplyAdd(s * z, r, r);
        float c = MathF.FusedMultiplyAdd(2.44331571e-5f, z, -1.38873162e-3f);
        c = MathF.FusedMultiplyAdd(c, z, 4.16666456e-2f);
        c = MathF.FusedMultiplyAdd(c, z, -0.5f);
        c = MathF.FusedMultiplyAdd(c, z, 1f);
        float magnitude = (quadrant & 1) == 0 ? s : c;
        return (quadrant & 2) == 0 ? magnitude : -magnitude;
    }

    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);
}
