using System;
using DreamFusion.Kernels.Encode;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

public sealed class SinusoidTests
{
    // .NET's double sine of the float angle is the origin of the expectation.
    [Theory]
    [InlineData(4f, 2e-7)]
    [InlineData(1000f, 2e-7)]
    [InlineData(1048576f, 2e-7)]
    public void Radians_AgreeWithDoublePrecision(float largest, double tolerance)
    {
        double worst = 0;
        for (int i = -100_000; i <= 100_000; i++)
        {
            float angle = largest * (i / 100_000f);
            SineCosine value = Sinusoid.OfRadians(angle);
            worst = Math.Max(worst, Math.Max(Math.Abs(value.Sine - Math.Sin(angle)), Math.Abs(value.Cosine - Math.Cos(angle))));
        }

        Assert.True(worst <= tolerance, $"largest error {worst:g3}");
    }

    [Fact]
    public void HalfTurns_AgreeWithDoublePrecision()
    {
        var random = new Random(1);
        double worst = 0;
        for (int i = 0; i < 200_000; i++)
        {
            float halfTurns = (float)(Math.Pow(2, 20 * random.NextDouble()) * (2 * random.NextDouble() - 1));
            SineCosine value = Sinusoid.OfHalfTurns(halfTurns);
            double reduced = Math.IEEERemainder(halfTurns, 2);
            worst = Math.Max(worst, Math.Max(Math.Abs(value.Sine - Math.Sin(Math.PI * reduced)), Math.Abs(value.Cosine - Math.Cos(Math.PI * reduced))));
        }

        Assert.True(worst <= 2e-7, $"largest error {worst:g3}");
    }

    [Theory]
    [InlineData(0f, 0f, 1f)]
    [InlineData(0.5f, 1f, 0f)]
    [InlineData(1f, 0f, -1f)]
    [InlineData(-0.5f, -1f, 0f)]
    [InlineData(1048577f, 0f, -1f)]
    [InlineData(536870912f, 0f, 1f)]
    public void QuarterTurnsAreExact(float halfTurns, float sine, float cosine)
    {
        SineCosine value = Sinusoid.OfHalfTurns(halfTurns);
        Assert.Equal(sine, value.Sine);
        Assert.Equal(cosine, value.Cosine);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void AnAngleThatIsNotFiniteDoesNotLookLikeOne(float angle)
    {
        Assert.False(float.IsFinite(Sinusoid.OfRadians(angle).Sine));
        Assert.False(float.IsFinite(Sinusoid.OfHalfTurns(angle).Sine));
    }
}
