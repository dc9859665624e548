namespace ILGPU.AtomicOperations;

/// <summary>The change that <see cref="Atomic.MakeAtomic"/> makes.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface IAtomicOperation<T>
    where T : struct
{
    /// <summary>The new value.</summary>
    /// <param name="current">The value of the element.</param>
    /// <param name="value">The value given by the caller.</param>
    T Operation(T current, T value);
}

/// <summary>The compare and exchange by which <see cref="Atomic.MakeAtomic"/> makes a change.</summary>
/// <typeparam name="T">The element type.</typeparam>
public interface ICompareExchangeOperation<T>
    where T : struct
{
    /// <summary>Stores <paramref name="value"/> if the element equals <paramref name="compare"/>, and returns the value from before.</summary>
    T CompareExchange(ref T target, T compare, T value);

    /// <summary>True if two values are the same.</summary>
    bool IsSame(T left, T right);
}
