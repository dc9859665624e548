using System;

namespace ILGPU.Runtime.CPU;

/// <summary>Adds CPU devices to contexts and makes accelerators of them.</summary>
public static class CPUContextExtensions
{
    /// <summary>Adds the default CPU device.</summary>
    public static Context.Builder CPU(this Context.Builder builder) => builder.CPU(CPUDevice.Default);

    /// <summary>Adds a CPU device with the group and warp sizes of a well-known kind.</summary>
    public static Context.Builder CPU(this Context.Builder builder, CPUDeviceKind kind) => builder.CPU(CPUDevice.GetDevice(kind));

    /// <summary>Adds a CPU device.</summary>
    public static Context.Builder CPU(this Context.Builder builder, CPUDevice device)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(device);
        return builder.Add(device);
    }

    /// <summary>The CPU device at a position among the CPU devices of the context.</summary>
    public static CPUDevice GetCPUDevice(this Context context, int deviceIndex)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetDevice<CPUDevice>(deviceIndex);
    }

    /// <summary>An accelerator on the CPU device at a position among the CPU devices of the context.</summary>
    public static CPUAccelerator CreateCPUAccelerator(this Context context, int deviceIndex, CPUAcceleratorMode mode = CPUAcceleratorMode.Auto)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetCPUDevice(deviceIndex).CreateCPUAccelerator(context, mode);
    }
}
