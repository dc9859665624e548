using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Image;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Image;

public sealed class RangeMapTests
{
    private const int Count = 131;

    // The line through (from low, to low) and (from high, to high), by its two-point form.
    private static double Reference(ValueRange from, ValueRange to, double x) =>
        to.Low * (from.High - x) / (from.High - from.Low) + to.High * (x - from.Low) / (from.High - from.Low);

    [Theory]
    [InlineData(0, 1, -1, 1)]
    [InlineData(-1, 1, 0, 1)]
    [InlineData(0, 255, -1, 1)]
    [InlineData(0.25, 0.75, 2, -3)]
    public void ValuesAndGradientsMatchTheReference(float low, float high, float toLow, float toHigh)
    {
        ValueRange from = new(low, high), to = new(toLow, toHigh);
        double[] x = RandomArrays.Uniform(new Random(1), Count, low - 0.5, high + 0.5), upstream = RandomArrays.Uniform(new Random(2), Count, -1, 1);
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        // A gradient that is already there must stay.
        var input = new Variable(device.Upload(x), device.Upload(Enumerable.Repeat(3f, Count).ToArray()), Count, 1);
        Variable output = tape.MapRange(input, from, to);
        Close.Require("y", x.Select(v => Reference(from, to, v)).ToArray(), device.Read(output.Value), 1e-6);
        tape.Backward(output, device.Upload(upstream));
        double[] expected = GradientCheck.CentralDifferences(p => p.Zip(upstream, (v, g) => g * Reference(from, to, v)).Sum(), x);
        GradientCheck.Require("dL/dx", expected.Select(g => g + 3).ToArray(), device.Read(input.Gradient), 1e-6);
    }

    [Fact]
    public void EndsAreExactAndNothingIsClamped()
    {
        using var device = new TestDevice();
        ArrayView<float> y = device.Zeros<float>(5);
        device.Kernels<RangeMap>().Forward(ValueRange.Unit, ValueRange.Symmetric, device.Upload([0f, 0.5f, 1f, 2f, float.NaN]), y);
        Assert.Equal([-1f, 0f, 1f, 3f, float.NaN], device.Read(y));
        device.Kernels<RangeMap>().Forward(ValueRange.Symmetric, ValueRange.Unit, device.Upload([-1f, 0f, 1f, 3f, float.NaN]), y);
        Assert.Equal([0f, 0.5f, 1f, 2f, float.NaN], device.Read(y));
    }

    [Fact]
    public void NoValuesAreLegalAndBadRangesAreNamed()
    {
        using var device = new TestDevice();
        RangeMap map = device.Kernels<RangeMap>();
        map.Forward(ValueRange.Unit, ValueRange.Symmetric, ArrayView<float>.Empty, ArrayView<float>.Empty);
        ArrayView<float> two = device.Zeros<float>(2), three = device.Zeros<float>(3);
        Assert.Contains("expected 2 outputs, got 3", Assert.Throws<ArgumentException>(() => map.Forward(ValueRange.Unit, ValueRange.Symmetric, two, three)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => map.Forward(new ValueRange(1f, 1f), ValueRange.Unit, two, two));
        Assert.Throws<ArgumentException>(() => map.Backward(ValueRange.Unit, new ValueRange(0f, float.NaN), two, two));
    }
}
