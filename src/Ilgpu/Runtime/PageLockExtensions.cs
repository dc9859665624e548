using System;

namespace ILGPU.Runtime;

/// <summary>
/// Page-locked host memory and copies of it. On a GPU the copies are asynchronous: synchronise the stream before the host touches the memory.
/// Every copy needs exactly equal lengths on both sides.
/// </summary>
public static class PageLockExtensions
{
    /// <summary>Allocates a page-locked array of zeros.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    public static PageLockedArray1D<T> AllocatePageLocked1D<T>(this Accelerator accelerator, LongIndex1D extent)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentOutOfRangeException.ThrowIfNegative(extent.X, nameof(extent));
        return new PageLockedArray1D<T>(accelerator, extent.X);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView<T> view, PageLockScope<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.CopyFrom(source.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView<T> view, AcceleratorStream stream, PageLockScope<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.CopyFrom(stream, source.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView<T> view, PageLockScope<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.CopyTo(target.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView<T> view, AcceleratorStream stream, PageLockScope<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.CopyTo(stream, target.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView<T> view, PageLockedArray1D<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.CopyFrom(source.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView<T> view, AcceleratorStream stream, PageLockedArray1D<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.CopyFrom(stream, source.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView<T> view, PageLockedArray1D<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.CopyTo(target.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView<T> view, AcceleratorStream stream, PageLockedArray1D<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.CopyTo(stream, target.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, PageLockScope<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.BaseView.CopyFrom(source.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, PageLockScope<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.BaseView.CopyFrom(stream, source.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, PageLockScope<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.BaseView.CopyTo(target.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, PageLockScope<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.BaseView.CopyTo(stream, target.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, PageLockedArray1D<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.BaseView.CopyFrom(source.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, PageLockedArray1D<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(source);
        view.BaseView.CopyFrom(stream, source.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, PageLockedArray1D<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.BaseView.CopyTo(target.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, PageLockedArray1D<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(target);
        view.BaseView.CopyTo(stream, target.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, PageLockScope<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(source);
        buffer.View.BaseView.CopyFrom(source.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, PageLockScope<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(source);
        buffer.View.BaseView.CopyFrom(stream, source.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, PageLockScope<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(target);
        buffer.View.BaseView.CopyTo(target.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, PageLockScope<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(target);
        buffer.View.BaseView.CopyTo(stream, target.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, PageLockedArray1D<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(source);
        buffer.View.BaseView.CopyFrom(source.ArrayView);
    }

    /// <summary>Copies page-locked memory into the device memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyFromPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, PageLockedArray1D<T> source)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(source);
        buffer.View.BaseView.CopyFrom(stream, source.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, PageLockedArray1D<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(target);
        buffer.View.BaseView.CopyTo(target.ArrayView);
    }

    /// <summary>Copies the device memory into page-locked memory.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void CopyToPageLockedAsync<T>(this MemoryBuffer1D<T, Stride1D.Dense> buffer, AcceleratorStream stream, PageLockedArray1D<T> target)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(target);
        buffer.View.BaseView.CopyTo(stream, target.ArrayView);
    }
}
