namespace ILGPU;

/// <summary>How the elements of a two-dimensional view lie in memory.</summary>
public interface IStride2D
{
    /// <summary>The distance between X neighbours in elements.</summary>
    int XStride { get; }

    /// <summary>The distance between Y neighbours in elements.</summary>
    int YStride { get; }

    /// <summary>The offset of an element from the first one, in elements.</summary>
    int ComputeElementIndex(Index2D index);

    /// <summary>The offset of an element from the first one, in elements.</summary>
    long ComputeElementIndex(LongIndex2D index);

    /// <summary>The number of elements that a view of an extent takes.</summary>
    long ComputeBufferLength(LongIndex2D extent);
}

/// <summary>The strides of two-dimensional views.</summary>
public static class Stride2D
{
    /// <summary>X neighbours lie side by side.</summary>
    /// <param name="yStride">The distance between Y neighbours in elements.</param>
    public readonly struct DenseX(int yStride) : IStride2D
    {
        /// <inheritdoc/>
        public int XStride => 1;

        /// <inheritdoc/>
        public int YStride { get; } = yStride;

        /// <inheritdoc/>
        public int ComputeElementIndex(Index2D index) => (index.Y * YStride) + index.X;

        /// <inheritdoc/>
        public long ComputeElementIndex(LongIndex2D index) => (index.Y * YStride) + index.X;

        /// <inheritdoc/>
        public long ComputeBufferLength(LongIndex2D extent) => extent.Y * YStride;
    }

    /// <summary>Y neighbours lie side by side.</summary>
    /// <param name="xStride">The distance between X neighbours in elements.</param>
    public readonly struct DenseY(int xStride) : IStride2D
    {
        /// <inheritdoc/>
        public int XStride { get; } = xStride;

        /// <inheritdoc/>
        public int YStride => 1;

        /// <inheritdoc/>
        public int ComputeElementIndex(Index2D index) => (index.X * XStride) + index.Y;

        /// <inheritdoc/>
        public long ComputeElementIndex(LongIndex2D index) => (index.X * XStride) + index.Y;

        /// <inheritdoc/>
        public long ComputeBufferLength(LongIndex2D extent) => extent.X * XStride;
    }
}
