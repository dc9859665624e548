using System;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

public sealed class ShadingOpsTests
{
    private const int SampleCount = 41;

    // The sample's own ray is the one whose direction counts: with two opposite rays a mix-up loses every highlight.
    [Theory]
    [InlineData(SpecularVector.Half)]
    [InlineData(SpecularVector.Reflected)]
    public void HighlightsUseTheRayOfTheSample(SpecularVector vector)
    {
        var random = new Random(3);
        double[] positions = RandomArrays.Uniform(random, 3 * SampleCount, -1, 1), albedo = RandomArrays.Uniform(random, 3 * SampleCount, 0, 1);
        double[] normals = RandomArrays.UnitVectors(random, SampleCount), upstream = RandomArrays.Uniform(random, 3 * SampleCount, -1, 1);
        double[] directions = [0, 0, -1, 0, 0, 1];
        int[] indices = [.. Enumerable.Range(0, SampleCount).Select(i => i % 3 == 0 ? 1 : 0)];
        double[] Colours(double[] rho, double[] n) => [.. Enumerable.Range(0, SampleCount).SelectMany(i => ShadingReference.Glossy(
            vector == SpecularVector.Half, 0.2, 0.8, 0.5, 6, [1, 2, 3], true, positions[(3 * i)..(3 * i + 3)],
            [0, 0, -directions[3 * indices[i] + 2]], rho[(3 * i)..(3 * i + 3)], n[(3 * i)..(3 * i + 3)]))];
        double Loss(double[] rho, double[] n) => Colours(rho, n).Zip(upstream, (c, g) => c * g).Sum();

        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        var rho = new Variable(device.Upload(albedo), device.Zeros<float>(albedo.Length), SampleCount, 3);
        var n = new Variable(device.Upload(normals), device.Zeros<float>(normals.Length), SampleCount, 3);
        var samples = new PackedSamples(device.Zeros<SampleRange>(2), device.UploadVectors(positions), device.Upload(indices), default, default);
        var rays = new RayBatch(device.Zeros<Float3>(2), device.UploadVectors(directions), device.Zeros<float>(2), device.Zeros<float>(2));
        Variable colours = tape.ShadeGlossy(
            new SpecularOptions { Strength = 0.5f, Exponent = 6f, Vector = vector }, 0.2f, 0.8f, Light.Point(new Float3(1f, 2f, 3f)), samples, rays, rho, n);
        Close.Require("colour", Colours(albedo, normals), device.Read(colours.Value), 5e-6);
        tape.Backward(colours, device.Upload(upstream));
        GradientCheck.Require("dρ", GradientCheck.CentralDifferences(x => Loss(x, normals), albedo), device.Read(rho.Gradient), 1e-5);
        GradientCheck.Require("dn", GradientCheck.CentralDifferences(x => Loss(albedo, x), normals, 1e-7), device.Read(n.Gradient), 2e-5);
    }

    [Fact]
    public void ABadHighlightIsNamed()
    {
        using var device = new TestDevice();
        using var tape = new Tape(device.Context);
        Variable empty = tape.Allocate(0, 3, requiresGradient: true);
        Assert.Contains("exponent is 0", Assert.Throws<ArgumentException>(() => tape.ShadeGlossy(
            new SpecularOptions { Exponent = 0f }, 0.1f, 0.9f, Light.Point(Float3.One), default, default, empty, empty)).Message, StringComparison.Ordinal);
        Assert.Equal(0, tape.ShadeGlossy(new SpecularOptions(), 0.1f, 0.9f, Light.Point(Float3.One), default, default, empty, empty).Rows);
    }
}
