using System;
using System.Collections.Immutable;

namespace ILGPU.Runtime.CPU;

/// <summary>Group and warp sizes of well-known kinds of devices, for <see cref="CPUContextExtensions.CPU(Context.Builder, CPUDeviceKind)"/>.</summary>
public enum CPUDeviceKind
{
    /// <summary>Warps of 32 and groups of up to 1024 threads.</summary>
    Default,

    /// <summary>Warps of 32 and groups of up to 1024 threads.</summary>
    Nvidia,

    /// <summary>Warps of 32 and groups of up to 256 threads.</summary>
    AMD,

    /// <summary>Warps of 64 and groups of up to 256 threads.</summary>
    LegacyAMD,

    /// <summary>Warps of 16 and groups of up to 128 threads.</summary>
    Intel,
}

/// <summary>How a CPU accelerator uses the cores.</summary>
public enum CPUAcceleratorMode
{
    /// <summary>All threads of the device.</summary>
    Auto,

    /// <summary>The calling thread only.</summary>
    Sequential,

    /// <summary>All threads of the device.</summary>
    Parallel,
}

/// <summary>
/// The cores of this machine as a device. A multiprocessor is one thread that runs kernels: an accelerator of n multiprocessors uses the calling thread
/// and n - 1 further ones.
/// </summary>
public sealed class CPUDevice : Device
{
    /// <summary>The device that <see cref="CPUContextExtensions.CPU(Context.Builder)"/> adds: warps of 32, groups of up to 1024 threads, one thread per core.</summary>
    public static readonly CPUDevice Default = new(32, 32, Environment.ProcessorCount);

    /// <summary>A device of given shape.</summary>
    /// <param name="numThreadsPerWarp">The number of threads of a warp, a power of two of at least 2.</param>
    /// <param name="numWarpsPerMultiprocessor">The number of warps of the largest group, at least 1; a group has at most 1024 threads.</param>
    /// <param name="numMultiprocessors">The number of threads that run kernels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors)
        : base($"CPU ({numMultiprocessors} x {numWarpsPerMultiprocessor} x {numThreadsPerWarp})", AcceleratorType.CPU)
    {
        if (numThreadsPerWarp < 2 || !int.IsPow2(numThreadsPerWarp))
        {
            throw new ArgumentOutOfRangeException(nameof(numThreadsPerWarp), $"A warp has {numThreadsPerWarp} threads, expected a power of two of at least 2.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(numWarpsPerMultiprocessor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(numMultiprocessors, 1);
        int threads = checked(numThreadsPerWarp * numWarpsPerMultiprocessor);
        if (threads > MaxThreads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(numWarpsPerMultiprocessor), $"A group would have {threads} threads, at most {MaxThreads} are possible; use fewer warps.");
        }

        WarpSize = numThreadsPerWarp;
        NumMultiprocessors = numMultiprocessors;
        MaxNumThreadsPerMultiprocessor = threads;
        MaxNumThreadsPerGroup = threads;
        MaxGroupSize = new Index3D(threads, threads, threads);
        MaxGridSize = new Index3D(int.MaxValue, ushort.MaxValue, ushort.MaxValue);
        MaxSharedMemoryPerGroup = SharedMemoryPerGroup;
        MaxConstantMemory = int.MaxValue;
        MemorySize = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }

    private const int MaxThreads = 1024;
    private const int SharedMemoryPerGroup = 1 << 20;

    /// <summary>All CPU devices: the default one.</summary>
    public static ImmutableArray<CPUDevice> All => [Default];

    /// <summary>The number of warps of the largest group.</summary>
    public int NumWarpsPerMultiprocessor => MaxNumThreadsPerMultiprocessor / WarpSize;

    /// <summary>A device with the group and warp sizes of a well-known kind, and one thread per core.</summary>
    public static CPUDevice GetDevice(CPUDeviceKind kind) => kind switch
    {
        CPUDeviceKind.Default => Default,
        CPUDeviceKind.Nvidia => new CPUDevice(32, 32, Environment.ProcessorCount),
        CPUDeviceKind.AMD => new CPUDevice(32, 8, Environment.ProcessorCount),
        CPUDeviceKind.LegacyAMD => new CPUDevice(64, 4, Environment.ProcessorCount),
        CPUDeviceKind.Intel => new CPUDevice(16, 8, Environment.ProcessorCount),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), $"There is no CPU device kind {kind}."),
    };

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => CreateCPUAccelerator(context);

    /// <summary>An accelerator that uses all threads of the device.</summary>
    public CPUAccelerator CreateCPUAccelerator(Context context) => CreateCPUAccelerator(context, CPUAcceleratorMode.Auto);

    /// <summary>An accelerator that uses the threads of the device as <paramref name="mode"/> says.</summary>
    public CPUAccelerator CreateCPUAccelerator(Context context, CPUAcceleratorMode mode)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new CPUAccelerator(context, this, mode);
    }
}
