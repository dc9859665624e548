using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace Ilgpu.Tests;

public sealed class StructureTests
{
    public enum Colour : byte
    {
        Red = 1,
        Green = 2,
    }

    public interface IShape
    {
        static abstract int Sides { get; }

        float Area(float size);
    }

    public struct Inner
    {
        public float X;
        public Colour Colour;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Outer
    {
        public long Id;
        public Inner First;
        public Inner Second;
    }

    public readonly struct Square : IShape
    {
        public static int Sides => 4;

        public float Area(float size) => size * size;
    }

    public struct Bundle
    {
        public ArrayView<Outer> Values;
        public ArrayView<float> Sizes;
    }

    private static void Swap(Index1D i, ArrayView<Outer> s, ArrayView<Outer> t)
    {
        Outer value = s[i];
        (value.First, value.Second) = (value.Second, value.First);
        value.Id += i;
        value.First.Colour = value.First.Colour == Colour.Red ? Colour.Green : Colour.Red;
        t[i] = value;
        t[i].Second.X *= 2;
    }

    private static void Shape<TShape>(Index1D i, ArrayView<float> s, ArrayView<float> t)
        where TShape : struct, IShape
        => t[i] = default(TShape).Area(s[i]) + TShape.Sides;

    private static void Views(Index1D i, Bundle bundle) => bundle.Sizes[i] = bundle.Values[i].First.X + bundle.Values[i].Id;

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void NestedStructuresAndEnums(string kind)
    {
        using var device = TestDevice.Open(kind);
        var value = new Outer { Id = 5, First = new Inner { X = 1, Colour = Colour.Red }, Second = new Inner { X = 2, Colour = Colour.Red } };
        Outer[] result = device.Map<Outer, Outer>(Swap, value, value);
        Assert.Equal(6, result[1].Id);
        Assert.Equal(2f, result[1].First.X);
        Assert.Equal(Colour.Green, result[1].First.Colour);
        Assert.Equal(2f, result[1].Second.X);
        Assert.Equal(Colour.Red, result[1].Second.Colour);
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void TypeArgumentsWithInterfacesAndStaticAbstracts(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal([13f], device.Map<float, float>(Shape<Square>, 3f));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void ViewsInsideArguments(string kind)
    {
        using var device = TestDevice.Open(kind);
        using MemoryBuffer1D<Outer, Stride1D.Dense> values = device.Accelerator.Allocate1D(new[] { new Outer { Id = 3, First = new Inner { X = 0.5f } } });
        using MemoryBuffer1D<float, Stride1D.Dense> sizes = device.Accelerator.Allocate1D<float>(1);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, Bundle>(Views)(1, new Bundle { Values = values.View, Sizes = sizes.View });
        Assert.Equal([3.5f], sizes.GetAsArray1D());
    }

    [Fact]
    public void SizesAndOffsets()
    {
        Assert.Equal(1, Interop.SizeOf<Colour>());
        Assert.Equal(8, Interop.SizeOf<Inner>());
        Assert.Equal(24, Interop.SizeOf<Outer>());
        Assert.Equal(2, Interop.SizeOf<Half>());
        Assert.Equal(4, Interop.SizeOf<Index1D>());
        Assert.Equal(12, Interop.SizeOf(default(Index3D)));
        Assert.Equal(16, Interop.OffsetOf<Outer>(nameof(Outer.Second)));
    }
}
