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

    /// <summary>Adds to four neighbouring values of a level.</summary>
    /// <param name="a">Where to.</param>
    /// <param name="level">Level.</param>
    /// <param name="index">First of the values in the table, a multiple of 4.</param>
    /// <param name="value">Summands.</param>
    static abstract void Add(HashGridPairKernels.TableArgs a, int level, int index, Float4 value);
}

/// <summary>Atomic float sums, two or four in one instruction from sm_90 on: their order, and so their last bits, depend on the schedule.</summary>
public readonly struct FloatAccumulation : ITableAccumulation
{
    /// <inheritdoc/>
    public static void Add(HashGridPairKernels.TableArgs a, int level, int index, float x, float y)
        => DeviceAccess.AtomicAdd2(a.Backward.DLdTable, index, x, y);

    /// <inheritdoc/>
    public static void Add(HashGridPairKernels.TableArgs a, int level, int index, Float4 value)
        => DeviceAccess.AtomicAdd4(a.Backward.DLdTable, index, value);
}

/// <summary>
/// Atomic sums of two 16-bit floats in a word, of the summands times a power of two for which no sum can become infinite:
/// <code>
/// k_l = 14 - ⌈log2 T_l⌉      T_l = Σ_samples max_features (|r| + 3 s_l |g_ν|₁ |u|)
/// </code>
/// A sample's corners weigh 1 together, so that T_l bounds what an entry gets even if all of them collide there; rounded sums stay below twice that. What is far below the largest
/// sums is lost: only for levels whose entries are met by few samples.
/// </summary>
public readonly struct HalfAccumulation : ITableAccumulation
{
    private const int Bits = 14;
    private const int LargestExponent = 126;
    private const int Bias = 127;
    private const int MantissaBits = 23;

    /// <inheritdoc/>
    public static void Add(HashGridPairKernels.TableArgs a, int level, int index, float x, float y)
    {
        float scale = FixedPointAccumulation.Power(Exponent(a.Totals[level]));
        DeviceAccess.AtomicAddHalf2(a.Halves, index >> 1, HalfPair.Pack(x * scale, y * scale));
    }

    /// <inheritdoc/>
    public static void Add(HashGridPairKernels.TableArgs a, int level, int index, Float4 value)
    {
        float scale = FixedPointAccumulation.Power(Exponent(a.Totals[level]));
        DeviceAccess.AtomicAddHalf2(a.Halves, index >> 1, HalfPair.Pack(value.X * scale, value.Y * scale));
        DeviceAccess.AtomicAddHalf2(a.Halves, (index >> 1) + 1, HalfPair.Pack(value.Z * scale, value.W * scale));
    }

    /// <summary>k_l.</summary>
    /// <param name="total">T_l ≥ 0.</param>
    internal static int Exponent(float total)
    {
        // The exponent and one more are ⌈log2⌉ but for powers of two, where they are one more than that.
        int exponent = Bits - ((int)(Interop.FloatAsInt(total) >> MantissaBits) - Bias + 1);
        return exponent > LargestExponent ? LargestExponent : exponent < -LargestExponent ? -LargestExponent : exponent;
    }
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

    /// <inheritdoc/>
    public static void Add(HashGridPairKernels.TableArgs a, int level, int index, Float4 value)
    {
        Add(a, level, index, value.X, value.Y);
        Add(a, level, index + 2, value.Z, value.W);
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
