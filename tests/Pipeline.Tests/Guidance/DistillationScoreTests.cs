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
/// Every method on a model whose score is known: under text y the data are N(μ_y, s²), so that ε̂ = √(1-ᾱ) (z_t - √ᾱ μ_y) / v with
/// v = ᾱ s² + 1 - ᾱ. What the methods give then follows by hand.
/// </summary>
public sealed class DistillationScoreTests
{
    private const int Length = 24;
    private const double Spread = 0.6;
    private const float Scale = 7.5f;

    private static readonly NoiseSchedule _schedule = new(new SchedulerConfig(BetaSchedule.ScaledLinear, 0.00085, 0.012, 1000, PredictionType.Epsilon));
    private static readonly float[] _latent = [.. Enumerable.Range(0, Length).Select(i => MathF.Sin(i))];
    private static readonly GuidanceTexts _texts = new(Text("prompt"), Text("")) { NoiseFreeNegative = Text("bad") };

    [Theory]
    [InlineData(0.02, 0.1)]
    [InlineData(0.3, 0.9)]
    public void SdsPullsTowardsTheGuidedMean(double minimum, double maximum)
    {
        (float[] gradient, int t, double[] noise) = Gradient(Options(DistillationMethod.Sds, minimum, maximum));
        (double alphaBar, double v) = Variance(t);
        for (int i = 0; i < Length; i++)
        {
            // w (√(1-ᾱ) (√ᾱ z + √(1-ᾱ) ε - √ᾱ (μ_u + s (μ_c - μ_u))) / v - ε)
            double mean = Mean("", i) + (Scale * (Mean("prompt", i) - Mean("", i)));
            double noisy = (Math.Sqrt(alphaBar) * _latent[i]) + (Math.Sqrt(1 - alphaBar) * noise[i]);
            double expected = (1 - alphaBar) * ((Math.Sqrt(1 - alphaBar) * (noisy - (Math.Sqrt(alphaBar) * mean)) / v) - noise[i]);
            Close(expected, gradient[i]);
        }
    }

    [Fact]
    public void ClassifierScoreDependsOnNeitherTheNoiseNorTheLatent()
    {
        (float[] gradient, int t, _) = Gradient(Options(DistillationMethod.ClassifierScore, 0.02, 0.98));
        (double alphaBar, double v) = Variance(t);
        for (int i = 0; i < Length; i++)
        {
            Close((1 - alphaBar) * Scale * Math.Sqrt((1 - alphaBar) * alphaBar) * (Mean("", i) - Mean("prompt", i)) / v, gradient[i]);
        }
    }

    [Fact]
    public void NoiseFreeScoreComparesWithTheBadPictureAboveAFifth()
    {
        (float[] gradient, int t, _) = Gradient(Options(DistillationMethod.NoiseFree, 0.2, 0.98));
        Assert.True(t >= 200);
        (double alphaBar, double v) = Variance(t);
        for (int i = 0; i < Length; i++)
        {
            double pull = Mean("bad", i) - Mean("", i) + (Scale * (Mean("", i) - Mean("prompt", i)));
            Close((1 - alphaBar) * Math.Sqrt((1 - alphaBar) * alphaBar) * pull / v, gradient[i]);
        }
    }

    [Fact]
    public void NoiseFreeScoreKeepsTheUnconditionalOneBelowAFifth()
    {
        (float[] gradient, int t, double[] noise) = Gradient(Options(DistillationMethod.NoiseFree, 0.02, 0.2));
        Assert.True(t < 200);
        (double alphaBar, double v) = Variance(t);
        for (int i = 0; i < Length; i++)
        {
            double noisy = (Math.Sqrt(alphaBar) * _latent[i]) + (Math.Sqrt(1 - alphaBar) * noise[i]);
            double mean = Mean("", i) + (Scale * (Mean("prompt", i) - Mean("", i)));
            Close((1 - alphaBar) * Math.Sqrt(1 - alphaBar) * (noisy - (Math.Sqrt(alphaBar) * mean)) / v, gradient[i]);
        }
    }

    [Fact]
    public void NoiseFreeScoreWithoutItsNegativeIsRefused()
    {
        GuidanceTexts texts = _texts with { NoiseFreeNegative = null };
        Assert.Contains("nfsd_negative", Assert.Throws<ArgumentException>(() => Gradient(Options(DistillationMethod.NoiseFree, 0.5, 0.9), texts)).Message, StringComparison.Ordinal);
    }

    // A prompt's own text as a view negative has no perpendicular part: nothing changes. Another one does.
    [Fact]
    public void ViewNegativesActPerpendicularly()
    {
        GuidanceOptions options = Options(DistillationMethod.ClassifierScore, 0.02, 0.98);
        (float[] plain, _, _) = Gradient(options);
        (float[] same, _, _) = Gradient(options, _texts with { ViewNegatives = [(Text("prompt"), -2)] });
        (float[] other, _, _) = Gradient(options, _texts with { ViewNegatives = [(Text("side"), -2), (Text("front"), 1e-5)] });
        for (int i = 0; i < Length; i++)
        {
            Close(plain[i], same[i]);
        }

        Assert.NotEqual(plain, other);
    }

