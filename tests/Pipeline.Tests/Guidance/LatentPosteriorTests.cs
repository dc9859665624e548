using System;
using System.IO;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Tests.Models;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>guidance.posterior and guidance.encoder on model folders.</summary>
public sealed class LatentPosteriorTests
{
    private const int Size = 128;
    private static readonly RandomKey _first = new(1, 2, RandomPurpose.Posterior);
    private static readonly RandomKey _second = new(1, 3, RandomPurpose.Posterior);
    private readonly float[] _image = [.. Enumerable.Range(0, Size * Size * 3).Select(i => i % 89 / 89f)];

    [Theory]
    [InlineData("dynamic_sample")]
    [InlineData("dynamic_parameters")]
    public void SampleDrawsAnewForEveryKeyAndMeanDoesNot(string form)
    {
        using ToyboxCopy copy = WithEncoder(form);
        ModelFolder model = ModelFolder.Open(copy.Path);
        using VaeEncoder mean = new(model);
        using VaeEncoder sample = new(model, LatentPosterior.Sample);
        float[] centre = Latent(mean, _first);
        Assert.Equal(centre, Latent(mean, _second));
        Assert.Equal(Latent(sample, _first), Latent(sample, _first));
        Assert.NotEqual(Latent(sample, _first), Latent(sample, _second));
        Assert.Empty(sample.Notes);

        // The draw is mean + deviation·n with the deviation of a standard posterior, about e^(logvar/2): n itself has mean 0, variance 1.
        float[] drawn = Latent(sample, _first);
        double[] n = [.. Enumerable.Range(0, 256).Select(i => (double)CounterRandom.Normal(_first, (uint)(768 + i), 0))];
        double[] spread = [.. Enumerable.Range(0, 256).Select(i => (drawn[768 + i] - centre[768 + i]) / n[i])];
        Assert.All(spread, s => Assert.True(s > 0, $"A deviation of {s}."));
    }

    [Fact]
    public void BothWaysToReturnAPosteriorGiveTheSameDraw()
    {
        using ToyboxCopy drawing = WithEncoder("dynamic_sample");
        using ToyboxCopy parameters = WithEncoder("dynamic_parameters");
        using VaeEncoder a = new(ModelFolder.Open(drawing.Path), LatentPosterior.Sample);
        using VaeEncoder b = new(ModelFolder.Open(parameters.Path), LatentPosterior.Sample);
        float[] first = Latent(a, _first);
        float[] second = Latent(b, _first);
        Assert.All(first.Zip(second), p => Assert.True(Math.Abs(p.First - p.Second) <= 1e-4 * (1 + Math.Abs(p.First))));
    }

    [Fact]
    public void AGraphThatGivesOnlyTheMeanSaysSoInOneLine()
    {
        using VaeEncoder mean = new(Toybox.Model);
        using VaeEncoder sample = new(Toybox.Model, LatentPosterior.Sample);
        float[] image = [.. _image.Take(64 * 64 * 3)];
        using EncodedImage a = mean.Encode(image, _first);
        using EncodedImage b = sample.Encode(image, _first);
        Assert.Equal(a.Latent.ToArray(), b.Latent.ToArray());
        Assert.Empty(mean.Notes);
        Assert.Contains("only the posterior's mean", Assert.Single(sample.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsComeFromTheConfiguration()
    {
        RunConfiguration run = new();
        GuidanceOptions standard = GuidanceOptions.From(run);
        Assert.Equal((LatentPosterior.Mean, LatentEncoder.Vae), (standard.Posterior, standard.Encoder));
        GuidanceOptions other = GuidanceOptions.From(run with { Guidance = run.Guidance with { Posterior = PosteriorMode.Sample, Encoder = EncoderMode.Linear } });
        Assert.Equal((LatentPosterior.Sample, LatentEncoder.Linear), (other.Posterior, other.Encoder));
    }

    [Fact]
    public void TheLinearEncoderRecoversALinearMap()
    {
        // Mean of 4x4 pixels, then a 1x1 convolution, is what the encoder's stand-in can represent exactly.
        using ToyboxCopy copy = new();
        float[] weights = RandomValues.AwayFromZero(5, 12);
        float[] kernel = [.. Enumerable.Range(0, 4 * 3 * 16).Select(i => weights[i / 16] / 16)];
        float[] bias = [0.1f, -0.2f, 0.3f, 0.4f];
        GraphModel graph = new GraphModel([1, 3, 64, 64], 4).Weight(Tensors.Floats("w", kernel, 4, 3, 4, 4))
            .Weight(Tensors.Floats("b", bias, 4))
            .Node("Conv", ["x", "w", "b"], "y", NodeAttributes.Of("strides", [4, 4]));
        File.WriteAllBytes(copy["vae_encoder/model.onnx"], graph.ToBytes());
        ModelFolder model = ModelFolder.Open(copy.Path);
        using TemporaryFolder folder = new();
        using VaeEncoder exact = new(model);
        using LinearEncoder linear = new(model, new DiskCache(folder.Path));
        using LinearEncoder cached = new(model, new DiskCache(folder.Path));
        float[] image = [.. _image.Take(64 * 64 * 3)];
        using EncodedImage a = exact.Encode(image, default);
        using EncodedImage b = linear.Encode(image, default);
        using EncodedImage c = cached.Encode(image, default);
        float[] cotangent = RandomValues.AwayFromZero(6, exact.LatentLength);
        float[] expected = new float[image.Length];
        float[] gradient = new float[image.Length];
        exact.Gradient(a, cotangent, expected);
        linear.Gradient(b, cotangent, gradient);
        Assert.True(linear.Explained > 0.999999);
        Assert.Contains("linear", Assert.Single(linear.Notes), StringComparison.Ordinal);
        Assert.Equal(b.Latent.ToArray(), c.Latent.ToArray());
        Assert.All(a.Latent.ToArray().Zip(b.Latent.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-5));
        Assert.All(expected.Zip(gradient), p => Assert.Equal(p.First, p.Second, 1e-5));
    }

    [Fact]
    public void TheLinearEncoderExplainsPartOfTheToyboxEncoder()
    {
        using LinearEncoder linear = new(Toybox.Model);
        Assert.InRange(linear.Explained, 0.3, 1);
    }

    private float[] Latent(VaeEncoder encoder, RandomKey key)
    {
        using EncodedImage encoded = encoder.Encode(_image, key);
        return encoded.Latent.ToArray();
    }

    // The golden encoders shrink by 8, so that 128 pixels give the toybox UNet's latent of 16.
    private static ToyboxCopy WithEncoder(string form)
    {
        ToyboxCopy copy = new();
        File.Copy(EncoderGoldens.ModelPath(form), copy["vae_encoder/model.onnx"], overwrite: true);
        // Four levels as in Stable Diffusion: an image eight times as large as the latent.
        copy.Replace("vae_encoder/config.json", "\"block_out_channels\": [", "\"block_out_channels\": [8, 16,");
        return copy;
    }
}
