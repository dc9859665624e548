using System;

namespace ILGPU.Runtime;

public readonly struct ArrayView1D<T, TStride>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    public ArrayView<T> BaseView => throw null!;
    public LongIndex1D Extent => throw null!;
    public Index1D IntExtent => throw null!;
    public long Length => throw null!;
    public int IntLength => throw null!;
    public TStride Stride => throw null!;
    public bool IsValid => throw null!;
    public ref T this[Index1D index] => throw null!;
    public ref T this[LongIndex1D index] => throw null!;
    public ArrayView1D<T, TStride> SubView(Index1D index, Index1D extent) => throw null!;
    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent) => throw null!;
    public ArrayView<T> AsContiguous() => throw null!;
    public ArrayView2D<T, Stride2D.DenseX> As2DDenseXView(LongIndex2D extent) => throw null!;
    public ArrayView2D<T, Stride2D.DenseY> As2DDenseYView(LongIndex2D extent) => throw null!;
}

public readonly struct ArrayView2D<T, TStride>
    where T : unmanaged
    where TStride : struct, IStride2D
{
    public ArrayView<T> BaseView => throw null!;
    public LongIndex2D Extent => throw null!;
    public Index2D IntExtent => throw null!;
    public long Length => throw null!;
    public TStride Stride => throw null!;
    public bool IsValid => throw null!;
    public ref T this[Index2D index] => throw null!;
    public ref T this[LongIndex2D index] => throw null!;
    public ref T this[int x, int y] => throw null!;
}

public abstract class MemoryBuffer : IDisposable
{
    internal MemoryBuffer() => throw null!;
    public Accelerator Accelerator => throw null!;
    public IntPtr NativePtr => throw null!;
    public long Length => throw null!;
    public int ElementSize => throw null!;
    public long LengthInBytes => throw null!;
    public void MemSet(byte value) => throw null!;
    public void MemSet(AcceleratorStream stream, byte value) => throw null!;
    public void MemSetToZero() => throw null!;
    public void MemSetToZero(AcceleratorStream stream) => throw null!;
    public void Dispose() => throw null!;
}

public sealed class MemoryBuffer1D<T, TStride> : MemoryBuffer
    where T : unmanaged
    where TStride : struct, IStride1D
{
    internal MemoryBuffer1D() => throw null!;
    public ArrayView1D<T, TStride> View => throw null!;
    public LongIndex1D Extent => throw null!;
    public Index1D IntExtent => throw null!;
    public static implicit operator ArrayView1D<T, TStride>(MemoryBuffer1D<T, TStride> buffer) => throw null!;
}

public sealed class MemoryBuffer2D<T, TStride> : MemoryBuffer
    where T : unmanaged
    where TStride : struct, IStride2D
{
    internal MemoryBuffer2D() => throw null!;
    public ArrayView2D<T, TStride> View => throw null!;
    public LongIndex2D Extent => throw null!;
    public Index2D IntExtent => throw null!;
    public static implicit operator ArrayView2D<T, TStride>(MemoryBuffer2D<T, TStride> buffer) => throw null!;
}

public abstract class PageLockedArray<T> : IDisposable
    where T : unmanaged
{
    internal PageLockedArray() => throw null!;
    public ArrayView<T> ArrayView => throw null!;
    public long Length => throw null!;
    public Span<T> Span => throw null!;
    public void Dispose() => throw null!;
}

public sealed class PageLockedArray1D<T> : PageLockedArray<T>
    where T : unmanaged
{
    internal PageLockedArray1D() => throw null!;
    public LongIndex1D Extent => throw null!;
    public ref T this[Index1D index] => throw null!;
    public ref T this[LongIndex1D index] => throw null!;
    public T[] GetArray() => throw null!;
}

public abstract class PageLockScope<T> : IDisposable
    where T : unmanaged
{
    internal PageLockScope() => throw null!;
    public ArrayView<T> ArrayView => throw null!;
    public long Length => throw null!;
    public IntPtr AddrOfLockedObject => throw null!;
    public void Dispose() => throw null!;
}
