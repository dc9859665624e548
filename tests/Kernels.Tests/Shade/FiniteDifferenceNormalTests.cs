using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Shade;

public sealed class FiniteDifferenceNormalTests
{
    private static readonly FiniteDifferenceOptions _options = new() { Epsilon = 0.03f, Bound = 1f };

    // Some samples within ε of a face, some beyond it: one-sided differences, and none.
    private static readonly double[] _positions = [.. RandomArrays.Uniform(new Random(1), 3 * 97, -1, 1), 0.99, 0, -1, 0.5, 1.5, 0, 1, 1, 1];

    private static int SampleCount => _positions.Length / 3;

    [Theory]
    [InlineData(DifferenceScheme.Central)]
    [InlineData(DifferenceScheme.Forward)]
    [InlineData(DifferenceScheme.Backward)]
    public void ForwardAndBackwardMatchTheReference(DifferenceScheme scheme)
    {
        using var device = new TestDevice();
        FiniteDifferenceOptions options = _options with { Scheme = scheme };
        double[] sigma = RandomArrays.Uniform(new Random(2), options.TapCount * SampleCount, 0, 3);
        double[] upstream = RandomArrays.Uniform(new Random(3), 3 * SampleCount, -1, 1);
        double[] Normals(double[] s) => FiniteDifferenceReference.Normals(options, _positions, s);
        (float[] normals, float[] dSigma) = Run(device, sigma, upstream, options);
        // x ± ε in floats is off by 6e-8 in 0.03; the reference divides by the exact distance.
        Close.Require("n", Normals(sigma), normals, 1e-5);
        GradientCheck.Require("dL/dσ", GradientCheck.CentralDifferences(s => Normals(s).Zip(upstream, (a, b) => a * b).Sum(), sigma, 1e-6), dSigma, 2e-5);
    }

    [Theory]
    [InlineData(DifferenceScheme.Forward)]
    [InlineData(DifferenceScheme.Backward)]
    public void OneSidedTapsAreTheSampleAndItsNeighbours(DifferenceScheme scheme)
    {
        using var device = new TestDevice();
        FiniteDifferenceOptions options = _options with { Scheme = scheme };
        ArrayView<Float3> taps = device.Zeros<Float3>(4 * SampleCount);
        device.Kernels<FiniteDifferenceNormal>().Taps(options, device.UploadVectors(_positions), taps);
        Close.Require("taps", FiniteDifferenceReference.Taps(options, _positions), device.ReadRows(taps), 1e-7);
    }

    [Fact]
    public void TapsAreClampedToTheCube()
    {
        using var device = new TestDevice();
        ArrayView<Float3> taps = device.Zeros<Float3>(6 * SampleCount);
        device.Kernels<FiniteDifferenceNormal>().Taps(_options, device.UploadVectors(_positions), taps);
        float[] actual = device.ReadRows(taps);
        Close.Require("taps", FiniteDifferenceReference.Taps(_options, _positions), actual, 1e-7);
        Assert.Equal(1f, actual[18 * 97]);
        Assert.Equal(-1f, actual[(18 * 97) + 17]);
    }

    // σ of a plane is linear: central and one-sided differences are exact, at the bound too.
    [Fact]
    public void APlaneHasItsNormalEverywhere()
    {
        using var device = new TestDevice();
        double[] positions = [0, 0, 0, 0.999, 1, -1, -1, 0.3, 0.2];
        double[] taps = FiniteDifferenceReference.Taps(_options, positions);
        double[] sigma = [.. Enumerable.Range(0, 18).Select(i => 10 - 2 * taps[3 * i] + 1 * taps[3 * i + 1] - 2 * taps[3 * i + 2])];
        ArrayView<Float3> normals = device.Zeros<Float3>(3);
        device.Kernels<FiniteDifferenceNormal>().Forward(_options, device.UploadVectors(positions), device.Upload(sigma), normals);
        double[] expected = [2 / 3d, -1 / 3d, 2 / 3d];
        Close.Require("n", [.. expected, .. expected, .. expected], device.ReadRows(normals), 1e-4);
    }

