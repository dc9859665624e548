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

public sealed class DensityNormalTests
{
    private static readonly DensityOptions _exp = new() { Blob = DensityBlob.AddedGaussian, BlobRadius = 0.6f, Gain = 1.5f, Bias = -0.5f, Scale = 2f };

    [Theory]
    [InlineData(DensityActivation.Exp)]
    [InlineData(DensityActivation.Softplus)]
    public void ForwardAndBackwardMatchTheReference(DensityActivation activation)
    {
        using var device = new TestDevice();
        var scene = new Scene(_exp with { Activation = activation }, 201);
        (float[] normals, float[] dNu, float[] dRaw) = scene.Run(device);
        Close.Require("n", scene.Normals(scene.Raw, scene.Nu), normals, 3e-6);
        GradientCheck.Require("dL/dν", scene.NuGradient(), dNu, 2e-5);
        GradientCheck.Require("dL/do", GradientCheck.CentralDifferences(
            raw => scene.Loss(raw, scene.Nu), scene.Raw, 1e-6), dRaw, 2e-5);
    }

    // σ = e^800 is no float, but its normal is -ν/|ν|; and far below, where act' is 10⁻⁷, the direction is still there.
    [Theory]
    [InlineData(800)]
    [InlineData(16)]
    [InlineData(-16)]
    public void NeitherOverflowNorThinSpaceTouchTheDirection(double raw)
    {
        using var device = new TestDevice();
        var scene = new Scene(_exp with { BlobDensity = 0f, Gain = 1f }, 1) { Raw = [0, raw], Nu = [3, 0, -4], Positions = [0.1, 0.2, 0.3] };
        (float[] normals, float[] dNu, float[] dRaw) = scene.Run(device);
        Close.Require("n", [-0.6, 0, 0.8], normals, 1e-6);
        Assert.All(dNu, g => Assert.True(float.IsFinite(g)));
        Assert.All(dRaw, g => Assert.True(Math.Abs(g) <= 1e-6, $"without a blob o does not turn the normal, got {g}"));
    }

    [Fact]
    public void WithoutAGradientTheNormalIsZeroAndNothingFlows()
    {
        using var device = new TestDevice();
        var scene = new Scene(_exp, 3)
        {
            Raw = [0, 1, 0, double.NaN, 0, 1],
            Nu = [0, 0, 0, 1, 0, 0, double.PositiveInfinity, 0, 0],
            Positions = new double[9],
        };
        (float[] normals, float[] dNu, float[] dRaw) = scene.Run(device);
        Assert.All(normals, n => Assert.Equal(0f, n));
        Assert.All(dNu, g => Assert.Equal(0f, g));
        Assert.All(dRaw, g => Assert.Equal(0f, g));
    }

    [Theory]
    [InlineData(DensityActivation.Exp)]
    [InlineData(DensityActivation.Softplus)]
    public void SecondDerivativesAreTheDerivativesOfTheFirst(DensityActivation activation)
    {
        foreach (double a in (double[])[-30, -2, -0.1, 0, 0.7, 5, 14.5, 15.5, 40])
        {
            double First(double x) => activation == DensityActivation.Exp ? Math.Exp(Math.Min(x, 15)) : 1 / (1 + Math.Exp(-x));
            double expected = (First(a + 1e-4) - First(a - 1e-4)) / 2e-4;
            float actual = activation == DensityActivation.Exp ? ExpDensity.SecondDerivative((float)a) : SoftplusDensity.SecondDerivative((float)a);
            Close.Require($"act''({a})", expected, actual, 3e-6);
        }
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var scene = new Scene(_exp, 3001);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            (float[] normals, float[] dNu, float[] dRaw) = scene.Run(device);
            return (float[])[.. normals, .. dNu, .. dRaw];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void NoSamplesAreLegalAndWrongLengthsAreNamed()
    {
        using var device = new TestDevice();
        DensityNormal<ExpDensity> kernels = device.Kernels<DensityNormal<ExpDensity>>();
        kernels.Forward(_exp, default, 0, default, default, default);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => kernels.Forward(_exp, device.Zeros<float>(4), 0, device.Zeros<Float3>(1), device.Zeros<Float3>(2), device.Zeros<Float3>(2)));
        Assert.Contains("expected 2 raw density gradients, got 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCheckerCatchesAWrongGradient()
    {
        using var device = new TestDevice();
        var scene = new Scene(_exp, 20);
        // The first form's backward knows no act'.
        ArrayView<Float3> dNu = device.Zeros<Float3>(20);
        device.Kernels<Normal<GaussianBlob>>().Backward(
            scene.Options, device.UploadVectors(scene.Nu), device.UploadVectors(scene.Positions), device.UploadVectors(scene.DLdNormals), dNu);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dν", scene.NuGradient(), device.ReadRows(dNu), 2e-5));
    }

    private sealed class Scene
    {
        private readonly int _samples;

        public Scene(DensityOptions options, int samples)
        {
            var random = new Random(4);
            Options = options;
            _samples = samples;
            Raw = RandomArrays.Uniform(random, 2 * samples, -2, 2);
            Nu = RandomArrays.Uniform(random, 3 * samples, -3, 3);
            Positions = RandomArrays.Uniform(random, 3 * samples, -1, 1);
            DLdNormals = RandomArrays.Uniform(random, 3 * samples, -1, 1);
        }

        public DensityOptions Options { get; }

        public double[] Raw { get; init; }

        public double[] Nu { get; init; }

        public double[] Positions { get; init; }

        public double[] DLdNormals { get; }

        public double[] Normals(double[] raw, double[] nu) => [.. Enumerable.Range(0, _samples).SelectMany(
            i => DensityReference.DensityNormal(Options, raw[2 * i + 1], nu.AsSpan(3 * i, 3), Positions.AsSpan(3 * i, 3)))];

        public double Loss(double[] raw, double[] nu) => Normals(raw, nu).Zip(DLdNormals, (a, b) => a * b).Sum();

        public double[] NuGradient() => GradientCheck.CentralDifferences(nu => Loss(Raw, nu), Nu, 1e-6);

        public (float[] Normals, float[] DNu, float[] DRaw) Run(TestDevice device)
        {
            IDensityNormal normal = Options.Activation == DensityActivation.Exp
                ? device.Kernels<DensityNormal<ExpDensity>>()
                : device.Kernels<DensityNormal<SoftplusDensity>>();
            ArrayView<float> raw = device.Upload(Raw), dRaw = device.Zeros<float>(Raw.Length);
            ArrayView<Float3> nu = device.UploadVectors(Nu), x = device.UploadVectors(Positions);
            ArrayView<Float3> normals = device.Zeros<Float3>(_samples), dNu = device.Zeros<Float3>(_samples);
            normal.Forward(Options, raw, 1, nu, x, normals);
            normal.Backward(Options, raw, 1, nu, x, device.UploadVectors(DLdNormals), dNu, dRaw);
            return (device.ReadRows(normals), device.ReadRows(dNu), device.Read(dRaw));
        }
    }
}
