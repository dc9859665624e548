using System;
using System.Linq;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.ScanReduceOperations;
using ILGPU.Runtime.CPU;
using Xunit;

namespace Ilgpu.Tests;

/// <summary>Explicitly grouped kernels, barriers, broadcasts, shuffles and shared memory.</summary>
public sealed class GroupTests
{
    private static void Indices(ArrayView<int> t)
    {
        int at = Grid.GlobalLinearIndex * 8;
        t[at] = Grid.IdxX + (10 * Grid.IdxY) + (100 * Grid.IdxZ);
        t[at + 1] = Group.IdxX + (10 * Group.IdxY) + (100 * Group.IdxZ);
        t[at + 2] = Grid.LinearIndex;
        t[at + 3] = Group.LinearIndex;
        Index3D global = Grid.GlobalIndex;
        t[at + 4] = global.X + (10 * global.Y) + (100 * global.Z);
        t[at + 5] = Grid.DimX + (10 * Grid.DimY) + (100 * Grid.DimZ);
        t[at + 6] = Group.DimX + (10 * Group.DimY) + (100 * Group.DimZ);
        t[at + 7] = (Group.IsFirstThread ? 1 : 0) + (Group.IsLastThread ? 2 : 0);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void GridAndGroupIndices(string kind)
    {
        using var device = TestDevice.Open(kind);
        int[] result = device.Grid<int>(Indices, new KernelConfig(2, 3, 2, 4, 1, 2), 2 * 3 * 2 * 8 * 8);
        int group = 0;
        for (int gz = 0; gz < 2; gz++)
        {
            for (int gy = 0; gy < 3; gy++)
            {
                for (int gx = 0; gx < 2; gx++, group++)
                {
                    for (int thread = 0; thread < 8; thread++)
                    {
                        int x = thread % 4;
                        int z = thread / 4;
                        int[] expected =
                        [
                            gx + (10 * gy) + (100 * gz), x + (100 * z), group, thread,
                            (gx * 4) + x + (10 * gy) + (100 * ((gz * 2) + z)), 232, 214, (thread == 0 ? 1 : 0) + (thread == 7 ? 2 : 0),
                        ];
                        Assert.Equal(expected, result.AsSpan(((group * 8) + thread) * 8, 8).ToArray());
                    }
                }
            }
        }
    }

    private static void BlockSum(ArrayView<int> t)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(256);
        shared[Group.IdxX] = Grid.GlobalIndex.X;
        Group.Barrier();
        for (int stride = Group.DimX / 2; stride > 0; stride /= 2)
        {
            if (Group.IdxX < stride)
            {
                shared[Group.IdxX] += shared[Group.IdxX + stride];
            }

            Group.Barrier();
        }

        if (Group.IsFirstThread)
        {
            t[Grid.IdxX] = shared[0];
        }
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void SharedMemoryAndBarriers(string kind)
    {
        using var device = TestDevice.Open(kind);
        int[] sums = device.Grid<int>(BlockSum, new KernelConfig(9, 256), 9);
        Assert.Equal(Enumerable.Range(0, 9).Select(g => (256 * 256 * g) + (255 * 128)), sums);
    }

    private static void Dynamic(ArrayView<float> t)
    {
        ArrayView<float> dynamic = SharedMemory.GetDynamic<float>();
        ref int one = ref SharedMemory.Allocate<int>();
        ArrayView<double> more = SharedMemory.Allocate1D<double>(4);
        if (Group.IsFirstThread)
        {
            one = 1000;
        }

        dynamic[Group.IdxX] = Group.IdxX;
        more[Group.IdxX % 4] = 1e6;
        Group.Barrier();
        t[Group.IdxX] = dynamic[Group.DimX - 1 - Group.IdxX] + one + (dynamic.IntLength * 10000);
    }

    [Fact]
    public void DynamicSharedMemory()
    {
        using var device = TestDevice.Open("2");
        float[] result = device.Grid<float>(Dynamic, ((Index1D)1, (Index1D)8, SharedMemoryConfig.RequestDynamic<float>(12)), 8);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => 7f - i + 1000 + 120000), result);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => device.Grid<float>(Dynamic, ((Index1D)1, (Index1D)8, SharedMemoryConfig.RequestDynamic<float>(1 << 20)), 8));
    }

    private static void Votes(ArrayView<int> t)
    {
        int i = Group.IdxX;
        int count = Group.BarrierPopCount(i % 3 == 0);
        bool all = Group.BarrierAnd(i < 40);
        bool some = Group.BarrierOr(i == 39);
        bool none = Group.BarrierOr(i == 40);
        bool notAll = Group.BarrierAnd(i < 39);
        int value = Group.Broadcast(i * i, 7);
        t[i] = count + (all ? 100 : 0) + (some ? 200 : 0) + (none ? 400 : 0) + (notAll ? 800 : 0) + (value * 1000);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void VotesAndBroadcasts(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.All(device.Grid<int>(Votes, new KernelConfig(1, 40), 40), value => Assert.Equal(49314, value));
    }

    private static void Shuffles(ArrayView<int> t)
    {
        int i = Group.IdxX;
        int lane = Warp.LaneIdx;
        t[i] = Warp.Shuffle(i, 5);
        t[64 + i] = Warp.ShuffleDown(i, 3);
        t[128 + i] = Warp.ShuffleUp(i, 3);
        t[192 + i] = Warp.ShuffleXor(i, 9);
        t[256 + i] = Warp.ShuffleDown(i, 2, 8);
        t[320 + i] = Warp.Shuffle(i, 2, 4);
        t[384 + i] = Warp.Broadcast(i, 31);
        t[448 + i] = lane + (100 * Warp.WarpIdx) + (Warp.IsFirstLane ? 1000 : 0) + (Warp.IsLastLane ? 2000 : 0);
        t[512 + i] = Warp.WarpSize;
        Warp.Barrier();
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void WarpShuffles(string kind)
    {
        using var device = TestDevice.Open(kind);
        int[] t = device.Grid<int>(Shuffles, new KernelConfig(1, 64), 576);
        for (int i = 0; i < 64; i++)
        {
            int lane = i % 32;
            int warp = i - lane;
            Assert.Equal(warp + 5, t[i]);
            Assert.Equal(lane + 3 < 32 ? i + 3 : i, t[64 + i]);
            Assert.Equal(lane >= 3 ? i - 3 : i, t[128 + i]);
            Assert.Equal(warp + (lane ^ 9), t[192 + i]);
            Assert.Equal(lane % 8 < 6 ? i + 2 : i, t[256 + i]);
            Assert.Equal((i / 4 * 4) + 2, t[320 + i]);
            Assert.Equal(warp + 31, t[384 + i]);
            Assert.Equal(lane + (100 * (warp / 32)) + (lane == 0 ? 1000 : 0) + (lane == 31 ? 2000 : 0), t[448 + i]);
            Assert.Equal(32, t[512 + i]);
        }
    }

    private static void Algorithms(ArrayView<int> t)
    {
        int i = Group.IdxX;
        int size = Group.DimX;
        int value = i + 1;
        t[i] = WarpExtensions.AllReduce<int, AddInt32>(value);
        t[size + i] = WarpExtensions.InclusiveScan<int, AddInt32>(value);
        t[(2 * size) + i] = WarpExtensions.ExclusiveScan<int, MaxInt32>(value);
        t[(3 * size) + i] = GroupExtensions.AllReduce<int, AddInt32>(value);
        t[(4 * size) + i] = GroupExtensions.InclusiveScan<int, AddInt32>(value);
        t[(5 * size) + i] = GroupExtensions.ExclusiveScan<int, MinInt32>(value);
        int first = WarpExtensions.Reduce<int, MaxInt32>(value);
        t[(6 * size) + i] = Warp.IsFirstLane ? first : 0;
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void ReductionsAndScans(string kind)
    {
        using var device = TestDevice.Open(kind);
        const int Size = 96;
        int[] t = device.Grid<int>(Algorithms, new KernelConfig(1, Size), 7 * Size);
        for (int i = 0; i < Size; i++)
        {
            int warp = i / 32 * 32;
            int lane = i % 32;
            Assert.Equal((32 * warp) + (32 * 33 / 2), t[i]);
            Assert.Equal(((lane + 1) * warp) + ((lane + 1) * (lane + 2) / 2), t[Size + i]);
            Assert.Equal(lane == 0 ? int.MinValue : i, t[(2 * Size) + i]);
            Assert.Equal(Size * (Size + 1) / 2, t[(3 * Size) + i]);
            Assert.Equal((i + 1) * (i + 2) / 2, t[(4 * Size) + i]);
            Assert.Equal(i == 0 ? int.MaxValue : 1, t[(5 * Size) + i]);
            Assert.Equal(lane == 0 ? i + 32 : 0, t[(6 * Size) + i]);
        }
    }

    private static void Full(ArrayView<int> t)
    {
        Group.Barrier();
        t[Grid.GlobalIndex.X] = Group.BarrierPopCount(true);
    }

    [Fact]
    public void GroupsOf1024()
    {
        using var device = TestDevice.Open("2");
        Assert.All(device.Grid<int>(Full, new KernelConfig(2, 1024), 2048), value => Assert.Equal(1024, value));
        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => device.Grid<int>(Full, new KernelConfig(1, 1025), 2048));
        Assert.Contains("1025", exception.Message, StringComparison.Ordinal);
        Assert.Contains("1024", exception.Message, StringComparison.Ordinal);
    }

    private static void DivergentBarrier(ArrayView<int> t)
    {
        if (Group.IdxX < 10)
        {
            Group.Barrier();
        }

        t[Group.IdxX] = 1;
    }

    private static void DivergentShuffle(ArrayView<int> t)
    {
        if (Warp.LaneIdx != 3)
        {
            t[Group.IdxX] = Warp.ShuffleDown(1, 1);
        }
    }

    private static void DifferentBarriers(ArrayView<int> t)
        => t[Group.IdxX] = Group.IdxX == 0 ? Group.BarrierPopCount(true) : Group.Broadcast(1, 0);

    private static void FailsAfterBarrier(ArrayView<int> t)
    {
        Group.Barrier();
        t[Group.IdxX] = 1 / (Group.IdxX - 5);
        Group.Barrier();
    }

    private static void BarrierInIndexedKernel(Index1D i, ArrayView<int> s, ArrayView<int> t)
    {
        t[i] = Group.BarrierPopCount(true);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void DivergenceIsAnErrorAndNotAHang(string kind)
    {
        using var device = TestDevice.Open(kind);
        KernelException barrier = Assert.Throws<KernelException>(() => device.Grid<int>(DivergentBarrier, new KernelConfig(3, 32), 32));
        Assert.Contains("Group.Barrier is not reached by all threads: 10 wait, 22 have ended", barrier.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(DivergentBarrier), barrier.Message, StringComparison.Ordinal);
        KernelException shuffle = Assert.Throws<KernelException>(() => device.Grid<int>(DivergentShuffle, new KernelConfig(1, 32), 32));
        Assert.Contains("Warp.ShuffleDown is not reached by all threads", shuffle.Message, StringComparison.Ordinal);
        KernelException different = Assert.Throws<KernelException>(() => device.Grid<int>(DifferentBarriers, new KernelConfig(1, 32), 32));
        Assert.Contains("Group.BarrierPopCount", different.Message, StringComparison.Ordinal);
        Assert.Contains("Group.Broadcast", different.Message, StringComparison.Ordinal);
        KernelException failure = Assert.Throws<KernelException>(() => device.Grid<int>(FailsAfterBarrier, new KernelConfig(1, 32), 32));
        Assert.IsType<DivideByZeroException>(failure.InnerException);
        Assert.Contains("at thread (5, 0, 0)", failure.Message, StringComparison.Ordinal);
        // The group is usable again.
        Assert.All(device.Grid<int>(Full, new KernelConfig(1, 32), 32), value => Assert.Equal(32, value));
        Assert.All(device.Map<int, int>(BarrierInIndexedKernel, new int[64]), value => Assert.Equal(32, value));
        KernelException partial = Assert.Throws<KernelException>(() => device.Map<int, int>(BarrierInIndexedKernel, new int[40]));
        Assert.Contains("fills only 8 of the 32 threads", partial.Message, StringComparison.Ordinal);
    }

    private static void SharedInALoop(ArrayView<int> t)
    {
        for (int i = 0; i < 2; i++)
        {
            ArrayView<int> shared = Group.IdxX == 0 && i == 1 ? SharedMemory.Allocate<int>(4) : SharedMemory.Allocate<int>(8);
            shared[0] = 1;
        }

        Group.Barrier();
    }

    [Fact]
    public void UnequalSharedAllocationsAreRefused()
    {
        using var device = TestDevice.Open("1 checked");
        KernelException exception = Assert.Throws<KernelException>(() => device.Grid<int>(SharedInALoop, new KernelConfig(1, 32), 32));
        Assert.Contains("same allocations in the same order", exception.Message, StringComparison.Ordinal);
    }

    private static void Fences(ArrayView<int> t)
    {
        t[Grid.GlobalIndex.X] = 1;
        MemoryFence.GroupLevel();
        MemoryFence.DeviceLevel();
        MemoryFence.SystemLevel();
        t[Grid.GlobalIndex.X] += 1;
    }

    [Fact]
    public void MemoryFences()
    {
        using var device = TestDevice.Open("4");
        Assert.All(device.Grid<int>(Fences, new KernelConfig(10, 10), 100), value => Assert.Equal(2, value));
    }
}
