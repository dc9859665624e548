using System;
using System.Globalization;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Machine;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>
/// Memory that our kernels and ONNX Runtime share: buffers of the kernels' accelerator, given to ONNX Runtime by their addresses. On a CUDA device both work in its
/// primary context, and ONNX Runtime's work goes into a stream of the accelerator that takes turns with the default one, where kernels run: the driver orders the two,
/// and nobody waits on the host.
/// </summary>
public sealed class GuidanceMemory : IDisposable
{
    private readonly AcceleratorStream? _stream;

    private GuidanceMemory(DeviceContext kernels, OrtMemoryInfo info, AcceleratorStream? stream, int? device)
    {
        Kernels = kernels;
        Info = info;
        _stream = stream;
        CudaDevice = device;
    }

    /// <summary>Where the kernels run.</summary>
    public DeviceContext Kernels { get; }

    /// <summary>Number of the CUDA device; null for the CPU's memory.</summary>
    public int? CudaDevice { get; }

    /// <summary>ONNX Runtime's name of the memory.</summary>
    internal OrtMemoryInfo Info { get; }

    /// <summary>The driver's handle of the stream that ONNX Runtime works in; 0 for none.</summary>
    internal IntPtr Stream => (_stream as CudaStream)?.StreamPtr ?? 0;

    /// <summary>The memory that kernels and guidance share; null if they run on different devices, or both on the CPU, where the host's way costs nothing.</summary>
    /// <param name="kernels">Where the kernels run.</param>
    /// <param name="guidance">Where the guidance runs.</param>
    public static GuidanceMemory? Shared(DeviceContext kernels, GuidanceDevice guidance)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(guidance);
        return kernels.Accelerator is CudaAccelerator cuda && guidance.CudaDevice is { } device
            ? new GuidanceMemory(
                kernels,
                new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default),
                // A stream that takes turns with the default one. ONNX Runtime counts the default stream's handle, 0, as none.
                cuda.CreateStream(StreamFlags.CU_STREAM_DEFAULT),
                device)
            : null;
    }

    /// <summary>Opens the kernels' device before the guidance, which is told the stream to work in; null if they share none.</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <param name="guidance">Where the guidance runs.</param>
    /// <param name="kernels">Code that is written for the device where there is some, or the portable kernels.</param>
    public static DeviceContext? OpenKernels(RunConfiguration configuration, GuidanceDevice guidance, KernelChoice kernels)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(guidance);
        return guidance.CudaDevice is { } device && DeviceSelection.CudaIndex(configuration.Device) == device
            ? DeviceSelection.Open(configuration.Device, Environment.ProcessorCount, kernels, configuration.Deterministic)
            : null;
    }

    /// <summary>The host's memory under the same interface.</summary>
    /// <param name="kernels">Kernels on the CPU.</param>
    internal static GuidanceMemory OfHost(DeviceContext kernels) => new(kernels, OrtMemoryInfo.DefaultInstance, null, null);

    /// <summary>The guidance's device with this memory's stream.</summary>
    internal GuidanceDevice Place(GuidanceDevice device) => device with { Stream = Stream };

    /// <summary>A buffer of floats as ONNX Runtime sees it; nothing is copied.</summary>
    /// <param name="view">The buffer; it must outlive the value.</param>
    /// <param name="shape">Extents.</param>
    internal OrtValue Value(ArrayView<float> view, params long[] shape)
    {
        long count = 1;
        foreach (long extent in shape)
        {
            count *= extent;
        }

        return count == view.Length
            ? OrtValue.CreateTensorValueWithData(Info, TensorElementType.Float, shape, view.LoadEffectiveAddressAsPtr(), view.LengthInBytes)
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The buffer has {view.Length} floats, the shape {count}."), nameof(view));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        if (CudaDevice is not null)
        {
            Info.Dispose();
        }
    }
}
