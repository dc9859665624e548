using System;

namespace ILGPU.Runtime.Cuda;

public readonly struct CudaArchitecture
{
    public CudaArchitecture(int major, int minor) => throw null!;
    public int Major => throw null!;
    public int Minor => throw null!;
}

public readonly struct CudaInstructionSet
{
    public CudaInstructionSet(int major, int minor) => throw null!;
    public int Major => throw null!;
    public int Minor => throw null!;
}

public readonly struct CudaDriverVersion
{
    public int Major => throw null!;
    public int Minor => throw null!;
}

public sealed class CudaDeviceOverride
{
    internal CudaDeviceOverride() => throw null!;
}

public sealed class CudaDevice : Device
{
    internal CudaDevice() => throw null!;
    public CudaArchitecture? Architecture => throw null!;
    public CudaInstructionSet? InstructionSet => throw null!;
    public CudaDriverVersion DriverVersion => throw null!;
    public int L2CacheSize => throw null!;
    public int ClockRate => throw null!;
    public override Accelerator CreateAccelerator(Context context) => throw null!;
}

public sealed class CudaAccelerator : Accelerator
{
    internal CudaAccelerator() => throw null!;
    public CudaStream CreateStream(StreamFlags flags) => throw null!;
    public long GetFreeMemory() => throw null!;
}

public enum StreamFlags
{
    CU_STREAM_DEFAULT = 0,
    CU_STREAM_NON_BLOCKING = 1,
}

public sealed class CudaStream : AcceleratorStream
{
    internal CudaStream() => throw null!;
    public IntPtr StreamPtr => throw null!;
    public override void Synchronize() => throw null!;
}

public static class CudaContextExtensions
{
    public static Context.Builder Cuda(this Context.Builder builder) => throw null!;
    public static Context.Builder Cuda(this Context.Builder builder, Predicate<CudaDevice> predicate) => throw null!;
    public static Context.Builder Cuda(this Context.Builder builder, Action<CudaDeviceOverride> configure) => throw null!;
    public static CudaAccelerator CreateCudaAccelerator(this Context context, int cudaDeviceIndex) => throw null!;
}
