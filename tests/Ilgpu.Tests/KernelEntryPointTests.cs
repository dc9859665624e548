using System;
using System.Linq;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace Ilgpu.Tests;

public sealed class KernelEntryPointTests : IDisposable
{
    private readonly Context _context;
    private readonly Accelerator _accelerator;

    public KernelEntryPointTests()
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

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void LocalMemoryIsPerIndexAndDoesNotRunOut(string kind)
    {
        using var device = TestDevice.Open(kind);
        using MemoryBuffer1D<float, Stride1D.Dense> target = device.Accelerator.Allocate1D<float>(100_000);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(UsesLocalMemory)(100_000, target.View);
        float[] result = target.GetAsArray1D();
        for (int i = 0; i < result.Length; i++)
        {
            Assert.Equal((63 * 32) + (64f * i), result[i]);
        }
    }

    private static void Grouped(Index1D i, ArrayView<int> t) => t[i] = Group.DimX + (1000 * Grid.IdxX);

    [Fact]
    public void ImplicitlyGroupedKernels()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> target = _accelerator.Allocate1D<int>(100);
        var kernel = _accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<int>>(Grouped, 40, out KernelInfo info);
        kernel(100, target.View);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => 40 + (1000 * (i / 40))), target.GetAsArray1D());
        Assert.Equal(40, info.MinGroupSize);
        _accelerator.LoadImplicitlyGroupedKernel<Index1D, ArrayView<int>>(Grouped, 10)(_accelerator.DefaultStream, 100, target.View);
        Assert.Equal(9010, target.GetAsArray1D()[99]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _accelerator.LoadImplicitlyGroupedStreamKernel<Index1D, ArrayView<int>>(Grouped, 1025));
        _accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(Grouped, out info);
        Assert.Equal(32, info.MinGroupSize);
        Assert.Equal("KernelEntryPointTests.Grouped", info.Name);
    }

    private static void Explicit(ArrayView<int> t, int add) => t[Grid.GlobalIndex.X] = Group.IdxX + add;

    [Fact]
    public void ExplicitlyGroupedKernels()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> target = _accelerator.Allocate1D<int>(60);
        int[] expected = [.. Enumerable.Range(0, 60).Select(i => (i % 20) + 5)];
        _accelerator.LoadStreamKernel<ArrayView<int>, int>(Explicit)((3, 20), target.View, 5);
        Assert.Equal(expected, target.GetAsArray1D());
        target.MemSetToZero();
        using AcceleratorStream stream = _accelerator.CreateStream();
        _accelerator.LoadKernel<ArrayView<int>, int>(Explicit, new KernelSpecialization(20, null), out KernelInfo info)(stream, (3, 20), target.View, 5);
        Assert.Equal(expected, target.GetAsArray1D());
        Assert.Null(info.MinGroupSize);
        target.MemSetToZero();
        _accelerator.Launch(Explicit, new KernelConfig(3, 20), target.View.BaseView, 5);
        Assert.Equal(expected, target.GetAsArray1D());
    }

    [Fact]
    public void LaunchesWithoutALoad()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> target = _accelerator.Allocate1D<int>(100);
        for (int round = 0; round < 3; round++)
        {
            _accelerator.LaunchAutoGrouped<Index1D, ArrayView<int>>(Grouped, 100, target.View);
            _accelerator.LaunchAutoGrouped<Index1D, ArrayView<int>>(Grouped, _accelerator.DefaultStream, 100, target.View);
        }

        Assert.Equal(3032, target.GetAsArray1D()[99]);
    }

    [Fact]
    public void KernelsWithoutStaticTypes()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> target = _accelerator.Allocate1D<int>(60);
        ArrayView<int> view = target.View;
        Kernel indexed = _accelerator.LoadAutoGroupedKernel(((Action<Index1D, ArrayView<int>>)Grouped).Method);
        indexed.Launch(_accelerator.DefaultStream, new Index1D(60), view);
        Assert.Equal(1032, target.GetAsArray1D()[59]);
        Kernel grid = _accelerator.LoadKernel(((Action<ArrayView<int>, int>)Explicit).Method);
        grid.Launch(_accelerator.DefaultStream, new KernelConfig(3, 20), view, 7);
        Assert.Equal(26, target.GetAsArray1D()[59]);
        Assert.Throws<ArgumentException>(() => grid.Launch(_accelerator.DefaultStream, new KernelConfig(3, 20), view));
        Assert.Throws<ArgumentException>(() => grid.Launch(_accelerator.DefaultStream, new KernelConfig(3, 20), view, 7L));
        Assert.Throws<ArgumentException>(() => grid.Launch(_accelerator.DefaultStream, new Index1D(60), view, 7));
        Assert.Throws<ArgumentException>(() => indexed.Launch(_accelerator.DefaultStream, new KernelConfig(3, 20), view));
        Assert.Equal(32, _accelerator.EstimateGroupSize(indexed));
        Assert.Equal(4, _accelerator.EstimateMaxActiveGroupsPerMultiprocessor(indexed, 256));
    }

    private static void Specialised(Index1D i, ArrayView<int> t, SpecializedValue<int> factor) => t[i] = i * factor.Value;

    [Fact]
    public void SpecialisedValues()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> target = _accelerator.Allocate1D<int>(10);
        var kernel = _accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, SpecializedValue<int>>(Specialised);
        foreach (int factor in new[] { 3, 5, 3 })
        {
            kernel(10, target.View, SpecializedValue.New(factor));
            Assert.Equal(Enumerable.Range(0, 10).Select(i => i * factor), target.GetAsArray1D());
        }

        Assert.True(SpecializedValue.New(1f) == new SpecializedValue<float>(1f) && SpecializedValue.New(1f) != SpecializedValue.New(2f));
    }
}
