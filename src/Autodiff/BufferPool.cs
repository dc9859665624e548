using System;
using System.Collections.Generic;
using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Autodiff;

/// <summary>
/// Device memory that is handed out and taken back without allocation once every size has been seen.
/// Sizes are rounded up to a power of two, so a sample count that changes from step to step still finds a buffer.
/// </summary>
/// <remarks>Not thread-safe: one pool belongs to one training loop. Contents are undefined when rented.</remarks>
public sealed class BufferPool : IDisposable
{
    private const int SmallestBytes = 256;

    private readonly Accelerator _accelerator;
    private readonly Dictionary<long, Stack<PooledBuffer>> _free = [];
    private readonly List<PooledBuffer> _all = [];

    /// <summary>A pool over <paramref name="accelerator"/>'s memory.</summary>
    public BufferPool(Accelerator accelerator)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
    }

    /// <summary>Bytes ever allocated by this pool; constant after warm-up.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Buffers ever allocated by this pool; constant after warm-up.</summary>
    public int AllocatedBuffers => _all.Count;

    /// <summary>Bytes handed out and not yet returned.</summary>
    public long RentedBytes { get; private set; }

    /// <summary>Largest <see cref="RentedBytes"/> since the pool was made or <see cref="ResetPeak"/> called.</summary>
    public long PeakRentedBytes { get; private set; }

    /// <summary>Lets <see cref="PeakRentedBytes"/> start again from what is handed out now.</summary>
    public void ResetPeak() => PeakRentedBytes = RentedBytes;

    /// <summary>A buffer of at least <paramref name="bytes"/> bytes with undefined contents; give it back with <see cref="Return"/>.</summary>
    public PooledBuffer Rent(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        long size = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(bytes, SmallestBytes));
        if (!_free.TryGetValue(size, out Stack<PooledBuffer>? stack) || !stack.TryPop(out PooledBuffer? buffer))
        {
            buffer = new PooledBuffer(_accelerator.Allocate1D<byte>(size));
            _all.Add(buffer);
            AllocatedBytes += size;
        }
        RentedBytes += size;
        PeakRentedBytes = Math.Max(PeakRentedBytes, RentedBytes);
        return buffer;
    }

    /// <summary>Takes a rented buffer back; its contents may be overwritten from now on.</summary>
    public void Return(PooledBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (!_free.TryGetValue(buffer.Bytes, out Stack<PooledBuffer>? stack))
        {
            _free[buffer.Bytes] = stack = new Stack<PooledBuffer>();
        }
        stack.Push(buffer);
        RentedBytes -= buffer.Bytes;
    }

    /// <summary>Frees every buffer, rented ones included.</summary>
    public void Dispose()
    {
        foreach (PooledBuffer buffer in _all)
        {
            buffer.Free();
        }
        _all.Clear();
        _free.Clear();
        RentedBytes = 0;
    }
}

/// <summary>One buffer of a <see cref="BufferPool"/>.</summary>
public sealed class PooledBuffer
{
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer;

    internal PooledBuffer(MemoryBuffer1D<byte, Stride1D.Dense> buffer) => _buffer = buffer;

    /// <summary>Size in bytes, a power of two.</summary>
    public long Bytes => _buffer.Length;

    /// <summary>The first <paramref name="length"/> elements as <typeparamref name="T"/>; undefined contents.</summary>
    public ArrayView<T> View<T>(long length)
        where T : unmanaged => _buffer.View.BaseView.Cast<T>().SubView(0, length);

    internal void Free() => _buffer.Dispose();
}
