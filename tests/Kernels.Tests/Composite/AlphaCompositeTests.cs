using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Composite;
using DreamFusion.Kernels.Device;
using DreamFusion.References.Composite;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Composite;

public sealed class AlphaCompositeTests
{
    // The worked example of docs/math/composite.md: weights from the definition, dσ by central differences in double.
    private static readonly double[] _exampleDSigma = [-0.035508897, -0.063094551, 0.063838290];

    // The same example under the widespread formula that treats dL/dw as constant along the ray.
    private static readonly float[] _exampleWrongDSigma = [-0.035147630f, -0.007153825f, 0.063838290f];

    private static CompositeScene Example()
    {
        CompositeScene scene = CompositeScene.OneRay([0.5, 2, 8], [0.1, 0.1, 0.2], [1, 1.1, 1.3], [0.2, 0.6, 0.9]);
        scene.DLdImage[0] = 1;
        scene.DLdOpacity[0] = 0.3;
        scene.DLdDepth[0] = 0.1;
        double[] dLdWeights = [0.5, -0.2, 0.7];
        dLdWeights.CopyTo(scene.DLdWeights, 0);
        return scene;
    }

    [Fact]
    public void WorkedExampleForward()
    {
        using var device = new TestDevice();
        AlphaCompositeKernels.Args args = Example().Forward(device);
        Close.Require("weights", [0.0487705755, 0.1724286414, 0.6215636168], device.Read(args.Weights), 1e-6);
        Close.Require("colour", 0.6726185550, device.Read(args.Image)[0].X, 1e-6);
        Close.Require("opacity", 0.8427628337, device.Read(args.Opacity)[0], 1e-6);
        Close.Require("depth", 1.0464747829, device.Read(args.Depth)[0], 1e-6);
        Close.Require("transmittance", 0.1572371663, device.Read(args.Transmittance)[0], 1e-6);
    }

    [Fact]
    public void WorkedExampleBackward()
    {
        using var device = new TestDevice();
        AlphaCompositeKernels.Args args = Example().Backward(device);
        GradientCheck.Require("dσ", _exampleDSigma, device.Read(args.DLdDensities), 1e-6);
    }

    [Fact]
    public void CheckerRejectsTheWidespreadWrongWeightGradient()
    {
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dσ", _exampleDSigma, _exampleWrongDSigma, 1e-3));
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dσ", _exampleDSigma, [float.NaN, 0, 0], 1e30));
    }

    // nerfacc, tests/test_rendering.py: alphas .4 | (ray 1 empty) | .3 .8 .8 .5.
    [Fact]
    public void NerfaccRenderingExample()
    {
        double[] alphas = [0.4, 0.3, 0.8, 0.8, 0.5];
        var scene = new CompositeReference
        {
            Offsets = [0, 1, 1],
            Counts = [1, 0, 4],
            Densities = alphas.Select(a => (double)(float)-Math.Log(1 - a)).ToArray(),
            Lengths = [1, 1, 1, 1, 1],
            Distances = new double[5],
            Colours = new double[15],
            Normals = new double[15],
            Backgrounds = [0, 0, 0, 0.5, 0.25, 0.75, 0, 0, 0],
        };
        using var device = new TestDevice();
        AlphaCompositeKernels.Args args = Wrap(scene).Forward(device);
        Close.Require("weights", [0.4, 0.3, 0.56, 0.112, 0.014], device.Read(args.Weights), 1e-6);
        Close.Require("transmittance", [0.6, 1, 0.014], device.Read(args.Transmittance), 1e-6);
        Assert.Equal(new Float3(0.5f, 0.25f, 0.75f), device.Read(args.Image)[1]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 37)]
    [InlineData(3, 130)]
    public void ForwardAgreesWithTheReference(int seed, int rays)
    {
        using var device = new TestDevice();
        CompositeScene scene = CompositeScene.Random(seed, rays);
        CompositeReference.Output expected = scene.Reference.Render();
        AlphaCompositeKernels.Args args = scene.Forward(device);
        Close.Require("image", expected.Image, device.ReadRows(args.Image), 2e-6);
        Close.Require("opacity", expected.Opacity, device.Read(args.Opacity), 2e-6);
        Close.Require("depth", expected.Depth, device.Read(args.Depth), 2e-6);
        Close.Require("normals", expected.NormalImage, device.ReadRows(args.NormalImage), 2e-6);
        Close.Require("weights", expected.Weights, device.Read(args.Weights), 2e-6);
        Close.Require("transmittance", expected.Transmittance, device.Read(args.Transmittance), 2e-6);
    }

