using System;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

public sealed class LevelScheduleTests
{
    // Origin: text-to-3d.md 1.6; threestudio's ProgressiveBandHashGrid starts with 8 levels and adds one every 500 steps from step 2000 on.
    [Theory]
    [InlineData(0, 8)]
    [InlineData(2000, 8)]
    [InlineData(2499, 8)]
    [InlineData(2500, 9)]
    [InlineData(3999, 11)]
    [InlineData(4000, 12)]
    [InlineData(5500, 15)]
    [InlineData(6000, 16)]
    [InlineData(9999, 16)]
    public void Threestudio_adds_a_level_every_500_steps(int step, int levels)
    {
        var schedule = new LevelSchedule(PresetCatalogue.Get("threestudio"));
        Assert.True(schedule.IsActive);
        Assert.Equal(levels / 16f, schedule.ShareAt(step));
    }

    // Origin: text-to-3d.md 1.6; stable-dreamfusion's min(1, 0.25 + 2 ratio).
    [Theory]
    [InlineData(0, 0.25f)]
    [InlineData(1000, 0.45f)]
    [InlineData(3750, 1f)]
    [InlineData(9999, 1f)]
    public void StableDreamFusion_uses_a_quarter_and_all_after_three_eighths_of_the_run(int step, float share)
    {
        var schedule = new LevelSchedule(PresetCatalogue.Get("stable-dreamfusion") with { ProgressiveLevel = true });
        Assert.Equal(share, schedule.ShareAt(step), 1e-6f);
    }

    [Fact]
    public void Without_a_schedule_the_encoding_stays_as_it_was_made()
    {
        Assert.False(new LevelSchedule(PresetCatalogue.Get("toybox")).IsActive);
    }

    [Fact]
    public void Contradictions_are_named()
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox") with { Prompt = "a donut" };
        NerfConfiguration scheduled = toybox.Nerf with { Encoder = toybox.Nerf.Encoder with { ProgressiveLevels = 2f } };
        (toybox with { Nerf = scheduled }).Validate();
        Assert.Contains("expected false beside", Assert.Throws<DfkException>(() => (toybox with { Nerf = scheduled, ProgressiveLevel = true }).Validate()).Message, StringComparison.Ordinal);
        NerfConfiguration many = toybox.Nerf with { Encoder = toybox.Nerf.Encoder with { ProgressiveLevels = 17f } };
        Assert.Contains("nerf.encoder_cfg.progressive_levels: expected 0 to", Assert.Throws<DfkException>(() => (toybox with { Nerf = many }).Validate()).Message, StringComparison.Ordinal);
        NerfConfiguration both = toybox.Nerf with { Encoder = scheduled.Encoder with { EncoderMaxLevel = 0.5f } };
        Assert.Contains("expected null where the levels change", Assert.Throws<DfkException>(() => (toybox with { Nerf = both }).Validate()).Message, StringComparison.Ordinal);
    }
}
