using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;

namespace ILGPU.Runtime;

/// <summary>Runs kernels and owns memory on a device.</summary>
public abstract partial class Accelerator : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<MemoryBuffer> _buffers = [];
    private readonly ConcurrentDictionary<(MethodInfo Method, KernelGrouping Grouping), KernelLauncher> _launchers = new();

    private protected Accelerator(Context context, Device device, Func<Accelerator, AcceleratorStream>? defaultStream = null)
    {
        Context = context;
        Device = device;
        DefaultStream = (defaultStream ?? MakeStream)(this);
        context.Attach(this);
    }

    /// <summary>The context that this accelerator was made from.</summary>
    public Context Context { get; }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The stream that calls without a stream use.</summary>
    public AcceleratorStream DefaultStream { get; }

    /// <inheritdoc cref="Device.Name"/>
    public string Name => Device.Name;

    /// <inheritdoc cref="Device.AcceleratorType"/>
    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    /// <inheritdoc cref="Device.MemorySize"/>
    public long MemorySize => Device.MemorySize;

    /// <inheritdoc cref="Device.MaxGridSize"/>
    public Index3D MaxGridSize => Device.MaxGridSize;

    /// <inheritdoc cref="Device.MaxGroupSize"/>
    public Index3D MaxGroupSize => Device.MaxGroupSize;

    /// <inheritdoc cref="Device.MaxNumThreadsPerGroup"/>
    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    /// <inheritdoc cref="Device.MaxSharedMemoryPerGroup"/>
    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    /// <inheritdoc cref="Device.MaxConstantMemory"/>
    public int MaxConstantMemory => Device.MaxConstantMemory;

    /// <inheritdoc cref="Device.WarpSize"/>
    public int WarpSize => Device.WarpSize;

    /// <inheritdoc cref="Device.NumMultiprocessors"/>
    public int NumMultiprocessors => Device.NumMultiprocessors;

    /// <inheritdoc cref="Device.MaxNumThreadsPerMultiprocessor"/>
    public int MaxNumThreadsPerMultiprocessor => Device.MaxNumThreadsPerMultiprocessor;

    /// <inheritdoc cref="Device.MaxNumThreads"/>
    public int MaxNumThreads => Device.MaxNumThreads;

    /// <inheritdoc cref="Device.Capabilities"/>
    public CapabilityContext Capabilities => Device.Capabilities;

    /// <summary>True once the accelerator is disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>A further stream.</summary>
    public virtual AcceleratorStream CreateStream() => new(this);

    /// <summary>Waits until everything that was launched is done.</summary>
    public abstract void Synchronize();

    /// <summary>Makes this accelerator current for the calling thread.</summary>
    public virtual void Bind()
    {
    }

    /// <summary>Allocates uninitialised memory for <paramref name="length"/> elements.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="length">The number of elements, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged
    {
        RawMemory memory = AllocateMemory(length, Marshalled<T>.Size);
        return new MemoryBuffer1D<T, Stride1D.Dense>(this, memory, length, default);
    }

    /// <summary>Allocates uninitialised memory for <paramref name="length"/> elements of a given distance.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TStride">The stride type.</typeparam>
    /// <param name="length">The number of elements, at least 0.</param>
    /// <param name="stride">The distance between neighbours.</param>
    public MemoryBuffer1D<T, TStride> Allocate1D<T, TStride>(LongIndex1D length, TStride stride)
        where T : unmanaged
        where TStride : struct, IStride1D
    {
        long elements = length.X == 0 ? 0 : stride.ComputeElementIndex(length - 1) + 1;
        RawMemory memory = AllocateMemory(elements, Marshalled<T>.Size);
        return new MemoryBuffer1D<T, TStride>(this, memory, length, stride);
    }

    /// <summary>Allocates an uninitialised plane whose X neighbours lie side by side.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="extent">The number of elements along each axis.</param>
    public MemoryBuffer2D<T, Stride2D.DenseX> Allocate2DDenseX<T>(LongIndex2D extent)
        where T : unmanaged
        => new(this, AllocateMemory(extent.Size, Marshalled<T>.Size), extent, new Stride2D.DenseX(checked((int)extent.X)));

    /// <summary>Allocates an uninitialised plane whose Y neighbours lie side by side.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="extent">The number of elements along each axis.</param>
    public MemoryBuffer2D<T, Stride2D.DenseY> Allocate2DDenseY<T>(LongIndex2D extent)
        where T : unmanaged
        => new(this, AllocateMemory(extent.Size, Marshalled<T>.Size), extent, new Stride2D.DenseY(checked((int)extent.Y)));

    /// <summary>Allocates uninitialised memory without an element type.</summary>
    /// <param name="length">The number of elements, at least 0.</param>
    /// <param name="elementSize">The size of an element in bytes.</param>
    public MemoryBuffer AllocateRaw(long length, int elementSize)
        => new RawMemoryBuffer(this, AllocateMemory(length, elementSize));

    /// <summary>Keeps an array of the host in place, so that the device can copy it without the processor.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public PageLockScope<T> CreatePageLockFromPinned<T>(T[] pinned)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(pinned);
        return new PageLockScope<T>(this, pinned);
    }

    /// <summary>Page-locks memory of the host that already stays in place.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public PageLockScope<T> CreatePageLockFromPinned<T>(IntPtr pinned, long numElements)
        where T : unmanaged
        => new(this, pinned, numElements);

    /// <summary>Loads an explicitly grouped kernel without static types.</summary>
    public Kernel LoadKernel(MethodInfo method) => Kernel.Load(this, method, KernelGrouping.Explicit, 0);

    /// <summary>Loads a kernel that runs once per index of the extent, without static types, in groups that the accelerator chooses.</summary>
    public Kernel LoadAutoGroupedKernel(MethodInfo method) => Kernel.Load(this, method, KernelGrouping.Automatic, 0);

    /// <summary>Loads a kernel that runs once per index of the extent, without static types, in groups of a given size.</summary>
    public Kernel LoadImplicitlyGroupedKernel(MethodInfo method, int customGroupSize)
        => Kernel.Load(this, method, KernelGrouping.Implicit, customGroupSize);

    /// <summary>The group size that fills the device best.</summary>
    public int EstimateGroupSize(Kernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return kernel.Info.MinGroupSize ?? WarpSize;
    }

    /// <summary>How many groups of a kernel are resident on a multiprocessor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The group does not fit the device.</exception>
    public int EstimateMaxActiveGroupsPerMultiprocessor(Kernel kernel, int groupSize)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentOutOfRangeException.ThrowIfLessThan(groupSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groupSize, MaxNumThreadsPerGroup);
        return MaxNumThreadsPerMultiprocessor / groupSize;
    }

    /// <summary>Disposes the accelerator and every buffer that is still allocated on it.</summary>
    public void Dispose()
    {
        if (IsDisposed)
        {
            return;
        }

        IsDisposed = true;
        Synchronize();
        DisposeDevice();
        MemoryBuffer[] buffers;
        lock (_gate)
        {
            buffers = [.. _buffers];
        }

        foreach (MemoryBuffer buffer in buffers)
        {
            buffer.Dispose();
        }

        CloseDevice();
        DefaultStream.Dispose();
        Context.Detach(this);
        GC.SuppressFinalize(this);
    }

    /// <summary>The name of the device.</summary>
    public override string ToString() => Name;

    internal abstract KernelProgram LoadProgram(KernelEntry entry);

    internal abstract RawMemory AllocateMemory(long length, int elementSize);

    internal abstract void FreeMemory(RawMemory memory);

    /// <summary>Copies bytes of which one side at least is memory of this device.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="target">Where to, and whether it is memory of this device.</param>
    /// <param name="source">Where from, and whether it is memory of this device.</param>
    /// <param name="bytes">The number of bytes, at least 1.</param>
    /// <param name="wait">Whether the copy must be complete when the call returns.</param>
    internal virtual void CopyMemory(AcceleratorStream stream, (IntPtr Address, bool IsDevice) target, (IntPtr Address, bool IsDevice) source, long bytes, bool wait)
        => throw new NotSupportedException($"{Name} has no memory of its own.");

    /// <summary>Sets bytes of this device's memory.</summary>
    internal virtual void SetMemory(AcceleratorStream stream, IntPtr target, byte value, long bytes) => throw new NotSupportedException($"{Name} has no memory of its own.");

    /// <summary>Lets the device copy memory of the host without the processor.</summary>
    internal virtual void LockPages(IntPtr address, long bytes)
    {
    }

    /// <summary>Ends <see cref="LockPages"/>.</summary>
    internal virtual void UnlockPages(IntPtr address)
    {
    }

    internal TLauncher Launcher<TLauncher>(Delegate kernel, KernelGrouping grouping, Func<Accelerator, Delegate, KernelGrouping, TLauncher> load)
        where TLauncher : KernelLauncher
    {
        ArgumentNullException.ThrowIfNull(kernel);
        (MethodInfo Method, KernelGrouping Grouping) key = (kernel.Method, grouping);
        if (!_launchers.TryGetValue(key, out KernelLauncher? launcher))
        {
            launcher = _launchers.GetOrAdd(key, load(this, kernel, grouping));
        }

        return (TLauncher)launcher;
    }

    /// <summary>The buffers that are not disposed.</summary>
    internal MemoryBuffer[] LiveBuffers()
    {
        lock (_gate)
        {
            return [.. _buffers];
        }
    }

    internal void Attach(MemoryBuffer buffer)
    {
        lock (_gate)
        {
            _buffers.Add(buffer);
        }
    }

    internal void Detach(MemoryBuffer buffer)
    {
        lock (_gate)
        {
            _buffers.Remove(buffer);
        }
    }

    /// <summary>Stops what runs; buffers still exist.</summary>
    private protected abstract void DisposeDevice();

    /// <summary>Gives the device back; all buffers are freed.</summary>
    private protected virtual void CloseDevice()
    {
    }

    private static AcceleratorStream MakeStream(Accelerator accelerator) => new(accelerator);

    private static class Marshalled<T>
        where T : unmanaged
    {
        public static readonly unsafe int Size = sizeof(T);
    }
}

/// <summary>A block of memory on a device.</summary>
/// <param name="Pointer">Its address.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="ElementSize">The size of an element in bytes.</param>
internal readonly record struct RawMemory(IntPtr Pointer, long Length, int ElementSize);