    [Fact]
    public void TheConventionsDifferByOne()
    {
        GuidanceOptions options = Options(DistillationMethod.Sds, 0.02, 0.98);
        Assert.Equal(Gradient(options).Gradient, Gradient(options with { Convention = GuidanceConvention.DreamFusion, Scale = Scale - 1 }).Gradient);
        Assert.NotEqual(Gradient(options).Gradient, Gradient(options with { Convention = GuidanceConvention.DreamFusion }).Gradient);
    }

    [Fact]
    public void NormalisedGradientsHaveUnitRootMeanSquare()
    {
        (float[] gradient, _, _) = Gradient(Options(DistillationMethod.Sds, 0.02, 0.98) with { NormalizesGradient = true });
        Assert.Equal(1, Math.Sqrt(gradient.Sum(g => (double)g * g) / Length), 1e-6);
    }

    [Fact]
    public void ClippedGradientsKeepTheirSignsAndSmallValues()
    {
        GuidanceOptions options = Options(DistillationMethod.Sds, 0.02, 0.98);
        (float[] free, _, _) = Gradient(options);
        float limit = free.Select(MathF.Abs).Order().ElementAt(Length / 2);
        (float[] clipped, _, _) = Gradient(options with { GradientClip = limit });
        Assert.Equal(free.Select(g => Math.Clamp(g, -limit, limit)), clipped);
    }

    // By hand: std(ε_c) = 1, std(ε̂) = 4, φ = 0.5: factor 0.5/4 + 0.5 = 0.625.
    [Fact]
    public void RescaleGivesBackTheSpread()
    {
        float[] guided = [4, -4, 4, -4];
        ClassifierFreeGuidance.Rescale(0.5f, [1, -1, -1, 1], guided);
        Assert.Equal([2.5f, -2.5f, 2.5f, -2.5f], guided);
        ClassifierFreeGuidance.Rescale(0, [1, -1, -1, 1], guided);
        Assert.Equal([2.5f, -2.5f, 2.5f, -2.5f], guided);
    }

    [Theory]
    [InlineData(GuidanceWeighting.SigmaSquared)]
    [InlineData(GuidanceWeighting.Uniform)]
    [InlineData(GuidanceWeighting.SqrtAlphaSigmaSquared)]
    public void WeightsAreThoseOfTheirPapers(GuidanceWeighting weighting)
    {
        GuidanceOptions options = Options(DistillationMethod.Sds, 0.02, 0.98);
        (float[] one, int t, _) = Gradient(options with { Weighting = GuidanceWeighting.Uniform });
        double alphaBar = _schedule.AlphaBar(t);
        double weight = weighting switch
        {
            GuidanceWeighting.SigmaSquared => 1 - alphaBar,
            GuidanceWeighting.Uniform => 1,
            _ => Math.Sqrt(alphaBar) * (1 - alphaBar),
        };
        (float[] weighted, _, _) = Gradient(options with { Weighting = weighting });
        for (int i = 0; i < Length; i++)
        {
            Close(weight * one[i], weighted[i]);
        }
    }

    private static (float[] Gradient, int Timestep, double[] Noise) Gradient(GuidanceOptions options, GuidanceTexts? texts = null)
    {
        float[] gradient = new float[Length];
        var step = new SdsStep(5, 2, 0);
        ScoreResult result = new DistillationScore(options, _schedule, new GaussianModel()).Gradient(_latent, gradient, texts ?? _texts, step);
        var key = new RandomKey(5, 2, RandomPurpose.DiffusionNoise);
        return (gradient, result.Timestep, [.. _latent.Select((_, i) => (double)CounterRandom.Normal(key, (uint)i, 0))]);
    }

    private static GuidanceOptions Options(DistillationMethod method, double minimum, double maximum) =>
        new(Scale, GuidanceConvention.Diffusers, GuidanceWeighting.SigmaSquared, new TimestepRange(minimum, maximum, maximum), 1) { Method = method };

    private static (double AlphaBar, double Variance) Variance(int t)
    {
        double alphaBar = _schedule.AlphaBar(t);
        return (alphaBar, (alphaBar * Spread * Spread) + 1 - alphaBar);
    }

    private static double Mean(string text, int i) => text switch
    {
        "" => 0.1 * Math.Cos(i),
        "prompt" => 0.8 * Math.Sin(2.0 * i),
        "bad" => -0.5 + (0.01 * i),
        _ => 0.3 * Math.Sin(3.0 * i) + text.Length,
    };

    private static TextEmbedding Text(string text) => new(text, [], 1, 0);

    // Single precision of a sum of a few terms of size ten.
    private static void Close(double expected, float actual) =>
        Assert.True(Math.Abs(expected - actual) <= 2e-5 * (1 + Math.Abs(expected)), $"expected {expected}, got {actual}");

    private sealed class GaussianModel : INoisePredictor
    {
        public int LatentLength => Length;

        public IReadOnlyList<float[]> Predict(float[] noisy, int timestep, IReadOnlyList<TextEmbedding> texts)
        {
            (double alphaBar, double v) = Variance(timestep);
            return [.. texts.Select(text => noisy.Select(
                (z, i) => (float)(Math.Sqrt(1 - alphaBar) * (z - (Math.Sqrt(alphaBar) * Mean(text.Text, i))) / v)).ToArray())];
        }
    }
}
