using System;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

public sealed class NoiseScheduleTests
{
    private static readonly SchedulerConfig _stableDiffusion = new(BetaSchedule.ScaledLinear, 0.00085, 0.012, 1000, PredictionType.Epsilon);

    [Theory]
    [InlineData(0, 0.99915)]
    [InlineData(20, 0.98131436)]
    [InlineData(200, 0.75369205)]
    [InlineData(500, 0.27633268)]
    [InlineData(600, 0.16078257)]
    [InlineData(980, 0.00584378)]
    [InlineData(999, 0.0046601)]
    public void ScaledLinearMatchesIndependentArithmetic(int timestep, double expected)
    {
        // Origin: product of 1 - (√.00085 + (√.012 - √.00085)·t/999)², computed by a separate script.
        Assert.True(Math.Abs(new NoiseSchedule(_stableDiffusion).AlphaBar(timestep) - expected) <= 5e-9);
    }

    [Theory]
    [InlineData(0, 0.9999)]
    [InlineData(1, 0.99978008)]
    [InlineData(999, 4.035830e-5)]
    public void LinearMatchesDenoisingDiffusion(int timestep, double expected)
    {
        // Ho et al. 2020 use 1e-4 to 0.02; 4.0358e-5 is the usual ᾱ of their last step.
        NoiseSchedule schedule = new(new SchedulerConfig(BetaSchedule.Linear, 1e-4, 0.02, 1000, PredictionType.Epsilon));
        Assert.True(Math.Abs(schedule.AlphaBar(timestep) - expected) <= 1e-6 * expected);
    }

    [Theory]
    [InlineData(0, 0.999958715775178)]
    [InlineData(250, 0.8458879864968832)]
    [InlineData(500, 0.49228517244880304)]
    [InlineData(900, 0.023616108794393863)]
    [InlineData(998, 2.4287669070348544e-06)]
    [InlineData(999, 2.4287669070348567e-09)]
    public void SquaredCosineMatchesIndependentArithmetic(int timestep, double expected)
    {
        // Origin: Nichol and Dhariwal 2021, eq. 17 with β capped at 0.999, computed by a separate script; below the cap ᾱ is f(t+1)/f(0).
        NoiseSchedule schedule = new(new SchedulerConfig(BetaSchedule.SquaredCosine, 1e-4, 0.02, 1000, PredictionType.Epsilon));
        Assert.True(Math.Abs(schedule.AlphaBar(timestep) - expected) <= 1e-10 * expected);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1000)]
    public void TimestepOutsideTheScheduleIsRefused(int timestep)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new NoiseSchedule(_stableDiffusion).AlphaBar(timestep));
    }

    [Theory]
    [InlineData(PredictionType.Epsilon)]
    [InlineData(PredictionType.Velocity)]
    [InlineData(PredictionType.Sample)]
    public void AnExactNetworkGivesBackTheNoise(PredictionType prediction)
    {
        // What a perfect network of each kind would output: ε, √ᾱ·ε - √(1-ᾱ)·z, or z (Salimans and Ho 2022).
        NoiseSchedule schedule = new(_stableDiffusion with { Prediction = prediction });
        Random random = new(1);
        float[] latent = [.. Enumerable.Range(0, 64).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] noise = [.. Enumerable.Range(0, 64).Select(_ => (float)(random.NextDouble() - 0.5))];
        foreach (int t in (int[])[20, 150, 300, 500, 700, 900, 979])
        {
            float[] noisy = new float[64];
            schedule.AddNoise(latent, noise, t, noisy);
            float signal = MathF.Sqrt((float)schedule.AlphaBar(t));
            float sigma = MathF.Sqrt(1 - (float)schedule.AlphaBar(t));
            float[] output =
            [
                .. latent.Select((z, i) => prediction switch
                {
                    PredictionType.Epsilon => noise[i],
                    PredictionType.Velocity => (signal * noise[i]) - (sigma * z),
                    _ => z,
                }),
            ];
            schedule.ToNoise(output, noisy, t);
            Assert.All(output.Zip(noise), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 2e-6f, $"t {t}: {pair}"));
        }
    }

    [Fact]
    public void GuidanceConventionsDifferByOne()
    {
        float[] conditional = [1, 2, -3];
        float[] unconditional = [0.5f, 2, 1];
        float[] diffusers = new float[3];
        float[] paper = new float[3];
        ClassifierFreeGuidance.Combine(GuidanceConvention.Diffusers, 10, conditional, unconditional, diffusers);
        ClassifierFreeGuidance.Combine(GuidanceConvention.DreamFusion, 9, conditional, unconditional, paper);
        // By hand: ε_u + 10(ε_c - ε_u) = (1 + 9)ε_c - 9 ε_u.
        Assert.Equal([5.5f, 2, -39], diffusers);
        Assert.Equal(diffusers, paper);
        ClassifierFreeGuidance.Combine(GuidanceConvention.Diffusers, 1, conditional, unconditional, diffusers);
        Assert.Equal(conditional, diffusers);
        ClassifierFreeGuidance.Combine(GuidanceConvention.Diffusers, 0, conditional, unconditional, diffusers);
        Assert.Equal(unconditional, diffusers);
    }

    [Theory]
    [InlineData(0, 20, 980)]
    [InlineData(0.5, 20, 740)]
    [InlineData(1, 20, 500)]
    public void TimestepRangeAnneals(double progress, int first, int end)
    {
        TimestepRange range = new(0.02, 0.98, 0.5);
        Assert.Equal((first, end), range.At(progress, 1000));
        Assert.Equal(first, range.Draw(progress, 1000, 0));
        Assert.Equal(end - 1, range.Draw(progress, 1000, 1 - 1e-9));
    }

    [Fact]
    public void NarrowTimestepRangeStillHasOneTimestep()
    {
        Assert.Equal((500, 501), new TimestepRange(0.5, 0.5, 0.5).At(0, 1000));
        Assert.Equal((999, 1000), new TimestepRange(1, 1, 1).At(0, 1000));
    }

    [Theory]
    [InlineData(GuidanceWeighting.SigmaSquared, 0.75)]
    [InlineData(GuidanceWeighting.Uniform, 1)]
    [InlineData(GuidanceWeighting.SqrtAlphaSigmaSquared, 0.375)]
    public void Weights(GuidanceWeighting weighting, double expected)
    {
        GuidanceOptions options = new(10, GuidanceConvention.Diffusers, weighting, new TimestepRange(0.02, 0.98, 0.5), 1);
        Assert.Equal(expected, options.Weight(0.25));
    }
}
