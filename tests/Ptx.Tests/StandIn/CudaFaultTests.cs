using System;
using System.IO;
using System.Linq;
using System.Text;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>Mistakes around the driver, planted: each is found and named.</summary>
[Collection(StandInTests.Name)]
public sealed unsafe class CudaFaultTests
{
    private static readonly float[] _values = [.. Enumerable.Range(0, 256).Select(i => i * 0.5f)];

    [Theory]
    [InlineData(8)]
    [InlineData(48)]
    public void ABlockOfParametersOfTheWrongSize(int bytes)
    {
        using var device = new OpenDevice();
        string ptx = ILGPU.Ptx.PtxCompiler.Compile(typeof(RuntimeKernels).GetMethod(nameof(RuntimeKernels.Scale))!, isIndexed: true, new ILGPU.Ptx.PtxTarget()).Text;
        nint module = device.Library.LoadModule(Encoding.ASCII.GetBytes(ptx + '\0'));
        nint function = device.Library.FindFunction(module, "RuntimeKernels_Scale");
        CudaException refusal = Assert.Throws<CudaException>(() =>
        {
            byte* block = stackalloc byte[64];
            device.Library.Launch(function, new Index3D(1, 1, 1), new Index3D(32, 1, 1), 0, 0, block, bytes, "Scale");
        });
        Assert.Contains("cuLaunchKernel failed", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{bytes} bytes of parameters", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StreamsWithoutAnOrder()
    {
        using var device = new OpenDevice();
        using var stream = (CudaStream)device.Accelerator.CreateStream();
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = device.Accelerator.Allocate1D(_values);
        Action<AcceleratorStream, Index1D, ArrayView<float>, float> scale = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale);
        Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>> add = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>>(RuntimeKernels.Add);
        // What the second stream waits for is there, and different bytes need no order.
        scale(device.Accelerator.DefaultStream, 128, x.View.BaseView.SubView(0, 128), 2f);
        scale(stream, 128, x.View.BaseView.SubView(128, 128), 2f);
        stream.WaitFor((CudaStream)device.Accelerator.DefaultStream);
        add(stream, 256, x.View, y.View);
        stream.Synchronize();
        Assert.Equal(Array.ConvertAll(_values, value => 3f * value), y.GetAsArray1D());

        scale(device.Accelerator.DefaultStream, 256, x.View, 2f);
        add(stream, 256, x.View, y.View);
        CudaException fault = Assert.Throws<CudaException>(device.Accelerator.Synchronize);
        Assert.Contains("nothing orders the two", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PageLockedCopiesAreCompleteAfterTheirStreamOnly()
    {
        using var device = new OpenDevice();
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(_values);
        using PageLockedArray1D<float> host = device.Accelerator.AllocatePageLocked1D<float>(256);
        Assert.Equal(1, StandInFunctions.LockedPages);
        x.CopyToPageLockedAsync(device.Accelerator.DefaultStream, host);
        Assert.Equal(0f, host.Span[255]);
        device.Accelerator.DefaultStream.Synchronize();
        Assert.Equal(_values, host.GetArray());
        host.Dispose();
        Assert.Equal(0, StandInFunctions.LockedPages);
    }

    [Fact]
    public void MemoryThatWasFreed()
    {
        using var device = new OpenDevice();
        MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(_values);
        ArrayView<float> view = x.View.BaseView;
        Action<Index1D, ArrayView<float>, float> scale = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale);
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.CopyFromCPU(_values));
        Assert.Throws<ObjectDisposedException>(() => view.MemSetToZero());
        scale(256, view, 2f);
        CudaException fault = Assert.Throws<CudaException>(device.Accelerator.Synchronize);
        Assert.Contains("it is in no buffer", fault.Message, StringComparison.Ordinal);
        device.IsBroken = true;
    }

    [Fact]
    public void AKernelOutOfBoundsBreaksTheDevice()
    {
        using var device = new OpenDevice();
        MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(_values);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(RuntimeKernels.PastTheEnd)(256, x.View);
        CudaException fault = Assert.Throws<CudaException>(() => x.GetAsArray1D());
        Assert.Equal(700, fault.Status);
        Assert.Contains("A kernel accessed memory that it must not", fault.Message, StringComparison.Ordinal);
        Assert.Equal(700, Assert.Throws<CudaException>(device.Accelerator.Synchronize).Status);
        device.IsBroken = true;
    }

    [Fact]
    public void CopiesOverTheEnd()
    {
        using var device = new OpenDevice();
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(_values);
        Assert.Throws<ArgumentException>(() => x.View.BaseView.CopyFromCPU(new float[255]));
        var tooLong = new ArrayView<float>((float*)x.NativePtr, 257);
        Assert.Contains("do not fit a buffer of 1024 bytes", Assert.Throws<ArgumentException>(() => tooLong.CopyFromCPU(new float[257])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TooMuchMemory()
    {
        using var device = new OpenDevice();
        CudaException refusal = Assert.Throws<CudaException>(() => device.Accelerator.Allocate1D<float>(1L << 32));
        Assert.Equal(2, refusal.Status);
        Assert.Contains("17179869184 bytes were asked for", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePtxIsWrong()
    {
        using var device = new OpenDevice();
        CudaException refusal = Assert.Throws<CudaException>(() => device.Library.LoadModule(
            ".version 7.0\n.target sm_80\n.address_size 64\n.visible .entry k()\n{\n    frobnicate.s32 %r1, 1;\n    ret;\n}\n\0"u8));
        Assert.Equal(218, refusal.Status);
        Assert.Contains("ptxas application ptx input", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("frobnicate", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALibraryWithoutAFunction()
    {
        using var driver = StandInDriver.Install();
        StandInFunctions.Hidden.Add("cuMemAllocAsync");
        try
        {
            CudaException refusal = Assert.Throws<CudaException>(CudaLibrary.Open);
            Assert.Contains("lacks cuMemAllocAsync: the driver is older than 470", refusal.Message, StringComparison.Ordinal);
            using var context = Context.Create(builder => builder.Cuda());
            Assert.Empty(context.Devices);
        }
        finally
        {
            StandInFunctions.Hidden.Clear();
        }
    }

    [Fact]
    public void CompiledKernelsAreKeptBetweenProcesses()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"cubin-{Guid.NewGuid():n}");
        AppContext.SetData(CubinCache.FolderSetting, folder);
        try
        {
            Assert.Equal((0, 1, 1), RunOnce(version: 12080));
            Assert.Equal((1, 0, 0), RunOnce(version: 12080));
            Assert.Equal((0, 1, 1), RunOnce(version: 12090));
            foreach (string path in Directory.GetFiles(folder))
            {
                byte[] bytes = File.ReadAllBytes(path);
                bytes[^1] ^= 1;
                File.WriteAllBytes(path, bytes);
            }

            Assert.Equal((0, 1, 1), RunOnce(version: 12080));
            Assert.Equal((1, 0, 0), RunOnce(version: 12080));
        }
        finally
        {
            AppContext.SetData(CubinCache.FolderSetting, null);
            Directory.Delete(folder, recursive: true);
        }
    }

    // How many modules came from the cache, how many were new, how many the driver assembled.
    private static (int Cached, int Compiled, int Assembled) RunOnce(int version)
    {
        using var device = new OpenDevice(version);
        using MemoryBuffer1D<float, Stride1D.Dense> x = device.Accelerator.Allocate1D(_values);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(RuntimeKernels.Scale)(256, x.View, 2f);
        Assert.Equal(Array.ConvertAll(_values, value => 2f * value), x.GetAsArray1D());
        return (device.Accelerator.ModuleCounts.Cached, device.Accelerator.ModuleCounts.Compiled, device.Driver.AssembledCount);
    }

    /// <summary>A device of the stand-in driver.</summary>
    private sealed class OpenDevice : IDisposable
    {
        private readonly Context _context;

        public OpenDevice(int version = 12080)
        {
            Driver = StandInDriver.Install(version: version);
            _context = Context.Create(builder => builder.Cuda());
            Accelerator = _context.CreateCudaAccelerator(0);
        }

        public StandInDriver Driver { get; }

        public CudaAccelerator Accelerator { get; }

        public CudaLibrary Library => Accelerator.Library;

        /// <summary>After a fault nothing can be given back.</summary>
        public bool IsBroken { get; set; }

        public void Dispose()
        {
            if (IsBroken)
            {
                DeviceAllocations.Forget(Accelerator);
            }
            else
            {
                _context.Dispose();
            }

            Driver.Dispose();
        }
    }
}
