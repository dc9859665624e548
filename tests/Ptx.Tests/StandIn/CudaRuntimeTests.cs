using System;
using System.Linq;
using System.Threading.Tasks;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>The CUDA runtime over the stand-in driver: kernels, copies, streams, variants, and what it gives back at the end.</summary>
[Collection(StandInTests.Name)]
public sealed class CudaRuntimeTests
{
    private static readonly float[] _values = [.. Enumerable.Range(0, 1000).Select(i => (i - 400) * 0.37f)];

    [Fact]
    public void KernelsCopiesAndMemsetsWorkAndEverythingIsGivenBack()
    {
        using var driver = StandInDriver.Install();
        using (var context = Context.Create(builder => builder.Cuda().Profiling()))
        using (CudaAccelerator accelerator = context.CreateCudaAccelerator(0))
        {
            Assert.Equal("Stand-in 0 (sm_90)", accelerator.Device.ToString());
            Assert.Equal(12, accelerator.DriverVersion.Major);
            using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
            using MemoryBuffer1D<float, Stride1D.Dense> y = accelerator.Allocate1D<float>(_values.Length);
            y.MemSetToZero();
            using ProfilingMarker start = accelerator.DefaultStream.AddProfilingMarker();
            accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale)(1000, x.View, 3f);
            accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(RuntimeKernels.Add)(1000, x.View, y.View);
            using ProfilingMarker end = accelerator.DefaultStream.AddProfilingMarker();
            Assert.Equal(Array.ConvertAll(_values, value => value * 3f), y.GetAsArray1D());
            Assert.True(end - start > TimeSpan.Zero);
            y.View.BaseView.SubView(10, 5).CopyFromCPU(new float[5]);
            Assert.Equal(0f, y.GetAsArray1D()[14]);
            Assert.Equal(x.GetAsArray1D()[15], y.GetAsArray1D()[15]);
            x.View.BaseView.SubView(0, 20).CopyTo(y.View.BaseView.SubView(980, 20));
            Assert.Equal(x.GetAsArray1D()[..20], y.GetAsArray1D()[980..]);
            Assert.True(accelerator.GetFreeMemory() < accelerator.MemorySize);
        }

