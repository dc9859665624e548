using System;
using ILGPU;
using ILGPU.Algorithms;
using Xunit;

namespace Ilgpu.Tests;

/// <summary>The golden numbers are mathematical constants to 17 digits (Abramowitz and Stegun) and consequences of IEEE 754.</summary>
public sealed class XMathTests
{
    private static void Close(double expected, double value) => Assert.True(Math.Abs(expected - value) <= 4e-7 * Math.Max(1, Math.Abs(expected)), $"expected {expected}, got {value}");

    [Fact]
    public void KnownValues()
    {
        Close(2.7182818284590452, XMath.Exp(1f));
        Close(1.4142135623730950, XMath.Exp2(0.5));
        Close(1, XMath.Log(XMath.E));
        Close(2, XMath.Log(9.0, 3.0));
        Close(10, XMath.Log2(1024f));
        Close(3, XMath.Log10(1000.0));
        Close(8, XMath.Pow(2f, 3f));
        Close(1.7320508075688773, XMath.Sqrt(3.0));
        Close(0.5, XMath.Rsqrt(4f));
        Close(0.25, XMath.Rcp(4.0));
        Close(0.8414709848078965, XMath.Sin(1.0));
        Close(0.5403023058681398, XMath.Cos(1f));
        Close(1.5574077246549022, XMath.Tan(1.0));
        Close(1.1752011936438014, XMath.Sinh(1f));
        Close(1.5430806348152437, XMath.Cosh(1.0));
        Close(0.7615941559557649, XMath.Tanh(1f));
        Close(0.5235987755982989, XMath.Asin(0.5));
        Close(1.0471975511965979, XMath.Acos(0.5f));
        Close(0.7853981633974483, XMath.Atan(1.0));
        Close(2.3561944901923449, XMath.Atan2(1f, -1f));
        XMath.SinCos(1.0, out double sine, out double cosine);
        Close(0.8414709848078965, sine);
        Close(0.5403023058681398, cosine);
    }

    [Theory]
    [InlineData(2.5f, 2f, 3f, 2f, 2f, 3f)]
    [InlineData(-2.5f, -3f, -2f, -2f, -2f, -3f)]
    [InlineData(1.2f, 1f, 2f, 1f, 1f, 1f)]
    [InlineData(-0.7f, -1f, -0f, -0f, -1f, -1f)]
    public void Rounding(float value, float floor, float ceiling, float truncated, float even, float away)
    {
        Assert.Equal(floor, XMath.Floor(value));
        Assert.Equal(ceiling, XMath.Ceiling(value));
        Assert.Equal(truncated, XMath.Truncate(value));
        Assert.Equal(even, XMath.Round(value));
        Assert.Equal(even, XMath.RoundToEven((double)value));
        Assert.Equal(away, XMath.RoundAwayFromZero(value));
        Assert.Equal(away, XMath.Round(value, MidpointRounding.AwayFromZero));
    }

    [Fact]
    public void IntegersAndSigns()
    {
        Assert.Equal(4, XMath.DivRoundUp(10, 3));
        Assert.Equal(3, XMath.DivRoundDown(10, 3));
        Assert.Equal(5L, IntrinsicMath.DivRoundUp(25L, 5L));
        Assert.Equal(-1, XMath.Sign(-3f));
        Assert.Equal(0, XMath.Sign(0.0));
        Assert.Equal(3, XMath.Clamp(7, 1, 3));
        Assert.Equal(-1.5f, XMath.Rem(-7.5f, 3f));
        Assert.Equal(-1.5, XMath.IEEERemainder(-7.5, 3.0));
        Assert.Equal(-2f, IntrinsicMath.CopySign(2f, -1f));
        Assert.Equal(2, IntrinsicMath.PopCount(0x101));
        Assert.Equal(31, IntrinsicMath.LeadingZeroCount(1));
        Assert.Equal(4, XMath.TrailingZeroCount(0x10ul));
        Assert.Equal(64, XMath.LeadingZeroCount(0L));
        Assert.True(XMath.IsNaN(XMath.Sqrt(-1f)) && XMath.IsInfinity(XMath.Exp(100f)) && XMath.IsFinite(1.0));
        Assert.True(float.IsNaN(XMath.Max(float.NaN, 1f)));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void InsideAKernel(string kind)
    {
        using var device = TestDevice.Open(kind);
        float[] result = device.Map<float, float>((i, s, t) => t[i] = (XMath.Sin(s[i]) * XMath.Sin(s[i])) + (XMath.Cos(s[i]) * XMath.Cos(s[i])), 0.1f, 1f, 3f);
        Assert.All(result, value => Close(1, value));
    }
}
