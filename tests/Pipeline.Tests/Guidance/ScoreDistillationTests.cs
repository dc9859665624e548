using System;
using System.IO;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.References.Onnx;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

public sealed class ScoreDistillationTests
{
    private const int Size = 64;
    private readonly PromptEmbeddings _prompt = PromptEmbeddings.Compute(Toybox.Model, "a hamburger", "", new ViewPrompts(ViewTables.Fine));
    private readonly float[] _image = [.. Enumerable.Range(0, Size * Size * 3).Select(i => 0.5f + (0.3f * MathF.Sin(i * 0.013f)))];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 1)]
    public void MatchesTheFormulaInDoublePrecision(uint seed, uint step)
    {
        GuidanceOptions options = Options(GuidanceWeighting.SigmaSquared, 1);
        float[] gradient = new float[_image.Length];
        using ScoreDistillation sds = new(Toybox.Model, options);
        SdsResult result = sds.Gradient(_image, gradient, _prompt.TextsFor(0, 10), new SdsStep(seed, step, 0.25));

        DoubleTensor expected = Expected(seed, step, result.Timestep, out double latentNorm);
        DoubleTensor difference = DoubleTensor.Zeros(expected.Shape);
        for (int i = 0; i < gradient.Length; i++)
        {
            int plane = (i % 3 * Size * Size) + (i / 3);
            difference.Values[plane] = gradient[i] - expected.Values[plane];
        }

        Assert.InRange(result.Timestep, 20, 859);
        Assert.True(difference.Norm() / expected.Norm() <= 1e-4, $"Relative error {difference.Norm() / expected.Norm()}.");
        Assert.True(Math.Abs(result.LatentGradientNorm - latentNorm) <= 1e-4 * latentNorm);
        Assert.True(Math.Abs(result.ImageGradientNorm - expected.Norm()) <= 1e-4 * expected.Norm());
    }

    [Fact]
    public void BitsDoNotDependOnTheThreads()
    {
        Assert.Equal(Gradient(1, 0), Gradient(4, 0));
    }

    [Fact]
    public void SameStepSameBitsAndAnotherStepAnotherDraw()
    {
        float[] first = Gradient(2, 5);
        Assert.Equal(first, Gradient(2, 5));
        Assert.NotEqual(first, Gradient(2, 6));
    }

    [Fact]
    public void NoiseThatIsNotFiniteNamesStepAndTimestep()
    {
        using ScoreDistillation sds = new(Toybox.Model, Options(GuidanceWeighting.SigmaSquared, 1));
        float[] image = [.. _image];
        image[100] = float.NaN;
        DfkException e = Assert.Throws<DfkException>(
            () => sds.Gradient(image, new float[image.Length], _prompt.TextsFor(0, 0), new SdsStep(0, 17, 0)));
        Assert.Equal(ExitCode.Diverged, e.ExitCode);
        Assert.Contains("step 17", e.Message, StringComparison.Ordinal);
        Assert.Contains("t = ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsComeFromTheConfiguration()
    {
        RunConfiguration run = new();
        GuidanceOptions options = GuidanceOptions.From(run with { Threads = 3, Guidance = run.Guidance with { Weighting = SdsWeighting.Uniform } });
        Assert.Equal((10f, GuidanceConvention.Diffusers, GuidanceWeighting.Uniform, 3), (options.Scale, options.Convention, options.Weighting, options.Threads));
        Assert.Equal((20, 980), options.Timesteps.At(0, 1000));
        Assert.Equal((20, 500), options.Timesteps.At(1, 1000));
        Assert.True(GuidanceOptions.From(run).Threads >= 1);
    }

    // dL/dx = 2 s Jᵀ w(t)(ε̂ - ε) with z, J from the double-precision evaluator and ε_c, ε_u straight from ONNX Runtime.
    private DoubleTensor Expected(uint seed, uint step, int timestep, out double latentNorm)
    {
        ReferenceGraph encoder = ReferenceGraph.Parse(File.ReadAllBytes(Toybox.Model.VaeEncoder.ModelPath));
        DoubleTensor x = DoubleTensor.Zeros([1, 3, Size, Size]);
        for (int i = 0; i < _image.Length; i++)
        {
            x.Values[(i % 3 * Size * Size) + (i / 3)] = (2.0 * _image[i]) - 1;
        }

        double[] z = encoder.Evaluate("sample", x, "latent_sample").Map(v => v * 0.18215).Values;
        double alphaBar = 1;
        for (int t = 0; t <= timestep; t++)
        {
            alphaBar *= 1 - Math.Pow(Math.Sqrt(0.00085) + ((Math.Sqrt(0.012) - Math.Sqrt(0.00085)) * t / 999), 2);
        }

        double[] noise = [.. z.Select((_, i) => (double)CounterRandom.Normal(new RandomKey(seed, step, RandomPurpose.DiffusionNoise), (uint)i, 0))];
        float[] noisy = [.. z.Select((v, i) => (float)((Math.Sqrt(alphaBar) * v) + (Math.Sqrt(1 - alphaBar) * noise[i])))];
        float[] conditional = Unet(noisy, timestep, _prompt.For(0, 10));
        float[] unconditional = Unet(noisy, timestep, _prompt.Unconditional);
        DoubleTensor dLdLatent = new(
            [1, 4, 16, 16],
            [.. z.Select((_, i) => (1 - alphaBar) * (unconditional[i] + (10 * ((double)conditional[i] - unconditional[i])) - noise[i]))]);
        latentNorm = dLdLatent.Norm();
        return encoder.Gradient("sample", x, "latent_sample", dLdLatent.Map(v => v * 0.18215)).Map(v => 2 * v);
    }

    private static float[] Unet(float[] noisy, long timestep, TextEmbedding text)
    {
        using InferenceSession session = new(Toybox.Model.Unet.ModelPath);
        using OrtValue sample = OrtValue.CreateTensorValueFromMemory(noisy, [1, 4, 16, 16]);
        using OrtValue time = OrtValue.CreateTensorValueFromMemory((long[])[timestep], [1]);
        using OrtValue states = OrtValue.CreateTensorValueFromMemory(text.States, [1, 24, 128]);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            run, ["sample", "timestep", "encoder_hidden_states"], [sample, time, states], ["out_sample"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private float[] Gradient(int threads, uint step)
    {
        float[] gradient = new float[_image.Length];
        using ScoreDistillation sds = new(Toybox.Model, Options(GuidanceWeighting.SigmaSquared, threads));
        sds.Gradient(_image, gradient, _prompt.TextsFor(0, 10), new SdsStep(0, step, 0));
        return gradient;
    }

    private static GuidanceOptions Options(GuidanceWeighting weighting, int threads) =>
        new(10, GuidanceConvention.Diffusers, weighting, new TimestepRange(0.02, 0.98, 0.5), threads);
}
