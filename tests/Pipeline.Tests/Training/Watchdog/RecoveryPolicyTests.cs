using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Training.Watchdog;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training.Watchdog;

/// <summary>What a rollback goes back to and changes, and how it is remembered.</summary>
public sealed class RecoveryPolicyTests
{
    private static readonly RunConfiguration _toybox = PresetCatalogue.Get("toybox") with { Prompt = "a hamburger", Seed = 5 };

    [Theory]
    [InlineData(399, 300)]
    [InlineData(400, 400)]
    [InlineData(99, 0)]
    [InlineData(-1, 0)]
    public void The_first_rollback_goes_to_the_newest_snapshot_before_the_symptom(int lastGood, int expected) =>
        Assert.Equal(expected, RecoveryPolicy.BackTo(new Alarm(Symptom.Fog, lastGood + 8, lastGood, ""), [], 100));

    [Fact]
    public void A_rollback_that_did_not_help_is_followed_by_one_to_the_start()
    {
        ImmutableArray<Recovery> once = [new(Symptom.Fog, 420, 400, 6, "", "")];
        Assert.Equal(0, RecoveryPolicy.BackTo(new Alarm(Symptom.Fog, 440, 432, ""), once, 100));
        Assert.Equal(500, RecoveryPolicy.BackTo(new Alarm(Symptom.Empty, 540, 532, ""), once, 100));
    }

    [Fact]
    public void Settings_change_once_for_every_rollback_and_seeds_differ()
    {
        RunConfiguration changed = RecoveryPolicy.Apply(_toybox, [Symptom.NotFinite, Symptom.Fog, Symptom.NotFinite]);
        Assert.Equal(_toybox.Optim.LearningRate * 0.01, changed.Optim.LearningRate, 1e-9);
        Assert.Equal(_toybox.Optim.EncoderLearningRate * 0.01, changed.Optim.EncoderLearningRate, 1e-9);
        Assert.Equal(Math.Max(0.005f, _toybox.Loss.Opacity.At(0) * 4), changed.Loss.Opacity.At(0), 1e-6f);
        var seeds = new HashSet<uint> { 5 };
        for (int n = 1; n <= 20; n++)
        {
            Assert.True(seeds.Add(RecoveryPolicy.Seed(5, n)));
        }
        Assert.Equal(RecoveryPolicy.Seed(5, 3), changed.Seed);
        Assert.Equal(_toybox, RecoveryPolicy.Apply(_toybox, []));
        // What a trained field means must not change: its checkpoint is opened with the run's own configuration.
        Assert.Equal((_toybox.Nerf, _toybox.Renderer, _toybox.Background, _toybox.Data, _toybox.Iters), (changed.Nerf, changed.Renderer, changed.Background, changed.Data, changed.Iters));
    }

    [Fact]
    public void Every_symptom_has_a_remedy_in_words_and_limits()
    {
        RunConfiguration extreme = _toybox with
        {
            Optim = _toybox.Optim with { LearningRate = 1f, EncoderLearningRate = 1e-30f },
            Loss = _toybox.Loss with { Opacity = new ScheduledValue(new SchedulePoint(0, 0f), new SchedulePoint(10, 900f)) },
        };
        foreach (Symptom symptom in Enum.GetValues<Symptom>())
        {
            RunConfiguration changed = RecoveryPolicy.Apply(extreme, [symptom]);
            changed.Validate();
            Assert.Contains("seed ", RecoveryPolicy.Describe(extreme, changed), StringComparison.Ordinal);
            Assert.Contains("->", RecoveryPolicy.Describe(extreme, changed), StringComparison.Ordinal);
            Assert.NotEmpty(DivergenceAdvice.For(symptom));
        }
        Assert.Equal([0.005f, 1000f], RecoveryPolicy.Apply(extreme, [Symptom.Fog]).Loss.Opacity.Values);
        Assert.Equal((1f, 1e-3f), (RecoveryPolicy.Apply(extreme, [Symptom.Frozen]).Optim.LearningRate, RecoveryPolicy.Apply(extreme, [Symptom.Frozen]).Optim.EncoderLearningRate));
    }

    [Fact]
    public void The_state_survives_a_checkpoint()
    {
        var state = new WatchdogState(
            [new(Symptom.NotFinite, 33, 20, 4_000_000_000, "seed 4000000000, optim.lr 1 -> 0.1", "a \"quoted\" error"), new(Symptom.OverFull, 40, 0, 7, "seed 7", "")],
            new Dictionary<Symptom, int> { [Symptom.Fog] = 3, [Symptom.Empty] = 1 });
        WatchdogState read = WatchdogState.Read(state.Write());
        Assert.Equal([.. state.Recoveries], read.Recoveries.ToArray());
        Assert.Equal(state.Streaks, read.Streaks);
        Assert.Equal(state.Write(), read.Write());
        Assert.Equal("", WatchdogState.Healthy.Write());
        Assert.Same(WatchdogState.Healthy, WatchdogState.Read(""));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"streaks\":{\"cold\":1},\"recoveries\":[]}")]
    [InlineData("{\"streaks\":{\"fog\":-1},\"recoveries\":[]}")]
    [InlineData("{\"streaks\":{\"fog\":1},\"recoveries\":[{}]}")]
    public void A_state_that_is_none_is_bad_input(string text) =>
        Assert.Equal(ExitCode.BadInput, Assert.Throws<DfkException>(() => WatchdogState.Read(text)).ExitCode);

    [Fact]
    public void The_disk_that_snapshots_need_is_known()
    {
        RunConfiguration run = _toybox with { Iters = 1200, Watchdog = new WatchdogConfiguration() };
        Assert.Equal(3, SnapshotFolder.MostFiles(run));
        Assert.Equal(4, SnapshotFolder.MostFiles(run with { ResumeFromCheckpoint = "x" }));
        Assert.Equal(0, SnapshotFolder.MostFiles(run with { Iters = 60 }));
        Assert.Equal(0, SnapshotFolder.MostFiles(run with { Watchdog = run.Watchdog with { Enabled = false } }));
        // A symptom of 32 steps reaches past six snapshots of every 5 steps.
        Assert.Equal(9, SnapshotFolder.MostFiles(run with { Watchdog = run.Watchdog with { SnapshotInterval = 5 } }));
    }

    [Fact]
    public void Values_that_are_not_finite_are_found_wherever_they_are()
    {
        foreach (int length in (int[])[1, 7, 8, 31, 100])
        {
            float[] values = new float[length];
            Array.Fill(values, float.MaxValue);
            Assert.True(FiniteState.IsFinite(values));
            for (int i = 0; i < length; i++)
            {
                foreach (float broken in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
                {
                    values[i] = broken;
                    Assert.False(FiniteState.IsFinite(values), $"{broken} at {i} of {length}");
                }
                values[i] = -float.Epsilon;
            }
            Assert.True(FiniteState.IsFinite(values));
        }
    }
}
