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

public sealed class NormalTests
{
    [Theory]
    [InlineData(DensityBlob.Linear)]
    [InlineData(DensityBlob.Gaussian)]
    public void ForwardAndBackwardMatchTheReference(DensityBlob blob)
    {
        using var device = new TestDevice();
        DensityOptions options = DensityOptions.Toybox with { Blob = blob };
        var random = new Random(4);
        const int samples = 200;
        double[] nu = RandomArrays.Uniform(random, 3 * samples, -3, 3);
        double[] positions = RandomArrays.Uniform(random, 3 * samples, -1, 1);
        double[] upstream = RandomArrays.Uniform(random, 3 * samples, -1, 1);
        double[] Normals(double[] gradient) => [.. Enumerable.Range(0, samples).SelectMany(i => DensityReference.Normal(options, gradient.AsSpan(3 * i, 3), positions.AsSpan(3 * i, 3)))];
        (float[] normals, float[] dNu) = Run(device, options, nu, positions, upstream);
        Close.Require("n", Normals(nu), normals, 2e-6);
        double[] expected = GradientCheck.CentralDifferences(gradient => Normals(gradient).Zip(upstream, (a, b) => a * b).Sum(), nu, 1e-6);
        GradientCheck.Require("dL/dν", expected, dNu, 2e-5);
    }

    // n = -∇a/|∇a| with a = gain·o + blob: the blob's part against differences of the blob itself.
    [Theory]
    [InlineData(DensityBlob.Linear)]
    [InlineData(DensityBlob.Gaussian)]
    public void BlobGradientIsTheDerivativeOfTheBlob(DensityBlob blob)
    {
        DensityOptions options = DensityOptions.Toybox with { Blob = blob };
        double[] position = [0.3, -0.2, 0.5];
        double[] expected = GradientCheck.CentralDifferences(x => DensityReference.Blob(options, x[0], x[1], x[2]), position);
        var x = new Float3(0.3f, -0.2f, 0.5f);
        Float3 actual = blob == DensityBlob.Linear
            ? LinearBlob.Gradient(options.BlobDensity, options.BlobRadius, x)
            : GaussianBlob.Gradient(options.BlobDensity, options.BlobRadius, x);
        GradientCheck.Require("∇blob", expected, [actual.X, actual.Y, actual.Z], 1e-6);
    }

    [Fact]
    public void ABlobAlonePointsOutwards()
    {
        using var device = new TestDevice();
        (float[] normals, _) = Run(device, DensityOptions.Toybox, new double[6], [0.5, 0, 0, 0, -0.3, 0.4], new double[6]);
        Close.Require("n", [1, 0, 0, 0, -0.6, 0.8], normals, 1e-6);
    }

    [Fact]
    public void WithoutAGradientTheNormalIsZeroAndNothingFlows()
    {
        using var device = new TestDevice();
        double[] nu = [0, 0, 0, 1e-8, 0, 0, double.NaN, 0, 0, 1, 0, 0];
        double[] ones = [.. Enumerable.Repeat(1d, 12)];
        (float[] normals, float[] dNu) = Run(device, DensityOptions.Toybox, nu, new double[12], ones);
        Close.Require("n", [0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0], normals, 0);
        Assert.All(dNu[..9], g => Assert.Equal(0f, g));
        Close.Require("dL/dν", [0, -1, -1], dNu.AsSpan(9), 1e-6);
    }

    [Fact]
    public void TheCheckerCatchesAWrongGradient()
    {
        using var device = new TestDevice();
        DensityOptions options = DensityOptions.Toybox;
        double[] nu = RandomArrays.Uniform(new Random(1), 30, -3, 3);
        double[] positions = RandomArrays.Uniform(new Random(2), 30, -1, 1);
        double[] upstream = RandomArrays.Uniform(new Random(3), 30, -1, 1);
        double Loss(double[] g) => Enumerable.Range(0, 10).SelectMany(i => DensityReference.Normal(options, g.AsSpan(3 * i, 3), positions.AsSpan(3 * i, 3))).Zip(upstream, (a, b) => a * b).Sum();
        // The factor gain of the chain rule forgotten.
        float[] wrong = Array.ConvertAll(Run(device, options, nu, positions, upstream).DNu, g => g / options.Gain);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dν", GradientCheck.CentralDifferences(Loss, nu), wrong, 2e-5));
    }

    private static (float[] Normals, float[] DNu) Run(TestDevice device, DensityOptions options, double[] nu, double[] positions, double[] upstream)
    {
        INormal normal = options.Blob == DensityBlob.Linear ? device.Kernels<Normal<LinearBlob>>() : device.Kernels<Normal<GaussianBlob>>();
        ArrayView<Float3> normals = device.Zeros<Float3>(nu.Length / 3);
        ArrayView<Float3> dNu = device.Zeros<Float3>(nu.Length / 3);
        normal.Forward(options, device.UploadVectors(nu), device.UploadVectors(positions), normals);
        normal.Backward(options, device.UploadVectors(nu), device.UploadVectors(positions), device.UploadVectors(upstream), dNu);
        return (device.ReadRows(normals), device.ReadRows(dNu));
    }
}
