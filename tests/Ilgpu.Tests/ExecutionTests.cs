using System;
using System.Linq;
using System.Threading;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace Ilgpu.Tests;

/// <summary>How launches run: allocation, threads, failures, checked mode, bits.</summary>
public sealed class ExecutionTests
{
    private struct Args
    {
        public ArrayView<float> Source;
        public ArrayView<float> Target;
        public int Length;
    }

    // Irregular work per index, local memory, and values whose sum depends on the order of additions.
    private static void Irregular(Index1D i, Args a)
    {
        ArrayView<float> local = LocalMemory.Allocate<float>(32);
        for (int k = 0; k < 32; k++)
        {
            local[k] = MathF.Sin(a.Source[(i + (k * 37)) % a.Length]);
        }

        float sum = 0;
        for (int k = 0; k < 50 + (i % 100); k++)
        {
            sum += local[k % 32] / (k + 1);
        }

        a.Target[i] = sum;
    }

    private static float[] RunIrregular(string kind)
    {
        using var device = TestDevice.Open(kind);
        const int Length = 20_011;
        using MemoryBuffer1D<float, Stride1D.Dense> source = device.Accelerator.Allocate1D([.. Enumerable.Range(0, Length).Select(i => i * 0.37f)]);
        using MemoryBuffer1D<float, Stride1D.Dense> target = device.Accelerator.Allocate1D<float>(Length);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, Args>(Irregular)(Length, new Args { Source = source.View, Target = target.View, Length = Length });
        return target.GetAsArray1D();
    }

    [Fact]
    public void TheSameBitsOnAnyNumberOfCores()
    {
        uint[] one = [.. RunIrregular("1").Select(Interop.FloatAsInt)];
        foreach (string kind in new[] { "2", "4", "2 checked" })
        {
            Assert.Equal(one, RunIrregular(kind).Select(Interop.FloatAsInt));
        }
    }

    private static void OrderedFloatSum(ArrayView<float> t)
    {
        ref float sum = ref SharedMemory.Allocate<float>();
        if (Group.IsFirstThread)
        {
            sum = 0;
        }

        Group.Barrier();
        Atomic.Add(ref sum, 1f / (1 + Grid.GlobalIndex.X));
        Group.Barrier();
        if (Group.IsFirstThread)
        {
            t[Grid.IdxX] = sum;
        }
    }

    [Fact]
    public void CooperativeGroupsGiveTheSameBits()
    {
        uint[][] runs = [.. new[] { "1", "2", "4", "4" }.Select(kind =>
        {
            using var device = TestDevice.Open(kind);
            return device.Grid<float>(OrderedFloatSum, new KernelConfig(8, 64), 8).Select(Interop.FloatAsInt).ToArray();
        })];
        Assert.All(runs, run => Assert.Equal(runs[0], run));
    }

