using System;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Losses;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Shade;
using DreamFusion.References.Composite;
using DreamFusion.References.Image;
using DreamFusion.References.Losses;
using DreamFusion.References.Shade;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests.Ops;

/// <summary>
/// Camera, march, shading, composite, resize and every regulariser on one tape, against central differences of the composed
/// double-precision references.
/// </summary>
public sealed class RenderChainTests
{
    private const int Width = 7;
    private const int Height = 6;
    private const int OutputWidth = 10;
    private const int OutputHeight = 9;
    private const float OpacityWeight = 0.3f;
    private const float EntropyWeight = 0.2f;
    private const float WeightEntropyWeight = 5f;
    private const float OrientationWeight = 0.7f;
    private const double Ambient = 0.25;
    private static readonly double[] _light = [1.5, 2.5, 1];

    /// <summary>The tape's gradients and what the references need to repeat the computation.</summary>
    private sealed record Run(
        int[] Offsets, int[] Counts, double[] Lengths, double[] Distances, double[] Positions, int[] RayIndices, double[] Directions,
        double[] Density, double[] Albedo, double[] Normals, double[] Background, double[] DLdResized,
        float[] DLdDensity, float[] DLdAlbedo, float[] DLdNormals, float[] DLdBackground, double LossValue)
    {
        public int RayCount => Offsets.Length;

        public double Loss(double[] density, double[] albedo, double[] normals, double[] background, double[] orientationWeights)
        {
            CompositeReference.Output output = Render(density, albedo, normals, background);
            double[] resized = ResizeReference.Resize(output.Image, Height, Width, 3, OutputHeight, OutputWidth);
            return resized.Zip(DLdResized, (x, g) => x * g).Sum()
                + OpacityWeight * LossReference.RootOpacity(output.Opacity)
                + EntropyWeight * LossReference.Entropy(output.Opacity, EntropyLossEpsilon)
                + WeightEntropyWeight * LossReference.Entropy(output.Weights, WeightEpsilon)
                + OrientationWeight * LossReference.Orientation(orientationWeights, normals, RayIndices, Directions, RayCount);
        }

        public CompositeReference.Output Render(double[] density, double[] albedo, double[] normals, double[] background)
        {
            var colours = new double[albedo.Length];
            for (int i = 0; i < density.Length; i++)
            {
                Range row = (3 * i)..(3 * i + 3);
                ShadingReference.Shade(ShadingReference.Model.Lambertian, Ambient, 1 - Ambient, _light, true, Positions[row], albedo[row], normals[row]).CopyTo(colours, 3 * i);
            }
            return new CompositeReference
            {
                Offsets = Offsets,
                Counts = Counts,
                Densities = density,
                Lengths = Lengths,
                Distances = Distances,
                Colours = colours,
                Normals = normals,
                Backgrounds = background,
            }.Render();
        }

        private static double EntropyLossEpsilon => EntropyLossKernels.OpacityEpsilon;

        private static double WeightEpsilon => EntropyLossKernels.WeightEpsilon;
    }

