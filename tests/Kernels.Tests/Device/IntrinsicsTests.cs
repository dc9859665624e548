using DreamFusion.Kernels.Device;
using Xunit;

namespace DreamFusion.Kernels.Tests.Device;

public sealed class IntrinsicsTests
{
    [Theory]
    [InlineData(0f, 0)]
    [InlineData(1.5f, 1)]
    [InlineData(-1.5f, -2)]
    [InlineData(-2f, -2)]
    [InlineData(-1e-30f, -1)]
    [InlineData(8388607.5f, 8388607)]
    [InlineData(3e9f, int.MaxValue)]
    [InlineData(-3e9f, int.MinValue)]
    [InlineData(float.NaN, 0)]
    public void FloorToIntRoundsDownAndSaturates(float value, int expected) => Assert.Equal(expected, Intrinsics.FloorToInt(value));

    // (1 + 2⁻¹²)² = 1 + 2⁻¹¹ + 2⁻²⁴: rounding the product first loses the last term.
    [Fact]
    public void FmaRoundsOnce()
    {
        float a = 1f + 1f / 4096f;
        Assert.Equal(1f / 16777216f, Intrinsics.Fma(a, a, -(1f + 1f / 2048f)));
    }

    [Fact]
    public void Float3FollowsTheRightHandRule()
    {
        Assert.Equal(new Float3(0, 0, 1), Float3.Cross(new Float3(1, 0, 0), new Float3(0, 1, 0)));
        Assert.Equal(5f, new Float3(0, 3, 4).Length);
        Assert.Equal(32f, Float3.Dot(new Float3(1, 2, 3), new Float3(4, 5, 6)));
        Assert.Equal(new Float3(0, 0.6f, 0.8f).Y, Float3.Normalize(new Float3(0, 3, 4)).Y, 1e-7f);
    }
}
