using System;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Machine;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>What the runtime asks the driver for: the device's primary context, its memory pool, streams and events, cubins, devices by index.</summary>
[Collection(StandInTests.Name)]
public sealed class CudaContextTests
{
    private static readonly float[] _values = [.. Enumerable.Range(0, 256).Select(i => i * 0.5f)];

    [Fact]
    public void EveryAcceleratorOfADeviceSharesItsPrimaryContext()
    {
        using var driver = StandInDriver.Install();
        using var context = Context.Create(builder => builder.Cuda());
        using (CudaAccelerator first = context.CreateCudaAccelerator(0), again = context.CreateCudaAccelerator(0), other = context.CreateCudaAccelerator(1))
        {
            Assert.Equal(first.NativePtr, again.NativePtr);
            Assert.NotEqual(first.NativePtr, other.NativePtr);
            Assert.Equal(3, driver.RetainedContexts);
            // Memory of one is memory of the other; a thread that the driver has never seen uses both.
            using MemoryBuffer1D<float, Stride1D.Dense> x = first.Allocate1D(_values);
            float[] copy = [];
            var thread = new Thread(() =>
            {
                using MemoryBuffer1D<float, Stride1D.Dense> y = again.Allocate1D<float>(_values.Length);
                again.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale)(256, x.View, 3f);
                y.MemSetToZero();
                again.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(RuntimeKernels.Add)(256, x.View, y.View);
                copy = y.GetAsArray1D();
            });
            thread.Start();
            thread.Join();
            Assert.Equal(Array.ConvertAll(_values, value => 3f * value), copy);
        }

        Assert.Equal(0, driver.RetainedContexts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MemoryComesFromTheDevicesPoolIfItHasOne(bool hasPools)
    {
        using var driver = StandInDriver.Install();
        driver.HasPools = hasPools;
        using (var context = Context.Create(builder => builder.Cuda()))
        using (CudaAccelerator accelerator = context.CreateCudaAccelerator(0))
        {
            for (int i = 0; i < 4; i++)
            {
                using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
                accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale)(256, x.View, 2f);
                Assert.Equal(Array.ConvertAll(_values, value => 2f * value), x.GetAsArray1D());
            }

            Assert.Equal(hasPools ? (4, 0) : (0, 4), (driver.PoolAllocations, driver.OtherAllocations));
            // What is freed stays in the pool for the next step.
            Assert.Equal(hasPools ? ulong.MaxValue : 0, driver.KeptPoolBytes);
        }

        Assert.Equal(0, driver.LiveAllocations);
    }

