using System;
using System.Linq;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

public sealed class EmaTests
{
    private const int Length = 517;

    [Fact]
    public void Update_AgreesWithTheFormula()
    {
        using var device = new TestDevice();
        var random = new Random(51);
        double[] average = RandomArrays.Uniform(random, Length, -1, 1);
        ArrayView<float> a = device.Upload(average);
        var options = new EmaOptions();
        // The parameters move, so that an average that follows them too fast or too slowly shows.
        for (int update = 1; update <= 20; update++)
        {
            double[] parameters = RandomArrays.Uniform(random, Length, -1, 1);
            ArrayView<float> p = device.Upload(parameters);
            device.Kernels<Ema>().Update(options, update, a, p);
            double decay = Math.Min(0.95, (1d + update) / (10d + update));
            average = average.Zip(parameters, (x, y) => decay * x + (1 - decay) * y).ToArray();
            Assert.Equal(parameters.Select(x => (float)x), device.Read(p));
        }

        Close.Require("average", average, device.Read(a), 1e-6);
    }

    // By hand: 2/11, 3/12 ... and 0.95 = (1 + u)/(10 + u) at u = 170.
    [Theory]
    [InlineData(true, 1, 2.0 / 11)]
    [InlineData(true, 2, 0.25)]
    [InlineData(true, 169, 170.0 / 179)]
    [InlineData(true, 171, 0.95)]
    [InlineData(false, 1, 0.95)]
    public void DecayWarmsUp(bool warmsUp, int update, double expected) =>
        Assert.Equal(expected, new EmaOptions { WarmsUp = warmsUp }.DecayAt(update), 1e-12);

    [Fact]
    public void AnAverageThatEqualsTheParametersStays()
    {
        using var device = new TestDevice();
        double[] parameters = RandomArrays.Uniform(new Random(52), Length, -1e3, 1e3);
        ArrayView<float> a = device.Upload(parameters);
        device.Kernels<Ema>().Update(new EmaOptions { Decay = 0.999 }, 1000, a, device.Upload(parameters));
        Assert.Equal(parameters.Select(x => (float)x), device.Read(a));
    }

    [Fact]
    public void ExchangeSwapsAndSwapsBack()
    {
        using var device = new TestDevice();
        ArrayView<float> a = device.Upload([1f, 2f]), p = device.Upload([3f, 4f]);
        device.Kernels<Ema>().Exchange(a, p);
        Assert.Equal([3f, 4f], device.Read(a));
        Assert.Equal([1f, 2f], device.Read(p));
        device.Kernels<Ema>().Exchange(a, p);
        Assert.Equal([1f, 2f], device.Read(a));
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        using var device = new TestDevice();
        Ema ema = device.Kernels<Ema>();
        ema.Update(new EmaOptions(), 1, ArrayView<float>.Empty, ArrayView<float>.Empty);
        Assert.Throws<ArgumentException>(() => ema.Update(new EmaOptions(), 1, device.Zeros<float>(2), device.Zeros<float>(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmaOptions().DecayAt(0));
        Assert.Throws<InvalidOperationException>(() => new EmaOptions { Decay = double.NaN }.DecayAt(1));
    }
}