    [Theory]
    [InlineData("all")]
    [InlineData("image")]
    [InlineData("opacity")]
    [InlineData("depth")]
    [InlineData("normal")]
    [InlineData("weights")]
    public void BackwardAgreesWithCentralDifferences(string output)
    {
        using var device = new TestDevice();
        CompositeScene scene = Only(output, CompositeScene.Random(4, 30));
        CompositeReference r = scene.Reference;
        AlphaCompositeKernels.Args args = scene.Backward(device);
        GradientCheck.Require("dσ", Differences(scene, r.Densities, x => With(r, densities: x)), device.Read(args.DLdDensities), 1e-5);
        GradientCheck.Require("dc", Differences(scene, r.Colours, x => With(r, colours: x)), device.ReadRows(args.DLdColours), 1e-5, floor: 1);
        GradientCheck.Require("dn", Differences(scene, r.Normals, x => With(r, normals: x)), device.ReadRows(args.DLdNormals), 1e-5, floor: 1);
        GradientCheck.Require("db", Differences(scene, r.Backgrounds, x => With(r, backgrounds: x)), device.ReadRows(args.DLdBackgrounds), 1e-5, floor: 1);
    }

    [Fact]
    public void BackwardAccumulates()
    {
        using var device = new TestDevice();
        CompositeScene scene = CompositeScene.Random(5, 12);
        AlphaCompositeKernels.Args args = scene.Backward(device);
        float[] once = device.Read(args.DLdDensities);
        device.Kernels<AlphaComposite>().Backward(args);
        Assert.Equal(once.Select(g => 2 * g), device.Read(args.DLdDensities));
    }

    [Fact]
    public void WithoutOptionalInputsTheImageGradientStandsAlone()
    {
        using var device = new TestDevice();
        CompositeScene scene = Only("image", CompositeScene.Random(6, 20));
        AlphaCompositeKernels.Args all = scene.Backward(device);
        AlphaCompositeKernels.Args bare = scene.Forward(device);
        bare.DLdImage = all.DLdImage;
        bare.DLdDensities = device.Zeros<float>(scene.Reference.SampleCount);
        device.Kernels<AlphaComposite>().Backward(bare);
        Assert.Equal(device.Read(all.DLdDensities), device.Read(bare.DLdDensities));
    }

    [Fact]
    public void EmptySceneReturnsTheBackground()
    {
        using var device = new TestDevice();
        CompositeScene scene = CompositeScene.OneRay([], [], [], [], background: 0.375);
        scene.DLdImage[1] = 2;
        AlphaCompositeKernels.Args args = scene.Backward(device);
        Assert.Equal(new Float3(0.375f), device.Read(args.Image)[0]);
        Assert.Equal(0f, device.Read(args.Opacity)[0]);
        Assert.Equal(0f, device.Read(args.Depth)[0]);
        Assert.Equal(Float3.Zero, device.Read(args.NormalImage)[0]);
        Assert.Equal(new Float3(0f, 2f, 0f), device.Read(args.DLdBackgrounds)[0]);
    }

    [Fact]
    public void ZeroDensityIsInvisibleButCanGrow()
    {
        using var device = new TestDevice();
        CompositeScene scene = CompositeScene.OneRay([0, 0], [0.5, 0.5], [1, 2], [0.25, 0.75], background: 0.5);
        scene.DLdImage[0] = 1;
        AlphaCompositeKernels.Args args = scene.Backward(device);
        Assert.Equal(0.5f, device.Read(args.Image)[0].X);
        // dC/dσ_i = δ_i (c_i - b) where everything is transparent.
        Close.Require("dσ", [0.5 * (0.25 - 0.5), 0.5 * (0.75 - 0.5)], device.Read(args.DLdDensities), 1e-7);
    }

    [Fact]
    public void OpaqueSlabReturnsItsColour()
    {
        using var device = new TestDevice();
        CompositeScene scene = CompositeScene.OneRay([500, 500, 500], [0.1, 0.1, 0.1], [1, 1.1, 1.2], [0.625, 0.1, 0.2], background: 0.9);
        scene.DLdImage[0] = 1;
        AlphaCompositeKernels.Args args = scene.Backward(device);
        Assert.Equal(0.625f, device.Read(args.Image)[0].X);
        Assert.Equal(1f, device.Read(args.Opacity)[0]);
        Assert.Equal(1f, device.Read(args.Depth)[0]);
        Assert.Equal([1f, 0f, 0f], device.Read(args.Weights));
        Assert.Equal(1, device.Read(args.UsedCounts)[0]);
        Assert.Equal([0f, 0f], device.Read(args.DLdDensities)[1..]);
    }

