using System;
using ILGPU;
using Half = ILGPU.Half;

namespace DreamFusion.Ptx.Tests;

/// <summary>Kernels that use what src/Kernels does not: groups, shared memory, shuffles, atomics, half precision, several dimensions, elementary functions.</summary>
public static class CooperativeKernels
{
    public static void BlockSum(ArrayView<float> x, ArrayView<float> sums)
    {
        ArrayView<float> part = SharedMemory.Allocate<float>(128);
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

    public static void DynamicReverse(ArrayView<int> x)
    {
        ArrayView<int> part = SharedMemory.GetDynamic<int>();
        int t = Group.IdxX;
        int first = Grid.IdxX * Group.DimX;
        part[t] = x[first + t];
        Group.Barrier();
        x[first + t] = part[part.IntLength - 1 - t];
    }

    public static void Shuffles(ArrayView<long> x, ArrayView<float> y)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        long v = x[i];
        v += Warp.ShuffleXor(v, 5);
        v += Warp.ShuffleDown(v, 3);
        v ^= Warp.ShuffleUp(v, 1);
        v += Warp.Shuffle(v, Warp.LaneIdx & 7, 8);
        x[i] = v + Warp.Broadcast(v, 2);
        float f = y[i];
        y[i] = f + Warp.ShuffleXor(f, 16);
    }

    public static void Histogram(ArrayView<int> x, ArrayView<int> counts, ArrayView<uint> largest)
    {
        ArrayView<int> bins = SharedMemory.Allocate<int>(16);
        int t = Group.IdxX;
        if (t < 16)
        {
            bins[t] = 0;
        }

        Group.Barrier();
        int value = x[(Grid.IdxX * Group.DimX) + t];
        Atomic.Add(ref bins[value & 15], 1);
        Group.Barrier();
        if (t < 16)
        {
            Atomic.Add(ref counts[t], bins[t]);
        }

        Atomic.Max(ref largest[0], (uint)value);
        int even = Group.BarrierPopCount((value & 1) == 0);
        bool any = Group.BarrierOr(value == 7);
        bool all = Group.BarrierAnd(value >= 0);
        if (t == 0)
        {
            counts[16 + Grid.IdxX] = (even * 4) + (any ? 2 : 0) + (all ? 1 : 0);
        }
    }

    public static void SharedOfAnyLength(ArrayView<int> x, int length)
    {
        ArrayView<int> part = SharedMemory.Allocate<int>(length);
        int t = Group.IdxX;
        part[t] = t;
        Group.Barrier();
        x[(Grid.IdxX * Group.DimX) + t] = part[length - 1 - t];
    }

    /// <summary>Barriers in loops within loops and in branches that all threads take, with numbers of every type and an array that live across them.</summary>
    public static void NestedLoops(ArrayView<float> x, ArrayView<float> y, int rounds)
    {
        ArrayView<float> part = SharedMemory.Allocate<float>(64);
        ArrayView<float> own = LocalMemory.Allocate<float>(5);
        int t = Group.IdxX;
        int i = (Grid.IdxX * Group.DimX) + t;
        double sum = 0;
        long mix = i;
        bool isOdd = (t & 1) != 0;
        for (int k = 0; k < 5; k++)
        {
            own[k] = x[i] * (k + 1);
        }

        for (int round = 0; round < rounds; round++)
        {
            part[t] = own[(round + t) % 5];
            Group.Barrier();
            if ((round & 1) == 0)
            {
                for (int reach = 1; reach <= round + 1; reach++)
                {
                    float other = part[(t + reach) % Group.DimX];
                    Group.Barrier();
                    part[t] += isOdd ? other : -other;
                    Group.Barrier();
                }
            }

            own[(round + t) % 5] = MathF.Sin(part[(t + 1) % Group.DimX]);
            sum += part[Group.DimX - 1 - t];
            mix = (mix * 31) + round;
            isOdd = !isOdd;
            Group.Barrier();
        }

        x[i] = own[t % 5];
        y[i] = (float)(sum + (double)(mix & 1023));
    }

    /// <summary>Warps that go different ways between barriers, with shuffles in loops whose counts differ by warp.</summary>
    public static void WarpsApart(ArrayView<int> x)
    {
        ArrayView<int> totals = SharedMemory.Allocate<int>(4);
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int value = x[i];
        int warp = Warp.WarpIdx;
        for (int round = 0; round <= warp; round++)
        {
            value += Warp.ShuffleDown(value, 1 << round);
        }

        if (warp == 1)
        {
            value ^= Warp.ShuffleXor(value, 3) + Warp.Broadcast(value, 30);
        }
        else if (warp > 1)
        {
            Warp.Barrier();
            value -= Warp.ShuffleUp(value, 2, 16);
        }

        if (Warp.IsFirstLane)
        {
            totals[warp] = value;
        }

        Group.Barrier();
        x[i] = value + totals[(warp + 1) % 4];
    }

    public static void Halves(Index1D i, ArrayView<float> x, ArrayView<Half> y)
    {
        Half h = (Half)x[i];
        y[i] = (h * (Half)0.5f) + y[i];
    }

    public static void Plane(Index2D at, ArrayView<int> x, int width) => x[(at.Y * width) + at.X] += (at.X * 100) + at.Y;

    public static void Box(Index3D at, ArrayView<int> x, Index3D extent) => x[(((at.Z * extent.Y) + at.Y) * extent.X) + at.X] = at.X + (10 * at.Y) + (100 * at.Z);

    public static void Functions(Index1D i, ArrayView<float> x, ArrayView<float> y)
    {
        float a = x[i];
        int row = 8 * i;
        y[row] = MathF.Exp(a);
        y[row + 1] = MathF.Log(MathF.Abs(a) + 0.01f);
        y[row + 2] = MathF.Sin(a);
        y[row + 3] = MathF.Cos(a);
        y[row + 4] = MathF.Tanh(a);
        y[row + 5] = MathF.Pow(MathF.Abs(a) + 0.5f, 0.7f);
        y[row + 6] = MathF.Log2(MathF.Abs(a) + 0.5f);
        y[row + 7] = MathF.Tan(a * 0.1f);
    }

    public static void FastFunctions(Index1D i, ArrayView<float> x, ArrayView<float> y)
    {
        float a = x[i];
        int row = 4 * i;
        y[row] = MathF.Exp(a);
        y[row + 1] = MathF.Log(MathF.Abs(a) + 0.01f);
        y[row + 2] = MathF.Sin(a) / 3f;
        y[row + 3] = MathF.Sqrt(MathF.Abs(MathF.Cos(a)));
    }
}
