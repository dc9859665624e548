using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Encode;

/// <summary>How threads add to a table's gradient at the same time, as a type, so that each way is its own kernel.</summary>
public interface ITableAccumulation
{
    /// <summary>Adds to two neighbouring values of a level.</summary>
    /// <param name="a">Where to.</param>
    /// <param name="level">Level.</param>
    /// <param name="index">First of the two values in the table, even.</param>
    /// <param name="x">Summand of the first.</param>
    /// <param name="y">Summand of the second.</param>
    static abstract void Add(HashGridPairKernels.TableArgs a, int level, int index, float x, float y);
}

/// <summary>Atomic float sums, two in one instruction from sm_90 on: their order, and so their last bits, depend on the schedule.</summary>
public readonly struct FloatAccumulation : ITableAccumulation
{
    /// <inheritdoc/>
    public static void Add(HashGridPairKernels.TableArgs a, int level, int index, float x, float y)
        => DeviceAccess.AtomicAdd2(a.Backward.DLdTable, index, x, y);
}

/// <summary>
/// Sums of 64-bit integers, exact in any order: the summand times a power of two for which no sum can overflow, that is 2^k_l with
/// <code>
/// k_l = 62 - ⌈log2 (8 M)⌉ - ⌈log2 G_l⌉      G_l = max (|r| + 3/2 s_l |g_ν|₁ |u|)
/// </code>
/// where all M samples with all corners may meet in one entry.
/// </summary>
public readonly struct FixedPointAccumulation : ITableAccumulation
{
    private const int Bits = 62;
    private const int LargestExponent = 126;
    private const int Bias = 127;
    private const int MantissaBits = 23;

    /// <inheritdoc/>
    public static void Add(HashGridPairKernels.TableArgs a, int level, int index, float x, float y)
    {
        float scale = Power(Exponent(a.Bounds[level], a.Backward.Positions.IntLength));
        Atomic.Add(ref a.Sums[index], (long)(x * scale));
        Atomic.Add(ref a.Sums[index + 1], (long)(y * scale));
    }

    /// <summary>k_l.</summary>
    /// <param name="bound">Bits of G_l, a float ≥ 0.</param>
    /// <param name="sampleCount">M.</param>
    internal static int Exponent(uint bound, int sampleCount)
    {
        // One more than the exponents round both logarithms up; 3 is for the corners.
        int magnitude = (int)(bound >> MantissaBits) - Bias + 1;
        int samples = 32 - IntrinsicMath.LeadingZeroCount(sampleCount);
        int exponent = Bits - 3 - samples - magnitude;
        return exponent > LargestExponent ? LargestExponent : exponent < -LargestExponent ? -LargestExponent : exponent;
    }

    /// <summary>2^exponent.</summary>
    /// <param name="exponent">-126 to 126.</param>
    internal static float Power(int exponent) => Interop.IntAsFloat((uint)(exponent + Bias) << MantissaBits);

    /// <summary>Whether G_l is a number: else the gradient becomes NaN.</summary>
    /// <param name="bound">Bits of G_l.</param>
    internal static bool IsFinite(uint bound) => bound < 0x7F80_0000u;
}
