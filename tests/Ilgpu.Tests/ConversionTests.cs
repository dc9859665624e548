using ILGPU;
using Xunit;
using Half = ILGPU.Half;

namespace Ilgpu.Tests;

/// <summary>Conversions and comparisons in kernels; the numbers follow from the widths of the types and IEEE 754.</summary>
public sealed class ConversionTests
{
    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void IntegersWidenAndNarrow(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal([-1, 127, -128], device.Map<int, sbyte>((i, s, t) => t[i] = unchecked((sbyte)s[i]), 255, 127, 128));
        Assert.Equal([255, 0], device.Map<int, byte>((i, s, t) => t[i] = unchecked((byte)s[i]), -1, 256));
        Assert.Equal([-32768, -1], device.Map<int, short>((i, s, t) => t[i] = unchecked((short)s[i]), 32768, 65535));
        Assert.Equal([65535], device.Map<int, ushort>((i, s, t) => t[i] = unchecked((ushort)s[i]), -1));
        Assert.Equal([-1L, int.MinValue], device.Map<int, long>((i, s, t) => t[i] = s[i], -1, int.MinValue));
        Assert.Equal([uint.MaxValue], device.Map<int, long>((i, s, t) => t[i] = unchecked((uint)s[i]), -1));
        Assert.Equal([1, -1], device.Map<long, int>((i, s, t) => t[i] = unchecked((int)s[i]), (1L << 32) + 1, uint.MaxValue));
        Assert.Equal([ulong.MaxValue], device.Map<int, ulong>((i, s, t) => t[i] = unchecked((ulong)s[i]), -1));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void FloatsToIntegersTruncateAndSaturate(string kind)
    {
        using var device = TestDevice.Open(kind);
        float[] values = [1.9f, -1.9f, 3e9f, -3e9f, float.NaN, float.PositiveInfinity];
        Assert.Equal([1, -1, int.MaxValue, int.MinValue, 0, int.MaxValue], device.Map<float, int>((i, s, t) => t[i] = (int)s[i], values));
        Assert.Equal([1u, 0u, 3_000_000_000u, 0u, 0u, uint.MaxValue], device.Map<float, uint>((i, s, t) => t[i] = (uint)s[i], values));
        Assert.Equal([long.MaxValue, long.MinValue], device.Map<double, long>((i, s, t) => t[i] = (long)s[i], 1e30, -1e30));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void IntegersToFloatsRoundToNearestEven(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal([16777216f, 16777220f], device.Map<int, float>((i, s, t) => t[i] = s[i], 16777217, 16777219));
        Assert.Equal([4294967296f], device.Map<uint, float>((i, s, t) => t[i] = s[i], uint.MaxValue));
        Assert.Equal([18446744073709551616.0], device.Map<ulong, double>((i, s, t) => t[i] = s[i], ulong.MaxValue));
        Assert.Equal([0.1f], device.Map<double, float>((i, s, t) => t[i] = (float)s[i], 0.1));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void Halves(string kind)
    {
        // 2049 lies between 2048 and 2050 and goes to the even one; 65520 rounds to infinity; 2^-25 rounds to zero, 2^-24 is the smallest number.
        using var device = TestDevice.Open(kind);
        ushort[] bits = device.Map<float, ushort>((i, s, t) => t[i] = Interop.FloatAsInt((Half)s[i]), 1f, -2f, 2049f, 2051f, 65504f, 65520f, 5.9604645e-8f, 2.9802322e-8f);
        Assert.Equal(new ushort[] { 0x3c00, 0xc000, 0x6800, 0x6802, 0x7bff, 0x7c00, 0x0001, 0x0000 }, bits);
        Assert.Equal([2.5f], device.Map<float, float>((i, s, t) => t[i] = (Half)s[i] + (Half)1f, 1.5f));
        Assert.Equal([1, 0, 1], device.Map<float, int>((i, s, t) => t[i] = (Half)s[i] < (Half)1f ? 1 : 0, -1f, 1f, 0.5f));
        Assert.Equal([7], device.Map<int, int>((i, s, t) => t[i] = (int)(Half)s[i], 7));
        Assert.True(Half.IsNaN(Half.NaN) && Half.IsInfinity(Half.PositiveInfinity) && !Half.IsFinite(Half.NegativeInfinity) && Half.IsZero(-Half.Zero));
        Assert.NotEqual(0f, (float)Half.Epsilon);
        Half notANumber = (Half)float.NaN;
        Assert.False(notANumber == Half.NaN);
    }

    private static void CompareInts(Index1D i, ArrayView<int> s, ArrayView<int> t)
    {
        int v = s[i];
        t[i] = (v < 5 ? 1 : 0) | (v <= 5 ? 2 : 0) | (v > 5 ? 4 : 0) | (v >= 5 ? 8 : 0) | (v == 5 ? 16 : 0) | (v != 5 ? 32 : 0) | ((uint)v < 5u ? 64 : 0);
    }

    private static void CompareFloats(Index1D i, ArrayView<float> s, ArrayView<int> t)
    {
        float v = s[i];
        t[i] = (v < 5 ? 1 : 0) | (v <= 5 ? 2 : 0) | (v > 5 ? 4 : 0) | (v >= 5 ? 8 : 0) | (v == 5 ? 16 : 0) | (v != 5 ? 32 : 0) | (!(v < 5) ? 64 : 0);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void Comparisons(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal([1 | 2 | 32 | 64, 2 | 8 | 16, 4 | 8 | 32, 1 | 2 | 32], device.Map<int, int>(CompareInts, 4, 5, 6, -1));
        Assert.Equal([1 | 2 | 32, 2 | 8 | 16 | 64, 4 | 8 | 32 | 64, 32 | 64], device.Map<float, int>(CompareFloats, 4f, 5f, 6f, float.NaN));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void BitCasts(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal([0x3f800000u, 0x80000000u], device.Map<float, uint>((i, s, t) => t[i] = Interop.FloatAsInt(s[i]), 1f, -0f));
        Assert.Equal([1f], device.Map<uint, float>((i, s, t) => t[i] = Interop.IntAsFloat(s[i]), 0x3f800000u));
        Assert.Equal([0x3ff0000000000000ul], device.Map<double, ulong>((i, s, t) => t[i] = Interop.FloatAsInt(s[i]), 1.0));
        Assert.Equal([-2.0], device.Map<ulong, double>((i, s, t) => t[i] = Interop.IntAsFloat(s[i]), 0xc000000000000000ul));
        Assert.Equal([1f], device.Map<ushort, float>((i, s, t) => t[i] = Interop.IntAsFloat(s[i]), (ushort)0x3c00));
    }
}