        Assert.Equal((0, 0, 0, 0, 0), (driver.LiveAllocations, driver.LiveModules, driver.LiveStreams, driver.LiveEvents, driver.RetainedContexts));
    }

    /// <summary>What goes into another stream than it was told is an error of the stand-in: nothing would order it.</summary>
    [Fact]
    public void EveryFormOfACopyIsInItsStream()
    {
        using var driver = StandInDriver.Install();
        using var context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using AcceleratorStream stream = accelerator.CreateStream();
        using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(stream, _values);
        Action<AcceleratorStream, Index1D, ArrayView<float>, float> scale = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale);
        float[] got = new float[_values.Length];
        scale(stream, 1000, x.View, 2f);
        Assert.Equal(Array.ConvertAll(_values, value => value * 2f), x.GetAsArray1D(stream));
        scale(stream, 1000, x.View, 2f);
        Assert.Equal(Array.ConvertAll(_values, value => value * 4f), x.View.BaseView.GetAsArray1D(stream));
        scale(stream, 1000, x.View, 2f);
        x.View.BaseView.CopyToCPUUnsafeAsync(stream, ref got[0], got.Length);
        stream.Synchronize();
        Assert.Equal(Array.ConvertAll(_values, value => value * 8f), got);
        x.View.BaseView.CopyFromCPUUnsafeAsync(stream, ref _values[0], _values.Length);
        scale(stream, 1000, x.View, 2f);
        x.CopyToCPU(stream, got);
        Assert.Equal(Array.ConvertAll(_values, value => value * 2f), got);
        x.View.BaseView.MemSet(stream, 0);
        Assert.All(x.GetAsArray1D(stream), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void SeveralDevicesByIndexAndSeveralThreads()
    {
        using var driver = StandInDriver.Install();
        using var context = Context.Create(builder => builder.Cuda());
        Assert.Equal(StandInDriver.DeviceCount, context.GetCudaDevices().Count);
        using CudaAccelerator first = context.CreateCudaAccelerator(0);
        using CudaAccelerator second = context.CreateCudaAccelerator(1);
        using MemoryBuffer1D<float, Stride1D.Dense> x = first.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = second.Allocate1D(_values);
        Action<Index1D, ArrayView<float>, float> onFirst = first.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale);
        Action<Index1D, ArrayView<float>, float> onSecond = second.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale);
        // A context is current on one thread only: every call must bring its own.
        Parallel.For(0, 4, i => (i % 2 == 0 ? onFirst : onSecond)(1000, i % 2 == 0 ? x.View : y.View, 2f));
        Assert.Equal(Array.ConvertAll(_values, value => value * 4f), x.GetAsArray1D());
        Assert.Equal(x.GetAsArray1D(), y.GetAsArray1D());
        Assert.Throws<ArgumentException>(() => x.View.BaseView.CopyTo(y.View.BaseView));
        Assert.Throws<ArgumentException>(() => x.View.BaseView.MemSet(second.DefaultStream, 0));
    }

    [Theory]
    [InlineData(75)]
    [InlineData(86)]
    [InlineData(89)]
    [InlineData(120)]
    public void PtxFitsTheDevice(int architecture)
    {
        using var driver = StandInDriver.Install(architecture);
        using var context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale)(1000, x.View, 2f);
        Assert.Equal(Array.ConvertAll(_values, value => value * 2f), x.GetAsArray1D());
    }

    [Fact]
    public void DevicesOlderThanTuringAreNotOffered()
    {
        using var driver = StandInDriver.Install(architecture: 70);
        using var context = Context.Create(builder => builder.Cuda());
        Assert.Empty(context.GetCudaDevices());
        Assert.Contains("7.5 or newer", CudaDevice.FindProblem(), StringComparison.Ordinal);
    }

    [Fact]
    public void LaunchConstantsMakeVariantsWithoutLocalMemory()
    {
        using var driver = StandInDriver.Install();
        using var context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> sums = accelerator.Allocate1D<float>(40);
        Action<Index1D, ArrayView<float>, ArrayView<float>, RuntimeKernels.Shape> kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, RuntimeKernels.Shape>(RuntimeKernels.SumOfRows);
        foreach ((int length, float factor) in new[] { (5, 1f), (7, 2f), (5, 3f), (7, 4f) })
        {
            kernel(40, x.View, sums.View, new RuntimeKernels.Shape { Length = length, Factor = factor });
            float[] expected = [.. Enumerable.Range(0, 40).Select(row => Enumerable.Range(0, length).Aggregate(0f, (sum, k) => sum + (_values[(row * length) + k] * factor * (k + 1))))];
            Assert.Equal(expected, sums.GetAsArray1D());
        }

        // One module for each length, none of them with an array in local memory.
        Assert.Equal(2, driver.LiveModules);
        Assert.Equal(0, driver.LargestLocalMemory);
        Assert.Equal((0, 2), accelerator.ModuleCounts);
    }

    [Fact]
    public void SpecializedValuesMakeVariants()
    {
        using var driver = StandInDriver.Install();
        using var context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using MemoryBuffer1D<int, Stride1D.Dense> x = accelerator.Allocate1D(new[] { 5, 6 });
        Action<Index1D, ArrayView<int>, SpecializedValue<int>> kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, SpecializedValue<int>>(RuntimeKernels.Choose);
        kernel(2, x.View, SpecializedValue.New(1));
        kernel(2, x.View, SpecializedValue.New(2));
        kernel(2, x.View, SpecializedValue.New(1));
        Assert.Equal([13, 15], x.GetAsArray1D());
        Assert.Equal(2, driver.LiveModules);
    }

    [Fact]
    public void MoreThanTheUsualSharedMemoryIsAskedFor()
    {
        using var driver = StandInDriver.Install();
        using var context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values[..64]);
        accelerator.LoadStreamKernel<ArrayView<float>>(RuntimeKernels.LargeTile)((1, 64, SharedMemoryConfig.RequestDynamic<float>(25_000)), x.View);
        Assert.Equal(_values[..64].Reverse(), x.GetAsArray1D());
        ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(
            () => accelerator.LoadStreamKernel<ArrayView<float>>(RuntimeKernels.LargeTile)((1, 64, SharedMemoryConfig.RequestDynamic<float>(100_000)), x.View));
        Assert.Contains("400000 bytes of shared memory", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALaunchAllocatesNothing()
    {
        using var driver = StandInDriver.Install();
        CudaLibrary.Substitute = StandInFunctions.FindWithIdleLaunches;
        using var context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
        Action<Index1D, ArrayView<float>, ArrayView<float>, RuntimeKernels.Shape> kernel = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, RuntimeKernels.Shape>(RuntimeKernels.SumOfRows);
        ArrayView<float> view = x.View.BaseView;
        for (int i = 0; i < 100; i++)
        {
            kernel(40, view, view, new RuntimeKernels.Shape { Length = 5 + (i % 2) });
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            kernel(40, view, view, new RuntimeKernels.Shape { Length = 5 + (i % 2) });
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
