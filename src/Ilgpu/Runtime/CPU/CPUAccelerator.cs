using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using ILGPU.Runtime.CPU.Compiled;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Runs kernels on the cores of this machine. Every call is complete when it returns. Several host threads may launch at the same time.
/// </summary>
public sealed unsafe class CPUAccelerator : Accelerator
{
    private const nuint Alignment = 64;

    private readonly WorkerPool _workers;
    private readonly CooperativeExecutor _cooperative;
    private readonly Lock _gate = new();
    private readonly List<CompiledKernel> _compiled = [];
    private readonly List<CooperativeKernelInfo> _kernels = [];

    internal CPUAccelerator(Context context, CPUDevice device, CPUAcceleratorMode mode)
        : base(context, device)
    {
        Mode = mode;
        _workers = new WorkerPool(mode == CPUAcceleratorMode.Sequential ? 1 : device.NumMultiprocessors);
        _cooperative = new CooperativeExecutor(device);
    }

    /// <summary>How the cores are used.</summary>
    public CPUAcceleratorMode Mode { get; }

    /// <summary>
    /// The cooperative kernels loaded so far, and which of them run on the checked executor, one operating system thread for each of a group, because compiled code
    /// cannot run them. In a context with assertions all do.
    /// </summary>
    public IReadOnlyList<CooperativeKernelInfo> CooperativeKernels
    {
        get
        {
            lock (_gate)
            {
                return [.. _kernels];
            }
        }
    }

    /// <summary>Replaces kernels as they are loaded: for tests that compare executors. Launches never ask it.</summary>
    internal Func<KernelEntry, KernelProgram, KernelProgram>? ProgramFilter { get; set; }

    internal WorkerPool Workers => _workers;

    internal CooperativeExecutor Cooperative => _cooperative;

    /// <inheritdoc/>
    public override void Synchronize()
    {
    }

    internal void Add(CompiledKernel? kernel, CooperativeKernelInfo info)
    {
        lock (_gate)
        {
            _kernels.Add(info);
            if (kernel is not null)
            {
                _compiled.Add(kernel);
            }
        }
    }

    internal override KernelProgram LoadProgram(KernelEntry entry)
    {
        var program = new CPUKernelProgram(this, entry);
        return ProgramFilter is null ? program : ProgramFilter(entry, program);
    }

    internal override RawMemory AllocateMemory(long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        nuint bytes = checked((nuint)length * (nuint)elementSize);
        void* pointer = bytes == 0 ? null : HugePages.Allocate(bytes, Alignment);
        return new RawMemory((IntPtr)pointer, length, elementSize);
    }

    internal override void FreeMemory(RawMemory memory) => NativeMemory.AlignedFree((void*)memory.Pointer);

    private protected override void DisposeDevice()
    {
        _workers.Dispose();
        _compiled.ForEach(kernel => kernel.Dispose());
        _cooperative.Dispose();
    }
}
