using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.References.Encode;
using ILGPU;
using Xunit;

namespace DreamFusion.Ptx.Tests.Gpu;

/// <summary>
/// The hash grid in pairs of lanes: the interpreter against the portable bodies and both against the double-precision reference, gradients against differences of it. Everything is
/// linear in the table, so differences along unit vectors are exact but for rounding.
/// </summary>
public sealed class HashGridPairTests
{
    private const int Samples = 75;
    private const double Tolerance = 2e-6;

    public static TheoryData<int, HashGridInterpolation, int, bool> Cases => new()
    {
        { 75, HashGridInterpolation.Linear, 2, false },
        { 80, HashGridInterpolation.Smoothstep, 4, true },
        { 90, HashGridInterpolation.Linear, 2, true },
        { 90, HashGridInterpolation.Smoothstep, 2, false },
        { 90, HashGridInterpolation.Linear, 4, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void FeaturesAndDerivativesAreTheReferences(int architecture, HashGridInterpolation interpolation, int features, bool isDeterministic)
    {
        var scene = new Scene(interpolation, features);
        using var launch = new GpuLaunch(architecture);
        IHashGrid grid = scene.Load(launch, isDeterministic);
        const int Active = 3;
        ArrayView<float> values = launch.Filled(Samples * scene.Options.FeatureCount, float.NaN);
        ArrayView<float> jacobian = launch.Filled(3 * Samples * scene.Options.FeatureCount, float.NaN);
        grid.Encode(scene.Options, Active, launch.Upload(scene.Table), launch.UploadVectors(scene.Positions), values, jacobian);
        launch.AssertSame();
        double error = GpuLaunch.Error(scene.Reference.Encode(scene.Table, scene.Positions, Active), GpuLaunch.Read(values));
        Assert.True(error <= Tolerance, $"{error}");
        ArrayView<Float3> gradient = launch.Filled(Samples, new Float3(float.NaN));
        grid.JacobianTransposedProduct(scene.Options, jacobian, launch.Upload(scene.Cotangent), gradient);
        float[] rows = [.. GpuLaunch.Read(gradient).SelectMany(g => new[] { g.X, g.Y, g.Z })];
        error = GpuLaunch.Error(scene.Reference.PositionGradient(scene.Table, scene.Positions, scene.Cotangent, Active), rows);
        Assert.True(error <= 1e-5, $"{error}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TableGradientsAreTheDifferencesOfTheReference(int architecture, HashGridInterpolation interpolation, int features, bool isDeterministic)
    {
        var scene = new Scene(interpolation, features);
        using var launch = new GpuLaunch(architecture);
        IHashGrid grid = scene.Load(launch, isDeterministic);
        ArrayView<float> gradient = launch.Filled(scene.Table.Length, 0f);
        grid.BackwardTable(
            scene.Options, scene.Options.LevelCount, launch.UploadVectors(scene.Positions), launch.Upload(scene.Upstream), launch.Upload(scene.Cotangent),
            launch.UploadVectors(scene.Direction), gradient);
        if (isDeterministic)
        {
            launch.AssertSame();
        }
        else
        {
            // The order of float sums is not the same.
            launch.AssertClose(1e-5);
        }

        float[] result = GpuLaunch.Read(gradient);
        double error = GpuLaunch.Error([.. Enumerable.Range(0, scene.Table.Length).Select(scene.Difference)], result);
        Assert.True(error <= 1e-5, $"{error}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FixedPointHasTheSameBitsWhateverRunsFirst(bool isDeterministic)
    {
        var scene = new Scene(HashGridInterpolation.Linear, 2);
        using var launch = new GpuLaunch(90, isReversed: true);
        IHashGrid grid = scene.Load(launch, isDeterministic);
        ArrayView<float> gradient = launch.Filled(scene.Table.Length, 0f);
        grid.BackwardTable(
            scene.Options, scene.Options.LevelCount, launch.UploadVectors(scene.Positions), launch.Upload(scene.Upstream), launch.Upload(scene.Cotangent),
            launch.UploadVectors(scene.Direction), gradient);
        launch.AssertClose(1e-5);
        // Float sums show the order, or else this test would not see it.
        Assert.Equal(isDeterministic, launch.Differences == 0);
    }

    [Fact]
    public void AGradientThatIsNotANumberStaysVisible()
    {
        var scene = new Scene(HashGridInterpolation.Linear, 2);
        scene.Upstream[5] = double.NaN;
        Assert.Contains(TableGradient(scene, scene.Positions, scene.Upstream), float.IsNaN);
    }

    [Theory]
    [InlineData(75, 2)]
    [InlineData(90, 4)]
    public void SixteenBitStorageChangesTheTableButNotTheSums(int architecture, int features)
    {
        var scene = new Scene(HashGridInterpolation.Linear, features);
        using var launch = new GpuLaunch(architecture);
        IHashGrid grid = scene.Load(launch, isDeterministic: false, isHalf: true);
        ArrayView<float> values = launch.Filled(Samples * scene.Options.FeatureCount, float.NaN);
        ArrayView<float> jacobian = launch.Filled(3 * Samples * scene.Options.FeatureCount, float.NaN);
        grid.Encode(scene.Options, scene.Options.LevelCount, launch.Upload(scene.Table), launch.UploadVectors(scene.Positions), values, jacobian);
        launch.AssertSame();
        double[] rounded = [.. scene.Table.Select(value => (double)(System.Half)value)];
        double error = GpuLaunch.Error(scene.Reference.Encode(rounded, scene.Positions, scene.Options.LevelCount), GpuLaunch.Read(values));
        Assert.True(error <= Tolerance, $"{error}");
        ArrayView<Float3> gradient = launch.Filled(Samples, new Float3(float.NaN));
        grid.JacobianTransposedProduct(scene.Options, jacobian, launch.Upload(scene.Cotangent), gradient);
        float[] rows = [.. GpuLaunch.Read(gradient).SelectMany(g => new[] { g.X, g.Y, g.Z })];
        error = GpuLaunch.Error(scene.Reference.PositionGradient(rounded, scene.Positions, scene.Cotangent, scene.Options.LevelCount), rows);
        Assert.True(error <= 1e-5, $"{error}");
    }

    [Fact]
    public void WhatIsTooLargeFor16BitsIsTheirLargestNumber()
    {
        var scene = new Scene(HashGridInterpolation.Linear, 2);
        using var launch = new GpuLaunch(80);
        IHashGrid grid = scene.Load(launch, isDeterministic: false, isHalf: true);
        ArrayView<float> values = launch.Filled(Samples * scene.Options.FeatureCount, float.NaN);
        grid.Encode(
            scene.Options, scene.Options.LevelCount, launch.Upload([.. Enumerable.Repeat(1e9, scene.Table.Length)]), launch.UploadVectors(scene.Positions), values);
        launch.AssertSame();
        // The weights of a cell add up to 1.
        Assert.All(GpuLaunch.Read(values), value => Assert.InRange(value, 65504f * (1 - 1e-6f), 65504f * (1 + 1e-6f)));
    }

    [Theory]
    [InlineData(75, 2, 1.0)]
    [InlineData(90, 4, 1e30)]
    [InlineData(90, 2, 1e-30)]
    public void SixteenBitSumsOfFineLevelsAreCloseAtAnyScale(int architecture, int features, double scale)
    {
        Scene scene = Scene.Fine(features);
        Assert.Contains(new HashGridLayout(scene.Options).Levels, level => level.Resolution <= 256);
        Assert.Contains(new HashGridLayout(scene.Options).Levels, level => level.Resolution > 256);
        scene.Scale(scale);
        using var launch = new GpuLaunch(architecture);
        IHashGrid grid = scene.Load(launch, isDeterministic: false, isHalf: true);
        // Twice: the first launch leaves the sums at zero for the second.
        ArrayView<float> gradient = launch.Filled(scene.Table.Length, 0f);
        for (int pass = 0; pass < 2; pass++)
        {
            grid.BackwardTable(
                scene.Options, scene.Options.LevelCount, launch.UploadVectors(scene.Positions), launch.Upload(scene.Upstream), launch.Upload(scene.Cotangent),
                launch.UploadVectors(scene.Direction), gradient);
        }

        float[] result = [.. GpuLaunch.Read(gradient).Select(value => value / 2)];
        double error = GpuLaunch.Error([.. Enumerable.Range(0, scene.Table.Length).Select(scene.Difference)], result);
        Assert.True(error <= 2e-3, $"{error}");
    }

    [Fact]
    public void SixteenBitSumsOfOneEntryStayFinite()
    {
        Scene scene = Scene.Fine(2);
        // All samples at one vertex with the same gradient: the largest sum that there can be.
        double[] positions = [.. Enumerable.Repeat(0.4321, 3 * Samples)];
        double[] upstream = [.. Enumerable.Repeat(1e4, Samples * scene.Options.FeatureCount)];
        float[] sums = TableGradient(scene, positions, upstream, isDeterministic: false, isHalf: true);
        Assert.DoesNotContain(sums, value => !float.IsFinite(value));
        double expected = 1e4 * Samples * scene.Options.FeatureCount;
        double error = Math.Abs(sums.Sum(value => (double)value) - expected) / expected;
        Assert.True(error <= 1e-2, $"{error}");
        upstream[3] = double.NaN;
        Assert.Contains(TableGradient(scene, positions, upstream, isDeterministic: false, isHalf: true), float.IsNaN);
    }

    [Fact]
    public void SixteenBitStorageIsDeterministicWhereThatIsAsked()
    {
        Scene scene = Scene.Fine(2);
        float[] floats = TableGradient(scene, scene.Positions, scene.Upstream, isDeterministic: true, isHalf: false);
        Assert.Equal(floats, TableGradient(scene, scene.Positions, scene.Upstream, isDeterministic: true, isHalf: true));
    }

    private static float[] TableGradient(Scene scene, double[] positions, double[] upstream, bool isDeterministic = true, bool isHalf = false)
    {
        using var launch = new GpuLaunch(90);
        IHashGrid grid = scene.Load(launch, isDeterministic, isHalf);
        ArrayView<float> gradient = launch.Filled(scene.Table.Length, 0f);
        grid.BackwardTable(scene.Options, scene.Options.LevelCount, launch.UploadVectors(positions), launch.Upload(upstream), gradient);
        if (isDeterministic)
        {
            launch.AssertSame();
        }

        return GpuLaunch.Read(gradient);
    }

    private sealed class Scene
    {
        public Scene(HashGridInterpolation interpolation, int features)
            : this(new HashGridOptions
            {
                LevelCount = 4,
                FeaturesPerLevel = features,
                Log2TableSize = 6,
                BaseResolution = 3,
                PerLevelScale = 1.5,
                Interpolation = interpolation,
            })
        {
        }

        private Scene(HashGridOptions options)
        {
            Options = options;
            Reference = new HashGridReference(Options);
            var random = new Random(11);
            Table = GpuLaunch.Uniform(random, Reference.ParameterCount, 1);
            // Along a line, so that runs of samples share cells.
            Positions = [.. Enumerable.Range(0, Samples).SelectMany(i => new[] { 0.03 + (0.012 * i), 0.9 - (0.011 * i), 0.2 + (0.007 * i) }).Select(x => (double)(float)x)];
            Upstream = GpuLaunch.Uniform(random, Samples * Options.FeatureCount, 1);
            Cotangent = GpuLaunch.Uniform(random, Samples * Options.FeatureCount, 1);
            Direction = GpuLaunch.Uniform(random, 3 * Samples, 1);
        }

        /// <summary>Levels of 5, 20, 80 and 320 vertices a side.</summary>
        public static Scene Fine(int features) => new(new HashGridOptions { LevelCount = 4, FeaturesPerLevel = features, Log2TableSize = 6, BaseResolution = 5, PerLevelScale = 4 });

        public HashGridOptions Options { get; }

        public HashGridReference Reference { get; }

        public double[] Table { get; }

        public double[] Positions { get; }

        /// <summary>dL/dy.</summary>
        public double[] Upstream { get; }

        /// <summary>u.</summary>
        public double[] Cotangent { get; }

        /// <summary>dL/dν.</summary>
        public double[] Direction { get; }

        /// <summary>Multiplies dL/dy and u.</summary>
        public void Scale(double factor)
        {
            for (int i = 0; i < Upstream.Length; i++)
            {
                Upstream[i] *= factor;
                Cotangent[i] *= factor;
            }
        }

        public IHashGrid Load(GpuLaunch launch, bool isDeterministic, bool isHalf = false) => Options.Interpolation == HashGridInterpolation.Linear
            ? launch.Own(HashGrid<LinearInterpolation>.Load(launch.Accelerator, null, new GpuTuning(isDeterministic, isHalf)))
            : launch.Own(HashGrid<SmoothstepInterpolation>.Load(launch.Accelerator, null, new GpuTuning(isDeterministic, isHalf)));

        /// <summary>dL/dT_i of L = y·r + ν·g, which is linear in the table: the difference of any step is exact.</summary>
        public double Difference(int i)
        {
            double[] table = new double[Table.Length];
            table[i] = 1;
            double[] y = Reference.Encode(table, Positions, Options.LevelCount);
            double[] nu = Reference.PositionGradient(table, Positions, Cotangent, Options.LevelCount);
            return y.Zip(Upstream, (a, b) => a * b).Sum() + nu.Zip(Direction, (a, b) => a * b).Sum();
        }
    }
}