    [Fact]
    public void WithoutADirectionTheNormalIsZeroAndNothingFlows()
    {
        using var device = new TestDevice();
        double[] positions = new double[12];
        double[] sigma = [.. Enumerable.Repeat(2d, 6), double.PositiveInfinity, 1, 1, 1, 1, 1, double.NaN, 1, 1, 1, 1, 1, .. Enumerable.Repeat(double.PositiveInfinity, 6)];
        ArrayView<Float3> normals = device.Upload(new Float3[4]);
        ArrayView<float> dSigma = device.Zeros<float>(24);
        FiniteDifferenceNormal kernels = device.Kernels<FiniteDifferenceNormal>();
        kernels.Forward(_options, device.UploadVectors(positions), device.Upload(sigma), normals);
        kernels.Backward(_options, device.UploadVectors(positions), device.Upload(sigma), device.Upload(new Float3[] { Float3.One, Float3.One, Float3.One, Float3.One }), dSigma);
        Assert.All(device.ReadRows(normals), n => Assert.Equal(0f, n));
        Assert.All(device.Read(dSigma), g => Assert.Equal(0f, g));
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        double[] sigma = RandomArrays.Uniform(new Random(2), 6 * SampleCount, 0, 3);
        double[] upstream = RandomArrays.Uniform(new Random(3), 3 * SampleCount, -1, 1);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            (float[] normals, float[] dSigma) = Run(device, sigma, upstream);
            return (float[])[.. normals, .. dSigma];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void NoSamplesAreLegalAndWrongArgumentsAreNamed()
    {
        using var device = new TestDevice();
        FiniteDifferenceNormal kernels = device.Kernels<FiniteDifferenceNormal>();
        kernels.Taps(_options, default, default);
        kernels.Forward(_options, default, default, default);
        Assert.Contains("expected 6 taps, got 5", Assert.Throws<ArgumentException>(
            () => kernels.Taps(_options, device.Zeros<Float3>(1), device.Zeros<Float3>(5))).Message, StringComparison.Ordinal);
        Assert.Contains("epsilon is 0", Assert.Throws<ArgumentException>(
            () => kernels.Taps(_options with { Epsilon = 0f }, default, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCheckerCatchesAWrongGradient()
    {
        using var device = new TestDevice();
        double[] sigma = RandomArrays.Uniform(new Random(2), 6 * SampleCount, 0, 3);
        double[] upstream = RandomArrays.Uniform(new Random(3), 3 * SampleCount, -1, 1);
        double[] expected = GradientCheck.CentralDifferences(
            s => FiniteDifferenceReference.Normals(_options, _positions, s).Zip(upstream, (a, b) => a * b).Sum(), sigma, 1e-6);
        float[] wrong = Run(device, sigma, upstream).DSigma;
        // Upper and lower tap of one axis of one sample exchanged.
        (wrong[2], wrong[3]) = (wrong[3], wrong[2]);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dσ", expected, wrong, 2e-5));
    }

    private static (float[] Normals, float[] DSigma) Run(TestDevice device, double[] sigma, double[] upstream, FiniteDifferenceOptions? chosen = null)
    {
        FiniteDifferenceOptions options = chosen ?? _options;
        FiniteDifferenceNormal kernels = device.Kernels<FiniteDifferenceNormal>();
        ArrayView<Float3> x = device.UploadVectors(_positions), normals = device.Zeros<Float3>(SampleCount);
        ArrayView<float> s = device.Upload(sigma), dSigma = device.Zeros<float>(sigma.Length);
        kernels.Forward(options, x, s, normals);
        kernels.Backward(options, x, s, device.UploadVectors(upstream), dSigma);
        return (device.ReadRows(normals), device.Read(dSigma));
    }
}
