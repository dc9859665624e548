using System;
using System.Globalization;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Machine;

/// <summary>Which device a run gets for the one that its configuration asks for.</summary>
public static class DeviceSelection
{
    /// <summary>The device of who names none: the CPU.</summary>
    public const string Automatic = "auto";

    /// <summary>Refuses a device that was asked for by name and cannot be had. <c>auto</c> and <c>cpu</c> are the CPU.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/> and the reason.</exception>
    public static void Require(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        RequireExisting(configuration.Device);
    }

    /// <summary>Refuses a device that was asked for by name and is not there.</summary>
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/> and the reason.</exception>
    public static void RequireExisting(string device)
    {
        if (CudaIndex(device) is not { } index)
        {
            return;
        }

        int count = DeviceContext.CountCudaDevices();
        if (index >= count)
        {
            string reason = count > 0
                ? string.Create(CultureInfo.InvariantCulture, $"there are {count} CUDA devices, numbered from 0")
                : CudaDriver.Probe().Problem ?? "the driver is there, but knows no device of compute capability 7.5 or newer";
            throw new DfkException(ExitCode.MachineLacks, $"device {device}: {reason}. Use --device cpu.");
        }
    }

    /// <summary>Opens the device: the CPU for <c>auto</c> and <c>cpu</c>.</summary>
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    /// <param name="threads">Threads of the CPU.</param>
    /// <param name="kernels">Code that is written for the device where there is some, or the portable kernels everywhere.</param>
    /// <param name="deterministic">Same bits every run, also where that costs speed; the CPU always works so.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: it is not there.</exception>
    public static DeviceContext Open(string device, int threads, KernelChoice kernels, bool deterministic = false)
    {
        RequireExisting(device);
        KeepCubins();
        return CudaIndex(device) is { } index ? DeviceContext.CreateCuda(index, kernels, deterministic) : DeviceContext.CreateCpu(threads, choice: kernels);
    }

    /// <summary>The number of a CUDA device, or null for the CPU.</summary>
    public static int? CudaIndex(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device is Automatic or "cpu")
        {
            return null;
        }

        int colon = device.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? 0 : int.Parse(device.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    // Read by src/Ilgpu; the package keeps nothing.
    private static void KeepCubins() => AppContext.SetData("ILGPU.CubinCacheFolder", System.IO.Path.Combine(CacheFolder.Path, "cubin"));
}
