using System;
using System.Collections.Generic;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Global memory: buffers at the addresses the host knows them by.</summary>
public sealed class DeviceMemory
{
    // In the order of addresses.
    private readonly List<DeviceBuffer> _sorted = [];
    private readonly List<DeviceBuffer> _buffers = [];
    private DeviceBuffer? _last;

    /// <summary>The buffers in the order in which they were added.</summary>
    public IReadOnlyList<DeviceBuffer> Buffers => _buffers;

    /// <summary>Adds a buffer with the given bytes.</summary>
    public DeviceBuffer Add(ulong address, byte[] bytes)
    {
        var buffer = new DeviceBuffer(address, bytes);
        _sorted.Insert(Following(address), buffer);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <summary>Takes a buffer away.</summary>
    public void Remove(DeviceBuffer buffer)
    {
        _sorted.Remove(buffer);
        _buffers.Remove(buffer);
        _last = null;
    }

    /// <summary>A new launch: nothing is touched yet.</summary>
    public void BeginLaunch() => _buffers.ForEach(buffer => buffer.BeginLaunch());

    /// <summary>The buffer that holds all of the bytes, or null.</summary>
    public DeviceBuffer? Find(ulong address, int size)
    {
        if (_last is not null && _last.Contains(address, size))
        {
            return _last;
        }

        return _last = Search(address, size);
    }

    /// <summary>The same; several threads may ask at once.</summary>
    public DeviceBuffer? Search(ulong address, int size)
    {
        int at = Following(address) - 1;
        return at >= 0 && _sorted[at].Contains(address, size) ? _sorted[at] : null;
    }

    // The first buffer behind an address.
    private int Following(ulong address)
    {
        int low = 0;
        int high = _sorted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _sorted[middle].Address <= address ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

/// <summary>A buffer in global memory.</summary>
public sealed class DeviceBuffer(ulong address, byte[] bytes)
{
    private AccessLog? _log;

    public ulong Address { get; } = address;

    public byte[] Bytes { get; } = bytes;

    /// <summary>Bytes that the launch has read: the first and the one behind the last; end 0 for none.</summary>
    public (int First, int End) Read { get; private set; }

    /// <summary>Bytes that it has written.</summary>
    public (int First, int End) Written { get; private set; }

    public bool Contains(ulong address, int size) => address >= Address && address - Address <= (ulong)Bytes.Length && (ulong)size <= (ulong)Bytes.Length - (address - Address);

    public AccessLog Accesses() => _log ??= new AccessLog(Math.Max(1, Bytes.Length));

    public void BeginLaunch() => (Read, Written) = (default, default);

    public void NoteRead(int at, int size) => Read = Joined(Read, at, size);

    public void NoteWrite(int at, int size) => Written = Joined(Written, at, size);

    private static (int First, int End) Joined((int First, int End) range, int at, int size)
        => range.End == 0 ? (at, at + size) : (Math.Min(range.First, at), Math.Max(range.End, at + size));
}

/// <summary>Memory of a block or a thread, with a mark for every byte that was written.</summary>
public sealed class Scratch(int size)
{
    public byte[] Bytes { get; } = new byte[size];

    public bool[] IsDefined { get; } = new bool[size];

    public AccessLog? Log { get; init; }
}
