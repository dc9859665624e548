namespace ILGPU;

/// <summary>An index or extent of one to three dimensions.</summary>
public interface IIndex
{
    /// <summary>The number of elements that an extent of this value spans.</summary>
    long LongSize { get; }
}

/// <summary>Bounds tests and component-wise arithmetic that all index types share.</summary>
/// <typeparam name="TIndex">The index type itself.</typeparam>
public interface IGenericIndex<TIndex> : IIndex
    where TIndex : struct, IIndex
{
    /// <summary>True if every component lies in [0, <paramref name="dimension"/>).</summary>
    bool InBounds(TIndex dimension);

    /// <summary>True if every component lies in [0, <paramref name="dimension"/>].</summary>
    bool InBoundsInclusive(TIndex dimension);

    /// <summary>The component-wise sum.</summary>
    TIndex Add(TIndex rhs);

    /// <summary>The component-wise difference.</summary>
    TIndex Subtract(TIndex rhs);
}

/// <summary>An index with 32-bit components.</summary>
/// <typeparam name="TIndex">The index type itself.</typeparam>
/// <typeparam name="TLongIndex">Its counterpart with 64-bit components.</typeparam>
public interface IIntIndex<TIndex, TLongIndex> : IGenericIndex<TIndex>
    where TIndex : struct, IIndex
    where TLongIndex : struct, IIndex
{
    /// <summary>The number of elements that an extent of this value spans; it must fit an int.</summary>
    int Size { get; }

    /// <summary>The same index with 64-bit components.</summary>
    TLongIndex ToLongIndex();
}

/// <summary>An index with 64-bit components.</summary>
/// <typeparam name="TIndex">The index type itself.</typeparam>
/// <typeparam name="TIntIndex">Its counterpart with 32-bit components.</typeparam>
public interface ILongIndex<TIndex, TIntIndex> : IGenericIndex<TIndex>
    where TIndex : struct, IIndex
    where TIntIndex : struct, IIndex
{
    /// <summary>The number of elements that an extent of this value spans.</summary>
    long Size { get; }

    /// <summary>The same index with 32-bit components.</summary>
    /// <exception cref="System.OverflowException">A component does not fit an int.</exception>
    TIntIndex ToIntIndex();
}
