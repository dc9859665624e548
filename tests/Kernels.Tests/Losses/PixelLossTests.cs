using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Losses;
using DreamFusion.References.Losses;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Losses;

public sealed class PixelLossTests
{
    private const float Weight = 0.7f;
    private const float Threshold = 0.25f;

    // Neither a multiple of the range length nor within one range.
    private const int ValueCount = 2 * LossSumKernels.TermsPerSum + 77;

    private static (float Value, float[] Gradient) Evaluate<TPenalty>(TestDevice device, TPenalty penalty, double[] values, double[] targets)
        where TPenalty : unmanaged, IPixelPenalty
    {
        ArrayView<float> gradient = device.Zeros<float>(values.Length), value = device.Zeros<float>(1);
        device.Kernels<PixelLoss<TPenalty>>().Evaluate(
            penalty, device.Upload(values), device.Upload(targets), Weight, gradient, device.Zeros<float>(LossSumKernels.ScratchLength(values.Length)), value);
        return (device.Read(value)[0], device.Read(gradient));
    }

    private static void Check<TPenalty>(TPenalty penalty, Func<double[], double[], double> reference)
        where TPenalty : unmanaged, IPixelPenalty
    {
        using var device = new TestDevice();
        var random = new Random(11);
        double[] values = RandomArrays.Uniform(random, ValueCount, 0, 1), targets = RandomArrays.Uniform(random, ValueCount, 0, 1);
        (float value, float[] gradient) = Evaluate(device, penalty, values, targets);
        Close.Require("value", reference(values, targets), value, 1e-6);
        double[] expected = GradientCheck.CentralDifferences(x => reference(x, targets), values, 1e-6).Select(g => Weight * g).ToArray();
        GradientCheck.Require("dL/dx", expected, gradient, 1e-5);
    }

    [Fact]
    public void SquaredErrorMatchesTheReference() => Check(default(SquaredError), LossReference.SquaredError);

    [Fact]
    public void HuberErrorMatchesTheReference() => Check(new HuberError(Threshold), (x, y) => LossReference.Huber(x, y, Threshold));

    // Both branches meet at the threshold with one value and one slope; both signs; no difference at all.
    [Theory]
    [InlineData(0.2499, 0.03122500, 0.2499)]
    [InlineData(0.25, 0.03125, 0.25)]
    [InlineData(0.2501, 0.03127500, 0.25)]
    [InlineData(1.0, 0.21875, 0.25)]
    [InlineData(-1.0, 0.21875, -0.25)]
    [InlineData(0.0, 0.0, 0.0)]
    public void HuberByHand(double difference, double value, double slope)
    {
        using var device = new TestDevice();
        (float actual, float[] gradient) = Evaluate(device, new HuberError(Threshold), [0.5 + difference], [0.5]);
        Close.Require("value", value, actual, 1e-6);
        Close.Require("gradient", Weight * slope, gradient[0], 1e-6);
    }

    [Fact]
    public void CheckerRejectsHalfTheSlope()
    {
        using var device = new TestDevice();
        double[] values = RandomArrays.Uniform(new Random(12), 50, 0, 1), targets = RandomArrays.Uniform(new Random(13), 50, 0, 1);
        double[] half = GradientCheck.CentralDifferences(x => LossReference.SquaredError(x, targets) / 2, values).Select(g => Weight * g).ToArray();
        float[] actual = Evaluate(device, default(SquaredError), values, targets).Gradient;
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dx", half, actual, 1e-3));
    }

    [Fact]
    public void NoValuesAreNoLoss()
    {
        using var device = new TestDevice();
        Assert.Equal(0f, Evaluate(device, default(SquaredError), [], []).Value);
    }

    [Fact]
    public void GradientsAccumulateAndMayBeLeftOut()
    {
        using var device = new TestDevice();
        ArrayView<float> values = device.Upload([0.25, 0.75]), targets = device.Upload([0.0, 1.0]), gradient = device.Upload([1.0, 1.0]);
        ArrayView<float> value = device.Zeros<float>(1), scratch = device.Zeros<float>(1);
        PixelLoss<SquaredError> loss = device.Kernels<PixelLoss<SquaredError>>();
        loss.Evaluate(default, values, targets, 2f, gradient, scratch, value);
        Assert.Equal([1.5f, 0.5f], device.Read(gradient));
        loss.Evaluate(default, values, targets, 2f, ArrayView<float>.Empty, scratch, value);
        Assert.Equal(0.0625f, device.Read(value)[0]);
    }

    [Fact]
    public void OnTheTapeTheGradientReachesTheImage()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        var image = new Variable(device.Upload([0.5, 0.25, 1.0, 0.0, 0.5, 0.75]), device.Zeros<float>(6), 2, 3);
        Variable target = tape.Constant(device.Upload([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]), 2, 3);
        Variable value = tape.PixelLoss(image, target, default(SquaredError), 3f);
        tape.Backward();
        Assert.Equal(0.625f / 6f, device.Read(value.Value)[0], 1e-7f);
        Assert.Equal([0f, -0.25f, 0.5f, -0.5f, 0f, 0.25f], device.Read(image.Gradient));
    }

    [Fact]
    public void WrongShapesAreRefused()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable image = tape.Allocate(4, 3, requiresGradient: false), target = tape.Allocate(3, 4, requiresGradient: false);
        Assert.Contains("[4, 3]", Assert.Throws<ArgumentException>(() => tape.PixelLoss(image, target, default(SquaredError), 1f)).Message);
        Assert.Throws<ArgumentException>(() => Evaluate(device, default(SquaredError), [1, 2], [1]));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        double[] values = RandomArrays.Uniform(new Random(14), 20_000, 0, 1), targets = RandomArrays.Uniform(new Random(15), 20_000, 0, 1);
        (float Value, float[] Gradient)[] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            return Evaluate(device, new HuberError(Threshold), values, targets);
        }).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0].Value, run.Value));
        Assert.All(runs, run => Assert.Equal(runs[0].Gradient, run.Gradient));
    }
}
