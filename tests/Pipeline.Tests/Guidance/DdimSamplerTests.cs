using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>
/// Sampling of models whose samples are known: data N(μ, s²) have the score of ε̂ = √(1-ᾱ) (z_t - √ᾱ μ) / v with v = ᾱ s² + 1 - ᾱ, and the
/// flow carries z_T to μ + s (z_T - √ᾱ_T μ) / √v_T.
/// </summary>
public sealed class DdimSamplerTests
{
    private const int Length = 32;
    private static readonly NoiseSchedule _schedule = new(new SchedulerConfig(BetaSchedule.ScaledLinear, 0.00085, 0.012, 1000, PredictionType.Epsilon));
    private static readonly TextEmbedding _prompt = new("prompt", [], 0, 0);
    private static readonly TextEmbedding _empty = new("", [], 0, 0);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(25)]
    [InlineData(1000)]
    public void DataOfOnePointAreReachedWithAnyNumberOfSteps(int steps)
    {
        // For s = 0 the predicted clean latent is μ at every step.
        float[] z = Sampler(0, steps, scale: 1).Sample(_prompt, _empty, 3);
        for (int i = 0; i < Length; i++)
        {
            Assert.True(Math.Abs(z[i] - Mean("prompt", i)) <= 2e-5, $"{z[i]} for {Mean("prompt", i)}");
        }
    }

    [Fact]
    public void GuidanceGoesFromTheUnconditionalMeanPastThePromptsOne()
    {
        // Scores of points are linear in their means, so that ε̂ at scale s is that of the point μ_u + s (μ_c - μ_u).
        float[] z = Sampler(0, 25, scale: 3).Sample(_prompt, _empty, 3);
        for (int i = 0; i < Length; i++)
        {
            double expected = Mean("", i) + (3 * (Mean("prompt", i) - Mean("", i)));
            Assert.True(Math.Abs(z[i] - expected) <= 1e-4, $"{z[i]} for {expected}");
        }
    }

    [Fact]
    public void ManyStepsFollowTheFlowOfAGaussian()
    {
        const double spread = 0.6;
        float[] z = Sampler(spread, 1000, scale: 1).Sample(_prompt, _empty, 5);
        double alphaBar = _schedule.AlphaBar(999), v = (alphaBar * spread * spread) + 1 - alphaBar;
        for (int i = 0; i < Length; i++)
        {
            double start = CounterRandom.Normal(new RandomKey(5, 0, RandomPurpose.DiffusionNoise), (uint)i, 0);
            double expected = Mean("prompt", i) + (spread * (start - (Math.Sqrt(alphaBar) * Mean("prompt", i))) / Math.Sqrt(v));
            // The sampler is of first order in the step.
            Assert.True(Math.Abs(z[i] - expected) <= 0.01, $"{z[i]} for {expected}");
        }
    }

    [Fact]
    public void SameSeedSameBitsAndAnotherSeedAnotherSample()
    {
        DdimSampler sampler = Sampler(0.6, 10, scale: 1);
        Assert.Equal(sampler.Sample(_prompt, _empty, 1), sampler.Sample(_prompt, _empty, 1));
        Assert.NotEqual(sampler.Sample(_prompt, _empty, 1), sampler.Sample(_prompt, _empty, 2));
    }

    [Fact]
    public void CleanLatentIsClamped()
    {
        var sampler = new DdimSampler(new DdimOptions { Scale = 1, CleanLimit = 0.25f }, _schedule, new Gaussian(0));
        float[] z = sampler.Sample(_prompt, _empty, 3);
        for (int i = 0; i < Length; i++)
        {
            Assert.True(Math.Abs(z[i] - Math.Clamp(Mean("prompt", i), -0.25, 0.25)) <= 2e-5);
        }
    }

    [Theory]
    [InlineData(0, 5f, 5f)]
    [InlineData(1001, 5f, 5f)]
    [InlineData(25, float.NaN, 5f)]
    [InlineData(25, 5f, 0f)]
    [InlineData(25, 5f, float.NaN)]
    public void SettingsOutsideTheirRangesAreRefused(int steps, float scale, float limit)
    {
        var options = new DdimOptions { StepCount = steps, Scale = scale, CleanLimit = limit };
        Assert.Throws<ArgumentOutOfRangeException>(() => new DdimSampler(options, _schedule, new Gaussian(0)));
    }

    private static DdimSampler Sampler(double spread, int steps, float scale) =>
        new(new DdimOptions { StepCount = steps, Scale = scale }, _schedule, new Gaussian(spread));

    private static double Mean(string text, int i) => text.Length == 0 ? 0.3 * Math.Cos(i) : 0.8 * Math.Sin(i);

    private sealed class Gaussian(double spread) : INoisePredictor
    {
        public int LatentLength => Length;

        public IReadOnlyList<float[]> Predict(float[] noisy, int timestep, IReadOnlyList<TextEmbedding> texts)
        {
            double alphaBar = _schedule.AlphaBar(timestep), v = (alphaBar * spread * spread) + 1 - alphaBar;
            return
            [
                .. texts.Select(text => noisy.Select((z, i) => (float)(Math.Sqrt(1 - alphaBar) * (z - (Math.Sqrt(alphaBar) * Mean(text.Text, i))) / v)).ToArray()),
            ];
        }
    }
}
