using System;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Encode;
using DreamFusion.References.Encode;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

public sealed class EncodingOpsTests
{
    private const int RowCount = 11;

    private static double[] Random(int seed, int length) => RandomArrays.Uniform(new Random(seed), length, -1, 1);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static Variable Parameter(TestDevice device, double[] values, int columns) =>
        new(device.Upload(values), device.Zeros<float>(values.Length), values.Length / columns, columns);

    // L = a·y(x) + b·ν(x, u): both passes flow into the same inputs.
    [Theory]
    [InlineData(FrequencyForm.TorchNgp)]
    [InlineData(FrequencyForm.TinyCudaNn)]
    public void Frequency_FirstAndSecondOrder(FrequencyForm form)
    {
        var options = new FrequencyOptions { Form = form, FrequencyCount = 4 };
        double[] x = Random(1, 3 * RowCount), u = Random(2, RowCount * options.FeatureCount), a = Random(3, u.Length), b = Random(4, x.Length);
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable inputs = Parameter(device, x, 3), cotangent = Parameter(device, u, options.FeatureCount);
        Variable features = tape.FrequencyEncode(options, inputs);
        Variable gradient = tape.FrequencyInputGradient(options, inputs, features, cotangent);
        tape.Seed(features, device.Upload(a));
        tape.Seed(gradient, device.Upload(b));
        tape.Backward();

        GradientCheck.Require("dL/dx", GradientCheck.CentralDifferences(
            p => Dot(a, SinusoidalReference.Frequency(options, p)) + Dot(b, SinusoidalReference.FrequencyInputGradient(options, p, u)), x), device.Read(inputs.Gradient), 3e-6);
        GradientCheck.Require("dL/du", GradientCheck.CentralDifferences(
            p => Dot(b, SinusoidalReference.FrequencyInputGradient(options, x, p)), u), device.Read(cotangent.Gradient), 3e-6);
    }

    [Fact]
    public void IntegratedPositional_FirstAndSecondOrder()
    {
        var options = new IntegratedPositionalOptions { FrequencyCount = 4 };
        double[] mean = Random(5, 3 * RowCount), variance = RandomArrays.Uniform(new Random(6), RowCount, 0.001, 0.05);
        double[] u = Random(7, RowCount * options.FeatureCount), a = Random(8, u.Length), b = Random(9, mean.Length);
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable means = Parameter(device, mean, 3), variances = Parameter(device, variance, 1), cotangent = Parameter(device, u, options.FeatureCount);
        Variable features = tape.IntegratedPositionalEncode(options, means, variances);
        Variable gradient = tape.IntegratedPositionalMeanGradient(options, means, variances, features, cotangent);
        tape.Seed(features, device.Upload(a));
        tape.Seed(gradient, device.Upload(b));
        tape.Backward();

        double Loss(double[] m, double[] v, double[] c) =>
            Dot(a, SinusoidalReference.Integrated(options, m, v)) + Dot(b, SinusoidalReference.IntegratedMeanGradient(options, m, v, c));
        GradientCheck.Require("dL/dμ", GradientCheck.CentralDifferences(p => Loss(p, variance, u), mean), device.Read(means.Gradient), 3e-6);
        GradientCheck.Require("dL/dv", GradientCheck.CentralDifferences(p => Loss(mean, p, u), variance, 1e-6), device.Read(variances.Gradient), 3e-6);
        GradientCheck.Require("dL/du", GradientCheck.CentralDifferences(p => Loss(mean, variance, p), u), device.Read(cotangent.Gradient), 3e-6);
    }

    [Fact]
    public void SphericalHarmonics_FlowsToTheDirection()
    {
        double[] directions = RandomArrays.UnitVectors(new Random(10), RowCount), a = Random(11, RowCount * 16);
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable input = Parameter(device, directions, 3);
        Variable features = tape.SphericalHarmonicsEncode(4, input);
        tape.Backward(features, device.Upload(a));

        // The reference normalises, so only the tangential part is comparable.
        float[] gradient = device.Read(input.Gradient);
        double[] expected = GradientCheck.CentralDifferences(d => Dot(a, SphericalHarmonicsReference.Encode(4, d)), directions);
        for (int row = 0; row < directions.Length; row += 3)
        {
            double radial = Enumerable.Range(row, 3).Sum(k => gradient[k] * directions[k]);
            Close.Require("dL/dd", expected.AsSpan(row, 3), Enumerable.Range(row, 3).Select(k => (float)(gradient[k] - radial * directions[k])).ToArray(), 1e-5);
        }
    }

    [Fact]
    public void ConstantsTakeNoGradient()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable directions = tape.Constant(device.Upload([0d, 0, 1]), 1, 3);
        Assert.False(tape.SphericalHarmonicsEncode(2, directions).RequiresGradient);
        Assert.False(tape.FrequencyEncode(new(), directions).RequiresGradient);
        Variable variance = tape.Constant(device.Upload([0.1]), 1, 1);
        Assert.False(tape.IntegratedPositionalEncode(new(), directions, variance).RequiresGradient);
        Assert.Empty(tape.Labels);
    }

    [Fact]
    public void WrongColumnsAreRefused()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable twoColumns = tape.Constant(device.Zeros<float>(4), 2, 2);
        Assert.Contains("[M, 3]", Assert.Throws<ArgumentException>(() => tape.FrequencyEncode(new(), twoColumns)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tape.SphericalHarmonicsEncode(3, twoColumns));
        Assert.Throws<ArgumentException>(() => tape.IntegratedPositionalEncode(new(), twoColumns, twoColumns));
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.SphericalHarmonicsEncode(5, tape.Constant(device.Zeros<float>(3), 1, 3)));
        Variable shared = Parameter(device, [0.1], 1);
        Variable means = tape.Constant(device.Zeros<float>(6), 2, 3);
        Assert.Throws<ArgumentException>(() => tape.IntegratedPositionalEncode(new(), means, shared));
    }
}
