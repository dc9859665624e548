using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Bound;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Tests.Models;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>
/// The guidance on buffers that kernels and ONNX Runtime share, here the host's under the same interface: bindings, graphs between the model's, statistics. The truth
/// is the guidance on the host's arrays.
/// </summary>
public sealed class BoundDistillationTests
{
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData("sds")]
    [InlineData("classifier score")]
    [InlineData("noise free")]
    [InlineData("rescaled")]
    [InlineData("normalised and clipped")]
    [InlineData("drawn latents")]
    [InlineData("linear encoder")]
    public void The_gradient_is_that_of_the_hosts_way(string name)
    {
        GuidanceOptions options = Options(name);
        GuidanceTexts texts = Texts();
        using var device = DeviceContext.CreateCpu(1);
        using var memory = GuidanceMemory.OfHost(device);
        using var host = new ScoreDistillation(Toybox.Model, options);
        using var bound = new ScoreDistillation(Toybox.Model, options, null, memory);
        Assert.False(host.SharesMemory);
        Assert.True(bound.SharesMemory);
        float[] image = Image(host.ImageSize);
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(image);
        using MemoryBuffer1D<float, Stride1D.Dense> gradient = device.Accelerator.Allocate1D<float>(image.Length);
        float[] expected = new float[image.Length];
        for (uint step = 0; step < 3; step++)
        {
            var draw = new SdsStep(3, step, 0.1 * step);
            SdsResult truth = host.Gradient(image, expected, texts, draw);
            GuidanceReport report = bound.BoundGradient(x.View, gradient.View, 0.5f, texts, draw);
            Assert.Equal(truth.Timestep, report.Timestep);
            Assert.True(Math.Abs(truth.ImageGradientNorm - report.GradientNorm) <= Tolerance * truth.ImageGradientNorm, $"{report.GradientNorm}, expected {truth.ImageGradientNorm}");
            float[] got = gradient.GetAsArray1D();
            double difference = Math.Sqrt(got.Zip(expected, (a, b) => Math.Pow(a - (0.5 * b), 2)).Sum());
            Assert.True(difference <= Tolerance * 0.5 * truth.ImageGradientNorm, $"step {step}: {difference} of {truth.ImageGradientNorm}");
        }
    }

    // Prediction and variance in one output, z_t of the image itself.
    [Fact]
    public void A_pixel_space_model_shares_memory_too()
    {
        using PixelFolder folder = new();
        ModelFolder model = ModelFolder.Open(folder.Path);
        var options = new GuidanceOptions(20, GuidanceConvention.Diffusers, GuidanceWeighting.SigmaSquared, new TimestepRange(0.02, 0.98, 0.98), 1);
        GuidanceTexts texts = PromptEmbeddings.Compute(model, "a cat", "", new ViewPrompts(ViewTables.Fine)).TextsFor(30, 10);
        using var device = DeviceContext.CreateCpu(1);
        using var memory = GuidanceMemory.OfHost(device);
        using var host = new ScoreDistillation(model, options);
        using var bound = new ScoreDistillation(model, options, null, memory);
        Assert.True(bound.SharesMemory);
        Assert.Equal(host.Notes, bound.Notes);
        float[] image = Image(host.ImageSize);
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(image);
        using MemoryBuffer1D<float, Stride1D.Dense> gradient = device.Accelerator.Allocate1D<float>(image.Length);
        float[] expected = new float[image.Length];
        for (uint step = 0; step < 3; step++)
        {
            var draw = new SdsStep(5, step, 0.1 * step);
            SdsResult truth = host.Gradient(image, expected, texts, draw);
            GuidanceReport report = bound.BoundGradient(x.View, gradient.View, 0.5f, texts, draw);
            Assert.Equal(truth.Timestep, report.Timestep);
            Assert.True(Math.Abs(truth.ImageGradientNorm - report.GradientNorm) <= Tolerance * truth.ImageGradientNorm);
            RequireClose(expected, gradient.GetAsArray1D(), 0.5);
        }
    }

    // A latent that is nobody's image, and a render that stands for one: planes there, pixels here.
    [Theory]
    [InlineData("sds")]
    [InlineData("normalised and clipped")]
    public void Latents_have_the_gradient_of_the_hosts_way(string name)
    {
        GuidanceOptions options = Options(name);
        GuidanceTexts texts = Texts();
        using var device = DeviceContext.CreateCpu(1);
        using var memory = GuidanceMemory.OfHost(device);
        using var host = new ScoreDistillation(Toybox.Model, options);
        using var bound = new ScoreDistillation(Toybox.Model, options, null, memory);
        int pixels = host.LatentSize * host.LatentSize;
        Assert.Equal(4, host.LatentChannels);
        float[] latent = [.. Enumerable.Range(0, 4 * pixels).Select(i => MathF.Sin(i * 0.7f))];
        float[] expected = new float[latent.Length];
        ScoreResult truth = host.LatentGradient(latent, expected, texts, new SdsStep(3, 1, 0));

        using MemoryBuffer1D<float, Stride1D.Dense> z = device.Accelerator.Allocate1D(latent);
        using MemoryBuffer1D<float, Stride1D.Dense> gradient = device.Accelerator.Allocate1D<float>(latent.Length);
        GuidanceReport report = bound.BoundLatentGradient(z.View, gradient.View, 0.5f, texts, new SdsStep(3, 1, 0));
        Assert.Equal(truth.Timestep, report.Timestep);
        Assert.True(Math.Abs(truth.GradientNorm - report.GradientNorm) <= Tolerance * truth.GradientNorm);
        RequireClose(expected, gradient.GetAsArray1D(), 0.5);

        using MemoryBuffer1D<float, Stride1D.Dense> colour = device.Accelerator.Allocate1D([.. Enumerable.Range(0, 3 * pixels).Select(i => latent[(i % 3 * pixels) + (i / 3)])]);
        using MemoryBuffer1D<float, Stride1D.Dense> opacity = device.Accelerator.Allocate1D(latent[(3 * pixels)..]);
        using MemoryBuffer1D<float, Stride1D.Dense> dLdColour = device.Accelerator.Allocate1D<float>(3 * pixels);
        using MemoryBuffer1D<float, Stride1D.Dense> dLdOpacity = device.Accelerator.Allocate1D<float>(pixels);
        bound.BoundRenderGradient(new LatentPixels(colour.View, opacity.View), new LatentPixels(dLdColour.View, dLdOpacity.View), 2f, texts, new SdsStep(3, 1, 0));
        float[] colours = dLdColour.GetAsArray1D();
        float[] planes = [.. Enumerable.Range(0, 3 * pixels).Select(i => colours[(i % pixels * 3) + (i / pixels)]), .. dLdOpacity.GetAsArray1D()];
        RequireClose(expected, planes, 2);
    }

    [Fact]
    public void Perp_Neg_pushes_the_same_way()
    {
        GuidanceOptions options = Options("sds");
        GuidanceTexts texts = Texts() with { ViewNegatives = [(Embedding("a cactus"), -1.5), (Embedding("a snowman"), 0.00001), (Embedding("a duck"), -0.7)] };
        using var device = DeviceContext.CreateCpu(1);
        using var memory = GuidanceMemory.OfHost(device);
        using var host = new ScoreDistillation(Toybox.Model, options);
        using var bound = new ScoreDistillation(Toybox.Model, options, null, memory);
        float[] image = Image(host.ImageSize);
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(image);
        using MemoryBuffer1D<float, Stride1D.Dense> gradient = device.Accelerator.Allocate1D<float>(image.Length);
        float[] expected = new float[image.Length];
        SdsResult truth = host.Gradient(image, expected, texts, new SdsStep(1, 0, 0));
        bound.BoundGradient(x.View, gradient.View, 1f, texts, new SdsStep(1, 0, 0));
        double difference = Math.Sqrt(gradient.GetAsArray1D().Zip(expected, (a, b) => Math.Pow(a - b, 2)).Sum());
        Assert.True(difference <= Tolerance * truth.ImageGradientNorm, $"{difference} of {truth.ImageGradientNorm}");
    }

    [Fact]
    public void Without_shared_memory_the_bound_way_is_refused()
    {
        using var device = DeviceContext.CreateCpu(1);
        using var guidance = new ScoreDistillation(Toybox.Model, Options("sds"));
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D<float>(4);
        Assert.Throws<InvalidOperationException>(() => guidance.BoundGradient(x.View, x.View, 1f, Texts(), new SdsStep(1, 0, 0)));
        Assert.Throws<InvalidOperationException>(() => guidance.BoundLatentGradient(x.View, x.View, 1f, Texts(), new SdsStep(1, 0, 0)));
        Assert.Null(GuidanceMemory.Shared(device, GuidanceDevice.Cpu));
        // Kernels on the CPU and guidance on a GPU meet on the host, too.
        Assert.Null(GuidanceMemory.Shared(device, new GuidanceDevice(0, 1)));
        using DeviceContext? opened = GuidanceMemory.OpenKernels(PresetCatalogue.Get("toybox"), new GuidanceDevice(0, 1), DreamFusion.Kernels.Device.KernelChoice.Portable);
        Assert.Null(opened);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(1, 4)]
    [InlineData(64, 64)]
    public void A_views_opacity_gives_the_same_numbers(int width, int height)
    {
        using var device = DeviceContext.CreateCpu(1);
        using var memory = GuidanceMemory.OfHost(device);
        using var bound = new ScoreDistillation(Toybox.Model, Options("sds"), null, memory);
        float[] opacity = [.. Enumerable.Range(0, width * height).Select(i => Math.Max(0, MathF.Sin(i * 0.61f)))];
        using MemoryBuffer1D<float, Stride1D.Dense> values = device.Accelerator.Allocate1D(opacity);
        OpacitySums got = bound.BoundOpacity(values.View, width, height), expected = OpacitySums.Of(opacity, width, height);
        Assert.Equal((expected.TranslucentCount, expected.ForegroundCount), (got.TranslucentCount, got.ForegroundCount));
        Assert.True(Math.Abs(expected.Sum - got.Sum) <= 1e-5 * expected.Sum && Math.Abs(expected.BorderMean - got.BorderMean) <= 1e-5);
        float[] ring = [.. Enumerable.Range(0, width * height).Where(i => i % width == 0 || i % width == width - 1 || i / width == 0 || i / width == height - 1).Select(i => opacity[i])];
        Assert.True(Math.Abs(ring.Average() - expected.BorderMean) <= 1e-6);
        Assert.Equal(opacity.Count(value => value is > 0.1f and < 0.9f), expected.TranslucentCount);
    }

    [Fact]
    public void Every_missing_library_is_named()
    {
        Assert.Null(CudaLibraries.Missing(CudaLibraries.Find(_ => true)));
        string all = CudaLibraries.Missing(CudaLibraries.Find(_ => false))!;
        Assert.All(["cudart", "cuBLAS ", "cuBLASLt", "cuRAND", "cuFFT", "cuDNN 9"], name => Assert.Contains(name, all, StringComparison.Ordinal));
        string one = CudaLibraries.Missing(CudaLibraries.Find(file => !file.Contains("cudnn", StringComparison.Ordinal)))!;
        Assert.Contains("cuDNN 9", one, StringComparison.Ordinal);
        Assert.DoesNotContain("cuFFT", one, StringComparison.Ordinal);
        // Diffusion models have no Fourier transforms.
        Assert.Equal("cuFFT", CudaLibraries.Find(_ => true).Single(library => !library.IsRequired).Name);
    }

    private static void RequireClose(float[] expected, float[] got, double weight)
    {
        double norm = Math.Sqrt(expected.Sum(value => Math.Pow(weight * value, 2)));
        double difference = Math.Sqrt(got.Zip(expected, (a, b) => Math.Pow(a - (weight * b), 2)).Sum());
        Assert.True(norm > 0 && difference <= Tolerance * norm, $"{difference} of {norm}");
    }

    private static GuidanceOptions Options(string name)
    {
        GuidanceOptions options = GuidanceOptions.From(PresetCatalogue.Get("toybox") with { Threads = 1 });
        return name switch
        {
            "classifier score" => options with { Method = DistillationMethod.ClassifierScore },
            "noise free" => options with { Method = DistillationMethod.NoiseFree },
            "rescaled" => options with { Rescale = 0.7f },
            "normalised and clipped" => options with { NormalizesGradient = true, GradientClip = 1.5f },
            "drawn latents" => options with { Posterior = LatentPosterior.Sample },
            "linear encoder" => options with { Encoder = LatentEncoder.Linear },
            _ => options,
        };
    }

    private static GuidanceTexts Texts() => new(Embedding("a hamburger"), Embedding("")) { NoiseFreeNegative = Embedding("blurry") };

    private static TextEmbedding Embedding(string text) => PromptEmbeddings.Compute(Toybox.Model, text, "", new ViewPrompts(PresetCatalogue.Get("toybox").ViewPrompts)).TextsFor(0f, 30f).Positive;

    private static float[] Image(int size) => [.. Enumerable.Range(0, size * size * 3).Select(i => 0.5f + (0.4f * MathF.Sin(i * 0.37f) * MathF.Cos(i * 0.011f)))];
}
