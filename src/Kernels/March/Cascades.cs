using System;
using ILGPU;

namespace DreamFusion.Kernels.March;

/// <summary>
/// Cascades of the occupancy grid: C nested cubes around the origin, each with N³ cells, so that a large scene has fine
/// cells in its middle. Works in kernels and on the host.
/// <code>
/// C = 1 + ⌈log₂ bound⌉          half side of cascade c = min(2ᶜ, bound), and the bound itself for the last one
/// by position: e with max |x| = m 2ᵉ      by step: e with dt N / 2 = m 2ᵉ      m in [½, 1), e clamped to [0, C - 1]
/// cascade of a lattice point = max(by position, by step)
/// </code>
/// Source: instant-ngp (Müller et al. 2022), appendix E.1, with the cube [-1, 1]³ as the finest cascade.
/// </summary>
public static class Cascades
{
    /// <summary>Cascades that a bound calls for, ≥ 1; a grid may have fewer, whose last one then spans the bound.</summary>
    /// <param name="bound">Half the side of the scene's cube, world units, &gt; 0 and finite.</param>
    public static int CountFor(float bound) =>
        bound > 1f ? 1 + (int)MathF.Ceiling(MathF.Log2(bound)) : 1;

    /// <summary>Half the side of one cascade's cube, world units.</summary>
    /// <param name="cascade">Cascade, in [0, count).</param>
    /// <param name="count">Number of cascades.</param>
    /// <param name="bound">Half the side of the scene's cube, world units.</param>
    public static float HalfSide(int cascade, int count, float bound) =>
        cascade == count - 1 ? bound : Interop.IntAsFloat((uint)(cascade + 127) << 23);

    /// <summary>
    /// Cascades, from the finest on, of which each has twice the side of the one before, so that 2³ cells of one are a cell of the next: all of
    /// them, or all but the last one, which spans the bound.
    /// </summary>
    /// <param name="count">Number of cascades C ≥ 1.</param>
    /// <param name="bound">Half the side of the scene's cube, world units.</param>
    public static int NestedCount(int count, float bound) =>
        count > 1 && HalfSide(count - 1, count, bound) != 2f * HalfSide(count - 2, count, bound) ? count - 1 : count;

    /// <summary>The finest cascade whose cube holds a position: 0 below 1, then one for each doubling.</summary>
    /// <param name="largest">Largest of |x|, |y|, |z|, world units.</param>
    /// <param name="count">Number of cascades.</param>
    public static int OfPosition(float largest, int count) => Clamp(BinaryExponent(largest), count);

    /// <summary>The finest cascade whose cells are longer than a step.</summary>
    /// <param name="stepLength">Step dt, world units.</param>
    /// <param name="resolution">Cells along a side N.</param>
    /// <param name="count">Number of cascades.</param>
    public static int OfStep(float stepLength, int resolution, int count) =>
        Clamp(BinaryExponent(stepLength * (0.5f * resolution)), count);

    // The exponent of C's frexp; below -125 for zero and subnormal numbers, which the clamp turns into 0.
    private static int BinaryExponent(float value) => (int)((Interop.FloatAsInt(value) >> 23) & 255u) - 126;

    private static int Clamp(int exponent, int count) => exponent < 0 ? 0 : exponent < count ? exponent : count - 1;
}
