using System;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using DreamFusion.Ptx.Tests.Comparison;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>Kernels with groups, exchanges and functions, as PTX in the interpreter against the CPU accelerator: compiled loops over the threads of a group, and the checked executor.</summary>
public sealed class CooperativeTests
{
    private static readonly int[] _numbers = [.. Enumerable.Range(0, 256).Select(i => (i * 37) % 101)];
    private static readonly float[] _values = [.. Enumerable.Range(0, 256).Select(i => (i - 128) * 0.173f)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BlockSum(bool isChecked)
    {
        using var launch = new ComparedLaunch(isChecked: isChecked);
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> sums = launch.Accelerator.Allocate1D(new float[2]);
        launch.Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(CooperativeKernels.BlockSum)((2, 128), x.View.BaseView, sums.View.BaseView);
        launch.AssertSame();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DynamicSharedMemory(bool isChecked)
    {
        using var launch = new ComparedLaunch(isChecked: isChecked);
        using MemoryBuffer1D<int, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_numbers);
        launch.Accelerator.LoadStreamKernel<ArrayView<int>>(CooperativeKernels.DynamicReverse)((4, 64, SharedMemoryConfig.RequestDynamic<int>(64)), x.View.BaseView);
        launch.AssertSame();
        Assert.Equal(_numbers.Chunk(64).SelectMany(chunk => chunk.Reverse()), x.GetAsArray1D());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shuffles(bool isChecked)
    {
        using var launch = new ComparedLaunch(isChecked: isChecked);
        using MemoryBuffer1D<long, Stride1D.Dense> x = launch.Accelerator.Allocate1D(Array.ConvertAll(_numbers, n => n * 0x1_2345_6789L));
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(_values);
        launch.Accelerator.LoadStreamKernel<ArrayView<long>, ArrayView<float>>(CooperativeKernels.Shuffles)((4, 64), x.View.BaseView, y.View.BaseView);
        launch.AssertSame();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AtomicsAndBarriersThatReduce(bool isChecked)
    {
        using var launch = new ComparedLaunch(isChecked: isChecked);
        using MemoryBuffer1D<int, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_numbers);
        using MemoryBuffer1D<int, Stride1D.Dense> counts = launch.Accelerator.Allocate1D(new int[20]);
        using MemoryBuffer1D<uint, Stride1D.Dense> largest = launch.Accelerator.Allocate1D(new uint[1]);
        launch.Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<int>, ArrayView<uint>>(CooperativeKernels.Histogram)((4, 64), x.View.BaseView, counts.View.BaseView, largest.View.BaseView);
        launch.AssertSame();
        Assert.Equal(100u, largest.GetAsArray1D()[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BarriersInLoops(bool isChecked)
    {
        using var launch = new ComparedLaunch(isChecked: isChecked);
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[256]);
        launch.Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, int>(CooperativeKernels.NestedLoops)((4, 64), x.View.BaseView, y.View.BaseView, 6);
        launch.AssertClose(1e-5);
    }

    [Fact]
    public void CompiledKernelsHaveTheBitsOfTheExecutor()
    {
        byte[][] results = [.. new[] { false, true }.Select(isChecked =>
        {
            using Context context = Context.Create(builder => _ = isChecked ? builder.CPU(new CPUDevice(32, 32, 2)).Assertions() : builder.CPU(new CPUDevice(32, 32, 2)));
            using CPUAccelerator accelerator = context.CreateCPUAccelerator(0);
            using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
            using MemoryBuffer1D<float, Stride1D.Dense> y = accelerator.Allocate1D(new float[256]);
            accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>, int>(CooperativeKernels.NestedLoops)((4, 64), x.View.BaseView, y.View.BaseView, 7);
            Assert.Equal(isChecked, Assert.Single(accelerator.CooperativeKernels).ExecutorReason is not null);
            return (byte[])[.. MemoryMarshal.AsBytes<float>(x.GetAsArray1D()), .. MemoryMarshal.AsBytes<float>(y.GetAsArray1D())];
        })];
        Assert.Equal(results[1], results[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WarpsThatGoDifferentWays(bool isChecked)
    {
        using var launch = new ComparedLaunch(isChecked: isChecked);
        using MemoryBuffer1D<int, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_numbers);
        launch.Accelerator.LoadStreamKernel<ArrayView<int>>(CooperativeKernels.WarpsApart)((2, 128), x.View.BaseView);
        launch.AssertSame();
    }

    [Fact]
    public void HalfPrecision()
    {
        using var launch = new ComparedLaunch();
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<ILGPU.Half, Stride1D.Dense> y = launch.Accelerator.Allocate1D(Array.ConvertAll(_values, v => (ILGPU.Half)(v * 0.3f)));
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<ILGPU.Half>>(CooperativeKernels.Halves)(256, x.View.BaseView, y.View.BaseView);
        launch.AssertSame();
    }

    [Fact]
    public void IndicesOfTwoAndThreeDimensions()
    {
        using var launch = new ComparedLaunch();
        using MemoryBuffer1D<int, Stride1D.Dense> x = launch.Accelerator.Allocate1D(new int[7 * 5]);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>, int>(CooperativeKernels.Plane)(new Index2D(7, 5), x.View.BaseView, 7);
        using MemoryBuffer1D<int, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new int[7 * 5 * 3]);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>, Index3D>(CooperativeKernels.Box)(new Index3D(7, 5, 3), y.View.BaseView, new Index3D(7, 5, 3));
        launch.AssertSame();
    }

    [Fact]
    public void ElementaryFunctionsInStrictMode()
    {
        using var launch = new ComparedLaunch();
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[8 * 256]);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(CooperativeKernels.Functions)(256, x.View.BaseView, y.View.BaseView);
        launch.AssertClose(1e-6);
    }

    [Fact]
    public void FastModeIsCloseAndUsesTheHardware()
    {
        var target = new PtxTarget { Math = PtxMathMode.Fast };
        using var launch = new ComparedLaunch(target);
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[4 * 256]);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(CooperativeKernels.FastFunctions)(256, x.View.BaseView, y.View.BaseView);
        launch.AssertClose(1e-4);
        MethodInfo kernel = ComparedLaunch.Method(typeof(CooperativeKernels), nameof(CooperativeKernels.FastFunctions));
        string fast = PtxCompiler.Compile(kernel, isIndexed: true, target).Text;
        string strict = PtxCompiler.Compile(kernel, isIndexed: true, new PtxTarget()).Text;
        Assert.All(["ex2.approx.f32", "lg2.approx.f32", "sin.approx.f32", "cos.approx.f32", "sqrt.approx.f32", "div.full.f32"], name => Assert.Contains(name, fast, StringComparison.Ordinal));
        Assert.DoesNotContain("approx", strict, StringComparison.Ordinal);
        Assert.DoesNotContain("mul.f32", strict, StringComparison.Ordinal);
        Assert.Contains("div.rn.f32", strict, StringComparison.Ordinal);
    }
}
