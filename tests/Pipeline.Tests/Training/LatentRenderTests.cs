using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Training;
using DreamFusion.References.Composite;
using DreamFusion.References.Image;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>The latent phase: normals as colours and opacity stand for the four latents.</summary>
public sealed class LatentRenderTests
{
    private const int Width = 7, Height = 6;

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void Gradients_match_central_differences_with_a_frozen_cotangent(int size)
    {
        var random = new Random(11);
        int[] counts = [.. Enumerable.Range(0, Width * Height).Select(_ => random.Next(0, 5))];
        int[] offsets = [.. counts.Select((_, ray) => counts[..ray].Sum())];
        int samples = counts.Sum();
        double[] densities = RandomArrays.Uniform(random, samples, 0.2, 4), normals = RandomArrays.UnitVectors(random, samples);
        double[] lengths = RandomArrays.Uniform(random, samples, 0.05, 0.3), backgrounds = RandomArrays.Uniform(random, 3 * counts.Length, 0, 1);
        double[] cotangent = RandomArrays.Uniform(random, LatentRender.Channels * size * size, -1, 1);
        double[] Latent(double[] sigma, double[] n)
        {
            CompositeReference.Output view = new CompositeReference
            {
                Offsets = offsets,
                Counts = counts,
                Densities = sigma,
                Lengths = lengths,
                Distances = new double[samples],
                Colours = Array.ConvertAll(n, v => (v + 1) / 2),
                Normals = n,
                Backgrounds = backgrounds,
            }.Render();
            double[] colour = ResizeReference.Resize(view.Image, Height, Width, 3, size, size);
            double[] opacity = ResizeReference.Resize(view.Opacity, Height, Width, 1, size, size);
            return
            [
                .. Enumerable.Range(0, 3 * size * size).Select(i => (2 * colour[(i % (size * size) * 3) + (i / (size * size))]) - 1),
                .. opacity.Select(a => (2 * a) - 1),
            ];
        }
        double Product(double[] sigma, double[] n) => Latent(sigma, n).Zip(cotangent, (z, g) => z * g).Sum();

        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable Leaf(double[] values, int columns) => new(device.Upload(values), device.Zeros<float>(values.Length), values.Length / columns, columns);
        Variable sigma = Leaf(densities, 1), n = Leaf(normals, 3), behind = Leaf(backgrounds, 3);
        var packed = new PackedSamples(
            device.Upload(offsets.Zip(counts, (offset, count) => new SampleRange { Offset = offset, Count = count }).ToArray()),
            device.Zeros<Float3>(samples), device.Zeros<int>(samples), device.Zeros<float>(samples), device.Upload(lengths));
        Variable colours = tape.Shade(default(NormalColour), Light.Directional(Float3.One), packed, null, n);
        CompositeOutput output = tape.Composite(packed, sigma, colours, behind);
        var render = new LatentRender(tape, output.Image, output.Opacity, Height, Width, size);
        Close.Require("latent", Latent(densities, normals), render.Read(), 1e-5);
        render.Seed(Array.ConvertAll(cotangent, v => (float)v));
        tape.Backward();

        GradientCheck.Require("density", GradientCheck.CentralDifferences(x => Product(x, normals), densities), device.Read(sigma.Gradient), 1e-5);
        GradientCheck.Require("normals", GradientCheck.CentralDifferences(x => Product(densities, x), normals), device.Read(n.Gradient), 1e-5);
    }

    [Fact]
    public void A_run_with_a_latent_phase_renders_normals_first_and_images_then()
    {
        using var folder = new TemporaryFolder();
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        RunConfiguration configuration = toybox with
        {
            Prompt = "a hamburger",
            Iters = 20,
            LatentIterRatio = 0.5f,
            AlbedoIterRatio = 0f,
            PreviewInterval = 0,
            Data = toybox.Data with
            {
                Train = new TrainDataConfiguration { Width = 32, Height = 32 },
                Test = new ViewDataConfiguration { Size = 2, Width = 16, Height = 16 },
            },
        };
        TrainingResult one = Run(configuration with { Threads = 1 }, folder.File("one"));
        List<string> shadings = [.. File.ReadLines(Path.Combine(one.RunFolder, "metrics.jsonl")).Select(Shading)];
        Assert.Equal(20, shadings.Count);
        Assert.All(shadings[..10], shading => Assert.Equal("normal", shading));
        Assert.All(shadings[10..], shading => Assert.NotEqual("normal", shading));
        TrainingResult two = Run(configuration with { Threads = 2 }, folder.File("two"));
        Assert.Equal(File.ReadAllBytes(one.CheckpointPath), File.ReadAllBytes(two.CheckpointPath));
    }

    [Theory]
    [InlineData(0.2f, 4, null)]
    [InlineData(0f, 16, null)]
    [InlineData(0.2f, 16, "the model has 16")]
    [InlineData(0.2f, 3, "the model has 3")]
    public void Only_a_model_with_four_channels_has_a_latent_phase(float ratio, int channels, string? problem)
    {
        RunConfiguration configuration = PresetCatalogue.Get("toybox") with { Prompt = "a hamburger", LatentIterRatio = ratio };
        using var guidance = new LatentsOf(channels);
        DfkException? error = (DfkException?)Record.Exception(() => ViewGuidance.Require(configuration, guidance));
        Assert.Equal(problem is null, error is null);
        Assert.Contains(problem ?? "", error?.Message ?? "", StringComparison.Ordinal);
        Assert.Equal(problem is null ? null : ExitCode.BadInput, error?.ExitCode);
    }

    private static string Shading(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("shading").GetString()!;
    }

    private static TrainingResult Run(RunConfiguration configuration, string folder) =>
        TrainingSession.Run(configuration, new TrainingRequest { OutputFolder = folder, NoVideo = true, NoMesh = true }, new SilentObserver(), CancellationToken.None);

    private sealed class LatentsOf(int channels) : ILatentGuidance
    {
        public int ImageSize => 8;

        public int TermCount => 1;

        public IReadOnlyList<string> Notes => [];

        public int LatentChannels => channels;

        public int LatentSize => 2;

        public GuidanceReport Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw) => throw new NotSupportedException();

        public GuidanceReport LatentGradient(ReadOnlySpan<float> latent, Span<float> dLdLatent, GuidanceTexts texts, SdsStep draw) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
