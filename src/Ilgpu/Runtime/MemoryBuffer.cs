using System;

namespace ILGPU.Runtime;

/// <summary>
/// Memory on an accelerator. Its contents are undefined until written. It is freed by <see cref="Dispose()"/>, at the latest with its accelerator;
/// never by the garbage collector, because views into it may still be in use.
/// </summary>
public abstract class MemoryBuffer : IDisposable
{
    private RawMemory _memory;

    private protected MemoryBuffer(Accelerator accelerator, RawMemory memory)
    {
        Accelerator = accelerator;
        _memory = memory;
        accelerator.Attach(this);
    }

    /// <summary>The accelerator that holds the memory.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The address of the first element on the device; zero once disposed.</summary>
    public IntPtr NativePtr => _memory.Pointer;

    /// <summary>The number of elements.</summary>
    public long Length => _memory.Length;

    /// <summary>The size of an element in bytes.</summary>
    public int ElementSize => _memory.ElementSize;

    /// <summary>The size in bytes.</summary>
    public long LengthInBytes => _memory.Length * _memory.ElementSize;

    /// <summary>True once the memory is freed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>The memory as a view of bytes.</summary>
    public ArrayView<byte> AsRawArrayView() => Bytes();

    /// <summary>Sets every byte.</summary>
    public void MemSet(byte value) => MemSet(Accelerator.DefaultStream, value);

    /// <summary>Sets every byte.</summary>
    public void MemSet(AcceleratorStream stream, byte value) => Bytes().MemSet(stream, value);

    /// <summary>Sets every byte to zero.</summary>
    public void MemSetToZero() => MemSet(0);

    /// <summary>Sets every byte to zero.</summary>
    public void MemSetToZero(AcceleratorStream stream) => MemSet(stream, 0);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory.</summary>
    /// <param name="disposing">True if called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (IsDisposed)
        {
            return;
        }

        IsDisposed = true;
        Accelerator.Detach(this);
        Accelerator.FreeMemory(_memory);
        _memory = default;
    }

    private protected unsafe ArrayView<T> Elements<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new ArrayView<T>((T*)NativePtr, Length);
    }

    private unsafe ArrayView<byte> Bytes()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new ArrayView<byte>((byte*)NativePtr, LengthInBytes);
    }
}

/// <summary>Memory without an element type.</summary>
internal sealed class RawMemoryBuffer(Accelerator accelerator, RawMemory memory) : MemoryBuffer(accelerator, memory);

/// <summary>Memory that holds a one-dimensional run of elements.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TStride">How the elements lie in memory.</typeparam>
public sealed class MemoryBuffer1D<T, TStride> : MemoryBuffer
    where T : unmanaged
    where TStride : struct, IStride1D
{
    internal MemoryBuffer1D(Accelerator accelerator, RawMemory memory, LongIndex1D extent, TStride stride)
        : base(accelerator, memory)
    {
        Extent = extent;
        Stride = stride;
    }

    /// <summary>The number of elements.</summary>
    public LongIndex1D Extent { get; }

    /// <summary>The number of elements as a 32-bit index.</summary>
    /// <exception cref="OverflowException">There are more than 2^31 - 1 elements.</exception>
    public Index1D IntExtent => Extent.ToIntIndex();

    /// <summary>The stride.</summary>
    public TStride Stride { get; }

    /// <summary>The whole buffer.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public ArrayView1D<T, TStride> View => new(Elements<T>(), Extent, Stride);

    /// <summary>The whole buffer.</summary>
    public static implicit operator ArrayView1D<T, TStride>(MemoryBuffer1D<T, TStride> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View;
    }
}

/// <summary>Memory that holds a plane of elements.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TStride">How the elements lie in memory.</typeparam>
public sealed class MemoryBuffer2D<T, TStride> : MemoryBuffer
    where T : unmanaged
    where TStride : struct, IStride2D
{
    internal MemoryBuffer2D(Accelerator accelerator, RawMemory memory, LongIndex2D extent, TStride stride)
        : base(accelerator, memory)
    {
        Extent = extent;
        Stride = stride;
    }

    /// <summary>The number of elements along each axis.</summary>
    public LongIndex2D Extent { get; }

    /// <summary>The number of elements along each axis as a 32-bit index.</summary>
    /// <exception cref="OverflowException">An axis has more than 2^31 - 1 elements.</exception>
    public Index2D IntExtent => Extent.ToIntIndex();

    /// <summary>The stride.</summary>
    public TStride Stride { get; }

    /// <summary>The whole buffer.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is disposed.</exception>
    public ArrayView2D<T, TStride> View => new(Elements<T>(), Extent, Stride);

    /// <summary>The whole buffer.</summary>
    public static implicit operator ArrayView2D<T, TStride>(MemoryBuffer2D<T, TStride> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View;
    }
}
