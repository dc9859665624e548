using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ILGPU.Runtime.IL;

/// <summary>What checked mode calls in the place of the element accessors of <see cref="ArrayView{T}"/>.</summary>
internal static class CheckedAccess
{
    /// <inheritdoc cref="ArrayView{T}.this[long]"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Item<T>(ref ArrayView<T> view, int index)
        where T : unmanaged
        => ref Item(ref view, (long)index);

    /// <inheritdoc cref="ArrayView{T}.this[long]"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Item<T>(ref ArrayView<T> view, Index1D index)
        where T : unmanaged
        => ref Item(ref view, (long)index.X);

    /// <inheritdoc cref="ArrayView{T}.this[long]"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Item<T>(ref ArrayView<T> view, LongIndex1D index)
        where T : unmanaged
        => ref Item(ref view, index.X);

    /// <inheritdoc cref="ArrayView{T}.this[long]"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref T Item<T>(ref ArrayView<T> view, long index)
        where T : unmanaged
    {
        if ((ulong)index >= (ulong)view.Length)
        {
            ThrowOutOfRange<T>(index, view.Length);
        }

        return ref view[index];
    }

    [DoesNotReturn]
    private static void ThrowOutOfRange<T>(long index, long length)
        => throw new IndexOutOfRangeException($"Index {index} is out of range for a view of {typeof(T).Name} of length {length}.");
}
