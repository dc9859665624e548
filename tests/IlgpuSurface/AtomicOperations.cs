namespace ILGPU.AtomicOperations;

public interface IAtomicOperation<T>
    where T : struct
{
    T Operation(T current, T value);
}

public interface ICompareExchangeOperation<T>
    where T : struct
{
    T CompareExchange(ref T target, T compare, T value);
    bool IsSame(T left, T right);
}
