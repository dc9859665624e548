using ILGPU;

namespace DreamFusion.Bench.LoopDriver;

/// <summary>Sums of blocks in shared memory, with a barrier after every halving: the plainest cooperative kernel.</summary>
public static class BlockSumKernel
{
    public const int BlockSize = 256;

    public static void Sum(ArrayView<float> x, ArrayView<float> sums)
    {
        ArrayView<float> part = SharedMemory.Allocate<float>(BlockSize);
        int t = Group.IdxX;
        part[t] = x[(Grid.IdxX * BlockSize) + t];
        Group.Barrier();
        for (int reach = BlockSize / 2; reach > 0; reach /= 2)
        {
            if (t < reach)
            {
                part[t] += part[t + reach];
            }

            Group.Barrier();
        }

        if (t == 0)
        {
            sums[Grid.IdxX] = part[0];
        }
    }

    /// <summary>The same with a loop whose bounds the compiler does not know, so that it stays one.</summary>
    public static void SumInALoop(ArrayView<float> x, ArrayView<float> sums)
    {
        ArrayView<float> part = SharedMemory.Allocate<float>(BlockSize);
        int t = Group.IdxX;
        part[t] = x[(Grid.IdxX * Group.DimX) + t];
        Group.Barrier();
        for (int reach = Group.DimX / 2; reach > 0; reach /= 2)
        {
            if (t < reach)
            {
                part[t] += part[t + reach];
            }

            Group.Barrier();
        }

        if (t == 0)
        {
            sums[Grid.IdxX] = part[0];
        }
    }
}
