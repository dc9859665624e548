using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Encode;

/// <summary>A sine and a cosine of the same angle.</summary>
public struct SineCosine
{
    /// <summary>The sine, in [-1, 1].</summary>
    public float Sine;

    /// <summary>The cosine, in [-1, 1].</summary>
    public float Cosine;
}

/// <summary>
/// Sine and cosine with range reduction, the same bits on every IEEE device: exact operations, fma and polynomials only.
/// <code>
/// q = ⌊angle·2/π + ½⌋      r = angle - q π/2 in [-π/4, π/4]      (sin, cos)(angle) = quadrant q of (sin, cos)(r)
/// sin r = r + r³ P(r²)     cos r = 1 - r²/2 + r⁴ Q(r²)
/// </code>
/// P and Q are minimax polynomials of our own (relative error of the sine 4e-9, of the cosine 1e-10 before rounding). A
/// frequency encoding asks for angles of thousands of radians, where the fast sine of a GPU has no correct digit left.
/// </summary>
public static class Sinusoid
{
    /// <summary>
    /// Sine and cosine of an angle in radians. Absolute error below 2e-7 for |angle| ≤ 2²⁰; not finite if the angle is not.
    /// </summary>
    /// <param name="angle">Angle, radians.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SineCosine OfRadians(float angle)
    {
        int quarterTurns = Intrinsics.FloorToInt(Intrinsics.Fma(angle, 0.636619747f, 0.5f));
        float q = quarterTurns;
        // π/2 in three parts (Cody and Waite): with fma the first difference is exact, and the parts hold 72 bits of π/2.
        float r = Intrinsics.Fma(-q, 1.57079637f, angle);
        r = Intrinsics.Fma(-q, -4.37113883e-8f, r);
        r = Intrinsics.Fma(-q, -1.71512451e-15f, r);
        return OfReduced(r, quarterTurns);
    }

    /// <summary>
    /// Sine and cosine of π times a number. Absolute error below 2e-7 for |halfTurns| &lt; 2³⁰; not finite if the number is
    /// not. The reduction is exact, which a rounded product with π would spoil.
    /// </summary>
    /// <param name="halfTurns">Angle in units of π radians.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SineCosine OfHalfTurns(float halfTurns)
    {
        float turned = 2f * halfTurns;
        int quarterTurns = Intrinsics.FloorToInt(turned + 0.5f);
        return OfReduced((turned - quarterTurns) * 1.57079637f, quarterTurns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static SineCosine OfReduced(float r, int quarterTurns)
    {
        float z = r * r;
        float p = Intrinsics.Fma(Intrinsics.Fma(-1.95172674e-4f, z, 8.332178e-3f), z, -0.166666552f);
        float sine = Intrinsics.Fma(r * z, p, r);
        float q = Intrinsics.Fma(Intrinsics.Fma(2.44384155e-5f, z, -1.38873677e-3f), z, 4.16666456e-2f);
        float cosine = Intrinsics.Fma(Intrinsics.Fma(q, z, -0.5f), z, 1f);

        // A quarter turn takes (cos, sin) to (-sin, cos).
        int quadrant = quarterTurns & 3;
        bool swapped = (quadrant & 1) != 0;
        float turnedSine = swapped ? cosine : sine;
        float turnedCosine = swapped ? sine : cosine;
        return new SineCosine
        {
            Sine = quadrant >= 2 ? -turnedSine : turnedSine,
            Cosine = quadrant == 1 || quadrant == 2 ? -turnedCosine : turnedCosine,
        };
    }
}
