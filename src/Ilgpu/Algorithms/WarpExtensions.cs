using ILGPU.Algorithms.ScanReduceOperations;

namespace ILGPU.Algorithms;

/// <summary>Reductions and scans over the threads of a warp. All threads of the warp must call them.</summary>
public static class WarpExtensions
{
    /// <summary>Combines the values of the warp; the result is defined in the first lane only.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TReduction">The operation.</typeparam>
    public static T Reduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T>
    {
        TReduction reduction = default;
        for (int offset = Warp.WarpSize / 2; offset > 0; offset /= 2)
        {
            value = reduction.Apply(value, Warp.ShuffleDown(value, offset));
        }

        return value;
    }

    /// <summary>Combines the values of the warp; all lanes get the result.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TReduction">The operation.</typeparam>
    public static T AllReduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T>
    {
        TReduction reduction = default;
        for (int mask = Warp.WarpSize / 2; mask > 0; mask /= 2)
        {
            value = reduction.Apply(value, Warp.ShuffleXor(value, mask));
        }

        return value;
    }

    /// <summary>Combines the values of the lanes up to and including the own one.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TScanOperation">The operation.</typeparam>
    public static T InclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T>
    {
        TScanOperation scan = default;
        for (int delta = 1; delta < Warp.WarpSize; delta *= 2)
        {
            T other = Warp.ShuffleUp(value, delta);
            if (Warp.LaneIdx >= delta)
            {
                value = scan.Apply(other, value);
            }
        }

        return value;
    }

    /// <summary>Combines the values of the lanes before the own one; the first lane gets the neutral element.</summary>
    /// <typeparam name="T">The value type.</typeparam>
    /// <typeparam name="TScanOperation">The operation.</typeparam>
    public static T ExclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T>
    {
        TScanOperation scan = default;
        T before = Warp.ShuffleUp(InclusiveScan<T, TScanOperation>(value), 1);
        return Warp.IsFirstLane ? scan.Identity : before;
    }
}
