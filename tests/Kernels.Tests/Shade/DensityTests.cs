using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Shade;

public sealed class DensityTests
{
    public static TheoryData<DensityActivation, DensityBlob> Variants => new()
    {
        { DensityActivation.Exp, DensityBlob.Linear },
        { DensityActivation.Exp, DensityBlob.Gaussian },
        { DensityActivation.Softplus, DensityBlob.Linear },
        { DensityActivation.Softplus, DensityBlob.Gaussian },
        { DensityActivation.Exp, DensityBlob.AddedGaussian },
        { DensityActivation.Softplus, DensityBlob.AddedGaussian },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void ForwardAndBackwardMatchTheReference(DensityActivation activation, DensityBlob blob)
    {
        using var device = new TestDevice();
        DensityOptions options = DensityOptions.Toybox with { Activation = activation, Blob = blob };
        var random = new Random(1);
        const int samples = 300;
        double[] raw = RandomArrays.Uniform(random, samples * 4, -2, 2);
        double[] positions = RandomArrays.Uniform(random, samples * 3, -0.9, 0.9);
        double[] upstream = RandomArrays.Uniform(random, samples, -1, 1);
        double Sigma(double[] o, int i) => DensityReference.Sigma(options, o[4 * i + 1], positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]);
        double[] expected = [.. Enumerable.Range(0, samples).Select(i => Sigma(raw, i))];
        (float[] sigma, float[] dRaw) = Run(device, options, raw, 1, positions, upstream);
        for (int i = 0; i < samples; i++)
        {
            // Relative to the value: densities span four decades here. The exponent carries a float's error of a ≈ 10.
            Assert.True(Math.Abs(sigma[i] - expected[i]) <= 4e-6 * expected[i], $"σ[{i}]: expected {expected[i]:g9}, got {sigma[i]:g9}");
        }

        double[] gradient = GradientCheck.CentralDifferences(
            o => Enumerable.Range(0, samples).Sum(i => upstream[i] * Sigma(o, i)), raw, 1e-6);
        GradientCheck.Require("dL/do", gradient, dRaw, 1e-5);
        Assert.Contains(expected, s => s == 0);
    }

    // σ = 10 softplus(4 o + 5 (1 - |x|/0.6) - 1), by hand: at the origin with o = 0 it is 10 ln(1 + e⁴), at |x| = 0.6 10 ln(1 + e⁻¹).
    [Fact]
    public void ToyboxPresetByHand()
    {
        using var device = new TestDevice();
        (float[] sigma, _) = Run(device, DensityOptions.Toybox, [0, 0, 0.25, 0, 0], 0, [0, 0, 0, 0.6, 0, 0, 0, 0, 0.6, 1.149, 0, 0, 0, 1.151, 0], new double[5]);
        Close.Require("σ", [40.18149927917809, 3.132616875182228, 6.931471805599453, 10 * Math.Log(1 + Math.Exp(4 - 5 * 1.149 / 0.6)), 0], sigma, 1e-5);
    }

    // DreamFusion's numbers: a Gaussian blob of height 5 and radius 0.2 under exp gives e⁵ at the centre, 82.5 at 0.1 and 20.8 at 0.2
    // (three digits, hence the tolerance), and e⁰ far away.
    [Fact]
    public void GaussianBlobUnderExp()
    {
        using var device = new TestDevice();
        (float[] sigma, _) = Run(device, new DensityOptions(), new double[4], 0, [0, 0, 0, 0.1, 0, 0, 0, 0.2, 0, 5, 5, 5], new double[4]);
        Close.Require("σ", [148.4131591, 82.5, 20.8, 1], sigma, 2.5e-3);
    }

    // The paper's form, by hand: σ = exp(o) + 5 exp(-|x|²/0.08). At o = 0 it is 1 + 5 at the centre and 1 + 5/√e at 0.2; outside the bound nothing.
    [Fact]
    public void AddedGaussianByHand()
    {
        using var device = new TestDevice();
        DensityOptions options = new() { Blob = DensityBlob.AddedGaussian, Bound = 1f };
        (float[] sigma, float[] dRaw) = Run(device, options, [0, 0, 2, 0], 0, [0, 0, 0, 0, 0.2, 0, 0, 0, 0.9, 0, 1.1, 0], [1, 1, 1, 1]);
        Close.Require("σ", [6, 1 + 5 / Math.Sqrt(Math.E), Math.Exp(2) + 5 * Math.Exp(-0.81 / 0.08), 0], sigma, 1e-6);
        // The blob is no part of the derivative.
        Close.Require("dL/do", [1, 1, Math.Exp(2), 0], dRaw, 1e-6);
        Assert.Contains("at least 0", Assert.Single((options with { BlobDensity = -1f }).Validate()), StringComparison.Ordinal);
    }

    // The stated departure from the true derivative: exp(min(a, 15)).
    [Theory]
    [InlineData(14.9, 14.9)]
    [InlineData(15.1, 15)]
    [InlineData(40, 15)]
    public void ExpGradientIsCappedAtFifteen(double raw, double exponent)
    {
        using var device = new TestDevice();
        DensityOptions options = new() { BlobDensity = 0f };
        (float[] sigma, float[] dRaw) = Run(device, options, [raw], 0, [0, 0, 0], [1]);
        Assert.Equal(1, sigma[0] / Math.Exp((float)raw), 1e-5);
        Assert.Equal(1, dRaw[0] / Math.Exp((float)exponent), 1e-5);
    }

