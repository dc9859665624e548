namespace ILGPU;

/// <summary>How the elements of a one-dimensional view lie in memory.</summary>
public interface IStride1D
{
    /// <summary>The distance between neighbours in elements.</summary>
    int XStride { get; }

    /// <summary>The offset of an element from the first one, in elements.</summary>
    int ComputeElementIndex(Index1D index);

    /// <summary>The offset of an element from the first one, in elements.</summary>
    long ComputeElementIndex(LongIndex1D index);
}

/// <summary>The strides of one-dimensional views.</summary>
public static class Stride1D
{
    /// <summary>Neighbours lie side by side.</summary>
    public readonly struct Dense : IStride1D
    {
        /// <inheritdoc/>
        public int XStride => 1;

        /// <inheritdoc/>
        public int ComputeElementIndex(Index1D index) => index.X;

        /// <inheritdoc/>
        public long ComputeElementIndex(LongIndex1D index) => index.X;
    }

    /// <summary>Neighbours lie a given number of elements apart.</summary>
    /// <param name="xStride">The distance in elements, at least 1.</param>
    public readonly struct General(int xStride) : IStride1D
    {
        /// <inheritdoc/>
        public int XStride { get; } = xStride;

        /// <inheritdoc/>
        public int ComputeElementIndex(Index1D index) => index.X * XStride;

        /// <inheritdoc/>
        public long ComputeElementIndex(LongIndex1D index) => index.X * XStride;
    }
}
