using System;
using DreamFusion.Kernels.Optimize;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

/// <summary>Expectations by hand from the formulas in the schedules' documentation.</summary>
public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(5, 1.5)]
    [InlineData(10, 2.0)]
    [InlineData(1000, 2.0)]
    public void Linear(int step, double expected) => Assert.Equal(expected, new LinearSchedule(1, 2, 10).At(step), 1e-15);

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(5, 0.1)]
    [InlineData(10, 0.01)]
    [InlineData(11, 0.01)]
    public void Exponential(int step, double expected) => Assert.Equal(expected, new ExponentialSchedule(1, 0.01, 10).At(step), 1e-15);

    [Theory]
    [InlineData(0, 3.0)]
    [InlineData(3, 2.5)]
    [InlineData(4, 2.0)]
    [InlineData(9, 1.0)]
    public void Cosine(int step, double expected)
    {
        // A third of the way cos = 1/2 → 1 + 2·3/4; half way 2.
        int steps = step == 3 ? 9 : 8;
        Assert.Equal(expected, new CosineSchedule(3, 1, steps).At(step), 1e-12);
    }

    [Fact]
    public void ConstantAndNoSteps()
    {
        Assert.Equal(7, new ConstantSchedule(7).At(123));
        Assert.Equal(2, new LinearSchedule(1, 2, 0).At(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantSchedule(7).At(-1));
    }

    // DreamFusion, appendix A: 1e-9 → 1e-4 over 3,000 steps, cosine to 1e-6; 15,000 steps.
    [Theory]
    [InlineData(0, 1e-9)]
    [InlineData(1500, (1e-9 + 1e-4) / 2)]
    [InlineData(3000, 1e-4)]
    [InlineData(9000, (1e-4 + 1e-6) / 2)]
    [InlineData(15000, 1e-6)]
    public void DreamFusion(int step, double expected) =>
        Assert.Equal(expected, LearningRateSchedule.DreamFusion(15000).At(step), 1e-15);

    [Fact]
    public void DreamFusionNeedsMoreStepsThanItsWarmUp() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.DreamFusion(3000));
}
