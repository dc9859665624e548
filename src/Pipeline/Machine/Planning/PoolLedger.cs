using System;
using System.Collections.Generic;
using System.Numerics;
using DreamFusion.Autodiff;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>
/// What a <see cref="BufferPool"/> would hold after a series of rents and returns, without a byte of it: sizes rounded up to powers of two, every
/// buffer kept for the next rent of its size.
/// </summary>
internal sealed class PoolLedger
{
    /// <summary>
    /// Halvings of a number of samples that count: the pool keeps the buffers of every size class that the numbers of a run's views, tiles and
    /// segments have ever fallen into, and each class below is half as large.
    /// </summary>
    public const int Octaves = 3;

    private const long SmallestBytes = 256;

    private readonly Dictionary<long, Stack<Slot>> _free = [];

    /// <summary>Bytes allocated: what a device takes.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Bytes that were asked for at the most in each buffer: what a host takes, which gives pages when they are first written.</summary>
    public long TouchedBytes { get; private set; }

    /// <summary>Takes a buffer of at least so many bytes.</summary>
    public Slot Rent(long bytes)
    {
        long size = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(bytes, SmallestBytes));
        if (!_free.TryGetValue(size, out Stack<Slot>? stack) || !stack.TryPop(out Slot? slot))
        {
            slot = new Slot(size);
            AllocatedBytes += size;
        }
        if (bytes > slot.Touched)
        {
            TouchedBytes += bytes - slot.Touched;
            slot.Touched = bytes;
        }
        return slot;
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(Slot slot)
    {
        if (!_free.TryGetValue(slot.Size, out Stack<Slot>? stack))
        {
            _free[slot.Size] = stack = new Stack<Slot>();
        }
        stack.Push(slot);
    }

    /// <summary>A buffer of the pool.</summary>
    internal sealed class Slot(long size)
    {
        /// <summary>Its size, bytes.</summary>
        public long Size { get; } = size;

        /// <summary>The most that was asked of it, bytes.</summary>
        public long Touched { get; set; }
    }
}
