using System;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace Ilgpu.Tests;

public sealed class IndexTests
{
    [Fact]
    public void OneDimension()
    {
        Index1D i = 5;
        int back = i + 2;
        Assert.Equal(7, back);
        Assert.Equal(5L, ((LongIndex1D)i).X);
        Assert.Equal(5u, (uint)i);
        Assert.Equal(new Index1D(10), i * 2);
        Assert.Equal(2, (i / 2).X);
        Assert.True(i < 6 && i >= 5 && i != 4 && i == new Index1D(5));
        Assert.Equal(3, Index1D.Min(3, i).X);
        Assert.Equal(5, Index1D.Max(3, i).X);
        Assert.Equal(4, Index1D.Clamp(i, 0, 4).X);
        Assert.True(i.InBounds(6));
        Assert.False(i.InBounds(5));
        Assert.True(i.InBoundsInclusive(5));
        Assert.False(Index1D.Invalid.InBounds(10));
        Assert.Equal(1, Index1D.One.Size);
        Assert.Equal(0, Index1D.Zero.LongSize);
        Assert.Throws<OverflowException>(() => new LongIndex1D(1L << 40).ToIntIndex());
    }

    [Fact]
    public void TwoAndThreeDimensions()
    {
        Index2D plane = (3, 4);
        Assert.Equal(12, plane.Size);
        Assert.Equal(new Index2D(5, 8), plane + (2, 4));
        Assert.True(new Index2D(2, 3).InBounds(plane));
        Assert.False(new Index2D(2, 4).InBounds(plane));
        Index3D space = new(plane, 5);
        Assert.Equal(60, space.Size);
        Assert.Equal(plane, space.XY);
        Assert.Equal(new Index2D(4, 5), space.YZ);
        Assert.Equal(1L << 40, new Index3D(1 << 20, 1 << 20, 1).LongSize);
        Assert.Equal(new LongIndex3D(3, 4, 5), space.ToLongIndex());
        (int x, int y, int z) = space;
        Assert.Equal((3, 4, 5), (x, y, z));
        Assert.Equal(1L << 40, new LongIndex2D(1 << 20, 1 << 20).Size);
    }

    [Fact]
    public void KernelConfigurations()
    {
        KernelConfig line = ((Index1D)7, (Index1D)32);
        Assert.Equal(224, line.Size);
        KernelConfig plane = (new Index2D(2, 3), new Index2D(4, 5));
        Assert.Equal(new Index3D(2, 3, 1), plane.GridDim);
        Assert.Equal(new Index3D(4, 5, 1), plane.GroupDim);
        KernelConfig shared = (new Index3D(1, 2, 3), new Index3D(1, 1, 1), SharedMemoryConfig.RequestDynamic<double>(10));
        Assert.True(shared.UsesDynamicSharedMemory);
        Assert.Equal(80, shared.SharedMemoryConfig.ArraySize);
        Assert.False(new KernelConfig(0, 5).IsValid);
        Assert.True(new KernelConfig(1, 1, 1, 1, 1, 1).IsValid);
    }

    [Fact]
    public void ContextsAndDevices()
    {
        using Context context = Context.Create().CPU(new CPUDevice(16, 4, 3)).CPU(CPUDeviceKind.AMD).ToContext();
        Assert.Equal(2, context.Devices.Length);
        CPUDevice device = context.GetDevice<CPUDevice>(0);
        Assert.Equal((16, 64, 3, 64, 192), (device.WarpSize, device.MaxNumThreadsPerGroup, device.NumMultiprocessors, device.MaxNumThreadsPerMultiprocessor, device.MaxNumThreads));
        Assert.Equal(AcceleratorType.CPU, context.GetPreferredDevice(false).AcceleratorType);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.GetDevice<CPUDevice>(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CPUDevice(32, 33, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CPUDevice(24, 1, 1));
        using Context empty = Context.Create().ToContext();
        Assert.Throws<NotSupportedException>(() => empty.GetPreferredDevice(true));
        Assert.Equal("1.5.3", Context.Version);
    }
}