    private static void Increment(Index1D i, ArrayView<int> t) => t[i] += 1;

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void ZeroExtentDoesNothingAndANegativeOneIsRefused(string kind)
    {
        using var device = TestDevice.Open(kind);
        using MemoryBuffer1D<int, Stride1D.Dense> target = device.Accelerator.Allocate1D(new int[4]);
        var kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Increment);
        kernel(0, target.View);
        Assert.Equal(new int[4], target.GetAsArray1D());
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel(-1, target.View));
        device.Grid<int>(t => t[Grid.GlobalIndex.X] = 1, new KernelConfig(0, 32), 1);
        device.Grid<int>(t => t[0] = Group.BarrierPopCount(true), new KernelConfig(0, 32), 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Grid<int>(t => t[Grid.GlobalIndex.X] = 1, new KernelConfig(-1, 32), 1));
    }

    private static void Fail(Index1D i, ArrayView<int> t)
    {
        if (i == 7_777 || i == 9_999)
        {
            throw new InvalidOperationException("seven");
        }

        t[i] = 1;
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void AnExceptionReachesTheCallerAndTheNextLaunchRuns(string kind)
    {
        using var device = TestDevice.Open(kind);
        using MemoryBuffer1D<int, Stride1D.Dense> target = device.Accelerator.Allocate1D(new int[10_000]);
        var kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Fail);
        for (int round = 0; round < 20; round++)
        {
            KernelException exception = Assert.Throws<KernelException>(() => kernel(9_000, target.View));
            Assert.Equal("Kernel 'ExecutionTests.Fail' failed at index 7777 of 9000: seven", exception.Message);
            Assert.IsType<InvalidOperationException>(exception.InnerException);
            kernel(7_777, target.View);
        }
    }

    private static void At(Index1D i, ArrayView<int> t, int offset) => t[i + offset] = 1;

    [Fact]
    public void CheckedModeNamesKernelIndexAndLength()
    {
        using var device = TestDevice.Open("2 checked");
        using MemoryBuffer1D<int, Stride1D.Dense> target = device.Accelerator.Allocate1D(new int[10]);
        var kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(At);
        kernel(10, target.View, 0);
        KernelException beyond = Assert.Throws<KernelException>(() => kernel(10, target.View, 3));
        Assert.Equal("Kernel 'ExecutionTests.At' failed at index 7 of 10: Index 10 is out of range for a view of Int32 of length 10.", beyond.Message);
        KernelException before = Assert.Throws<KernelException>(() => kernel(10, target.View, -4));
        Assert.Contains("Index -4 is out of range for a view of Int32 of length 10", before.Message, StringComparison.Ordinal);
        Assert.IsType<IndexOutOfRangeException>(before.InnerException);
    }

    private static void DeepAccess(Index1D i, Args a) => a.Target[i] = Read(a.Source.SubView(2, 4), i);

    private static float Read(ArrayView1D<float, Stride1D.Dense> view, int at) => view[at];

    [Fact]
    public void CheckedModeReachesCalledMethodsSubViewsAndSharedMemory()
    {
        using var device = TestDevice.Open("1 checked");
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = device.Accelerator.Allocate1D<float>(100);
        var kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, Args>(DeepAccess);
        KernelException exception = Assert.Throws<KernelException>(() => kernel(10, new Args { Source = buffer.View, Target = buffer.View }));
        Assert.Contains("at index 4 of 10: Index 4 is out of range for a view of Single of length 4", exception.Message, StringComparison.Ordinal);
        KernelException shared = Assert.Throws<KernelException>(
            () => device.Grid<int>(t => SharedMemory.Allocate<int>(8)[Group.IdxX] = 1, new KernelConfig(1, 16), 1));
        Assert.Contains("Index 8 is out of range for a view of Int32 of length 8", shared.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    public void ALaunchAllocatesNothing(int extent)
    {
        using var device = TestDevice.Open("2");
        using MemoryBuffer1D<int, Stride1D.Dense> target = device.Accelerator.Allocate1D(new int[extent]);
        var indexed = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Increment);
        var withStream = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>>(Increment);
        var grid = device.Accelerator.LoadStreamKernel<ArrayView<int>>(t => t[Grid.GlobalIndex.X] += 1);
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++)
            {
                indexed(extent, target.View);
                withStream(device.Accelerator.DefaultStream, extent, target.View);
                grid((Index1D.One, extent < 32 ? extent : 32), target.View);
            }

            Assert.True(round == 0 || GC.GetAllocatedBytesForCurrentThread() == before, "the second round allocated");
        }
    }

    [Fact]
    public void ASmallLaunchWakesNoOtherCoreAndALargeOneDoes()
    {
        using var device = TestDevice.Open("2");
        using MemoryBuffer1D<float, Stride1D.Dense> values = device.Accelerator.Allocate1D(new float[20_011]);
        var kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, Args>(Irregular);
        var args = new Args { Source = values.View, Target = values.View, Length = 1 };
        for (int i = 0; i < 100; i++)
        {
            kernel(1, args);
        }

        Assert.Equal(0, device.Accelerator.Workers.SharedLaunchCount);
        kernel(20_011, args);
        Assert.Equal(1, device.Accelerator.Workers.SharedLaunchCount);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void SeveralHostThreadsLaunchAtTheSameTime(string kind)
    {
        using var device = TestDevice.Open(kind);
        var kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Increment);
        MemoryBuffer1D<int, Stride1D.Dense>[] buffers = [.. Enumerable.Range(0, 3).Select(_ => device.Accelerator.Allocate1D(new int[50_000]))];
        Thread[] threads = [.. buffers.Select(buffer => new Thread(() =>
        {
            for (int i = 0; i < 60; i++)
            {
                kernel(50_000, buffer.View);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(buffers, buffer => Assert.All(buffer.GetAsArray1D(), value => Assert.Equal(60, value)));
    }

    private static Action<Index1D, ArrayView<int>>? _inner;
    private static ArrayView<int> _innerTarget;

    private static void Outer(Index1D i, ArrayView<int> t)
    {
        ArrayView<int> local = LocalMemory.Allocate<int>(4);
        local[0] = i;
        _inner!(3, _innerTarget.SubView(i * 3, 3));
        t[i] = local[0] + Group.DimX;
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void ALaunchInsideAKernelRuns(string kind)
    {
        using var device = TestDevice.Open(kind);
        using MemoryBuffer1D<int, Stride1D.Dense> target = device.Accelerator.Allocate1D(new int[100]);
        using MemoryBuffer1D<int, Stride1D.Dense> inner = device.Accelerator.Allocate1D(new int[300]);
        _innerTarget = inner.View;
        _inner = device.Accelerator.LoadAutoGroupedStreamKernel((Index1D i, ArrayView<int> t) =>
        {
            ArrayView<int> local = LocalMemory.Allocate<int>(4);
            local[0] = -1;
            t[i] += Grid.GlobalLinearIndex + 1;
        });
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Outer)(100, target.View);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i + 32), target.GetAsArray1D());
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (i % 3) + 1), inner.GetAsArray1D());
    }

    [Fact]
    public void IndicesOutsideAKernelAreRefused()
    {
        Assert.Throws<InvalidOperationException>(() => Grid.IdxX);
        Assert.Throws<InvalidOperationException>(Group.Barrier);
    }

    private static void HiddenBarrier(ArrayView<int> t)
    {
        Action barrier = Group.Barrier;
        barrier();
        t[0] = Group.IdxX;
    }

    [Fact]
    public void LocalMemoryHasALimit()
    {
        using var device = TestDevice.Open("1");
        KernelException exception = Assert.Throws<KernelException>(() => device.Map<int, int>((i, s, t) => t[i] = LocalMemory.Allocate<int>(1 << 20)[0], 1));
        Assert.Contains("4194304 bytes asked for", exception.Message, StringComparison.Ordinal);
        Assert.Equal([5], device.Map<int, int>((i, s, t) => t[i] = LocalMemory.Allocate<int>(1000).IntLength / 200, 1));
        device.Grid<int>(HiddenBarrier, new KernelConfig(1, 1), 1);
    }

    [Fact]
    public void BoolsAreNotBlittable()
    {
        using var device = TestDevice.Open("1");
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => device.Accelerator.LoadAutoGroupedStreamKernel((Index1D i, ArrayView<int> t, bool flag) => t[i] = flag ? 1 : 0));
        Assert.Contains("Boolean", exception.Message, StringComparison.Ordinal);
    }
}
