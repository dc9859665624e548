using System;
using System.Collections.Generic;
using System.Threading;

namespace ILGPU.Runtime;

/// <summary>
/// Which addresses are memory of which device. A view is an address and a length, so a copy asks here whom it belongs to. Memory of the host, and with it that of CPU
/// accelerators, is not listed; while no device has memory of its own, nothing is looked up.
/// </summary>
internal static class DeviceAllocations
{
    private static readonly Lock _gate = new();

    // In the order of addresses, without overlaps.
    private static readonly List<Allocation> _all = [];
    private static volatile bool _isUsed;

    /// <summary>Notes memory that a device has allocated.</summary>
    public static void Add(IntPtr address, long bytes, Accelerator owner)
    {
        lock (_gate)
        {
            // What was freed at these addresses before is forgotten.
            _all.RemoveAll(known => known.Start < address + bytes && address < known.Start + known.Length);
            int at = _all.FindIndex(known => known.Start > address);
            _all.Insert(at < 0 ? _all.Count : at, new Allocation(address, bytes, owner, IsFreed: false));
            _isUsed = true;
        }
    }

    /// <summary>Notes that memory is freed; its addresses stay known as freed.</summary>
    public static void Free(IntPtr address)
    {
        lock (_gate)
        {
            int at = _all.FindIndex(known => known.Start == address);
            _all[at] = _all[at] with { IsFreed = true };
        }
    }

    /// <summary>Forgets all memory of a device.</summary>
    public static void Forget(Accelerator owner)
    {
        lock (_gate)
        {
            _all.RemoveAll(known => known.Owner == owner);
            _isUsed = _all.Count > 0;
        }
    }

    /// <summary>The device that owns the bytes, or null for memory of the host.</summary>
    /// <exception cref="ObjectDisposedException">They belong to a buffer that was disposed.</exception>
    /// <exception cref="ArgumentException">They reach over the end of the buffer.</exception>
    public static Accelerator? OwnerOf(IntPtr address, long bytes)
    {
        if (!_isUsed)
        {
            return null;
        }

        lock (_gate)
        {
            int low = 0;
            int high = _all.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = _all[middle].Start <= address ? (middle + 1, high) : (low, middle);
            }

            if (low == 0 || (_all[low - 1] is var found && address >= found.Start + found.Length))
            {
                return null;
            }

            ObjectDisposedException.ThrowIf(found.IsFreed, typeof(MemoryBuffer));
            return address + bytes <= found.Start + found.Length
                ? found.Owner
                : throw new ArgumentException($"{bytes} bytes from byte {address - found.Start} on do not fit a buffer of {found.Length} bytes.");
        }
    }

    private readonly record struct Allocation(long Start, long Length, Accelerator Owner, bool IsFreed);
}
