using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Encode;
using DreamFusion.References.Encode;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

public sealed class FrequencyTests
{
    private const int RowCount = 37;

    public static TheoryData<FrequencyForm, int, int> Shapes => new()
    {
        { FrequencyForm.TorchNgp, 3, 6 },
        { FrequencyForm.TorchNgp, 1, 1 },
        { FrequencyForm.TorchNgp, 2, 12 },
        { FrequencyForm.TinyCudaNn, 3, 6 },
        { FrequencyForm.TinyCudaNn, 1, 1 },
        { FrequencyForm.TinyCudaNn, 2, 12 },
    };

    private static FrequencyOptions Options(FrequencyForm form, int dimensions, int frequencies) =>
        new() { Form = form, DimensionCount = dimensions, FrequencyCount = frequencies };

    private static double[] Inputs(FrequencyOptions options) =>
        RandomArrays.Uniform(new Random(11), RowCount * options.DimensionCount, -4, 4);

    private static double[] Cotangent(FrequencyOptions options) =>
        RandomArrays.Uniform(new Random(12), RowCount * options.FeatureCount, -1, 1);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static ArrayView<float> Encode(TestDevice device, FrequencyOptions options, double[] inputs)
    {
        ArrayView<float> features = device.Upload(Enumerable.Repeat(float.NaN, inputs.Length / options.DimensionCount * options.FeatureCount).ToArray());
        device.Kernels<Frequency>().Encode(options, device.Upload(inputs), features);
        return features;
    }

