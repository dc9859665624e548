using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Encode;
using DreamFusion.References.Encode;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

public sealed class IntegratedPositionalTests
{
    private const int RowCount = 29;
    private static IntegratedPositionalOptions Options { get; } = new();

    private static double[] Means => RandomArrays.Uniform(new Random(21), RowCount * 3, -1.4, 1.4);

    private static double[] Variances => RandomArrays.Uniform(new Random(22), RowCount, 4e-6, 2.5e-3);

    private static double[] Cotangent => RandomArrays.Uniform(new Random(23), RowCount * Options.FeatureCount, -1, 1);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static ArrayView<float> Encode(TestDevice device, IntegratedPositionalOptions options, double[] means, double[] variances)
    {
        ArrayView<float> features = device.Upload(Enumerable.Repeat(float.NaN, means.Length / options.DimensionCount * options.FeatureCount).ToArray());
        device.Kernels<IntegratedPositional>().Encode(options, device.Upload(means), device.Upload(variances), features);
        return features;
    }

    private static (float[] Means, float[] Variances) Backward(TestDevice device, double[] means, double[] variances, double[] cotangent, float start = 0f)
    {
        ArrayView<float> byMeans = device.Upload(Enumerable.Repeat(start, means.Length).ToArray());
        ArrayView<float> byVariances = device.Upload(Enumerable.Repeat(start, means.Length / 3).ToArray());
        device.Kernels<IntegratedPositional>().Backward(Options, Encode(device, Options, means, variances), device.Upload(cotangent), byMeans, byVariances);
        return (device.Read(byMeans), device.Read(byVariances));
    }

    [Fact]
    public void Forward_AgreesWithTheReference()
    {
        using var device = new TestDevice();
        Close.Require("features", SinusoidalReference.Integrated(Options, Means, Variances), device.Read(Encode(device, Options, Means, Variances)), 3e-7);
    }

    // The encoding is the mean of the sine over the Gaussian; the origin is quadrature (trapezoid over ±10 standard deviations).
    [Fact]
    public void FeaturesAreTheMeanOverTheGaussian()
    {
        using var device = new TestDevice();
        const double mean = 0.3, deviation = 0.1;
        var options = new IntegratedPositionalOptions { DimensionCount = 1, FrequencyCount = 4 };
        float[] features = device.Read(Encode(device, options, [mean], [deviation * deviation]));
        const int n = 20_000;
        double[] expected = Enumerable.Range(0, 8).Select(feature => Enumerable.Range(-n, 2 * n + 1).Sum(i =>
        {
            double z = 10d * i / n;
            double angle = Math.Pow(2, feature % 4) * (mean + deviation * z) + (feature >= 4 ? Math.PI / 2 : 0);
            return Math.Sin(angle) * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * (10d / n);
        })).ToArray();
        Close.Require("features", expected, features, 2e-7);
    }

    [Fact]
    public void WithoutVarianceItIsTheFrequencyEncoding()
    {
        using var device = new TestDevice();
        double[] none = new double[RowCount];
        Close.Require("features", SinusoidalReference.Integrated(Options, Means, none), device.Read(Encode(device, Options, Means, [0])), 3e-7);
    }

    [Fact]
    public void OneVarianceServesAllRows()
    {
        using var device = new TestDevice();
        float[] one = device.Read(Encode(device, Options, Means, [1e-3]));
        Assert.Equal(device.Read(Encode(device, Options, Means, Enumerable.Repeat(1e-3, RowCount).ToArray())), one);
    }

    [Fact]
    public void AHugeVarianceLeavesNothing()
    {
        using var device = new TestDevice();
        Assert.All(device.Read(Encode(device, Options, Means, [1e30])), y => Assert.Equal(0f, y));
    }

    [Fact]
    public void Backward_AgreesWithCentralDifferences()
    {
        using var device = new TestDevice();
        (float[] byMeans, float[] byVariances) = Backward(device, Means, Variances, Cotangent);
        double[] expectedMeans = GradientCheck.CentralDifferences(m => Dot(Cotangent, SinusoidalReference.Integrated(Options, m, Variances)), Means, 1e-6);
        GradientCheck.Require("dL/dμ", expectedMeans, byMeans, 2e-6);
        double[] expectedVariances = GradientCheck.CentralDifferences(v => Dot(Cotangent, SinusoidalReference.Integrated(Options, Means, v)), Variances, 1e-8);
        GradientCheck.Require("dL/dv", expectedVariances, byVariances, 2e-6);
    }

    [Fact]
    public void Backward_Accumulates()
    {
        using var device = new TestDevice();
        (float[] means, float[] variances) = Backward(device, Means, Variances, Cotangent);
        (float[] moreMeans, float[] moreVariances) = Backward(device, Means, Variances, Cotangent, 10f);
        Assert.Equal(means.Select(g => 10f + g), moreMeans);
        Assert.Equal(variances.Select(g => 10f + g), moreVariances);
    }

