using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Bound;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training;
using ILGPU;
using ILGPU.Runtime;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>
/// With kernels and guidance on one device no image and no gradient comes to the host in a step: all copies between buffers and arrays of the host are counted. ONNX Runtime
/// cannot work in the stand-in's memory, so its part runs on the host's memory under the same interface, and the stand-in's step has a guidance of its own.
/// </summary>
[Collection(StandInTests.Name)]
public sealed class BoundCopiesTests(ITestOutputHelper output)
{
    private const int Side = 24;

    [Theory]
    [InlineData("vae")]
    [InlineData("linear")]
    [InlineData("latent phase")]
    public void AStepCopiesNoImageAndNoGradient(string name)
    {
        RunConfiguration configuration = Configuration(name);
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox));
        int image = 3 * model.ImageSize * model.ImageSize, latent = model.LatentSize * model.LatentSize;
        long[] pictures = [.. new[] { image, image / 3, 3 * Side * Side, Side * Side, 3 * latent, latent }.Select(count => (long)sizeof(float) * count)];
        long noise = sizeof(float) * model.LatentChannels * latent;

        long[] shared = Copies(configuration, model, isShared: true), host = Copies(configuration, model, isShared: false);
        output.WriteLine($"shared: {string.Join(' ', shared)}; host: {string.Join(' ', host)}");
        Assert.DoesNotContain(shared, pictures.Contains);
        Assert.Single(shared, bytes => bytes == noise);
        // The count would see them.
        Assert.True(host.Count(pictures.Contains) >= 3);
    }

    [Fact]
    public void AStepOnTheStandInCopiesNoImageAndNoGradient()
    {
        using var driver = StandInDriver.Install(isFast: true);
        RunConfiguration configuration = Configuration("vae") with { Device = "cuda" };
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox));
        using var device = DeviceContext.CreateCuda(0, KernelChoice.Portable);
        using var guidance = new Halving();
        using var trainer = new Trainer(configuration, device, guidance, Prompt(configuration, model));
        IReadOnlyList<long> copies = HostCopies.During(() => trainer.Advance());
        output.WriteLine(string.Join(' ', copies));
        Assert.True(guidance.WasAsked);
        Assert.DoesNotContain(copies, bytes => bytes is (3L * Side * Side * sizeof(float)) or ((long)Side * Side * sizeof(float)));
    }

    // ONNX Runtime is given the kernels' own addresses, the device's number, and a stream that takes turns with the kernels' one.
    [Fact]
    public unsafe void ONNXRuntimeIsGivenAddressesAndAStreamOfTheDevice()
    {
        using var driver = StandInDriver.Install();
        using var device = DeviceContext.CreateCuda(1, KernelChoice.Portable);
        using GuidanceMemory memory = GuidanceMemory.Shared(device, new GuidanceDevice(1, 1))!;
        Assert.Null(GuidanceMemory.Shared(device, GuidanceDevice.Cpu));
        Assert.Equal(1, driver.LiveStreams);
        Assert.True(driver.IsBlocking(memory.Stream));
        Dictionary<string, string> options = memory.Place(new GuidanceDevice(1, 1)).CudaOptions();
        Assert.Equal(("1", $"{memory.Stream}"), (options["device_id"], options["user_compute_stream"]));
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = device.Accelerator.Allocate1D<float>(12);
        using OrtValue value = memory.Value(buffer.View.BaseView.SubView(4, 6), 1, 2, 3);
        using OrtMemoryInfo where = value.GetTensorMemoryInfo();
        Assert.Equal(("Cuda", 1), (where.Name, where.Id));
        Assert.Equal((nint)buffer.NativePtr + 16, (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData())));
        Assert.Throws<ArgumentException>(() => memory.Value(buffer.View.BaseView, 5));
    }

    private static long[] Copies(RunConfiguration configuration, ModelFolder model, bool isShared)
    {
        using var device = DeviceContext.CreateCpu(1);
        using GuidanceMemory? memory = isShared ? GuidanceMemory.OfHost(device) : null;
        using var guidance = new ScoreDistillation(model, GuidanceOptions.From(configuration), null, memory);
        Assert.Equal(isShared, guidance.SharesMemory);
        using var trainer = new Trainer(configuration, device, guidance, Prompt(configuration, model));
        return [.. HostCopies.During(() => trainer.Advance())];
    }

    private static PromptEmbeddings Prompt(RunConfiguration configuration, ModelFolder model) =>
        PromptEmbeddings.Compute(model, "a hamburger", "", new ViewPrompts(configuration.ViewPrompts));

    private static RunConfiguration Configuration(string name)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        return toybox with
        {
            Prompt = "a hamburger",
            Threads = 1,
            LatentIterRatio = name == "latent phase" ? 1f : 0f,
            Guidance = toybox.Guidance with { Encoder = name == "linear" ? EncoderMode.Linear : EncoderMode.Vae },
            Data = toybox.Data with { Train = toybox.Data.Train with { Width = Side, Height = Side } },
        };
    }

    /// <summary>dL/dx = x/2, from device memory to device memory.</summary>
    private sealed class Halving : IBoundGuidance
    {
        public bool WasAsked { get; private set; }

        public int ImageSize => Side;

        public int TermCount => 1;

        public IReadOnlyList<string> Notes => [];

        public bool SharesMemory => true;

        public GuidanceReport Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw) => throw new NotSupportedException("The image is on the device.");

        public GuidanceReport BoundGradient(ArrayView<float> image, ArrayView<float> dLdImage, float weight, GuidanceTexts texts, SdsStep draw)
        {
            WasAsked = true;
            image.CopyTo(dLdImage);
            return new GuidanceReport(100, 1);
        }

        public OpacitySums BoundOpacity(ArrayView<float> opacity, int width, int height) => new(1, 1, 0, 1);

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
