using System;
using System.Linq;
using System.Threading;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace Ilgpu.Tests;

public sealed class BufferTests : IDisposable
{
    private readonly TestDevice _device = TestDevice.Open("2");

    private Accelerator Accelerator => _device.Accelerator;

    public void Dispose() => _device.Dispose();

    [Fact]
    public void CopiesGoBothWays()
    {
        float[] values = [.. Enumerable.Range(0, 100).Select(i => i * 0.5f)];
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Accelerator.Allocate1D(values);
        using AcceleratorStream stream = Accelerator.CreateStream();
        float[] back = new float[100];
        buffer.CopyToCPU(back);
        Assert.Equal(values, back);
        Array.Reverse(values);
        buffer.View.CopyFromCPU(stream, values);
        Array.Clear(back);
        buffer.View.CopyToCPU(stream, back);
        Assert.Equal(values, back);
        buffer.View.SubView(10, 5).CopyFromCPU(ref values[0], 5);
        Assert.Equal(values[..5], buffer.View.SubView(10, 5).GetAsArray1D());
        using MemoryBuffer1D<float, Stride1D.Dense> other = Accelerator.Allocate1D<float>(100);
        other.CopyFrom(buffer.View);
        Assert.Equal(buffer.GetAsArray1D(), other.GetAsArray1D());
        other.View.SubView(1, 99).CopyTo(stream, other.View.SubView(0, 99));
        Assert.Equal(buffer.GetAsArray1D()[1..], other.GetAsArray1D()[..99]);
    }

    [Fact]
    public void LengthsMustAgree()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(10);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => buffer.CopyFromCPU(new int[9]));
        Assert.Contains("9", exception.Message, StringComparison.Ordinal);
        Assert.Contains("10", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => buffer.CopyFromCPU(new int[11]));
        Assert.Throws<ArgumentException>(() => buffer.CopyToCPU(new int[11]));
        Assert.Throws<ArgumentException>(() => buffer.View.CopyTo(buffer.View.SubView(1, 9)));
    }

    [Fact]
    public void MemSet()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(10);
        buffer.MemSet(0x11);
        Assert.All(buffer.GetAsArray1D(), value => Assert.Equal(0x11111111, value));
        buffer.View.SubView(2, 3).MemSetToZero();
        Assert.Equal([0x11111111, 0, 0, 0, 0x11111111], buffer.View.SubView(1, 5).GetAsArray1D());
        buffer.MemSetToZero(Accelerator.DefaultStream);
        Assert.All(buffer.GetAsArray1D(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void LifeAndSizes()
    {
        MemoryBuffer1D<double, Stride1D.Dense> buffer = Accelerator.Allocate1D<double>(7);
        Assert.Equal(7, buffer.Length);
        Assert.Equal(8, buffer.ElementSize);
        Assert.Equal(56, buffer.LengthInBytes);
        Assert.Equal(7, buffer.IntExtent.X);
        Assert.NotEqual(IntPtr.Zero, buffer.NativePtr);
        buffer.Dispose();
        buffer.Dispose();
        Assert.True(buffer.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => buffer.View);
        Assert.Throws<ArgumentOutOfRangeException>(() => Accelerator.Allocate1D<int>(-1));
        using MemoryBuffer1D<int, Stride1D.Dense> empty = Accelerator.Allocate1D<int>(0);
        Assert.Empty(empty.GetAsArray1D());
        empty.MemSetToZero();
        empty.CopyFromCPU(Array.Empty<int>());
        using MemoryBuffer raw = Accelerator.AllocateRaw(3, 16);
        Assert.Equal(48, raw.LengthInBytes);
    }

    [Fact]
    public void CopiesOfViewsGoThroughTheStreamThatIsNamed()
    {
        int[] values = [3, 1, 4, 1, 5];
        using AcceleratorStream stream = Accelerator.CreateStream();
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D(stream, values);
        Assert.Equal(values, buffer.View.BaseView.GetAsArray1D(stream));
        int[] other = [9, 2, 6, 5, 3];
        buffer.CopyFromCPUUnsafeAsync(stream, ref other[0], other.Length);
        int[] back = new int[other.Length];
        buffer.CopyToCPUUnsafeAsync(stream, ref back[0], back.Length);
        stream.Synchronize();
        Assert.Equal(other, back);
    }

    [Fact]
    public void AnAcceleratorFreesItsBuffers()
    {
        using var device = TestDevice.Open("1");
        MemoryBuffer1D<int, Stride1D.Dense> buffer = device.Accelerator.Allocate1D<int>(5);
        device.Accelerator.Dispose();
        Assert.True(buffer.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => device.Accelerator.Allocate1D<int>(5));
        buffer.Dispose();
    }

    [Fact]
    public void PageLockedMemory()
    {
        using PageLockedArray1D<int> locked = Accelerator.AllocatePageLocked1D<int>(20);
        for (int i = 0; i < 20; i++)
        {
            locked[i] = i * i;
        }

        using MemoryBuffer1D<int, Stride1D.Dense> buffer = Accelerator.Allocate1D<int>(20);
        using AcceleratorStream stream = Accelerator.CreateStream();
        buffer.View.CopyFromPageLockedAsync(stream, locked);
        stream.Synchronize();
        Assert.Equal(locked.GetArray(), buffer.GetAsArray1D());
        int[] pinned = new int[20];
        using (PageLockScope<int> scope = Accelerator.CreatePageLockFromPinned(pinned))
        {
            buffer.View.CopyToPageLockedAsync(scope);
            Accelerator.Synchronize();
        }

        Assert.Equal(locked.GetArray(), pinned);
        locked.Span.Clear();
        buffer.CopyToPageLockedAsync(locked);
        Assert.Equal(361, locked[19]);
        using PageLockedArray1D<int> wrong = Accelerator.AllocatePageLocked1D<int>(19);
        Assert.Throws<ArgumentException>(() => buffer.View.CopyFromPageLockedAsync(wrong));
    }

    [Fact]
    public void ProfilingMarkers()
    {
        ProfilingMarker first = Accelerator.DefaultStream.AddProfilingMarker();
        Thread.Sleep(20);
        using ProfilingMarker second = Accelerator.DefaultStream.AddProfilingMarker();
        second.Synchronize();
        TimeSpan time = second.MeasureFrom(first);
        Assert.True(time >= TimeSpan.FromMilliseconds(15), $"{time}");
        Assert.Equal(time, second - first);
        first.Dispose();
        using Context silent = Context.Create(builder => builder.Default());
        using Accelerator other = silent.GetPreferredDevice(true).CreateAccelerator(silent);
        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => other.DefaultStream.AddProfilingMarker());
        Assert.Contains("Profiling()", exception.Message, StringComparison.Ordinal);
    }
}
