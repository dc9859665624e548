using System;
using System.Linq;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace Ilgpu.Tests;

public sealed class AutoGroupedKernelTests : IDisposable
{
    private readonly Context _context;
    private readonly Accelerator _accelerator;

    public AutoGroupedKernelTests()
    {
        _context = Context.Create(builder => builder.CPU(new CPUDevice(32, 32, 2)).Profiling());
        _accelerator = _context.CreateCPUAccelerator(0);
    }

    public void Dispose()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }

    private struct Args
    {
        public ArrayView<float> Source;
        public ArrayView<float> Target;
        public float Scale;
    }

    private static void Scale(Index1D i, Args a) => a.Target[i] = a.Source[i] * a.Scale;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(1000)]
    [InlineData(1_000_003)]
    public void EveryIndexRunsOnce(int length)
    {
        using MemoryBuffer1D<float, Stride1D.Dense> source = _accelerator.Allocate1D<float>(length);
        using MemoryBuffer1D<float, Stride1D.Dense> target = _accelerator.Allocate1D<float>(length);
        float[] values = [.. Enumerable.Range(0, length).Select(i => (float)i)];
        source.CopyFromCPU(values);
        target.MemSetToZero();
        Action<Index1D, Args> kernel = _accelerator.LoadAutoGroupedStreamKernel<Index1D, Args>(Scale);
        kernel(length, new Args { Source = source.View, Target = target.View, Scale = 2 });
        Assert.Equal(values.Select(v => v * 2), target.GetAsArray1D());
    }

    private static void Sum14(
        Index1D i, ArrayView<long> sum, int a, int b, int c, int d, int e, int f, int g, int h, int j, int k, int l, int m, long n)
        => Atomic.Add(ref sum[0], i + a + b + c + d + e + f + g + h + j + k + l + m + n);

    [Fact]
    public void FourteenArguments()
    {
        using MemoryBuffer1D<long, Stride1D.Dense> sum = _accelerator.Allocate1D(new long[1]);
        var kernel = _accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<long>, int, int, int, int, int, int, int, int, int, int, int, int, long>(Sum14);
        kernel(2, sum.View, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
        Assert.Equal((2 * 91) + 1, sum.GetAsArray1D()[0]);
    }

    [Fact]
    public void LambdasAndPlanesAndSpaces()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> target = _accelerator.Allocate1D<int>(3 * 5 * 7);
        var plane = _accelerator.LoadAutoGroupedStreamKernel((Index2D i, ArrayView<int> t) => t[(i.Y * 5) + i.X] = (i.X * 100) + i.Y);
        plane((5, 21), target.View);
        int[] result = target.GetAsArray1D();
        for (int y = 0; y < 21; y++)
        {
            for (int x = 0; x < 5; x++)
            {
                Assert.Equal((x * 100) + y, result[(y * 5) + x]);
            }
        }

        var space = _accelerator.LoadAutoGroupedStreamKernel((Index3D i, ArrayView<int> t) => t[(((i.Z * 5) + i.Y) * 3) + i.X] = (((i.X * 10) + i.Y) * 10) + i.Z);
        space((3, 5, 7), target.View);
        result = target.GetAsArray1D();
        Assert.Equal(246, result[(((6 * 5) + 4) * 3) + 2]);
        Assert.Equal(0, result[0]);
        Assert.Equal(105, result.Length);
    }

    private static void UsesLocalMemory(Index1D i, ArrayView<float> target)
    {
        ArrayView<float> local = LocalMemory.Allocate<float>(64);
        for (int k = 0; k < 64; k++)
        {
            local[k] = k + i;
        }

        float sum = 0;
        for (int k = 0; k < 64; k++)
        {
            sum += local[k];
        }

        target[i] = sum;
    }

    [Fact]
    public void LocalMemoryIsPerIndexAndDoesNotRunOut()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> target = _accelerator.Allocate1D<float>(100_000);
        _accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(UsesLocalMemory)(100_000, target.View);
        float[] result = target.GetAsArray1D();
        for (int i = 0; i < result.Length; i++)
        {
            Assert.Equal((63 * 32) + (64f * i), result[i]);
        }
    }

    [Fact]
    public void AnOutOfRangeIndexNamesKernelIndexAndLength()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> target = _accelerator.Allocate1D<float>(10);
        var kernel = _accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(UsesLocalMemory);
        KernelException exception = Assert.Throws<KernelException>(() => kernel(12, target.View));
        Assert.Contains("UsesLocalMemory", exception.Message, StringComparison.Ordinal);
        Assert.Contains("index 10 of 12", exception.Message, StringComparison.Ordinal);
        Assert.Contains("length 10", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALaunchAllocatesNothing()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = _accelerator.Allocate1D<float>(1000);
        Action<Index1D, Args> kernel = _accelerator.LoadAutoGroupedStreamKernel<Index1D, Args>(Scale);
        var args = new Args { Source = buffer.View, Target = buffer.View, Scale = 2 };
        kernel(1000, args);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            kernel(1000, args);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
