namespace ILGPU.Runtime;

/// <summary>What kind of device an accelerator is.</summary>
public enum AcceleratorType
{
    /// <summary>The cores of this machine.</summary>
    CPU,

    /// <summary>A GPU by CUDA.</summary>
    Cuda,

    /// <summary>A device by OpenCL.</summary>
    OpenCL,
}

/// <summary>What a device can do beyond the base of the API.</summary>
public class CapabilityContext
{
    internal CapabilityContext()
    {
    }

    /// <summary>True if <see cref="Half"/> arithmetic is available.</summary>
    public bool Float16 { get; init; } = true;

    /// <summary>True if double arithmetic is available.</summary>
    public bool Float64 { get; init; } = true;

    /// <summary>True if 64-bit atomics are available.</summary>
    public bool Int64Atomics { get; init; } = true;
}

/// <summary>A device and its limits.</summary>
public abstract class Device
{
    internal Device(string name, AcceleratorType acceleratorType)
    {
        Name = name;
        AcceleratorType = acceleratorType;
    }

    /// <summary>The name of the device.</summary>
    public string Name { get; }

    /// <summary>The kind of device.</summary>
    public AcceleratorType AcceleratorType { get; }

    /// <summary>The memory in bytes.</summary>
    public long MemorySize { get; protected init; }

    /// <summary>The largest grid, in groups.</summary>
    public Index3D MaxGridSize { get; protected init; }

    /// <summary>The largest group along each axis, in threads.</summary>
    public Index3D MaxGroupSize { get; protected init; }

    /// <summary>The largest number of threads of a group.</summary>
    public int MaxNumThreadsPerGroup { get; protected init; }

    /// <summary>The shared memory of a group in bytes.</summary>
    public int MaxSharedMemoryPerGroup { get; protected init; }

    /// <summary>The constant memory in bytes.</summary>
    public int MaxConstantMemory { get; protected init; }

    /// <summary>The number of threads of a warp.</summary>
    public int WarpSize { get; protected init; }

    /// <summary>The number of multiprocessors; on a CPU the number of threads that run kernels.</summary>
    public int NumMultiprocessors { get; protected init; }

    /// <summary>The largest number of threads that are resident on a multiprocessor.</summary>
    public int MaxNumThreadsPerMultiprocessor { get; protected init; }

    /// <summary>The largest number of threads that are resident on the device.</summary>
    public int MaxNumThreads => NumMultiprocessors * MaxNumThreadsPerMultiprocessor;

    /// <summary>What the device can do.</summary>
    public CapabilityContext Capabilities { get; } = new();

    /// <summary>An accelerator that runs kernels on this device.</summary>
    public abstract Accelerator CreateAccelerator(Context context);

    /// <summary>The name of the device.</summary>
    public override string ToString() => Name;
}
