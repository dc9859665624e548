using System;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Training.Watchdog;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training.Watchdog;

/// <summary>Each way to go wrong is told from the others, when it has lasted, and not before.</summary>
public sealed class SymptomDetectorTests
{
    private const int Patience = 8;
    private const int Warmup = 20;
    private const int ShapeWarmup = 250;

    [Fact]
    public void A_healthy_run_raises_no_alarm()
    {
        SymptomDetector detector = Detector();
        Assert.All(Enumerable.Range(1, 1000), step => Assert.Null(detector.Observe(Reports.Healthy(step))));
        Assert.Empty(detector.Streaks);
    }

    [Theory]
    [InlineData(Symptom.Empty)]
    [InlineData(Symptom.OverFull)]
    [InlineData(Symptom.Fog)]
    [InlineData(Symptom.Frozen)]
    public void What_lasts_is_named_with_the_step_before_it_showed(Symptom symptom)
    {
        SymptomDetector detector = Detector();
        const int begins = 400;
        for (int step = 1; step < begins + Patience - 1; step++)
        {
            Assert.Null(detector.Observe(step < begins ? Reports.Healthy(step) : Make(symptom, step)));
        }
        Alarm? alarm = detector.Observe(Make(symptom, begins + Patience - 1));
        Assert.NotNull(alarm);
        Assert.Equal((symptom, begins + Patience - 1, begins - 1), (alarm.Symptom, alarm.Step, alarm.LastGoodStep));
        Assert.Contains("opacity", alarm.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_finite_is_believed_at_once_even_at_the_first_step()
    {
        Alarm? alarm = Detector().Observe(Reports.NotFinite(1));
        Assert.Equal((Symptom.NotFinite, 1, 0), (alarm!.Symptom, alarm.Step, alarm.LastGoodStep));
        StepReport healthy = Reports.Healthy(1);
        foreach (StepReport broken in new[]
        {
            healthy with { GradientNorm = double.PositiveInfinity },
            healthy with { Losses = [new("tv", double.NaN)] },
            healthy with { Scene = healthy.Scene! with { MeanOpacity = double.NaN } },
            healthy with { Health = healthy.Health! with { MeanDensity = double.NaN } },
            healthy with { Health = healthy.Health! with { BorderOpacity = double.NegativeInfinity } },
            healthy with { Health = healthy.Health! with { GuidanceNorm = double.NaN } },
        })
        {
            Assert.Equal(Symptom.NotFinite, Detector().Observe(broken)?.Symptom);
        }
    }

    [Theory]
    [InlineData(Symptom.Empty, Warmup)]
    [InlineData(Symptom.Frozen, Warmup)]
    [InlineData(Symptom.OverFull, ShapeWarmup)]
    [InlineData(Symptom.Fog, ShapeWarmup)]
    public void Young_fields_are_left_alone(Symptom symptom, int warmup)
    {
        SymptomDetector detector = Detector();
        int alarm = Enumerable.Range(1, 1000).First(step => detector.Observe(Make(symptom, step)) is not null);
        Assert.Equal(warmup + Patience, alarm);
    }

    [Fact]
    public void One_healthy_step_begins_the_count_again()
    {
        SymptomDetector detector = Detector();
        for (int step = 300; step < 400; step++)
        {
            Assert.Null(detector.Observe(step % Patience == 0 ? Reports.Healthy(step) : Reports.Fog(step)));
        }
    }

    [Fact]
    public void An_empty_field_that_does_not_move_is_called_empty()
    {
        SymptomDetector detector = Detector();
        StepReport report = Reports.Empty(400);
        Alarm?[] alarms = [.. Enumerable.Range(400, Patience).Select(step => detector.Observe(report with { Step = step }))];
        Assert.Equal(Symptom.Empty, alarms[^1]!.Symptom);
        Assert.Equal(Patience, detector.Streaks[Symptom.Frozen]);
    }

    [Fact]
    public void A_detector_goes_on_with_the_streaks_of_another()
    {
        SymptomDetector first = Detector(), second = Detector();
        for (int step = 400; step < 405; step++)
        {
            Assert.Null(first.Observe(Reports.Empty(step)));
        }
        second.Restart(first.Streaks);
        for (int step = 405; step < 408; step++)
        {
            Assert.Equal(first.Observe(Reports.Empty(step)), second.Observe(Reports.Empty(step)));
        }
        Assert.Equal(Patience, second.Streaks[Symptom.Empty]);
    }

    [Fact]
    public void Every_way_to_be_frozen_counts()
    {
        SymptomRules rules = new(Configuration);
        StepReport healthy = Reports.Healthy(500);
        Assert.False(rules.Shows(Symptom.Frozen, healthy));
        Assert.True(rules.Shows(Symptom.Frozen, healthy with { GradientNorm = 0 }));
        Assert.True(rules.Shows(Symptom.Frozen, healthy with { Health = healthy.Health! with { GuidanceNorm = 0 } }));
        Assert.True(rules.Shows(Symptom.Frozen, healthy with { Health = healthy.Health! with { ParameterChange = 1e-9 } }));
    }

    [Fact]
    public void The_region_is_a_ball_or_a_cube()
    {
        StepReport full = Reports.Fog(500) with { Health = Reports.Fog(500).Health! with { TranslucentShare = 0.5 } };
        Assert.True(new SymptomRules(Configuration).Shows(Symptom.Fog, full));
        // Half of a cube is not all of it.
        Assert.False(new SymptomRules(Configuration with { Nerf = Configuration.Nerf with { BoundKind = BoundKind.Cube } }).Shows(Symptom.Fog, full));
    }

    [Fact]
    public void An_object_that_fills_most_of_the_region_is_an_object()
    {
        // "a blue cube" of the 24 prompts at step 200: nine tenths of the ball, opaque up to the border.
        SymptomRules rules = new(Configuration);
        StepReport cube = Reports.OverFull(500) with { Scene = new SceneReport("albedo", 0.907 * Math.PI / 6, 200_000, 0.97) };
        Assert.False(rules.Shows(Symptom.OverFull, cube));
        Assert.False(rules.Shows(Symptom.Fog, cube));
    }

    private static StepReport Make(Symptom symptom, int step) => symptom switch
    {
        Symptom.NotFinite => Reports.NotFinite(step),
        Symptom.Empty => Reports.Empty(step),
        Symptom.OverFull => Reports.OverFull(step),
        Symptom.Fog => Reports.Fog(step),
        Symptom.Frozen => Reports.Frozen(step),
        _ => throw new ArgumentOutOfRangeException(nameof(symptom)),
    };

    private static RunConfiguration Configuration { get; } = PresetCatalogue.Get("toybox") with
    {
        Prompt = "a hamburger",
        Iters = 1000,
        Watchdog = new WatchdogConfiguration { Patience = Patience, WarmupSteps = Warmup, WarmupRatio = 0.25f },
    };

    private static SymptomDetector Detector() => new(new SymptomRules(Configuration), Patience);
}
