using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU.Runtime.Cuda;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>
/// A driver without a GPU: the cu* functions that the runtime calls, with kernels run by the interpreter. It is as unhelpful as it may be: operations run only when the
/// host waits for them, fresh memory holds NaN, freed memory is gone, and streams that use the same bytes without an order between them are an error.
/// </summary>
internal sealed partial class StandInDriver : IDisposable
{
    public const int DeviceCount = 2;

    // Far from where the host's memory lies, so that a host that reads device memory notices.
    private const ulong FirstAddress = 0x2A00_0000_0000;
    private const ulong Alignment = 256;
    private const long MemoryBytes = 8L << 30;

    private readonly Lock _gate = new();
    private readonly DeviceMemory _memory = new();
    private readonly Dictionary<ulong, Allocation> _allocations = [];
    private readonly Dictionary<nint, StreamTimeline> _streams = new() { [0] = new StreamTimeline(0, isBlocking: true) };
    private readonly Dictionary<nint, EventRecord> _events = [];
    private readonly Dictionary<nint, StandInModule> _modules = [];
    private readonly Dictionary<nint, StandInModule> _functions = [];
    private readonly Clock _host = new();
    private ulong _nextAddress = FirstAddress;
    private nint _nextHandle = 0x100;
    private long _allocatedBytes;
    private DriverError _sticky;

    private StandInDriver()
    {
    }

    /// <summary>The driver in place of the installed one; tests that use it run one after the other.</summary>
    public static StandInDriver? Installed { get; private set; }

    /// <summary>Compute capability of the devices times 10.</summary>
    public required int Architecture { get; init; }

    /// <summary>CUDA version times 1000.</summary>
    public required int Version { get; init; }

    /// <summary>Whether kernels run compiled and without marks.</summary>
    public required bool IsFast { get; init; }

    /// <summary>Why the last call or operation failed.</summary>
    public string? LastFault { get; private set; }

    /// <summary>Kernels that have run.</summary>
    public int LaunchCount { get; private set; }

    /// <summary>Launches of each kernel and the time that they took.</summary>
    public Dictionary<string, (int Launches, TimeSpan Time)> Times { get; } = [];

    /// <summary>Modules that were assembled from PTX.</summary>
    public int AssembledCount { get; private set; }

    /// <summary>Whether primary contexts are still held.</summary>
    public int RetainedContexts { get; private set; }

    /// <summary>Whether the devices have memory pools.</summary>
    public bool HasPools { get; set; } = true;

    /// <summary>Buffers that came from a pool.</summary>
    public int PoolAllocations { get; set; }

    /// <summary>Buffers that did not.</summary>
    public int OtherAllocations { get; set; }

    /// <summary>Bytes of freed memory that a pool keeps.</summary>
    public ulong KeptPoolBytes { get; set; }

    /// <summary>Live buffers.</summary>
    public int LiveAllocations => _allocations.Values.Count(allocation => !allocation.IsFreed);

    public int LiveStreams => _streams.Count - 1;

    /// <summary>Whether a stream and the default one wait for each other.</summary>
    public bool IsBlocking(nint stream) => Stream(stream).IsBlocking;

    public int LiveEvents => _events.Count;

    public int LiveModules => _modules.Count;

    /// <summary>Local memory of the loaded module that has most, in bytes.</summary>
    public int LargestLocalMemory => _modules.Values.Max(module => module.Program.LocalBytes);

    /// <summary>Puts a driver in place of the installed one.</summary>
    /// <param name="architecture">Compute capability of the devices times 10.</param>
    /// <param name="version">CUDA version times 1000.</param>
    /// <param name="isFast">Whether kernels run compiled, without looking for races and registers without a value: those are found by other tests.</param>
    public static StandInDriver Install(int architecture = 90, int version = 12080, bool isFast = false)
    {
        var driver = new StandInDriver { Architecture = architecture, Version = version, IsFast = isFast };
        Installed = driver;
        CudaLibrary.Substitute = StandInFunctions.Find;
        return driver;
    }

    /// <summary>Takes it away again.</summary>
    public void Dispose()
    {
        CudaLibrary.Substitute = null;
        Installed = null;
    }

    /// <summary>Runs one call of the runtime; what it throws becomes an error number.</summary>
    public DriverError Call(Action<StandInDriver> body)
    {
        lock (_gate)
        {
            if (_sticky != DriverError.None)
            {
                return _sticky;
            }

            try
            {
                body(this);
                return DriverError.None;
            }
            catch (DriverException exception)
            {
                LastFault = exception.Message;
                return exception.Error;
            }
            catch (PtxFaultException exception)
            {
                // A kernel's fault makes the context useless, as on a GPU.
                LastFault = exception.Message;
                _sticky = exception.Kind is FaultKind.OutOfBounds or FaultKind.Misaligned ? DriverError.IllegalAddress : DriverError.LaunchFailed;
                return _sticky;
            }
        }
    }

    public ulong Allocate(long bytes)
    {
        Require(bytes > 0, DriverError.InvalidValue, "an allocation of no bytes");
        if (_allocatedBytes + bytes > MemoryBytes)
        {
            throw new DriverException(DriverError.OutOfMemory, $"{bytes} bytes asked for, {MemoryBytes - _allocatedBytes} are free");
        }

        ulong address = _nextAddress;
        _nextAddress += (((ulong)bytes + Alignment - 1) / Alignment * Alignment) + Alignment;
        _allocatedBytes += bytes;
        byte[] content = new byte[bytes];
        Array.Fill(content, (byte)0xFF);
        _allocations.Add(address, new Allocation(_memory.Add(address, content)));
        return address;
    }

    /// <summary>Frees memory in the order of a stream.</summary>
    public void Free(ulong address, nint stream)
    {
        Allocation allocation = Find(address);
        Require(allocation.Buffer.Address == address, DriverError.InvalidValue, $"{address:x} is inside a buffer, not its start");
        Issue(stream, () =>
        {
            Use(allocation, stream, 0, allocation.Buffer.Bytes.Length, isWrite: true, "freeing");
            allocation.IsFreed = true;
            _allocatedBytes -= allocation.Buffer.Bytes.Length;
            _memory.Remove(allocation.Buffer);
        });
    }

    public (long Free, long Total) MemoryInfo() => (MemoryBytes - _allocatedBytes, MemoryBytes);

    public void Retain() => RetainedContexts++;

    public void Release() => RetainedContexts--;

    public nint NewHandle() => _nextHandle += 0x10;

    public static void Require(bool condition, DriverError error, string reason)
    {
        if (!condition)
        {
            throw new DriverException(error, reason);
        }
    }

    /// <summary>The live memory that an address lies in.</summary>
    public Allocation Find(ulong address)
    {
        DeviceBuffer? buffer = _memory.Find(address, 0);
        return buffer is not null && _allocations.TryGetValue(buffer.Address, out Allocation? allocation) && !allocation.IsFreed
            ? allocation
            : throw new DriverException(DriverError.InvalidValue, $"{address:x} is in no buffer, or in one that was freed");
    }

    private void Use(Allocation allocation, nint stream, long first, long end, bool isWrite, string what)
    {
        if (allocation.IsFreed)
        {
            throw new PtxFaultException(FaultKind.OutOfBounds, $"{what} uses the buffer at {allocation.Buffer.Address:x}, which was freed");
        }

        if (_streams.Count > 1)
        {
            allocation.Touch(stream, _streams[stream].Clock, first, end, isWrite, what);
        }
    }
}