    private static float[] Backward(TestDevice device, FrequencyOptions options, double[] inputs, double[] cotangent, float start = 0f)
    {
        ArrayView<float> gradient = device.Upload(Enumerable.Repeat(start, inputs.Length).ToArray());
        device.Kernels<Frequency>().Backward(options, Encode(device, options, inputs), device.Upload(cotangent), gradient);
        return device.Read(gradient);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_AgreesWithTheReference(FrequencyForm form, int dimensions, int frequencies)
    {
        FrequencyOptions options = Options(form, dimensions, frequencies);
        using var device = new TestDevice();
        double[] inputs = Inputs(options);
        Close.Require("features", SinusoidalReference.Frequency(options, inputs), device.Read(Encode(device, options, inputs)), 3e-7);
    }

    // Column order and angles of the two forms (origin: tests/Golden/README.md); x = (1/2, 1).
    [Fact]
    public void ColumnsAreThePublishedOnes()
    {
        using var device = new TestDevice();
        double[] x = [0.5, 1];
        double[] torchNgp = [0.5, 1, Math.Sin(0.5), Math.Sin(1), Math.Cos(0.5), Math.Cos(1), Math.Sin(1), Math.Sin(2), Math.Cos(1), Math.Cos(2)];
        Close.Require("torch-ngp", torchNgp, device.Read(Encode(device, Options(FrequencyForm.TorchNgp, 2, 2), x)), 2e-7);
        double[] tinyCudaNn = [1, 0, 0, -1, 0, -1, 0, 1];
        Close.Require("tiny-cuda-nn", tinyCudaNn, device.Read(Encode(device, Options(FrequencyForm.TinyCudaNn, 2, 2), x)), 0);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Backward_AgreesWithCentralDifferences(FrequencyForm form, int dimensions, int frequencies)
    {
        FrequencyOptions options = Options(form, dimensions, frequencies);
        using var device = new TestDevice();
        double[] inputs = Inputs(options), cotangent = Cotangent(options);
        double[] expected = GradientCheck.CentralDifferences(x => Dot(cotangent, SinusoidalReference.Frequency(options, x)), inputs, 1e-7);
        GradientCheck.Require("dL/dx", expected, Backward(device, options, inputs, cotangent), 2e-6);
    }

    [Fact]
    public void Backward_Accumulates()
    {
        FrequencyOptions options = new();
        using var device = new TestDevice();
        double[] inputs = Inputs(options), cotangent = Cotangent(options);
        float[] fromZero = Backward(device, options, inputs, cotangent);
        Assert.Equal(fromZero.Select(g => 100f + g), Backward(device, options, inputs, cotangent, 100f));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SecondOrder_AgreesWithCentralDifferences(FrequencyForm form, int dimensions, int frequencies)
    {
        FrequencyOptions options = Options(form, dimensions, frequencies);
        using var device = new TestDevice();
        double[] inputs = Inputs(options), cotangent = Cotangent(options);
        double[] direction = RandomArrays.Uniform(new Random(13), inputs.Length, -1, 1);
        ArrayView<float> features = Encode(device, options, inputs);
        ArrayView<float> u = device.Upload(cotangent);
        ArrayView<float> gradient = device.Upload(Enumerable.Repeat(float.NaN, inputs.Length).ToArray());
        device.Kernels<Frequency>().InputGradient(options, features, u, gradient);
        double[] nu = SinusoidalReference.FrequencyInputGradient(options, inputs, cotangent);
        GradientCheck.Require("ν", nu, device.Read(gradient), 2e-6);

        ArrayView<float> toCotangent = device.Zeros<float>(cotangent.Length), toInputs = device.Zeros<float>(inputs.Length);
        device.Kernels<Frequency>().InputGradientBackward(options, features, u, device.Upload(direction), toCotangent, toInputs);
        double[] byCotangent = GradientCheck.CentralDifferences(
            v => Dot(direction, SinusoidalReference.FrequencyInputGradient(options, inputs, v)), cotangent, 1e-3);
        GradientCheck.Require("dL/du", byCotangent, device.Read(toCotangent), 2e-6);
        double[] byInputs = GradientCheck.CentralDifferences(
            x => Dot(direction, SinusoidalReference.FrequencyInputGradient(options, x, cotangent)), inputs, 1e-7);
        GradientCheck.Require("dL/dx", byInputs, device.Read(toInputs), 3e-6);
    }

    [Fact]
    public void AWrongGradientIsCaught()
    {
        FrequencyOptions options = new();
        using var device = new TestDevice();
        double[] inputs = Inputs(options), cotangent = Cotangent(options);
        double[] expected = GradientCheck.CentralDifferences(x => Dot(cotangent, SinusoidalReference.Frequency(options, x)), inputs, 1e-7);
        // The gradient of the other published form: a factor π and the missing x.
        float[] wrong = SinusoidalReference.FrequencyInputGradient(options, inputs, cotangent.Select(u => u * 1.001).ToArray()).Select(g => (float)g).ToArray();
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dx", expected, wrong, 2e-6));
    }

    [Fact]
    public void NoRowsAreLegal()
    {
        using var device = new TestDevice();
        FrequencyOptions options = new();
        Frequency frequency = device.Kernels<Frequency>();
        frequency.Encode(options, ArrayView<float>.Empty, ArrayView<float>.Empty);
        frequency.Backward(options, ArrayView<float>.Empty, ArrayView<float>.Empty, ArrayView<float>.Empty);
        frequency.InputGradient(options, ArrayView<float>.Empty, ArrayView<float>.Empty, ArrayView<float>.Empty);
        frequency.InputGradientBackward(options, ArrayView<float>.Empty, ArrayView<float>.Empty, ArrayView<float>.Empty, ArrayView<float>.Empty, ArrayView<float>.Empty);
    }

    [Fact]
    public void MismatchedBuffersAndOptionsAreRefused()
    {
        using var device = new TestDevice();
        Frequency frequency = device.Kernels<Frequency>();
        FrequencyOptions options = new();
        Assert.Contains("expected rows of 3", Assert.Throws<ArgumentException>(() => frequency.Encode(options, device.Zeros<float>(4), device.Zeros<float>(39))).Message, StringComparison.Ordinal);
        Assert.Contains("expected 39 features", Assert.Throws<ArgumentException>(() => frequency.Encode(options, device.Zeros<float>(3), device.Zeros<float>(38))).Message, StringComparison.Ordinal);
        FrequencyOptions invalid = new() { DimensionCount = 0, FrequencyCount = 21, Form = (FrequencyForm)7 };
        IReadOnlyList<string> problems = invalid.Validate();
        Assert.Equal(3, problems.Count);
        Assert.Contains("encoder.multi_res", Assert.Throws<ArgumentException>(() => frequency.Encode(invalid, device.Zeros<float>(3), device.Zeros<float>(3))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FrequencyForm.TorchNgp)]
    [InlineData(FrequencyForm.TinyCudaNn)]
    public void BitsDoNotDependOnThreads(FrequencyForm form)
    {
        FrequencyOptions options = Options(form, 3, 10);
        double[] inputs = Inputs(options), cotangent = Cotangent(options);
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            return device.Read(Encode(device, options, inputs)).Concat(Backward(device, options, inputs, cotangent)).Select(BitConverter.SingleToInt32Bits).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }
}
