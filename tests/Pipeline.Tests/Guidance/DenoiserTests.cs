using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

public sealed class DenoiserTests
{
    private static readonly NoiseSchedule _schedule = new(Toybox.Model.Scheduler);
    private readonly PromptEmbeddings _prompt = PromptEmbeddings.Compute(Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.Fine));

    [Fact]
    public void OneBatchOneByOneAndSideBySideAgree()
    {
        TextEmbedding[] texts = [_prompt.For(0, 10), _prompt.Unconditional, _prompt.For(90, 10)];
        float[] noisy = Noise(1);
        IReadOnlyList<float[]> expected = Predict(BranchExecution.Sequential, noisy, texts);
        IReadOnlyList<float[]> concurrent = Predict(BranchExecution.Concurrent, noisy, texts);
        IReadOnlyList<float[]> batched = Predict(BranchExecution.Batched, noisy, texts);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(expected[i], concurrent[i]);
            // Another order of summation inside ONNX Runtime's matrix products.
            Assert.True(RelativeError(expected[i], batched[i]) <= 1e-5);
        }

        Assert.NotEqual(expected[0], expected[1]);
    }

    // The toybox UNet predicts ε; what it would give as v or as x0 follows from ε̂ (Salimans and Ho 2022), and must lead back to it.
    [Theory]
    [InlineData(PredictionType.Velocity)]
    [InlineData(PredictionType.Sample)]
    public void OtherPredictionTypesGiveTheSameNoise(PredictionType prediction)
    {
        using var denoiser = new Denoiser(Toybox.Model, _schedule);
        var wrapped = new NoiseSchedule(Toybox.Model.Scheduler with { Prediction = prediction });
        for (int t = 49; t < 1000; t += 100)
        {
            float[] noisy = Noise((uint)t);
            float[] noise = denoiser.Predict(noisy, t, _prompt.For(0, 10));
            double alphaBar = _schedule.AlphaBar(t);
            float[] output = [.. noise.Zip(noisy, (e, z) => (float)(prediction == PredictionType.Velocity
                ? (e - (Math.Sqrt(1 - alphaBar) * z)) / Math.Sqrt(alphaBar)
                : (z - (Math.Sqrt(1 - alphaBar) * e)) / Math.Sqrt(alphaBar)))];
            Assert.True(RelativeError(noise, output) > 0.01);
            wrapped.ToNoise(output, noisy, t);
            Assert.True(RelativeError(noise, output) <= 1e-5, $"t = {t}: {RelativeError(noise, output)}");
        }
    }

    [Fact]
    public void PerpNegAsksForFrontAndSideTexts()
    {
        GuidanceConfiguration guidance = new() { PerpNeg = PerpNegKind.StableDreamFusion };
        var prompt = PromptEmbeddings.Compute(Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.Fine), guidance);
        GuidanceTexts texts = prompt.TextsFor(150, 10);
        Assert.Equal(prompt.For(150, 10), texts.Positive);
        Assert.Equal([prompt.For(0, 0), prompt.For(90, 0)], texts.ViewNegatives.Select(n => n.Text));
        Assert.Equal(-2, texts.ViewNegatives[0].Weight, 1e-6);
        Assert.Equal(-0.035674, texts.ViewNegatives[1].Weight, 1e-5);
        Assert.Empty(_prompt.TextsFor(150, 10).ViewNegatives);
        var threestudio = PromptEmbeddings.Compute(
            Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.Fine), guidance with { PerpNeg = PerpNegKind.Threestudio });
        Assert.Empty(threestudio.TextsFor(150, 70).ViewNegatives);
        Assert.Equal(2, threestudio.TextsFor(150, 50).ViewNegatives.Count);
    }

    [Fact]
    public void NoiseFreeDistillationEncodesItsNegative()
    {
        GuidanceConfiguration guidance = new() { Method = SdsMethod.Nfsd, NoiseFreeNegative = "a gray cube" };
        var prompt = PromptEmbeddings.Compute(Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.Fine), guidance);
        Assert.Equal("a gray cube", prompt.TextsFor(0, 0).NoiseFreeNegative?.Text);
        Assert.Null(_prompt.TextsFor(0, 0).NoiseFreeNegative);
    }

    private static IReadOnlyList<float[]> Predict(BranchExecution execution, float[] noisy, TextEmbedding[] texts)
    {
        using var denoiser = new Denoiser(Toybox.Model, _schedule, execution);
        return denoiser.Predict(noisy, 400, texts);
    }

    private static float[] Noise(uint seed) =>
        [.. Enumerable.Range(0, 4 * 16 * 16).Select(i => CounterRandom.Normal(new RandomKey(seed, 0, RandomPurpose.DiffusionNoise), (uint)i, 0))];

    private static double RelativeError(float[] expected, float[] actual) =>
        Math.Sqrt(expected.Zip(actual, (e, a) => Math.Pow((double)e - a, 2)).Sum() / expected.Sum(e => (double)e * e));
}
