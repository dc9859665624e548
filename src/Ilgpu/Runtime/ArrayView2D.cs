using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>A two-dimensional view with a stride.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TStride">How the elements lie in memory.</typeparam>
/// <param name="baseView">The memory of all elements.</param>
/// <param name="extent">The number of elements along each axis.</param>
/// <param name="stride">The stride.</param>
public readonly struct ArrayView2D<T, TStride>(ArrayView<T> baseView, LongIndex2D extent, TStride stride)
    where T : unmanaged
    where TStride : struct, IStride2D
{
    /// <summary>The memory of all elements.</summary>
    public ArrayView<T> BaseView { get; } = baseView;

    /// <summary>The number of elements along each axis.</summary>
    public LongIndex2D Extent { get; } = extent;

    /// <summary>The stride.</summary>
    public TStride Stride { get; } = stride;

    /// <summary>The number of elements along each axis as a 32-bit index.</summary>
    /// <exception cref="System.OverflowException">An axis has more than 2^31 - 1 elements.</exception>
    public Index2D IntExtent => Extent.ToIntIndex();

    /// <summary>The number of elements.</summary>
    public long Length => Extent.Size;

    /// <summary>The number of elements as an int.</summary>
    /// <exception cref="System.OverflowException">There are more than 2^31 - 1 elements.</exception>
    public int IntLength => checked((int)Length);

    /// <summary>True if the view refers to memory.</summary>
    public bool IsValid => BaseView.IsValid;

    /// <summary>The element at an index.</summary>
    public ref T this[Index2D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[Stride.ComputeElementIndex(index)];
    }

    /// <summary>The element at an index.</summary>
    public ref T this[LongIndex2D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[Stride.ComputeElementIndex(index)];
    }

    /// <summary>The element at column <paramref name="x"/> and row <paramref name="y"/>.</summary>
    public ref T this[int x, int y]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref this[new Index2D(x, y)];
    }

    /// <summary>The memory of all elements as a contiguous view.</summary>
    public ArrayView<T> AsContiguous() => BaseView;

    /// <summary>Type and extent, for messages.</summary>
    public override string ToString() => $"ArrayView2D<{typeof(T).Name}>{Extent}";
}
