using System;
using System.Runtime.CompilerServices;

namespace DreamFusion.Kernels.Device;

/// <summary>Operations that ILGPU's API does not have, with portable bodies.</summary>
public static class Intrinsics
{
    /// <summary>a·b + c with one rounding. The product is never rounded, so no compiler can change the bits by contraction.</summary>
    /// <param name="a">First factor.</param>
    /// <param name="b">Second factor.</param>
    /// <param name="c">Summand.</param>
    [DeviceIntrinsic("fma")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Fma(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>Largest integer ≤ x, saturated to the range of <see cref="int"/>; 0 for NaN.</summary>
    /// <param name="x">Any float.</param>
    [DeviceIntrinsic("floor.s32")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FloorToInt(float x)
    {
        int truncated = (int)x;
        // Below int.MinValue the conversion has saturated already, and one less would wrap around.
        return x < truncated && truncated != int.MinValue ? truncated - 1 : truncated;
    }
}
