using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.March;

/// <summary>The occupancy grid's bits for GPUs, the same as those of <see cref="OccupancyGridKernels"/>: a warp's ballot is a word, and one group counts them.</summary>
public static class WarpOccupancyKernels
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    /// <summary>Sets the bits of all cells above the threshold. One thread for each cell; a word belongs to a warp.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void BuildBits(OccupancyGridKernels.Args a)
    {
        int cell = Grid.IdxX * Group.DimX + Group.IdxX;
        bool isInside = cell < a.Densities.IntLength;
        uint bits = WarpMatrix.Ballot(isInside && a.Densities[isInside ? cell : 0] > a.Statistics[OccupancyGridKernels.Threshold] ? 1 : 0);
        if (isInside && Warp.LaneIdx == 0)
        {
            a.Bits[cell / GpuTuning.WarpSize] = bits;
        }
    }

    /// <summary>The share of occupied cells. One group.</summary>
    /// <param name="a">Arguments.</param>
    [NoLocalMemory]
    public static void CountOccupied(OccupancyGridKernels.Args a)
    {
        ArrayView<int> counts = SharedMemory.Allocate<int>(GroupSize);
        int thread = Group.IdxX;
        int own = 0;
        for (int word = thread; word < a.Bits.IntLength; word += GroupSize)
        {
            own += IntrinsicMath.PopCount(a.Bits[word]);
        }

        counts[thread] = own;
        Group.Barrier();
        for (int reach = GroupSize / 2; reach > 0; reach /= 2)
        {
            if (thread < reach)
            {
                counts[thread] += counts[thread + reach];
            }

            Group.Barrier();
        }

        if (thread == 0)
        {
            a.Statistics[OccupancyGridKernels.OccupiedShare] = (float)counts[0] / a.Densities.IntLength;
        }
    }
}
