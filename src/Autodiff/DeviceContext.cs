using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace DreamFusion.Autodiff;

/// <summary>One device with its buffer pool and the kernel families loaded on it.</summary>
public sealed class DeviceContext : IDisposable
{
    private const string OwnIlgpu = "DreamFusion.Ilgpu";

    private readonly Context _context;
    private readonly Dictionary<Type, object> _families = [];
    private readonly HostThreads? _hostThreads;
    private readonly GpuTuning? _gpu;

    private DeviceContext(Context context, Accelerator accelerator, KernelChoice choice, GpuTuning? gpu = null)
    {
        _context = context;
        _gpu = gpu;
        Choice = choice;
        _hostThreads = HostThreads.For(accelerator, choice);
        Accelerator = accelerator;
        Pool = new BufferPool(accelerator);
    }

    /// <summary>The ILGPU accelerator that runs the kernels.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Which code runs the operations that have more than one.</summary>
    public KernelChoice Choice { get; }

    /// <summary>How kernels for GPUs work; null where the portable kernels or host twins run.</summary>
    public GpuTuning? Gpu => _gpu;

    /// <summary>Memory shared by the tapes of this device.</summary>
    public BufferPool Pool { get; }

    /// <summary>Takes the time of every operation on the tapes of this device; null, the default, takes none.</summary>
    public TapeProfiler? Profiler { get; set; }

    /// <summary>The CPU accelerator with <paramref name="threads"/> threads (at least 1).</summary>
    /// <param name="threads">Threads that kernels may use; results do not depend on it.</param>
    /// <param name="assertions">Bounds-checks every view access in kernels (slower).</param>
    /// <param name="choice">Kernels as written, or host twins where there are some (not bounds-checked).</param>
    public static DeviceContext CreateCpu(int threads, bool assertions = false, KernelChoice choice = KernelChoice.Tuned)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var device = new CPUDevice(2, 1, threads);
        var context = Context.Create(builder =>
        {
            builder.CPU(device).EnableAlgorithms();
            if (assertions)
            {
                builder.Assertions();
            }
        });
        return new DeviceContext(context, context.CreateCPUAccelerator(0), choice);
    }

    /// <summary>An NVIDIA GPU.</summary>
    /// <param name="index">Number among the driver's devices of compute capability 7.5 or newer.</param>
    /// <param name="choice">Kernels that are written for GPUs where there are some, or the portable ones everywhere.</param>
    /// <param name="deterministic">Same bits every run, also where that costs speed.</param>
    public static DeviceContext CreateCuda(int index, KernelChoice choice = KernelChoice.Tuned, bool deterministic = false)
    {
        // Genuine ILGPU knows none of the instructions that these kernels are made of: their portable bodies are slower there than the portable kernels.
        if (typeof(Accelerator).Assembly.GetName().Name != OwnIlgpu)
        {
            choice = KernelChoice.Portable;
        }

        // Contracted sums and the hardware's functions belong to the tuned code; deterministic runs round as the CPU does.
        MathMode math = choice != KernelChoice.Portable && !deterministic ? MathMode.Fast : MathMode.Default;
        var context = Context.Create(builder => builder.Cuda().Math(math).EnableAlgorithms());
        try
        {
            GpuTuning? gpu = choice != KernelChoice.Portable ? new GpuTuning(deterministic, HalfGrid: choice == KernelChoice.Half) : null;
            return new DeviceContext(context, context.CreateCudaAccelerator(index), choice, gpu);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>How many NVIDIA GPUs can be given to <see cref="CreateCuda"/>; 0 without a driver.</summary>
    public static int CountCudaDevices()
    {
        using var context = Context.Create(builder => builder.Cuda());
        return context.Devices.Length;
    }

    /// <summary>The launchers loaded so far.</summary>
    public IReadOnlyCollection<Type> LoadedFamilies => _families.Keys;

    /// <summary>The launcher of a kernel family, loaded on first use.</summary>
    public T Kernels<T>()
        where T : class, IKernelFamily<T>
    {
        if (!_families.TryGetValue(typeof(T), out object? family))
        {
            _families[typeof(T)] = family = T.Load(Accelerator, _hostThreads, _gpu);
        }
        return (T)family;
    }

    /// <summary>A buffer of zeros that the caller owns.</summary>
    /// <param name="length">Floats, at least 1.</param>
    public MemoryBuffer1D<float, Stride1D.Dense> AllocateZeroed(long length)
    {
        MemoryBuffer1D<float, Stride1D.Dense> buffer = Accelerator.Allocate1D<float>(length);
        buffer.MemSetToZero();
        return buffer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (object family in _families.Values)
        {
            (family as IDisposable)?.Dispose();
        }
        _hostThreads?.Dispose();
        Pool.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
    }
}
