using ILGPU.Algorithms.ScanReduceOperations;

namespace ILGPU.Algorithms;

/// <summary>
/// Reductions and scans over the threads of a group. All threads of the group must call them. Values are combined in the order of the threads, so the
/// result has the same bits in every run.
/// </summary>
public static class GroupExtensions
{
    private const int MaxGroupSize = 1024;

    /// <summary>Combines the values of the group; the result is defined in the first thread only.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TReduction">The operation.</typeparam>
    public static T Reduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T>
        => AllReduce<T, TReduction>(value);

    /// <summary>Combines the values of the group; all threads get the result.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TReduction">The operation.</typeparam>
    public static T AllReduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T>
    {
        TReduction reduction = default;
        int size = Group.Dimension.Size;
        int thread = Group.LinearIndex;
        ArrayView<T> values = SharedMemory.Allocate<T>(MaxGroupSize);
        values[thread] = value;
        Group.Barrier();
        int stride = 1;
        while (stride < size)
        {
            if (thread % (2 * stride) == 0 && thread + stride < size)
            {
                values[thread] = reduction.Apply(values[thread], values[thread + stride]);
            }

            stride *= 2;
            Group.Barrier();
        }

        return values[0];
    }

    /// <summary>Combines the values of the threads up to and including the own one.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TScanOperation">The operation.</typeparam>
    public static T InclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T>
        => Scan<T, TScanOperation>(value)[Group.LinearIndex];

    /// <summary>Combines the values of the threads before the own one; the first thread gets the neutral element.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TScanOperation">The operation.</typeparam>
    public static T ExclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T>
    {
        TScanOperation scan = default;
        ArrayView<T> values = Scan<T, TScanOperation>(value);
        int thread = Group.LinearIndex;
        return thread == 0 ? scan.Identity : values[thread - 1];
    }

    private static ArrayView<T> Scan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T>
    {
        TScanOperation scan = default;
        int size = Group.Dimension.Size;
        int thread = Group.LinearIndex;
        ArrayView<T> values = SharedMemory.Allocate<T>(MaxGroupSize);
        values[thread] = value;
        Group.Barrier();
        int delta = 1;
        while (delta < size)
        {
            T combined = thread >= delta ? scan.Apply(values[thread - delta], values[thread]) : values[thread];
            Group.Barrier();
            values[thread] = combined;
            Group.Barrier();
            delta *= 2;
        }

        return values;
    }
}