    [Fact]
    public void WeightsSumToOneMinusTheTransmittance()
    {
        using var device = new TestDevice();
        CompositeScene scene = CompositeScene.Random(7, 64);
        AlphaCompositeKernels.Args args = scene.Forward(device);
        float[] weights = device.Read(args.Weights), transmittance = device.Read(args.Transmittance);
        for (int ray = 0; ray < 64; ray++)
        {
            double sum = weights.Skip(scene.Reference.Offsets[ray]).Take(scene.Reference.Counts[ray]).Sum(w => (double)w);
            Close.Require($"ray {ray}", sum, 1 - transmittance[ray], 1e-6);
        }
    }

    // T after the first sample is exp(-σδ): just above the limit the second sample is used, just below it is not.
    [Theory]
    [InlineData(0.999, 2)]
    [InlineData(1.001, 1)]
    public void EndsBelowTheTransmittanceLimit(double factor, int used)
    {
        using var device = new TestDevice();
        double opticalDepth = -Math.Log(CompositeReference.MinTransmittance) * factor;
        CompositeScene scene = CompositeScene.OneRay([opticalDepth, 3], [1, 1], [1, 2], [0.5, 1]);
        scene.DLdWeights[1] = 1;
        AlphaCompositeKernels.Args args = scene.Backward(device);
        Assert.Equal(used, device.Read(args.UsedCounts)[0]);
        Assert.Equal(used == 2, device.Read(args.Weights)[1] > 0);
        Assert.Equal(used == 2, device.Read(args.DLdDensities)[1] > 0);
    }

    [Fact]
    public void NanIsNotHidden()
    {
        using var device = new TestDevice();
        AlphaCompositeKernels.Args args = CompositeScene.OneRay([double.NaN, 1], [1, 1], [1, 2], [0.5, 1]).Forward(device);
        Assert.True(float.IsNaN(device.Read(args.Image)[0].X));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        (float[] Image, float[] DSigma)[] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            AlphaCompositeKernels.Args args = CompositeScene.Random(8, 3000).Backward(device);
            return (device.ReadRows(args.Image), device.Read(args.DLdDensities));
        }).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0].Image, run.Image));
        Assert.All(runs, run => Assert.Equal(runs[0].DSigma, run.DSigma));
    }

    [Fact]
    public void WrongLengthIsNamed()
    {
        using var device = new TestDevice();
        AlphaCompositeKernels.Args args = Example().Forward(device);
        args.Weights = device.Zeros<float>(2);
        ArgumentException error = Assert.Throws<ArgumentException>(() => device.Kernels<AlphaComposite>().Forward(args));
        Assert.Contains("2 weights, expected 3", error.Message, StringComparison.Ordinal);
    }

    private static double[] Differences(CompositeScene scene, double[] point, Func<double[], CompositeReference> with) =>
        GradientCheck.CentralDifferences(x => scene.Loss(with(x)), point, 1e-5);

    private static CompositeScene Wrap(CompositeReference reference) => new()
    {
        Reference = reference,
        DLdImage = new double[3 * reference.RayCount],
        DLdOpacity = new double[reference.RayCount],
        DLdDepth = new double[reference.RayCount],
        DLdNormalImage = new double[3 * reference.RayCount],
        DLdWeights = new double[reference.SampleCount],
    };

    private static CompositeScene Only(string output, CompositeScene scene)
    {
        double[] Keep(string name, double[] cotangent) => output == "all" || output == name ? cotangent : new double[cotangent.Length];
        return new CompositeScene
        {
            Reference = scene.Reference,
            DLdImage = Keep("image", scene.DLdImage),
            DLdOpacity = Keep("opacity", scene.DLdOpacity),
            DLdDepth = Keep("depth", scene.DLdDepth),
            DLdNormalImage = Keep("normal", scene.DLdNormalImage),
            DLdWeights = Keep("weights", scene.DLdWeights),
        };
    }

    private static CompositeReference With(CompositeReference r, double[]? densities = null, double[]? colours = null, double[]? normals = null, double[]? backgrounds = null) => new()
    {
        Offsets = r.Offsets,
        Counts = r.Counts,
        Densities = densities ?? r.Densities,
        Lengths = r.Lengths,
        Distances = r.Distances,
        Colours = colours ?? r.Colours,
        Normals = normals ?? r.Normals,
        Backgrounds = backgrounds ?? r.Backgrounds,
    };
}
