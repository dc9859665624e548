using ILGPU;

namespace DreamFusion.Kernels.Device;

/// <summary>Two 16-bit floats in a word, the first in the low bits.</summary>
public static class HalfPair
{
    /// <summary>Largest finite 16-bit float.</summary>
    public const float Largest = 65504f;

    /// <summary>Two floats, rounded to the nearest; one instruction from sm_80 on.</summary>
    /// <param name="low">First.</param>
    /// <param name="high">Second.</param>
    [DeviceIntrinsic("cvt.f16x2")]
    public static uint Pack(float low, float high) => Interop.FloatAsInt((Half)low) | ((uint)Interop.FloatAsInt((Half)high) << 16);

    /// <summary>The same with what is too large made the largest number: storage in 16 bits then makes no infinity, whose products with 0 would be NaN. NaN stays NaN.</summary>
    /// <param name="low">First.</param>
    /// <param name="high">Second.</param>
    public static uint PackFinite(float low, float high) => Pack(Finite(low), Finite(high));

    private static float Finite(float value) => value > Largest ? Largest : value < -Largest ? -Largest : value;

    /// <summary>The first.</summary>
    public static float Low(uint pair) => Interop.IntAsFloat((ushort)pair);

    /// <summary>The second.</summary>
    public static float High(uint pair) => Interop.IntAsFloat((ushort)(pair >> 16));

    /// <summary>Sums of two pairs, each rounded to the nearest.</summary>
    public static uint Add(uint x, uint y) => Pack(Low(x) + Low(y), High(x) + High(y));
}