    [Fact]
    public void SecondOrder_AgreesWithCentralDifferences()
    {
        using var device = new TestDevice();
        IntegratedPositional kernels = device.Kernels<IntegratedPositional>();
        double[] direction = RandomArrays.Uniform(new Random(24), RowCount * 3, -1, 1);
        ArrayView<float> features = Encode(device, Options, Means, Variances);
        ArrayView<float> u = device.Upload(Cotangent);
        ArrayView<float> gradient = device.Upload(Enumerable.Repeat(float.NaN, RowCount * 3).ToArray());
        kernels.MeanGradient(Options, features, u, gradient);
        GradientCheck.Require("ν", SinusoidalReference.IntegratedMeanGradient(Options, Means, Variances, Cotangent), device.Read(gradient), 2e-6);

        ArrayView<float> toCotangent = device.Zeros<float>(RowCount * Options.FeatureCount), toMeans = device.Zeros<float>(RowCount * 3), toVariances = device.Zeros<float>(RowCount);
        kernels.MeanGradientBackward(Options, features, u, device.Upload(direction), toCotangent, toMeans, toVariances);
        double[] byCotangent = GradientCheck.CentralDifferences(c => Dot(direction, SinusoidalReference.IntegratedMeanGradient(Options, Means, Variances, c)), Cotangent, 1e-3);
        GradientCheck.Require("dL/du", byCotangent, device.Read(toCotangent), 2e-6);
        double[] byMeans = GradientCheck.CentralDifferences(m => Dot(direction, SinusoidalReference.IntegratedMeanGradient(Options, m, Variances, Cotangent)), Means, 1e-6);
        GradientCheck.Require("dL/dμ", byMeans, device.Read(toMeans), 3e-6);
        double[] byVariances = GradientCheck.CentralDifferences(v => Dot(direction, SinusoidalReference.IntegratedMeanGradient(Options, Means, v, Cotangent)), Variances, 1e-8);
        GradientCheck.Require("dL/dv", byVariances, device.Read(toVariances), 3e-6);
    }

    [Fact]
    public void AWrongGradientIsCaught()
    {
        double[] expected = GradientCheck.CentralDifferences(v => Dot(Cotangent, SinusoidalReference.Integrated(Options, Means, v)), Variances, 1e-8);
        float[] wrong = expected.Select(g => (float)(g * 1.0001)).ToArray();
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dv", expected, wrong, 2e-6));
    }

    [Fact]
    public void NoRowsAreLegal()
    {
        using var device = new TestDevice();
        IntegratedPositional kernels = device.Kernels<IntegratedPositional>();
        ArrayView<float> none = ArrayView<float>.Empty;
        kernels.Encode(Options, none, none, none);
        kernels.Backward(Options, none, none, none, none);
        kernels.MeanGradient(Options, none, none, none);
        kernels.MeanGradientBackward(Options, none, none, none, none, none, none);
    }

    [Fact]
    public void MismatchedBuffersAreRefused()
    {
        using var device = new TestDevice();
        IntegratedPositional kernels = device.Kernels<IntegratedPositional>();
        Assert.Throws<ArgumentException>(() => kernels.Encode(Options, device.Zeros<float>(3), device.Zeros<float>(1), device.Zeros<float>(47)));
        Assert.Throws<ArgumentException>(() => kernels.Encode(Options, device.Zeros<float>(6), device.Zeros<float>(3), device.Zeros<float>(96)));
        Assert.Throws<ArgumentException>(() => kernels.Encode(new() { FrequencyCount = 17 }, device.Zeros<float>(3), device.Zeros<float>(1), device.Zeros<float>(102)));
    }

    // λ from 5e-2 to 2e-3 over 5,000 of 15,000 steps: section 1.7 and 2.2 of the reference, by hand.
    [Theory]
    [InlineData(CovarianceScale.Variance, 0, 5e-2)]
    [InlineData(CovarianceScale.Variance, 2500, 2.6e-2)]
    [InlineData(CovarianceScale.Variance, 5000, 2e-3)]
    [InlineData(CovarianceScale.Variance, 15000, 2e-3)]
    [InlineData(CovarianceScale.StandardDeviation, 0, 2.5e-3)]
    [InlineData(CovarianceScale.StandardDeviation, 2500, 6.76e-4)]
    [InlineData(CovarianceScale.StandardDeviation, 9999, 4e-6)]
    public void VarianceIsAnnealed(CovarianceScale scale, int step, double expected)
        => Assert.Equal(expected, IntegratedPositionalOptions.AnnealedVariance(scale, step, 15000), expected * 1e-6);

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            (float[] means, float[] variances) = Backward(device, Means, Variances, Cotangent);
            return device.Read(Encode(device, Options, Means, Variances)).Concat(means).Concat(variances).Select(BitConverter.SingleToInt32Bits).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }
}
