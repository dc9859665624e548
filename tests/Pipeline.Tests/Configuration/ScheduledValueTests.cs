using System;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

public sealed class ScheduledValueTests
{
    [Fact]
    public void ANumberIsTheSameAtEveryStep()
    {
        ScheduledValue value = Orientation("0.25");
        Assert.True(value.IsConstant);
        Assert.Equal((0.25f, 0.25f), (value.At(0), value.At(1_000_000)));
        Assert.Empty(value.Points);
    }

    // Origin: threestudio's C(), worked by hand; the first is its orientation weight in configs/dreamfusion-sd.yaml.
    [Theory]
    [InlineData("[0, 10.0, 1000.0, 5000]", 0, 10f)]
    [InlineData("[0, 10.0, 1000.0, 5000]", 2500, 505f)]
    [InlineData("[0, 10.0, 1000.0, 5000]", 5000, 1000f)]
    [InlineData("[0, 10.0, 1000.0, 5000]", 9999, 1000f)]
    [InlineData("[10, 1000, 5000]", 2500, 505f)]
    [InlineData("[10000, 0.0, 1000.0, 10001]", 10000, 0f)]
    [InlineData("[10000, 0.0, 1000.0, 10001]", 10001, 1000f)]
    [InlineData("[100, 1, 3, 200, 2, 300]", 99, 1f)]
    [InlineData("[100, 1, 3, 200, 2, 300]", 150, 2f)]
    [InlineData("[100, 1, 3, 200, 2, 300]", 200, 3f)]
    [InlineData("[100, 1, 3, 200, 2, 300]", 250, 2.5f)]
    [InlineData("[100, 1, 3, 200, 2, 300]", 301, 2f)]
    public void AListIsLinearBetweenItsSteps(string written, int step, float expected)
    {
        Assert.Equal(expected, Orientation(written).At(step));
    }

    [Theory]
    [InlineData("[1, 2]", "expected a number or a list [start_step, start, end, end_step], got a list of 2")]
    [InlineData("[0, 1, 2, 3, 4]", "expected a number or a list [start_step, start, end, end_step], got a list of 5")]
    [InlineData("[0, 1, 2, 5000.0]", "expected a whole number of steps, got '5000.0'")]
    [InlineData("[-1, 1, 2, 5]", "expected a whole number of steps, got '-1'")]
    [InlineData("[5, 1, 2, 5]", "expected steps that rise, got 5, 5")]
    [InlineData("[0, one, 2, 5]", "expected a number, got 'one'")]
    [InlineData("[0, .nan, 2, 5]", "expected a number, got '.nan'")]
    [InlineData("[0, NaN, 2, 5]", "expected a number, got 'NaN'")]
    [InlineData("[0, [1], 2, 5]", "expected a list of numbers, got a list of 1")]
    [InlineData("often", "expected a number or a list [start_step, start, end, end_step], got 'often'")]
    [InlineData("[0, 1, 2000, 5]", "expected 0 to 1000 at every step, got [0, 1, 2000, 5]")]
    public void WrongListsAreNamed(string written, string expected)
    {
        DfkException error = Assert.Throws<DfkException>(() => Orientation(written));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("--set: loss.lambda_orientation: " + expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrittenScheduleReadsBackAsItself()
    {
        RunConfiguration configuration = Resolve("[2000, 1e-3, 0.125, 1000000]");
        Assert.Contains("lambda_orientation: [2000, 0.001, 0.125, 1000000]\n", ConfigurationFile.Write(configuration), StringComparison.Ordinal);
        Assert.Equal(configuration.Loss, Resolve("[2000, 0.001, 0.125, 1000000]").Loss);
        Assert.NotEqual(configuration.Loss, Resolve("[2000, 0.001, 0.125, 999999]").Loss);
        Assert.Equal([new SchedulePoint(2000, 1e-3f), new SchedulePoint(1_000_000, 0.125f)], configuration.Loss.Orientation.Points.ToArray());
        Assert.Throws<ArgumentException>(() => new ScheduledValue(new SchedulePoint(3, 1f), new SchedulePoint(3, 2f)));
    }

    private static ScheduledValue Orientation(string written) => Resolve(written).Loss.Orientation;

    private static RunConfiguration Resolve(string written) => new ConfigurationSources
    {
        Overrides = [new("<prompt>", "prompt", "a hamburger"), new("--set", "loss.lambda_orientation", written)],
    }.Resolve();
}