    [Fact]
    public void WorkInAStreamWaitsForAnEventOfAnother()
    {
        using var driver = StandInDriver.Install();
        using var context = Context.Create(builder => builder.Cuda().Profiling());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using CudaStream stream = accelerator.CreateStream(StreamFlags.CU_STREAM_NON_BLOCKING), turns = accelerator.CreateStream(StreamFlags.CU_STREAM_DEFAULT);
        using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
        Action<AcceleratorStream, Index1D, ArrayView<float>, float> scale = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale);
        using ProfilingMarker before = accelerator.DefaultStream.AddProfilingMarker();
        scale(accelerator.DefaultStream, 256, x.View, 2f);
        stream.WaitFor((CudaStream)accelerator.DefaultStream);
        scale(stream, 256, x.View, 3f);
        ((CudaStream)accelerator.DefaultStream).WaitFor(stream);
        // ONNX Runtime's stream takes turns with the default one without being told.
        scale(accelerator.DefaultStream, 256, x.View, 5f);
        scale(turns, 256, x.View, 7f);
        scale(accelerator.DefaultStream, 256, x.View, 11f);
        using ProfilingMarker after = accelerator.DefaultStream.AddProfilingMarker();
        after.Synchronize();
        Assert.Equal(Array.ConvertAll(_values, value => value * 2f * 3f * 5f * 7f * 11f), x.GetAsArray1D());
        Assert.True(after - before > TimeSpan.Zero);
    }

    [Fact]
    public void ACubinOfAnotherDriverOrDeviceIsNotTaken()
    {
        const string Ptx = ".version 7.0\n.target sm_80";
        CudaDriverVersion driver = new(12080);
        string key = CubinCache.KeyOf(Ptx, driver, 86);
        Assert.Equal(key, CubinCache.KeyOf(Ptx, driver, 86));
        Assert.Equal(4, new[] { key, CubinCache.KeyOf(Ptx + " ", driver, 86), CubinCache.KeyOf(Ptx, new(13000), 86), CubinCache.KeyOf(Ptx, driver, 89) }.Distinct().Count());
        string folder = Path.Combine(Path.GetTempPath(), $"cubin-{Guid.NewGuid():n}");
        AppContext.SetData(CubinCache.FolderSetting, folder);
        try
        {
            CubinCache cache = CubinCache.Find()!;
            cache.Write(key, [1, 2, 3]);
            Assert.Equal([1, 2, 3], cache.Read(key)!);
            Assert.Null(cache.Read(CubinCache.KeyOf(Ptx, driver, 89)));
            // A file whose name is right and whose content belongs to another key.
            string file = Assert.Single(Directory.GetFiles(folder));
            cache.Write(CubinCache.KeyOf(Ptx, driver, 89), [4]);
            File.Copy(file, Directory.GetFiles(folder).Single(path => path != file), overwrite: true);
            Assert.Null(cache.Read(CubinCache.KeyOf(Ptx, driver, 89)));
        }
        finally
        {
            AppContext.SetData(CubinCache.FolderSetting, null);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheCacheOfCubinsIsBounded()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"cubin-{Guid.NewGuid():n}");
        try
        {
            byte[] cubin = new byte[10_000];
            new Random(1).NextBytes(cubin);
            CubinCache cache = CubinCache.In(folder, limitBytes: 35_000);
            foreach (string key in (string[])["a", "b", "c"])
            {
                cache.Write(key, cubin);
                Age(folder);
            }

            File.WriteAllText(Path.Combine(folder, "left.123.tmp"), "a process died");
            Age(folder, days: 2);
            // a is used, so b is the oldest when d comes.
            Assert.NotNull(cache.Read("a"));
            cache.Write("d", cubin);
            Assert.Equal([true, false, true, true], new[] { "a", "b", "c", "d" }.Select(key => cache.Read(key) is not null));
            Assert.Equal(3, Directory.GetFiles(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Everything in the folder was written longer ago.
    private static void Age(string folder, int days = 1)
    {
        foreach (string path in Directory.GetFiles(folder))
        {
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddDays(-days));
        }
    }

    [Theory]
    [InlineData("cuda", "Stand-in 0")]
    [InlineData("cuda:1", "Stand-in 1")]
    public void ADeviceIsChosenByItsIndex(string name, string expected)
    {
        using var driver = StandInDriver.Install();
        using DeviceContext device = DeviceSelection.Open(name, 1, KernelChoice.Portable);
        Assert.Equal(expected, device.Accelerator.Name);
    }

    // The kernel, the line of its PTX and the reason, with and without the cache of cubins: two ways to the driver.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AModuleThatTheDriverRefusesIsNamedWithTheDriversLog(bool isCached)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"cubin-{Guid.NewGuid():n}");
        AppContext.SetData(CubinCache.FolderSetting, isCached ? folder : null);
        try
        {
            // An old driver: the PTX of today is too new for it.
            using var driver = StandInDriver.Install(version: 9020);
            using var context = Context.Create(builder => builder.Cuda());
            using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
            CudaException refusal = Assert.Throws<CudaException>(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale));
            Assert.Equal(222, refusal.Status);
            Assert.Contains(isCached ? "cuLinkAddData failed" : "cuModuleLoadDataEx failed", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("RuntimeKernels_Scale", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("ptxas application ptx input, ", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            AppContext.SetData(CubinCache.FolderSetting, null);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Fact]
    public void NoKindOfLaunchAllocates()
    {
        using var driver = StandInDriver.Install();
        CudaLibrary.Substitute = StandInFunctions.FindWithIdleLaunches;
        using var context = Context.Create(builder => builder.Cuda());
        using CudaAccelerator accelerator = context.CreateCudaAccelerator(0);
        using CudaStream stream = (CudaStream)accelerator.CreateStream();
        using MemoryBuffer1D<float, Stride1D.Dense> x = accelerator.Allocate1D(_values);
        ArrayView<float> view = x.View.BaseView;
        Action<AcceleratorStream, Index1D, ArrayView<float>, float> scale = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale);
        Action<KernelConfig, ArrayView<float>> tile = accelerator.LoadStreamKernel<ArrayView<float>>(RuntimeKernels.LargeTile);
        KernelConfig config = (1, 64, SharedMemoryConfig.RequestDynamic<float>(25_000));
        long before = 0;
        for (int i = 0; i < 1100; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            scale(stream, 256, view, 2f);
            tile(config, view);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
