using System;
using System.Collections.Generic;
using System.Threading;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// Runs kernels on an NVIDIA GPU: compiles them to PTX and hands that to the driver. Works in the device's primary context, which other libraries in the process share.
/// Launches, copies between views and page-locked copies return early and are ordered in their stream; the default stream is the driver's legacy one. Several host
/// threads may use the accelerator at the same time.
/// </summary>
public sealed class CudaAccelerator : Accelerator
{
    private readonly IntPtr _context;
    private readonly Lock _gate = new();
    private readonly List<CudaStream> _streams = [];
    private readonly List<CudaKernelProgram> _programs = [];

    internal CudaAccelerator(Context context, CudaDevice device)
        : base(context, device, static accelerator => new CudaStream((CudaAccelerator)accelerator, 0))
    {
        Device = device;
        Library = device.Library;
        try
        {
            _context = Library.RetainPrimaryContext(device.Handle);
            Bind();
            if (device.HasMemoryPools)
            {
                Library.KeepFreedMemory(device.Handle, ulong.MaxValue);
            }
        }
        catch
        {
            context.Detach(this);
            throw;
        }
    }

    /// <summary>The GPU.</summary>
    public new CudaDevice Device { get; }

    /// <inheritdoc cref="CudaDevice.Architecture"/>
    public CudaArchitecture? Architecture => Device.Architecture;

    /// <inheritdoc cref="CudaDevice.DriverVersion"/>
    public CudaDriverVersion DriverVersion => Device.DriverVersion;

    /// <summary>The driver's handle of the context.</summary>
    public IntPtr NativePtr => _context;

    internal CudaLibrary Library { get; }

    /// <summary>True once the device is given back.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>Compiled kernels that were kept from earlier processes, and those that the driver had to compile: for tests and reports.</summary>
    internal (int Cached, int Compiled) ModuleCounts { get; private set; }

    /// <inheritdoc/>
    public override void Bind()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        Library.SetCurrent(_context);
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        Bind();
        Library.Synchronize();
    }

    /// <summary>A further stream, without any order between it and the default one.</summary>
    public override AcceleratorStream CreateStream() => CreateStream(StreamFlags.CU_STREAM_NON_BLOCKING);

    /// <summary>A further stream.</summary>
    public CudaStream CreateStream(StreamFlags flags)
    {
        Bind();
        var stream = new CudaStream(this, Library.CreateStream(flags));
        lock (_gate)
        {
            _streams.Add(stream);
        }

        // Memory is allocated in the default stream: whoever uses it elsewhere comes after that.
        Order(DefaultPointer, stream.StreamPtr);
        return stream;
    }

    /// <summary>Free memory of the device in bytes.</summary>
    public long GetFreeMemory()
    {
        Bind();
        return Library.MemoryInfo().Free;
    }

    internal override KernelProgram LoadProgram(KernelEntry entry)
    {
        Bind();
        var program = new CudaKernelProgram(this, entry);
        lock (_gate)
        {
            _programs.Add(program);
        }

        return program;
    }

    internal override RawMemory AllocateMemory(long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        long bytes = checked(length * elementSize);
        if (bytes == 0)
        {
            return new RawMemory(0, length, elementSize);
        }

        Bind();
        IntPtr address = Device.HasMemoryPools ? Library.AllocateAsync(bytes, DefaultPointer) : Library.Allocate(bytes);
        DeviceAllocations.Add(address, bytes, this);
        foreach (CudaStream stream in OpenStreams())
        {
            Order(DefaultPointer, stream.StreamPtr);
        }

        return new RawMemory(address, length, elementSize);
    }

    internal override void FreeMemory(RawMemory memory)
    {
        if (memory.Pointer == 0)
        {
            return;
        }

        Bind();
        // Whatever still uses the memory in another stream comes first.
        foreach (CudaStream stream in OpenStreams())
        {
            Order(stream.StreamPtr, DefaultPointer);
        }

        DeviceAllocations.Free(memory.Pointer);
        if (Device.HasMemoryPools)
        {
            Library.FreeAsync(memory.Pointer, DefaultPointer);
        }
        else
        {
            Library.Free(memory.Pointer);
        }
    }

    internal override void CopyMemory(AcceleratorStream stream, (IntPtr Address, bool IsDevice) target, (IntPtr Address, bool IsDevice) source, long bytes, bool wait)
    {
        Bind();
        IntPtr pointer = PointerOf(stream);
        if (!source.IsDevice)
        {
            Library.CopyToDevice(target.Address, source.Address, bytes, pointer);
        }
        else if (!target.IsDevice)
        {
            Library.CopyToHost(target.Address, source.Address, bytes, pointer);
        }
        else
        {
            Library.CopyOnDevice(target.Address, source.Address, bytes, pointer);
        }

        if (wait)
        {
            Library.Synchronize(pointer);
        }
    }

    internal override void SetMemory(AcceleratorStream stream, IntPtr target, byte value, long bytes)
    {
        Bind();
        Library.Set(target, value, bytes, PointerOf(stream));
    }

    internal override void LockPages(IntPtr address, long bytes)
    {
        Bind();
        Library.LockPages(address, bytes);
    }

    internal override void UnlockPages(IntPtr address)
    {
        if (!IsClosed)
        {
            Bind();
            Library.UnlockPages(address);
        }
    }

    /// <summary>Makes one stream wait for everything that another one holds so far.</summary>
    internal void Order(IntPtr first, IntPtr second)
    {
        Bind();
        IntPtr marker = Library.CreateEvent(takesTime: false);
        Library.Record(marker, first);
        Library.Wait(second, marker);
        // The driver frees the event when it has happened.
        Library.DestroyEvent(marker);
    }

    internal void Close(CudaStream stream)
    {
        lock (_gate)
        {
            _streams.Remove(stream);
        }

        if (!IsClosed)
        {
            Bind();
            // What the stream still does is done before memory is freed in the default one.
            Order(stream.StreamPtr, DefaultPointer);
            Library.DestroyStream(stream.StreamPtr);
        }
    }

    internal static IntPtr PointerOf(AcceleratorStream stream) => ((CudaStream)stream).StreamPtr;

    internal void CountModule(bool wasCached) => ModuleCounts = wasCached ? (ModuleCounts.Cached + 1, ModuleCounts.Compiled) : (ModuleCounts.Cached, ModuleCounts.Compiled + 1);

    private protected override void DisposeDevice()
    {
        foreach (CudaStream stream in OpenStreams())
        {
            stream.Dispose();
        }

        _programs.ForEach(program => program.Unload());
        _programs.Clear();
    }

    private protected override void CloseDevice()
    {
        Synchronize();
        DeviceAllocations.Forget(this);
        IsClosed = true;
        Library.ReleasePrimaryContext(Device.Handle);
    }

    private static IntPtr DefaultPointer => 0;

    private CudaStream[] OpenStreams()
    {
        lock (_gate)
        {
            return [.. _streams];
        }
    }
}