    private static Run RunTape(int threads)
    {
        using var device = new TestDevice(threads);
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 8, DensityThreshold = 0.5f, ThresholdByMean = false });
        var random = new Random(31);
        OccupancyGrid occupancy = device.Kernels<OccupancyGrid>();
        occupancy.Fold(grid, 0, device.Upload(Enumerable.Range(0, 512).Select(_ => random.Next(2) == 0 ? 1f : 0f).ToArray()));
        occupancy.Rebuild(grid);

        using var tape = new Tape(device.Context);
        var sphere = new SphereBound(1f);
        var camera = new PinholeCamera
        {
            Position = new Float3(0f, 0f, 3f),
            Right = new Float3(1f, 0f, 0f),
            Up = new Float3(0f, 1f, 0f),
            Back = new Float3(0f, 0f, 1f),
            FocalPixels = 9f,
            Width = Width,
            Height = Height,
        };
        RayBatch rays = tape.CastRays(camera, sphere);
        PackedSamples samples = tape.March(rays, grid, RayMarchOptions.Across(sphere, 12), new RandomKey(1, 2, RandomPurpose.RayJitter));
        int m = samples.Count;
        double[] density = RandomArrays.Uniform(random, m, 0.2, 3), albedo = RandomArrays.Uniform(random, 3 * m, 0, 1), normals = RandomArrays.UnitVectors(random, m);
        double[] background = RandomArrays.Uniform(random, 3 * rays.Count, 0, 1), dLdResized = RandomArrays.Uniform(random, OutputWidth * OutputHeight * 3, -1, 1);
        Variable Leaf(double[] values, int columns) => new(device.Upload(values), device.Zeros<float>(values.Length), values.Length / columns, columns);
        Variable densities = Leaf(density, 1), albedos = Leaf(albedo, 3), normalVariable = Leaf(normals, 3), backgrounds = Leaf(background, 3);

        var light = Light.Point(new Float3((float)_light[0], (float)_light[1], (float)_light[2]));
        Variable colours = tape.Shade(new Lambertian((float)Ambient, (float)(1 - Ambient)), light, samples, albedos, normalVariable);
        CompositeOutput output = tape.Composite(samples, densities, colours, backgrounds, normalVariable);
        Variable resized = tape.Resize(output.Image, Height, Width, OutputHeight, OutputWidth);
        Variable opacityLoss = tape.OpacityLoss<RootOpacity>(output.Opacity, OpacityWeight);
        Variable entropyLoss = tape.EntropyLoss(output.Opacity, EntropyLossKernels.OpacityEpsilon, EntropyWeight);
        Variable weightEntropyLoss = tape.EntropyLoss(output.Weights, EntropyLossKernels.WeightEpsilon, WeightEntropyWeight);
        Variable orientationLoss = tape.OrientationLoss(samples, rays, output.Weights, normalVariable, rays.Count, OrientationWeight);
        tape.Backward(resized, device.Upload(dLdResized));

        double Value(Variable loss) => device.Read(loss.Value)[0];
        double loss = device.Read(resized.Value).Zip(dLdResized, (x, g) => x * g).Sum() + OpacityWeight * Value(opacityLoss)
            + EntropyWeight * Value(entropyLoss) + WeightEntropyWeight * Value(weightEntropyLoss) + OrientationWeight * Value(orientationLoss);
        double[] Widen(float[] values) => Array.ConvertAll(values, v => (double)v);
        SampleRange[] ranges = device.Read(samples.Ranges);
        return new Run(
            ranges.Select(r => r.Offset).ToArray(), ranges.Select(r => r.Count).ToArray(), Widen(device.Read(samples.Lengths)), Widen(device.Read(samples.Distances)),
            Widen(device.ReadRows(samples.Positions)), device.Read(samples.RayIndices), Widen(device.ReadRows(rays.Directions)),
            density, albedo, normals, background, dLdResized,
            device.Read(densities.Gradient), device.Read(albedos.Gradient), device.Read(normalVariable.Gradient), device.Read(backgrounds.Gradient), loss);
    }

    [Fact]
    public void GradientsAgreeWithCentralDifferencesThroughTheWholeChain()
    {
        Run run = RunTape(2);
        Assert.InRange(run.Density.Length, 60, 400);
        double[] weights = run.Render(run.Density, run.Albedo, run.Normals, run.Background).Weights;
        Close.Require("loss", run.Loss(run.Density, run.Albedo, run.Normals, run.Background, weights), (float)run.LossValue, 1e-5);
        Check("density", run.DLdDensity, x => run.Loss(x, run.Albedo, run.Normals, run.Background, weights), run.Density);
        Check("albedo", run.DLdAlbedo, x => run.Loss(run.Density, x, run.Normals, run.Background, weights), run.Albedo);
        Check("normals", run.DLdNormals, x => run.Loss(run.Density, run.Albedo, x, run.Background, weights), run.Normals);
        Check("background", run.DLdBackground, x => run.Loss(run.Density, run.Albedo, run.Normals, x, weights), run.Background);
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        Run[] runs = new[] { 1, 2, 4 }.Select(RunTape).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0].DLdDensity, run.DLdDensity));
        Assert.All(runs, run => Assert.Equal(runs[0].DLdNormals, run.DLdNormals));
        Assert.All(runs, run => Assert.Equal(runs[0].LossValue, run.LossValue));
    }

    [Fact]
    public void EmptySceneShowsTheBackgroundAndHasNoGradients()
    {
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 4 });
        using var tape = new Tape(device.Context);
        var sphere = new SphereBound(1f);
        var camera = new PinholeCamera
        {
            Position = new Float3(0f, 0f, 3f),
            Right = new Float3(1f, 0f, 0f),
            Up = new Float3(0f, 1f, 0f),
            Back = new Float3(0f, 0f, 1f),
            FocalPixels = 5f,
            Width = 4,
            Height = 4,
        };
        RayBatch rays = tape.CastRays(camera, sphere);
        PackedSamples samples = tape.March(rays, grid, RayMarchOptions.Across(sphere, 8), null);
        Assert.Equal(0, samples.Count);
        Assert.Equal(0, tape.Positions(samples).Rows);
        Variable empty = tape.Allocate(0, 3, requiresGradient: true), densities = tape.Allocate(0, 1, requiresGradient: true);
        Variable colours = tape.Shade(new Lambertian(0.1f, 0.9f), Light.Directional(Float3.One), samples, empty, empty);
        CompositeOutput output = tape.Composite(samples, densities, colours, tape.ConstantBackground(new Float3(0.25f, 0.5f, 0.75f), 16), empty);
        Variable orientation = tape.OrientationLoss(samples, rays, output.Weights, empty, 16, 1f);
        Variable entropy = tape.EntropyLoss(output.Weights, EntropyLossKernels.WeightEpsilon, 1f);
        tape.OpacityLoss<SquareOpacity>(output.Opacity, 1f);
        tape.Backward(output.Image, device.Upload(Enumerable.Repeat(1f, 48).ToArray()));
        Assert.All(device.Read(output.Image.ValueAs<Float3>()), c => Assert.Equal(new Float3(0.25f, 0.5f, 0.75f), c));
        Assert.All(device.Read(output.Normals!.Value), n => Assert.Equal(0f, n));
        Assert.Equal(0f, device.Read(orientation.Value)[0]);
        Assert.Equal(0f, device.Read(entropy.Value)[0]);
    }

    private static void Check(string name, float[] actual, Func<double[], double> loss, double[] point) =>
        GradientCheck.Require(name, GradientCheck.CentralDifferences(loss, point), actual, 1e-5);
}
