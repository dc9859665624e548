using System;
using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>Copies and sets bytes wherever they lie: on the host, or on a device with memory of its own.</summary>
internal static unsafe class Transfer
{
    private const long MaxBlock = 1L << 30;

    /// <summary>Copies bytes; host memory and that of CPU accelerators may overlap.</summary>
    /// <param name="stream">The stream, or null for the device's default one.</param>
    /// <param name="target">Where to.</param>
    /// <param name="source">Where from.</param>
    /// <param name="bytes">The number of bytes.</param>
    /// <param name="wait">Whether the copy must be complete when the call returns.</param>
    public static void Copy(AcceleratorStream? stream, IntPtr target, IntPtr source, long bytes, bool wait)
    {
        if (bytes == 0)
        {
            return;
        }

        Accelerator? to = DeviceAllocations.OwnerOf(target, bytes);
        Accelerator? from = DeviceAllocations.OwnerOf(source, bytes);
        if ((to ?? from) is not { } device)
        {
            Buffer.MemoryCopy((void*)source, (void*)target, bytes, bytes);
            return;
        }

        if (to is not null && from is not null && to != from)
        {
            throw new ArgumentException($"A copy from {from} to {to} is not possible; copy by way of the host.");
        }

        device.CopyMemory(StreamOf(device, stream), (target, to is not null), (source, from is not null), bytes, wait);
    }

    /// <summary>Sets every byte.</summary>
    public static void Set(AcceleratorStream? stream, IntPtr target, byte value, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        if (DeviceAllocations.OwnerOf(target, bytes) is { } device)
        {
            device.SetMemory(StreamOf(device, stream), target, value, bytes);
            return;
        }

        for (long done = 0; done < bytes; done += MaxBlock)
        {
            Unsafe.InitBlockUnaligned((byte*)target + done, value, (uint)Math.Min(MaxBlock, bytes - done));
        }
    }

    private static AcceleratorStream StreamOf(Accelerator device, AcceleratorStream? stream)
    {
        if (stream is null)
        {
            return device.DefaultStream;
        }

        return stream.Accelerator == device ? stream : throw new ArgumentException($"The stream belongs to {stream.Accelerator}, the memory to {device}.", nameof(stream));
    }
}
