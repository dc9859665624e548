using System;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// Runs kernels on the cores of this machine. Every call is complete when it returns. Several host threads may launch at the same time.
/// </summary>
public sealed unsafe class CPUAccelerator : Accelerator
{
    private const nuint Alignment = 64;

    private readonly WorkerPool _workers;
    private readonly CooperativeExecutor _cooperative;

    internal CPUAccelerator(Context context, CPUDevice device, CPUAcceleratorMode mode)
        : base(context, device)
    {
        Mode = mode;
        _workers = new WorkerPool(mode == CPUAcceleratorMode.Sequential ? 1 : device.NumMultiprocessors);
        _cooperative = new CooperativeExecutor(device);
    }

    /// <summary>How the cores are used.</summary>
    public CPUAcceleratorMode Mode { get; }

    /// <summary>Replaces kernels as they are loaded: for tests that compare executors. Launches never ask it.</summary>
    internal Func<KernelEntry, KernelProgram, KernelProgram>? ProgramFilter { get; set; }

    internal WorkerPool Workers => _workers;

    internal CooperativeExecutor Cooperative => _cooperative;

    /// <inheritdoc/>
    public override void Synchronize()
    {
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
        _cooperative.Dispose();
    }
}