    [Theory]
    [InlineData(-100, 3.7200759760208356e-44, 3.7200759760208356e-44)]
    [InlineData(-40, 4.248354255291589e-18, 4.248354255291589e-18)]
    [InlineData(-12, 6.144193477723752e-06, 6.1441746022147182e-06)]
    [InlineData(0, 0.6931471805599453, 0.5)]
    [InlineData(30, 30.000000000000094, 0.9999999999999064)]
    [InlineData(300, 300, 1)]
    public void SoftplusKeepsItsTails(double raw, double value, double derivative)
    {
        using var device = new TestDevice();
        DensityOptions options = new() { Activation = DensityActivation.Softplus, BlobDensity = 0f };
        (float[] sigma, float[] dRaw) = Run(device, options, [raw], 0, [0, 0, 0], [1]);
        Assert.True(Math.Abs(sigma[0] - value) <= 2e-6 * value + 2e-45, $"expected {value:g9}, got {sigma[0]:g9}");
        Assert.True(Math.Abs(dRaw[0] - derivative) <= 2e-6 * derivative + 2e-45, $"expected {derivative:g9}, got {dRaw[0]:g9}");
    }

    [Fact]
    public void AlbedoMatchesTheReference()
    {
        using var device = new TestDevice();
        var random = new Random(2);
        double[] raw = [.. RandomArrays.Uniform(random, 4 * 50, -3, 3), -200, 1, 200, 0];
        double[] upstream = RandomArrays.Uniform(random, 3 * 51, -1, 1);
        double[] Albedo(double[] o) => [.. Enumerable.Range(0, 3 * 51).Select(i => DensityReference.Albedo(2, o[i / 3 * 4 + 1 + i % 3]))];
        Kernels.Shade.Albedo kernels = device.Kernels<Kernels.Shade.Albedo>();
        var albedo = device.Zeros<Kernels.Device.Float3>(51);
        kernels.Forward(2f, device.Upload(raw), 1, albedo);
        Close.Require("ρ", Albedo(raw), device.ReadRows(albedo), 1e-6);
        ArrayView<float> dRaw = device.Zeros<float>(raw.Length);
        kernels.Backward(2f, albedo, 1, device.UploadVectors(upstream), dRaw);
        double[] expected = GradientCheck.CentralDifferences(o => Albedo(o).Zip(upstream, (a, b) => a * b).Sum(), raw);
        GradientCheck.Require("dL/do", expected, device.Read(dRaw), 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.Forward(2f, device.Upload(raw), 2, albedo));
    }

    [Fact]
    public void TheCheckerCatchesAWrongGradient()
    {
        using var device = new TestDevice();
        double[] raw = RandomArrays.Uniform(new Random(1), 20, -1, 1);
        double[] positions = RandomArrays.Uniform(new Random(2), 60, -0.5, 0.5);
        double[] ones = [.. Enumerable.Repeat(1d, 20)];
        DensityOptions options = DensityOptions.Toybox;
        double[] expected = GradientCheck.CentralDifferences(
            o => Enumerable.Range(0, 20).Sum(i => DensityReference.Sigma(options, o[i], positions[3 * i], positions[3 * i + 1], positions[3 * i + 2])), raw);
        // The exponential's derivative in place of the softplus's.
        (_, float[] wrong) = Run(device, options with { Activation = DensityActivation.Exp }, raw, 0, positions, ones);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/do", expected, wrong, 1e-5));
    }

    private static (float[] Sigma, float[] DRaw) Run(
        TestDevice device, DensityOptions options, double[] raw, int column, double[] positions, double[] upstream)
    {
        IDensity density = (options.Activation, options.Blob) switch
        {
            (DensityActivation.Exp, DensityBlob.Linear) => device.Kernels<Density<ExpDensity, LinearBlob>>(),
            (DensityActivation.Exp, DensityBlob.Gaussian) => device.Kernels<Density<ExpDensity, GaussianBlob>>(),
            (DensityActivation.Exp, DensityBlob.AddedGaussian) => device.Kernels<Density<ExpDensity, AddedGaussianBlob>>(),
            (DensityActivation.Softplus, DensityBlob.AddedGaussian) => device.Kernels<Density<SoftplusDensity, AddedGaussianBlob>>(),
            (DensityActivation.Softplus, DensityBlob.Linear) => device.Kernels<Density<SoftplusDensity, LinearBlob>>(),
            _ => device.Kernels<Density<SoftplusDensity, GaussianBlob>>(),
        };
        ArrayView<float> sigma = device.Zeros<float>(upstream.Length);
        ArrayView<float> dRaw = device.Zeros<float>(raw.Length);
        density.Forward(options, device.Upload(raw), column, device.UploadVectors(positions), sigma);
        density.Backward(options, device.Upload(raw), column, device.UploadVectors(positions), device.Upload(upstream), dRaw);
        return (device.Read(sigma), device.Read(dRaw));
    }
}
