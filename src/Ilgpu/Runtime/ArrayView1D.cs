using System;
using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>A one-dimensional view with a stride.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TStride">How the elements lie in memory.</typeparam>
/// <param name="baseView">The memory from the first to the last element.</param>
/// <param name="extent">The number of elements.</param>
/// <param name="stride">The stride.</param>
public readonly struct ArrayView1D<T, TStride>(ArrayView<T> baseView, LongIndex1D extent, TStride stride)
    where T : unmanaged
    where TStride : struct, IStride1D
{
    /// <summary>A view of no elements.</summary>
    public static ArrayView1D<T, TStride> Empty => default;

    /// <summary>The memory from the first to the last element.</summary>
    public ArrayView<T> BaseView { get; } = baseView;

    /// <summary>The number of elements.</summary>
    public LongIndex1D Extent { get; } = extent;

    /// <summary>The stride.</summary>
    public TStride Stride { get; } = stride;

    /// <summary>The number of elements as a 32-bit index.</summary>
    /// <exception cref="OverflowException">There are more than 2^31 - 1 elements.</exception>
    public Index1D IntExtent => Extent.ToIntIndex();

    /// <summary>The number of elements.</summary>
    public long Length => Extent.X;

    /// <summary>The number of elements as an int.</summary>
    /// <exception cref="OverflowException">There are more than 2^31 - 1 elements.</exception>
    public int IntLength => checked((int)Extent.X);

    /// <summary>The number of bytes from the first to the last element.</summary>
    public long LengthInBytes => BaseView.LengthInBytes;

    /// <summary>The size of one element in bytes.</summary>
    public int ElementSize => ArrayView<T>.ElementSize;

    /// <summary>True if the view refers to memory.</summary>
    public bool IsValid => BaseView.IsValid;

    /// <summary>The element at <paramref name="index"/>, in [0, Length).</summary>
    public ref T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[Stride.ComputeElementIndex(index)];
    }

    /// <summary>The element at <paramref name="index"/>, in [0, Length).</summary>
    public ref T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[Stride.ComputeElementIndex(index)];
    }

    /// <summary>The elements from <paramref name="index"/> to the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the view.</exception>
    public ArrayView1D<T, TStride> SubView(Index1D index) => SubView(new LongIndex1D(index.X), Extent - index.X);

    /// <summary>The elements from <paramref name="index"/> to the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside the view.</exception>
    public ArrayView1D<T, TStride> SubView(LongIndex1D index) => SubView(index, Extent - index);

    /// <summary>The <paramref name="extent"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the view.</exception>
    public ArrayView1D<T, TStride> SubView(Index1D index, Index1D extent) => SubView(new LongIndex1D(index.X), new LongIndex1D(extent.X));

    /// <summary>The <paramref name="extent"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the view.</exception>
    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent)
    {
        if (extent.X == 0)
        {
            return new ArrayView1D<T, TStride>(BaseView.SubView(Math.Min(Stride.ComputeElementIndex(index), BaseView.Length), 0), extent, Stride);
        }

        long first = Stride.ComputeElementIndex(index);
        long last = Stride.ComputeElementIndex(index + extent - 1);
        return new ArrayView1D<T, TStride>(BaseView.SubView(first, last - first + 1), extent, Stride);
    }

    /// <summary>The memory from the first to the last element as a contiguous view.</summary>
    public ArrayView<T> AsContiguous() => BaseView;

    /// <summary>The elements as a plane whose X neighbours lie side by side.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The plane has more elements than the view.</exception>
    public ArrayView2D<T, Stride2D.DenseX> As2DDenseXView(LongIndex2D extent)
        => new(BaseView.SubView(0, extent.Size), extent, new Stride2D.DenseX(checked((int)extent.X)));

    /// <summary>The elements as a plane whose Y neighbours lie side by side.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The plane has more elements than the view.</exception>
    public ArrayView2D<T, Stride2D.DenseY> As2DDenseYView(LongIndex2D extent)
        => new(BaseView.SubView(0, extent.Size), extent, new Stride2D.DenseY(checked((int)extent.Y)));

    /// <summary>Type and length, for messages.</summary>
    public override string ToString() => $"ArrayView1D<{typeof(T).Name}>[{Extent}]";
}
