using System.Runtime.CompilerServices;
using ILGPU;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Exponential and logarithm in exact operations, fma and polynomials of our own, the same bits on every IEEE device and in every vector
/// width: MathF.Exp is the C library's, which differs between machines and has no vector form.
/// <code>
/// n = round(x / ln 2)      r = x - n ln 2 in [-ln 2 / 2, ln 2 / 2]      eˣ = 2ⁿ (1 + r + r² P(r))
/// x = 2ᵉ (1 + f), 1 + f in [√½, √2)      ln x = e ln 2 + f + f² Q(f)
/// </code>
/// P (largest relative error of the exponential 3e-9) and Q (of the logarithm 7e-10) are minimax fits of our own.
/// </summary>
public static class Elementary
{
    /// <summary>Above this eˣ is infinite for certain, and n still fits two powers of two.</summary>
    internal const float LargestExponent = 89f;

    /// <summary>Below this eˣ is 0 for certain.</summary>
    internal const float SmallestExponent = -104f;

    /// <summary>1.5·2²³: added to a number below 2²² in size it rounds it to an integer, in the last bits of the sum.</summary>
    internal const float RoundingShift = 12582912f;

    internal const float InverseLog2 = 1.44269502f;
    internal const float Log2High = 0.693147182f;
    internal const float Log2Low = -1.90465421e-9f;
    internal const float P0 = 0.4999999344f;
    internal const float P1 = 0.1666652057f;
    internal const float P2 = 0.04166838878f;
    internal const float P3 = 0.008368724147f;
    internal const float P4 = 0.001381458176f;

    internal const float SmallestNormal = 1.17549435e-38f;
    internal const float TwoTo23 = 8388608f;
    internal const float SquareRootOf2 = 1.41421356f;

    /// <summary>ln 2 in two parts; the first has 16 trailing zero bits, so that its product with an exponent is exact.</summary>
    internal const float Log2Short = 0.693359375f;
    internal const float Log2Rest = -2.12194440e-4f;
    internal const float Q0 = -0.5f;
    internal const float Q1 = 0.3333331f;
    internal const float Q2 = -0.25000027f;
    internal const float Q3 = 0.2000222f;
    internal const float Q4 = -0.16667688f;
    internal const float Q5 = 0.14217681f;
    internal const float Q6 = -0.12407347f;
    internal const float Q7 = 0.11900967f;
    internal const float Q8 = -0.11676006f;
    internal const float Q9 = 0.06724982f;

    /// <summary>eˣ within 1 unit in the last place, denormal results included; 0 for -∞, ∞ above 88.72, NaN for NaN.</summary>
    /// <param name="x">Any float.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x)
    {
        // Comparisons instead of a minimum and a maximum: they let NaN through on every device.
        float bounded = x > LargestExponent ? LargestExponent : x;
        bounded = SmallestExponent > bounded ? SmallestExponent : bounded;
        float shifted = Intrinsics.Fma(bounded, InverseLog2, RoundingShift);
        float n = shifted - RoundingShift;
        float r = Intrinsics.Fma(n, -Log2Low, Intrinsics.Fma(n, -Log2High, bounded));
        float p = Intrinsics.Fma(Intrinsics.Fma(Intrinsics.Fma(Intrinsics.Fma(P4, r, P3), r, P2), r, P1), r, P0);
        float mantissa = 1f + Intrinsics.Fma(r * r, p, r);
        // 2ⁿ in two factors: n reaches 128 and -150, and only the second product rounds.
        int exponent = (int)Interop.FloatAsInt(shifted) - (int)Interop.FloatAsInt(RoundingShift);
        int half = exponent >> 1;
        return mantissa * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>ln x within 3 units in the last place; -∞ for 0, NaN below 0 and for NaN, ∞ for ∞.</summary>
    /// <param name="x">Any float.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x)
    {
        bool isDenormal = SmallestNormal > x;
        float logarithm = LogOfNormal(isDenormal ? x * TwoTo23 : x, isDenormal ? -23f : 0f);
        float outside = 0f > x ? float.NaN : float.NegativeInfinity;
        float defined = x > 0f ? logarithm : outside;
        return float.PositiveInfinity > x ? defined : x;
    }

    /// <summary>ln u + addedExponent ln 2 for a positive, finite u that is not denormal; relative error below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float LogOfNormal(float u, float addedExponent)
    {
        uint bits = Interop.FloatAsInt(u);
        float exponent = (int)(bits >> 23) - 127 + addedExponent;
        float mantissa = Interop.IntAsFloat((bits & 0x007FFFFFu) | 0x3F800000u);
        bool isLarge = !(SquareRootOf2 > mantissa);
        mantissa = isLarge ? mantissa * 0.5f : mantissa;
        exponent = isLarge ? exponent + 1f : exponent;
        // Exact: mantissa is in [√½, √2), where subtracting 1 loses no bit (Sterbenz).
        float f = mantissa - 1f;
        float q = Intrinsics.Fma(Intrinsics.Fma(Intrinsics.Fma(Q9, f, Q8), f, Q7), f, Q6);
        q = Intrinsics.Fma(Intrinsics.Fma(Intrinsics.Fma(q, f, Q5), f, Q4), f, Q3);
        q = Intrinsics.Fma(Intrinsics.Fma(Intrinsics.Fma(q, f, Q2), f, Q1), f, Q0);
        float log1p = Intrinsics.Fma(f * f, q, f);
        return Intrinsics.Fma(exponent, Log2Short, Intrinsics.Fma(exponent, Log2Rest, log1p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int exponent) => Interop.IntAsFloat((uint)(exponent + 127) << 23);
}
