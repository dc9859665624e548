using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Models;

public sealed class PixelSpaceTests : IDisposable
{
    private const int Elements = PixelFolder.Size * PixelFolder.Size * 3;
    private readonly PixelFolder _folder = new();
    private readonly float[] _image = [.. Enumerable.Range(0, Elements).Select(i => 0.5f + (0.4f * MathF.Sin(i * 0.37f)))];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFolderWithoutAVaeWorksOnPixels()
    {
        ModelFolder model = ModelFolder.Open(_folder.Path);
        Assert.Equal(ModelKind.PixelSpace, model.Kind);
        Assert.Equal((3, PixelFolder.Size, PixelFolder.Size, 1.0), (model.LatentChannels, model.LatentSize, model.ImageSize, model.ScalingFactor));
        Assert.Equal((null, PixelFolder.Vocabulary), (model.TokenCount, model.VocabularySize));
        Assert.Equal(BetaSchedule.SquaredCosine, model.Scheduler.Schedule);
        Assert.IsType<T5Tokenizer>(PromptTokenizer.Load(model));
        Assert.Contains("pixel-space model", Assert.Throws<InvalidModelException>(() => new VaeDecoder(model).Dispose()).Message, StringComparison.Ordinal);
        Assert.Contains("latents were asked for", Assert.Throws<InvalidModelException>(() => new ScoreDistillation(model, Options(1) with { Encoder = LatentEncoder.Linear }).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PaddingIsMaskedOutOfT5sStates()
    {
        ModelFolder model = ModelFolder.Open(_folder.Path);
        using TextEncoder encoder = new(model);
        TokenizedPrompt tokens = encoder.Tokenizer.Encode("a cat");
        Assert.Equal((9, 6), (tokens.Ids.Count, tokens.Length));
        double[] expected = _folder.States(tokens.Ids, tokens.Length);
        float[] got = encoder.Encode("a cat").States;
        Assert.Equal(expected.Length, got.Length);
        Assert.All(expected.Zip(got), p => Assert.True(Math.Abs(p.First - p.Second) <= 1e-6));
    }

    [Theory]
    [InlineData(BranchExecution.Sequential, true)]
    [InlineData(BranchExecution.Batched, true)]
    [InlineData(BranchExecution.Batched, false)]
    public void TheVarianceIsDropped(BranchExecution execution, bool scalarTime)
    {
        using PixelFolder folder = new(scalarTime);
        ModelFolder model = ModelFolder.Open(folder.Path);
        using TextEncoder encoder = new(model);
        using Denoiser denoiser = new(model, new NoiseSchedule(model.Scheduler), execution);
        float[] noisy = [.. Enumerable.Range(0, Elements).Select(i => MathF.Cos(i * 0.21f))];
        TextEmbedding[] texts = [encoder.Encode("a cat"), encoder.Encode("")];
        IReadOnlyList<float[]> got = denoiser.Predict(noisy, 300, texts);
        for (int i = 0; i < texts.Length; i++)
        {
            double[] expected = folder.Prediction([.. noisy.Select(v => (double)v)], 300, texts[i].States);
            Assert.Equal(expected.Length, got[i].Length);
            Assert.All(expected.Zip(got[i]), p => Assert.True(Math.Abs(p.First - p.Second) <= 1e-5));
        }
    }

    // Ten steps of gradient descent; every gradient is the formula's, finite, and the same bits again.
    [Fact]
    public void TenStepsFollowTheFormula()
    {
        ModelFolder model = ModelFolder.Open(_folder.Path);
        var prompt = PromptEmbeddings.Compute(model, "a cat", "", new ViewPrompts(ViewTables.Fine));
        using ScoreDistillation sds = new(model, Options(1));
        using ScoreDistillation again = new(model, Options(2));
        Assert.Equal((PixelFolder.Size, Elements), (sds.ImageSize, sds.LatentLength));
        float[] gradient = new float[Elements];
        float[] repeated = new float[Elements];
        for (uint step = 0; step < 10; step++)
        {
            GuidanceTexts texts = prompt.TextsFor(36 * step, 10);
            SdsResult result = sds.Gradient(_image, gradient, texts, new SdsStep(5, step, step / 10.0));
            again.Gradient(_image, repeated, texts, new SdsStep(5, step, step / 10.0));
            Assert.Equal(gradient, repeated);
            double[] expected = Expected(5, step, result.Timestep, texts);
            double error = Math.Sqrt(expected.Zip(gradient).Sum(p => Math.Pow(p.First - p.Second, 2)));
            double norm = Math.Sqrt(expected.Sum(v => v * v));
            Assert.True(error <= 1e-5 * norm, $"Step {step}: error {error}, norm {norm}.");
            Assert.True(Math.Abs(result.ImageGradientNorm - (2 * result.LatentGradientNorm)) <= 1e-5 * norm);
            for (int i = 0; i < Elements; i++)
            {
                _image[i] = Math.Clamp(_image[i] - (0.01f * gradient[i]), 0, 1);
            }
        }
    }

    [Fact]
    public void AGraphThatReturnsAnotherNumberOfChannelsIsRefused()
    {
        File.WriteAllBytes(_folder["unet/model.onnx"], Edited(_folder["unet/model.onnx"]));
        Assert.Contains("twice that for prediction and variance", Assert.Throws<InvalidModelException>(() => ModelFolder.Open(_folder.Path)).Message, StringComparison.Ordinal);

        static byte[] Edited(string path)
        {
            var model = DreamFusion.Pipeline.Guidance.Onnx.Format.ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
            model.Graph.Output[0].Type.TensorType.Shape.Dim[1].DimValue = 4;
            return Google.Protobuf.MessageExtensions.ToByteArray(model);
        }
    }

    // dL/dx = 2 σ² (ε_u + s (ε_c - ε_u) - ε) at z_t = √ᾱ (2x - 1) + σ ε, the schedule from its definition.
    private double[] Expected(uint seed, uint step, int timestep, GuidanceTexts texts)
    {
        static double F(int t) => Math.Pow(Math.Cos((((double)t / 1000) + 0.008) / 1.008 * Math.PI / 2), 2);
        double alphaBar = 1;
        for (int t = 0; t <= timestep; t++)
        {
            alphaBar *= 1 - Math.Min(1 - (F(t + 1) / F(t)), 0.999);
        }

        const int Plane = PixelFolder.Size * PixelFolder.Size;
        double[] noise = [.. Enumerable.Range(0, Elements).Select(i => (double)CounterRandom.Normal(new RandomKey(seed, step, RandomPurpose.DiffusionNoise), (uint)i, 0))];
        double[] noisy = [.. noise.Select((n, i) => (Math.Sqrt(alphaBar) * ((2 * _image[(i % Plane * 3) + (i / Plane)]) - 1)) + (Math.Sqrt(1 - alphaBar) * n))];
        double[] positive = _folder.Prediction(noisy, timestep, texts.Positive.States);
        double[] unconditional = _folder.Prediction(noisy, timestep, texts.Unconditional.States);
        double[] gradient = new double[Elements];
        for (int i = 0; i < Elements; i++)
        {
            double guided = unconditional[i] + (20 * (positive[i] - unconditional[i]));
            gradient[(i % Plane * 3) + (i / Plane)] = 2 * (1 - alphaBar) * (guided - noise[i]);
        }

        return gradient;
    }

    private static GuidanceOptions Options(int threads) =>
        new(20, GuidanceConvention.Diffusers, GuidanceWeighting.SigmaSquared, new TimestepRange(0.02, 0.98, 0.98), threads);
}
