using System;
using System.Linq;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace Ilgpu.Tests;

public sealed class ViewTests
{
    private static readonly int[] _values = [.. Enumerable.Range(100, 64)];

    private static void ThroughEveryIndexer(Index1D i, ArrayView<int> s, ArrayView<int> t)
    {
        ArrayView1D<int, Stride1D.Dense> line = s;
        t[i] = s[i.X] + s[(long)i.X] + s[i] + s[(LongIndex1D)i] + line[i] + line[(LongIndex1D)i];
    }

    private static void Properties(Index1D i, ArrayView<int> s, ArrayView<long> t)
    {
        ArrayView<int> part = s.SubView(16, 8);
        ArrayView<short> halves = part.Cast<short>();
        t[0] = s.Length;
        t[1] = part.Length;
        t[2] = part[0];
        t[3] = part.SubView(3)[0];
        t[4] = halves.Length;
        t[5] = halves[2];
        t[6] = part.LengthInBytes;
        t[7] = part.IsValid ? 1 : 0;
        t[8] = ArrayView<int>.Empty.IsValid ? 1 : 0;
        t[9] = s.SubView(s.Length, 0).Length;
    }

    public struct Four
    {
        public float A;
        public float B;
        public float C;
        public float D;
    }

    private static void Vectors(Index1D i, ArrayView<float> s, ArrayView<float> t)
    {
        Four four = s.Cast<Four>()[i];
        t[i] = four.A + four.B + four.C + four.D;
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void IndexersAgree(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal(_values.Select(v => v * 6), device.Map<int, int>(ThroughEveryIndexer, _values));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void SubViewsAndCasts(string kind)
    {
        using var device = TestDevice.Open(kind);
        using MemoryBuffer1D<int, Stride1D.Dense> source = device.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<long, Stride1D.Dense> target = device.Accelerator.Allocate1D<long>(10);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, ArrayView<long>>(Properties)(1, source.View, target.View);
        Assert.Equal([64, 8, 116, 119, 16, 117, 32, 1, 0, 0], target.GetAsArray1D());
        using MemoryBuffer1D<float, Stride1D.Dense> floats = device.Accelerator.Allocate1D([.. _values.Select(v => (float)v)]);
        using MemoryBuffer1D<float, Stride1D.Dense> sums = device.Accelerator.Allocate1D<float>(16);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Vectors)(16, floats.View, sums.View);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (4f * (100 + (4 * i))) + 6), sums.GetAsArray1D());
    }

    [Fact]
    public void SubViewsOutsideAreRefused()
    {
        using var device = TestDevice.Open("1");
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = device.Accelerator.Allocate1D(_values);
        ArrayView<int> view = buffer.View;
        Assert.Throws<ArgumentOutOfRangeException>(() => view.SubView(60, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.SubView(-1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.SubView(65));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.SubView(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.View.SubView(60, 5));
        Assert.Equal(64, buffer.View.IntLength);
        Assert.Equal(4, buffer.View.SubView(60, 4).Length);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void StridesAndPlanes(string kind)
    {
        using var device = TestDevice.Open(kind);
        using var sparse = device.Accelerator.Allocate1D<int, Stride1D.General>(10, new Stride1D.General(3));
        Assert.Equal(28, sparse.View.BaseView.Length);
        sparse.MemSetToZero();
        device.Accelerator.LoadAutoGroupedStreamKernel((Index1D i, ArrayView1D<int, Stride1D.General> v) => v[i] = i + 1)(10, sparse.View);
        Assert.Equal([1, 0, 0, 2, 0, 0, 3], sparse.View.BaseView.SubView(0, 7).GetAsArray1D());
        using var rows = device.Accelerator.Allocate2DDenseX<int>(new LongIndex2D(3, 2));
        device.Accelerator.LoadAutoGroupedStreamKernel((Index2D i, ArrayView2D<int, Stride2D.DenseX> v) => v[i] = (i.X * 10) + i.Y)((3, 2), rows.View);
        Assert.Equal([0, 10, 20, 1, 11, 21], rows.View.BaseView.GetAsArray1D());
        using var columns = device.Accelerator.Allocate2DDenseY<int>(new LongIndex2D(3, 2));
        device.Accelerator.LoadAutoGroupedStreamKernel((Index2D i, ArrayView2D<int, Stride2D.DenseY> v) => v[i.X, i.Y] = (i.X * 10) + i.Y)((3, 2), columns.View);
        Assert.Equal([0, 1, 10, 11, 20, 21], columns.View.BaseView.GetAsArray1D());
    }

    [Fact]
    public void AlignmentIsChecked()
    {
        using var device = TestDevice.Open("1");
        using MemoryBuffer1D<byte, Stride1D.Dense> buffer = device.Accelerator.Allocate1D<byte>(1024);
        ArrayView<byte> view = buffer.View;
        Assert.Equal(1024, view.AsAligned64().Length);
        Assert.Throws<ArgumentException>(() => view.SubView(4).AsAligned16());
        Assert.Equal(0, buffer.NativePtr % 64);
        Assert.Equal(buffer.NativePtr, view.LoadEffectiveAddressAsPtr());
    }
}
