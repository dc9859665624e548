using System;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Machine;

/// <summary>Which device a run gets for the one that its configuration asks for.</summary>
public static class DeviceSelection
{
    /// <summary>Refuses a device that was asked for by name and cannot be had. <c>auto</c> and <c>cpu</c> are the CPU.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/> and the reason.</exception>
    public static void Require(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Require(configuration.Device);
    }

    /// <inheritdoc cref="Require(RunConfiguration)"/>
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    public static void Require(string device)
    {
        if (device is "auto" or "cpu")
        {
            return;
        }

        string reason = CudaDriver.Probe().Problem is { } problem
            ? problem + "; besides, this version's kernels run on the CPU only"
            : "the driver is there, but this version's kernels run on the CPU only";
        throw new DfkException(ExitCode.MachineLacks, $"device {device}: {reason}. Use --device cpu.");
    }
}
