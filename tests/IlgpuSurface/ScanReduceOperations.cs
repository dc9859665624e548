namespace ILGPU.Algorithms.ScanReduceOperations;

public interface IScanReduceOperation<T>
    where T : struct
{
    T Identity { get; }
    T Apply(T first, T second);
    void AtomicApply(ref T target, T value);
}
