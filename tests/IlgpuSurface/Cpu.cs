using System;

namespace ILGPU.Runtime.CPU;

public enum CPUDeviceKind
{
    Default,
    Nvidia,
    AMD,
    LegacyAMD,
    Intel,
}

public enum CPUAcceleratorMode
{
    Auto,
    Sequential,
    Parallel,
}

public sealed class CPUDevice : Device
{
    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors) => throw null!;
    public CPUAccelerator CreateCPUAccelerator(Context context) => throw null!;
    public CPUAccelerator CreateCPUAccelerator(Context context, CPUAcceleratorMode mode) => throw null!;
    public override Accelerator CreateAccelerator(Context context) => throw null!;
}

public sealed class CPUAccelerator : Accelerator
{
    internal CPUAccelerator() => throw null!;
}

public static class CPUContextExtensions
{
    public static Context.Builder CPU(this Context.Builder builder) => throw null!;
    public static Context.Builder CPU(this Context.Builder builder, CPUDeviceKind kind) => throw null!;
    public static Context.Builder CPU(this Context.Builder builder, CPUDevice device) => throw null!;
    public static CPUAccelerator CreateCPUAccelerator(this Context context, int cpuDeviceIndex) => throw null!;
}
