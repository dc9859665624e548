using System;
using System.Reflection;
using System.Threading.Tasks;

namespace ILGPU.Runtime;

public enum AcceleratorType
{
    CPU,
    Cuda,
    OpenCL,
}

public abstract class CapabilityContext
{
    internal CapabilityContext() => throw null!;
}

public abstract class Device
{
    internal Device() => throw null!;
    public string Name => throw null!;
    public AcceleratorType AcceleratorType => throw null!;
    public long MemorySize => throw null!;
    public Index3D MaxGridSize => throw null!;
    public Index3D MaxGroupSize => throw null!;
    public int MaxNumThreadsPerGroup => throw null!;
    public int MaxSharedMemoryPerGroup => throw null!;
    public int MaxConstantMemory => throw null!;
    public int WarpSize => throw null!;
    public int NumMultiprocessors => throw null!;
    public int MaxNumThreadsPerMultiprocessor => throw null!;
    public int MaxNumThreads => throw null!;
    public CapabilityContext Capabilities => throw null!;
    public abstract Accelerator CreateAccelerator(Context context);
}

public abstract class Accelerator : IDisposable
{
    internal Accelerator() => throw null!;
    public string Name => throw null!;
    public AcceleratorType AcceleratorType => throw null!;
    public long MemorySize => throw null!;
    public Index3D MaxGridSize => throw null!;
    public Index3D MaxGroupSize => throw null!;
    public int MaxNumThreadsPerGroup => throw null!;
    public int MaxSharedMemoryPerGroup => throw null!;
    public int MaxConstantMemory => throw null!;
    public int WarpSize => throw null!;
    public int NumMultiprocessors => throw null!;
    public int MaxNumThreadsPerMultiprocessor => throw null!;
    public int MaxNumThreads => throw null!;
    public CapabilityContext Capabilities => throw null!;
    public Context Context => throw null!;
    public Device Device => throw null!;
    public AcceleratorStream DefaultStream => throw null!;
    public AcceleratorStream CreateStream() => throw null!;
    public void Synchronize() => throw null!;
    public void Bind() => throw null!;
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged => throw null!;
    public MemoryBuffer2D<T, Stride2D.DenseX> Allocate2DDenseX<T>(LongIndex2D extent)
        where T : unmanaged => throw null!;
    public MemoryBuffer2D<T, Stride2D.DenseY> Allocate2DDenseY<T>(LongIndex2D extent)
        where T : unmanaged => throw null!;
    public MemoryBuffer AllocateRaw(long length, int elementSize) => throw null!;
    public PageLockScope<T> CreatePageLockFromPinned<T>(T[] pinned)
        where T : unmanaged => throw null!;
    public PageLockScope<T> CreatePageLockFromPinned<T>(IntPtr pinned, long numElements)
        where T : unmanaged => throw null!;
    public Kernel LoadKernel(MethodInfo kernel) => throw null!;
    public Kernel LoadKernel(CompiledKernel kernel) => throw null!;
    public Kernel LoadAutoGroupedKernel(MethodInfo kernel) => throw null!;
    public Kernel LoadAutoGroupedKernel(CompiledKernel kernel) => throw null!;
    public Kernel LoadImplicitlyGroupedKernel(MethodInfo kernel, int customGroupSize) => throw null!;
    public Kernel LoadImplicitlyGroupedKernel(CompiledKernel kernel, int customGroupSize) => throw null!;
    public int EstimateGroupSize(Kernel kernel) => throw null!;
    public int EstimateMaxActiveGroupsPerMultiprocessor(Kernel kernel, int groupSize) => throw null!;
    public void Dispose() => throw null!;
}

public static class AcceleratorExtensions
{
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, T[] data)
        where T : unmanaged => throw null!;
    public static PageLockedArray1D<T> AllocatePageLocked1D<T>(this Accelerator accelerator, long extent)
        where T : unmanaged => throw null!;
}

public abstract class AcceleratorStream : IDisposable
{
    internal AcceleratorStream() => throw null!;
    public Accelerator Accelerator => throw null!;
    public abstract void Synchronize();
    public Task SynchronizeAsync() => throw null!;
    public ProfilingMarker AddProfilingMarker() => throw null!;
    public void Dispose() => throw null!;
}

public abstract class ProfilingMarker : IDisposable
{
    internal ProfilingMarker() => throw null!;
    public abstract void Synchronize();
    public abstract TimeSpan MeasureFrom(ProfilingMarker marker);
    public static TimeSpan operator -(ProfilingMarker left, ProfilingMarker right) => throw null!;
    public void Dispose() => throw null!;
}

public class Kernel : IDisposable
{
    internal Kernel() => throw null!;
    public void Launch<TIndex>(AcceleratorStream stream, TIndex extent, params object[] parameters)
        where TIndex : struct, IIndex => throw null!;
    public void Dispose() => throw null!;
}

public abstract class CompiledKernel
{
    internal CompiledKernel() => throw null!;
}

public readonly struct KernelSpecialization
{
    public KernelSpecialization(int? maxNumThreadsPerGroup, int? minNumGroupsPerMultiprocessor) => throw null!;
    public int? MaxNumThreadsPerGroup => throw null!;
    public int? MinNumGroupsPerMultiprocessor => throw null!;
}

public class KernelInfo
{
    internal KernelInfo() => throw null!;
}
