using System;

namespace ILGPU.Runtime;

/// <summary>
/// Copies between the memory of the host and of a device. Every copy needs exactly equal lengths on both sides. One that the host takes part in is complete when the
/// call returns; between views of a GPU it is ordered in the stream.
/// Each call exists for views and buffers, with the stream in which the copy runs and without (the default stream).
/// </summary>
public static class ArrayViewExtensions
{
    /// <summary>Copies an array of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView<T> view, T[] source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.CopyFromCPU(new ReadOnlySpan<T>(source));
    }

    /// <summary>Copies an array of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.CopyFromCPU(stream, new ReadOnlySpan<T>(source));
    }

    /// <summary>Copies an array of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] source)
        where T : unmanaged
        => view.BaseView.CopyFromCPU(source);

    /// <summary>Copies an array of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, T[] source)
        where T : unmanaged
        => view.BaseView.CopyFromCPU(stream, source);

    /// <summary>Copies an array of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, T[] source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPU(source);
    }

    /// <summary>Copies an array of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, T[] source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPU(stream, source);
    }

    /// <summary>Copies a span of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView<T> view, ReadOnlySpan<T> source)
        where T : unmanaged
        => CopyIn(view, null, source);

    /// <summary>Copies a span of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView<T> view, AcceleratorStream stream, ReadOnlySpan<T> source)
        where T : unmanaged
        => CopyIn(view, stream, source);

    /// <summary>Copies a span of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, ReadOnlySpan<T> source)
        where T : unmanaged
        => view.BaseView.CopyFromCPU(source);

    /// <summary>Copies a span of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, ReadOnlySpan<T> source)
        where T : unmanaged
        => view.BaseView.CopyFromCPU(stream, source);

    /// <summary>Copies a span of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, ReadOnlySpan<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPU(source);
    }

    /// <summary>Copies a span of the host into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, ReadOnlySpan<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPU(stream, source);
    }

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on, into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView<T> view, ref T source, long length)
        where T : unmanaged
        => CopyIn(view, null, ref source, length);

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on, into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView<T> view, AcceleratorStream stream, ref T source, long length)
        where T : unmanaged
        => CopyIn(view, stream, ref source, length);

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on, into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, ref T source, long length)
        where T : unmanaged
        => view.BaseView.CopyFromCPU(ref source, length);

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on, into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, ref T source, long length)
        where T : unmanaged
        => view.BaseView.CopyFromCPU(stream, ref source, length);

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on, into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, ref T source, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPU(ref source, length);
    }

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on, into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, ref T source, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPU(stream, ref source, length);
    }

    /// <summary>Copies the device memory into an array of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView<T> view, T[] target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.CopyToCPU(new Span<T>(target));
    }

    /// <summary>Copies the device memory into an array of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.CopyToCPU(stream, new Span<T>(target));
    }

    /// <summary>Copies the device memory into an array of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] target)
        where T : unmanaged
        => view.BaseView.CopyToCPU(target);

    /// <summary>Copies the device memory into an array of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, T[] target)
        where T : unmanaged
        => view.BaseView.CopyToCPU(stream, target);

    /// <summary>Copies the device memory into an array of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, T[] target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPU(target);
    }

    /// <summary>Copies the device memory into an array of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, T[] target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPU(stream, target);
    }

    /// <summary>Copies the device memory into a span of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView<T> view, Span<T> target)
        where T : unmanaged
        => CopyOut(view, null, target);

    /// <summary>Copies the device memory into a span of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView<T> view, AcceleratorStream stream, Span<T> target)
        where T : unmanaged
        => CopyOut(view, stream, target);

    /// <summary>Copies the device memory into a span of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, Span<T> target)
        where T : unmanaged
        => view.BaseView.CopyToCPU(target);

    /// <summary>Copies the device memory into a span of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, Span<T> target)
        where T : unmanaged
        => view.BaseView.CopyToCPU(stream, target);

    /// <summary>Copies the device memory into a span of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, Span<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPU(target);
    }

    /// <summary>Copies the device memory into a span of the host.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, Span<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPU(stream, target);
    }

    /// <summary>Copies the device memory to <paramref name="length"/> elements of the host, from <paramref name="target"/> on.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView<T> view, ref T target, long length)
        where T : unmanaged
        => CopyOut(view, null, ref target, length);

    /// <summary>Copies the device memory to <paramref name="length"/> elements of the host, from <paramref name="target"/> on.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView<T> view, AcceleratorStream stream, ref T target, long length)
        where T : unmanaged
        => CopyOut(view, stream, ref target, length);

    /// <summary>Copies the device memory to <paramref name="length"/> elements of the host, from <paramref name="target"/> on.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, ref T target, long length)
        where T : unmanaged
        => view.BaseView.CopyToCPU(ref target, length);

    /// <summary>Copies the device memory to <paramref name="length"/> elements of the host, from <paramref name="target"/> on.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, ref T target, long length)
        where T : unmanaged
        => view.BaseView.CopyToCPU(stream, ref target, length);

    /// <summary>Copies the device memory to <paramref name="length"/> elements of the host, from <paramref name="target"/> on.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, ref T target, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPU(ref target, length);
    }

    /// <summary>Copies the device memory to <paramref name="length"/> elements of the host, from <paramref name="target"/> on.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPU<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, ref T target, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPU(stream, ref target, length);
    }

    /// <summary>Copies another view of the same device into this one.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFrom<T>(this ArrayView<T> view, ArrayView<T> source)
        where T : unmanaged
    {
        source.CopyTo(view);
    }

    /// <summary>Copies another view of the same device into this one.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFrom<T>(this ArrayView<T> view, AcceleratorStream stream, ArrayView<T> source)
        where T : unmanaged
        => source.CopyTo(stream, view);

    /// <summary>Copies another view of the same device into this one.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFrom<T>(this ArrayView1D<T, Stride1D.Dense> view, ArrayView<T> source)
        where T : unmanaged
        => view.BaseView.CopyFrom(source);

    /// <summary>Copies another view of the same device into this one.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFrom<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, ArrayView<T> source)
        where T : unmanaged
        => view.BaseView.CopyFrom(stream, source);

    /// <summary>Copies another view of the same device into this one.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFrom<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, ArrayView<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFrom(source);
    }

    /// <summary>Copies another view of the same device into this one.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFrom<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, ArrayView<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFrom(stream, source);
    }

    /// <summary>Copies the elements into another view of the same device; the two may overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyTo<T>(this ArrayView<T> view, ArrayView<T> target)
        where T : unmanaged
        => CopyAcross(view, null, target);

    /// <summary>Copies the elements into another view of the same device; the two may overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyTo<T>(this ArrayView<T> view, AcceleratorStream stream, ArrayView<T> target)
        where T : unmanaged
        => CopyAcross(view, stream, target);

    /// <summary>Copies the elements into another view of the same device; the two may overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyTo<T>(this ArrayView1D<T, Stride1D.Dense> view, ArrayView<T> target)
        where T : unmanaged
        => view.BaseView.CopyTo(target);

    /// <summary>Copies the elements into another view of the same device; the two may overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyTo<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, ArrayView<T> target)
        where T : unmanaged
        => view.BaseView.CopyTo(stream, target);

    /// <summary>Copies the elements into another view of the same device; the two may overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyTo<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, ArrayView<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyTo(target);
    }

    /// <summary>Copies the elements into another view of the same device; the two may overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyTo<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, ArrayView<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyTo(stream, target);
    }

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on; on a GPU the source must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPUUnsafeAsync<T>(this ArrayView<T> view, ref T source, long length)
        where T : unmanaged
    {
        view.CopyFromCPU(ref source, length);
    }

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on; on a GPU the source must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPUUnsafeAsync<T>(this ArrayView<T> view, AcceleratorStream stream, ref T source, long length)
        where T : unmanaged
        => view.CopyFromCPU(stream, ref source, length);

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on; on a GPU the source must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPUUnsafeAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, ref T source, long length)
        where T : unmanaged
        => view.BaseView.CopyFromCPUUnsafeAsync(ref source, length);

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on; on a GPU the source must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPUUnsafeAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, ref T source, long length)
        where T : unmanaged
        => view.BaseView.CopyFromCPUUnsafeAsync(stream, ref source, length);

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on; on a GPU the source must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPUUnsafeAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, ref T source, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPUUnsafeAsync(ref source, length);
    }

    /// <summary>Copies <paramref name="length"/> elements of the host, from <paramref name="source"/> on; on a GPU the source must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromCPUUnsafeAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, ref T source, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyFromCPUUnsafeAsync(stream, ref source, length);
    }

    /// <summary>Copies to <paramref name="length"/> elements of the host, from <paramref name="target"/> on; on a GPU the target must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPUUnsafeAsync<T>(this ArrayView<T> view, ref T target, long length)
        where T : unmanaged
    {
        view.CopyToCPU(ref target, length);
    }

    /// <summary>Copies to <paramref name="length"/> elements of the host, from <paramref name="target"/> on; on a GPU the target must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPUUnsafeAsync<T>(this ArrayView<T> view, AcceleratorStream stream, ref T target, long length)
        where T : unmanaged
        => view.CopyToCPU(stream, ref target, length);

    /// <summary>Copies to <paramref name="length"/> elements of the host, from <paramref name="target"/> on; on a GPU the target must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPUUnsafeAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, ref T target, long length)
        where T : unmanaged
        => view.BaseView.CopyToCPUUnsafeAsync(ref target, length);

    /// <summary>Copies to <paramref name="length"/> elements of the host, from <paramref name="target"/> on; on a GPU the target must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPUUnsafeAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, ref T target, long length)
        where T : unmanaged
        => view.BaseView.CopyToCPUUnsafeAsync(stream, ref target, length);

    /// <summary>Copies to <paramref name="length"/> elements of the host, from <paramref name="target"/> on; on a GPU the target must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPUUnsafeAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, ref T target, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPUUnsafeAsync(ref target, length);
    }

    /// <summary>Copies to <paramref name="length"/> elements of the host, from <paramref name="target"/> on; on a GPU the target must stay in place until the stream is synchronised.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToCPUUnsafeAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, ref T target, long length)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.View.BaseView.CopyToCPUUnsafeAsync(stream, ref target, length);
    }

    /// <summary>Sets every byte.</summary>
    public static void MemSet<T>(this ArrayView<T> view, byte value)
        where T : unmanaged
        => Transfer.Set(null, view.LoadEffectiveAddressAsPtr(), value, view.LengthInBytes);

    /// <summary>Sets every byte.</summary>
    public static void MemSet<T>(this ArrayView<T> view, AcceleratorStream stream, byte value)
        where T : unmanaged
        => Transfer.Set(stream, view.LoadEffectiveAddressAsPtr(), value, view.LengthInBytes);

    /// <summary>Sets every byte.</summary>
    public static void MemSet<T>(this ArrayView1D<T, Stride1D.Dense> view, byte value)
        where T : unmanaged
        => view.BaseView.MemSet(value);

    /// <summary>Sets every byte.</summary>
    public static void MemSet<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, byte value)
        where T : unmanaged
        => view.BaseView.MemSet(stream, value);

    /// <summary>Sets every byte to zero.</summary>
    public static void MemSetToZero<T>(this ArrayView<T> view)
        where T : unmanaged
    {
        view.MemSet(0);
    }

    /// <summary>Sets every byte to zero.</summary>
    public static void MemSetToZero<T>(this ArrayView<T> view, AcceleratorStream stream)
        where T : unmanaged
        => view.MemSet(stream, 0);

    /// <summary>Sets every byte to zero.</summary>
    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged
        => view.BaseView.MemSetToZero();

    /// <summary>Sets every byte to zero.</summary>
    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream)
        where T : unmanaged
        => view.BaseView.MemSetToZero(stream);

    /// <summary>A new array of the host with a copy of the elements.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView<T> view)
        where T : unmanaged
    {
        T[] result = GC.AllocateUninitializedArray<T>(view.IntLength);
        view.CopyToCPU(result);
        return result;
    }

    /// <summary>A new array of the host with a copy of the elements.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView<T> view, AcceleratorStream stream)
        where T : unmanaged
    {
        T[] result = GC.AllocateUninitializedArray<T>(view.IntLength);
        view.CopyToCPU(stream, result);
        return result;
    }

    /// <summary>A new array of the host with a copy of the elements.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged
        => view.BaseView.GetAsArray1D();

    /// <summary>A new array of the host with a copy of the elements.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream)
        where T : unmanaged
        => view.BaseView.GetAsArray1D(stream);

    /// <summary>A new array of the host with a copy of the elements.</summary>
    public static T[] GetAsArray1D<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View.BaseView.GetAsArray1D();
    }

    /// <summary>A new array of the host with a copy of the elements.</summary>
    public static T[] GetAsArray1D<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View.BaseView.GetAsArray1D(stream);
    }

    /// <summary>Allocates device memory and copies an array of the host into it.</summary>
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(data);
        MemoryBuffer1D<T, Stride1D.Dense> buffer = accelerator.Allocate1D<T>(data.LongLength);
        buffer.CopyFromCPU(data);
        return buffer;
    }

    /// <summary>Allocates device memory in the shape of an array of the host and copies it.</summary>
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(data);
        MemoryBuffer1D<T, Stride1D.Dense> buffer = accelerator.Allocate1D<T>(data.LongLength);
        buffer.CopyFromCPU(stream, data);
        return buffer;
    }

    /// <summary>The address of the first element on the device. Only the host may ask for it.</summary>
    public static unsafe IntPtr LoadEffectiveAddressAsPtr<T>(this ArrayView<T> view)
        where T : unmanaged
        => (IntPtr)view.Pointer;

    /// <summary>The same elements as elements of another type.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <typeparam name="TOther">The other element type.</typeparam>
    public static ArrayView1D<TOther, Stride1D.Dense> Cast<T, TOther>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged
        where TOther : unmanaged
        => view.BaseView.Cast<TOther>();

    /// <summary>The same view, with the promise that it starts at a multiple of <paramref name="alignmentInBytes"/>.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static ArrayView<T> AsAligned<T>(this ArrayView<T> view, int alignmentInBytes)
        where T : unmanaged
    {
        if (view.LoadEffectiveAddressAsPtr() % alignmentInBytes != 0)
        {
            throw new ArgumentException($"The view does not start at a multiple of {alignmentInBytes} bytes; take it from the start of a buffer.", nameof(view));
        }

        return view;
    }

    /// <summary>The same view, with the promise that it starts at a multiple of 16 bytes.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static ArrayView<T> AsAligned16<T>(this ArrayView<T> view)
        where T : unmanaged
        => view.AsAligned(16);

    /// <summary>The same view, with the promise that it starts at a multiple of 32 bytes.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static ArrayView<T> AsAligned32<T>(this ArrayView<T> view)
        where T : unmanaged
        => view.AsAligned(32);

    /// <summary>The same view, with the promise that it starts at a multiple of 64 bytes.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static ArrayView<T> AsAligned64<T>(this ArrayView<T> view)
        where T : unmanaged
        => view.AsAligned(64);

    /// <summary>The same view, with the promise that it starts at a multiple of 128 bytes.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static ArrayView<T> AsAligned128<T>(this ArrayView<T> view)
        where T : unmanaged
        => view.AsAligned(128);

    /// <summary>The same view, with the promise that it starts at a multiple of 256 bytes.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static ArrayView<T> AsAligned256<T>(this ArrayView<T> view)
        where T : unmanaged
        => view.AsAligned(256);

    /// <summary>The same view, with the promise that it starts at a multiple of 512 bytes.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static ArrayView<T> AsAligned512<T>(this ArrayView<T> view)
        where T : unmanaged
        => view.AsAligned(512);

    private static unsafe void CopyIn<T>(ArrayView<T> view, AcceleratorStream? stream, ReadOnlySpan<T> source)
        where T : unmanaged
    {
        RequireEqualLengths(source.Length, view.Length);
        HostCopies.Note(view.LengthInBytes);
        fixed (T* from = source)
        {
            Transfer.Copy(stream, view.LoadEffectiveAddressAsPtr(), (IntPtr)from, view.LengthInBytes, wait: true);
        }
    }

    private static unsafe void CopyIn<T>(ArrayView<T> view, AcceleratorStream? stream, ref T source, long length)
        where T : unmanaged
    {
        RequireEqualLengths(length, view.Length);
        HostCopies.Note(view.LengthInBytes);
        fixed (T* from = &source)
        {
            Transfer.Copy(stream, view.LoadEffectiveAddressAsPtr(), (IntPtr)from, view.LengthInBytes, wait: true);
        }
    }

    private static unsafe void CopyOut<T>(ArrayView<T> view, AcceleratorStream? stream, Span<T> target)
        where T : unmanaged
    {
        RequireEqualLengths(view.Length, target.Length);
        HostCopies.Note(view.LengthInBytes);
        fixed (T* to = target)
        {
            Transfer.Copy(stream, (IntPtr)to, view.LoadEffectiveAddressAsPtr(), view.LengthInBytes, wait: true);
        }
    }

    private static unsafe void CopyOut<T>(ArrayView<T> view, AcceleratorStream? stream, ref T target, long length)
        where T : unmanaged
    {
        RequireEqualLengths(view.Length, length);
        HostCopies.Note(view.LengthInBytes);
        fixed (T* to = &target)
        {
            Transfer.Copy(stream, (IntPtr)to, view.LoadEffectiveAddressAsPtr(), view.LengthInBytes, wait: true);
        }
    }

    private static void CopyAcross<T>(ArrayView<T> view, AcceleratorStream? stream, ArrayView<T> target)
        where T : unmanaged
    {
        RequireEqualLengths(view.Length, target.Length);
        Transfer.Copy(stream, target.LoadEffectiveAddressAsPtr(), view.LoadEffectiveAddressAsPtr(), view.LengthInBytes, wait: false);
    }

    private static void RequireEqualLengths(long source, long target)
    {
        if (source != target)
        {
            throw new ArgumentException($"A copy needs equal lengths: the source has {source} elements, the target {target}; take a SubView of the longer one.");
        }
    }
}
