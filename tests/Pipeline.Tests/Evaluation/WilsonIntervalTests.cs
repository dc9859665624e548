using System;
using DreamFusion.Pipeline.Evaluation;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

public sealed class WilsonIntervalTests
{
    // Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void EndsAreNewcombes(int right, int count, double low, double high)
    {
        WilsonInterval interval = new(right / (double)count, count);
        Assert.True(Math.Abs(interval.Low - low) <= 5e-5 && Math.Abs(interval.High - high) <= 5e-5, $"[{interval.Low}, {interval.High}]");
    }

    [Fact]
    public void ItIsSymmetricAndNeverLeavesTheRangeOfShares()
    {
        WilsonInterval all = new(1, 24), none = new(0, 24);
        Assert.Equal(1, all.High);
        Assert.True(Math.Abs(all.Low - (1 - none.High)) <= 1e-15 && all.Low < 1);
        WilsonInterval one = new(0.5, 1);
        Assert.True(one.Low >= 0 && one.High <= 1);
    }
}
