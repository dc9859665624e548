using System;
using System.Collections.Generic;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Global memory: buffers at the addresses the host knows them by.</summary>
public sealed class DeviceMemory
{
    private readonly List<DeviceBuffer> _buffers = [];
    private DeviceBuffer? _last;

    public IReadOnlyList<DeviceBuffer> Buffers => _buffers;

    /// <summary>Adds a buffer with the given bytes.</summary>
    public DeviceBuffer Add(ulong address, byte[] bytes)
    {
        var buffer = new DeviceBuffer(address, bytes);
        _buffers.Add(buffer);
        return buffer;
    }

    /// <summary>A new launch: nothing of an earlier one can race with it.</summary>
    public void BeginLaunch() => _buffers.ForEach(buffer => buffer.Log = null);

    public DeviceBuffer? Find(ulong address, int size)
    {
        if (_last is not null && _last.Contains(address, size))
        {
            return _last;
        }

        return _last = _buffers.Find(buffer => buffer.Contains(address, size));
    }
}

/// <summary>A buffer in global memory.</summary>
public sealed class DeviceBuffer(ulong address, byte[] bytes)
{
    public ulong Address { get; } = address;

    public byte[] Bytes { get; } = bytes;

    public AccessLog? Log { get; set; }

    public bool Contains(ulong address, int size) => address >= Address && address - Address <= (ulong)Bytes.Length && (ulong)size <= (ulong)Bytes.Length - (address - Address);

    public AccessLog Accesses() => Log ??= new AccessLog(Math.Max(1, Bytes.Length));
}

/// <summary>Memory of a block or a thread, with a mark for every byte that was written.</summary>
public sealed class Scratch(int size)
{
    public byte[] Bytes { get; } = new byte[size];

    public bool[] IsDefined { get; } = new bool[size];

    public AccessLog? Log { get; init; }
}
