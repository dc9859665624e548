using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Encode;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

public sealed class HashGridTests
{
    public static TheoryData<HashGridInterpolation, int> Variants
    {
        get
        {
            var data = new TheoryData<HashGridInterpolation, int>();
            foreach (HashGridInterpolation interpolation in Enum.GetValues<HashGridInterpolation>())
            {
                foreach (int features in (int[])[1, 2, 4, 8])
                {
                    data.Add(interpolation, features);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void EncodeMatchesTheReference(HashGridInterpolation interpolation, int features)
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(interpolation, features), samples: 101);
        Close.Require("features", scene.Reference.Encode(scene.Table, scene.Positions, 4), scene.Encode(device, 4), 2e-6);
    }

    [Fact]
    public void LargeGridsMatchTheReference()
    {
        using var device = new TestDevice();
        HashGridOptions options = new HashGridOptions { LevelCount = 16, Log2TableSize = 12 }.InCube(1.15f);
        var scene = new HashGridScene(options, samples: 200);
        scene.Positions = RandomArrays.Uniform(new Random(5), 600, -1.1, 1.1);
        // At 2048 vertices a side a float position has 2⁻¹³ of a cell left, so the weights carry that much error.
        Close.Require("features", scene.Reference.Encode(scene.Table, scene.Positions, 16), scene.Encode(device, 16), 1e-3);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void TableGradientMatchesCentralDifferences(HashGridInterpolation interpolation, int features)
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(interpolation, features), samples: 9);
        double[] expected = GradientCheck.CentralDifferences(table => Dot(scene.Reference.Encode(table, scene.Positions, 4), scene.Cotangent), scene.Table);
        GradientCheck.Require("dL/dT", expected, scene.BackwardTable(device, 4), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void PositionGradientsMatchCentralDifferences(HashGridInterpolation interpolation, int features)
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(interpolation, features), samples: 23);
        double[] expected = GradientCheck.CentralDifferences(
            positions => Dot(scene.Reference.Encode(scene.Table, positions, 4), scene.Cotangent), scene.Positions, 1e-6);
        GradientCheck.Require("dL/dx", expected, scene.BackwardPosition(device, 4), 1e-5);
        GradientCheck.Require("ν", expected, scene.PositionGradient(device, 4), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void SecondOrderGradientsMatchCentralDifferences(HashGridInterpolation interpolation, int features)
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(interpolation, features), samples: 9);
        double Loss(double[] table, double[] cotangent) => Dot(scene.Reference.PositionGradient(table, scene.Positions, cotangent, 4), scene.Direction);
        double[] dTable = GradientCheck.CentralDifferences(table => Loss(table, scene.Cotangent), scene.Table);
        double[] dCotangent = GradientCheck.CentralDifferences(cotangent => Loss(scene.Table, cotangent), scene.Cotangent);
        GradientCheck.Require("dL/dT", dTable, scene.SecondOrderTable(device, 4), 1e-5);
        GradientCheck.Require("dL/du", dCotangent, scene.SecondOrderCotangent(device, 4), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ProductsWithTheJacobianMatchCentralDifferences(HashGridInterpolation interpolation, int features)
    {
        using var device = new TestDevice();
        HashGridOptions options = HashGridScene.Small(interpolation, features) with { PositionScale = 0.8f, PositionOffset = 0.1f };
        var scene = new HashGridScene(options, samples: 9);
        double[] nu = GradientCheck.CentralDifferences(
            positions => Dot(scene.Reference.Encode(scene.Table, positions, 4), scene.Cotangent), scene.Positions, 1e-6);
        double[] dCotangent = GradientCheck.CentralDifferences(
            u => Dot(scene.Reference.PositionGradient(scene.Table, scene.Positions, u, 4), scene.Direction), scene.Cotangent);
        (float[] gradient, float[] dLdCotangent) = scene.JacobianProducts(device, 4);
        GradientCheck.Require("ν", nu, gradient, 1e-5);
        GradientCheck.Require("dL/du", dCotangent, dLdCotangent, 1e-5);
        Close.Require("accumulated", Array.ConvertAll(dLdCotangent, g => g + 3d), scene.JacobianProducts(device, 4, 3f).DLdCotangent, 1e-5);
        (float[] none, float[] nothing) = scene.JacobianProducts(device, 0);
        Assert.All(none.Concat(nothing), g => Assert.Equal(0f, g));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void BothOrdersOfTheTableGradientMatchCentralDifferences(HashGridInterpolation interpolation, int features)
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(interpolation, features), samples: 9);
        double[] dLdFeatures = RandomArrays.Uniform(new Random(5), scene.Cotangent.Length, -1, 1);
        // Samples with one order only, and with none.
        dLdFeatures.AsSpan(0, scene.Options.FeatureCount * 2).Clear();
        scene.Direction.AsSpan(3, 6).Clear();
        double[] expected = GradientCheck.CentralDifferences(
            table => Dot(scene.Reference.Encode(table, scene.Positions, 4), dLdFeatures)
                + Dot(scene.Reference.PositionGradient(table, scene.Positions, scene.Cotangent, 4), scene.Direction),
            scene.Table);
        float[] actual = scene.BothOrdersTable(device, 4, dLdFeatures);
        GradientCheck.Require("dL/dT", expected, actual, 1e-5);
        Close.Require("accumulated", Array.ConvertAll(actual, g => g + 3d), scene.BothOrdersTable(device, 4, dLdFeatures, 3f), 1e-5);
    }

    [Fact]
    public void PositionScaleBelongsToThePositionGradients()
    {
        using var device = new TestDevice();
        HashGridOptions options = HashGridScene.Small(HashGridInterpolation.Smoothstep, 2).InCube(1.15f);
        var scene = new HashGridScene(options, samples: 9);
        double[] expected = GradientCheck.CentralDifferences(
            positions => Dot(scene.Reference.Encode(scene.Table, positions, 4), scene.Cotangent), scene.Positions, 1e-6);
        GradientCheck.Require("ν", expected, scene.PositionGradient(device, 4), 1e-5);
        double[] dTable = GradientCheck.CentralDifferences(
            table => Dot(scene.Reference.PositionGradient(table, scene.Positions, scene.Cotangent, 4), scene.Direction), scene.Table);
        GradientCheck.Require("dL/dT", dTable, scene.SecondOrderTable(device, 4), 1e-5);
        double[] dCotangent = GradientCheck.CentralDifferences(
            u => Dot(scene.Reference.PositionGradient(scene.Table, scene.Positions, u, 4), scene.Direction), scene.Cotangent);
        GradientCheck.Require("dL/du", dCotangent, scene.SecondOrderCotangent(device, 4), 1e-5);
    }

    [Fact]
    public void BackwardAccumulates()
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Linear, 2), samples: 9);
        Check(scene.BackwardTable(device, 4), scene.BackwardTable(device, 4, 3f));
        Check(scene.BackwardPosition(device, 4), scene.BackwardPosition(device, 4, 3f));
        Check(scene.SecondOrderTable(device, 4), scene.SecondOrderTable(device, 4, 3f));
        Check(scene.SecondOrderCotangent(device, 4), scene.SecondOrderCotangent(device, 4, 3f));

        static void Check(float[] fromZero, float[] fromThree)
            => Close.Require("gradient", Array.ConvertAll(fromZero, g => g + 3d), fromThree, 1e-5);
    }

    // On level 0 of 3 vertices (scale 2) vertex v lies at (v - ½)/2; vertex (1,1,1) is x = ¼. Its features are the table row.
    [Theory]
    [InlineData(HashGridInterpolation.Linear)]
    [InlineData(HashGridInterpolation.Smoothstep)]
    public void APositionOnAVertexReturnsItsRow(HashGridInterpolation interpolation)
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(interpolation, 2), samples: 1) { Positions = [0.25, 0.25, 0.25] };
        int row = (1 + 1 * 3 + 1 * 9) * 2;
        float[] features = scene.Encode(device, 1);
        Assert.Equal((float)scene.Table[row], features[0]);
        Assert.Equal((float)scene.Table[row + 1], features[1]);
    }

    [Fact]
    public void LevelsThatAreNotActiveAreZeroAndReceiveNothing()
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Linear, 2), samples: 17);
        Close.Require("features", scene.Reference.Encode(scene.Table, scene.Positions, 2), scene.Encode(device, 2), 2e-6);
        int used = new HashGridLayout(scene.Options).Levels[2].Offset * 2;
        Assert.All(scene.BackwardTable(device, 2).Skip(used), g => Assert.Equal(0f, g));
        Assert.All(scene.SecondOrderTable(device, 2).Skip(used), g => Assert.Equal(0f, g));
        Assert.All(scene.Encode(device, 0), y => Assert.Equal(0f, y));
        Assert.All(scene.PositionGradient(device, 0), g => Assert.Equal(0f, g));
    }

    [Fact]
    public void BorderPositionsWrapLikeTinyCudaNnAndOutsideIsClamped()
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Linear, 2, log2TableSize: 12), samples: 5)
        {
            Positions = [0, 0, 0, 1, 1, 1, 1, 0, 0.5, 0.999, 1, 0.001, 0.3, 1, 1],
        };
        float[] inside = scene.Encode(device, 4);
        Close.Require("features", scene.Reference.Encode(scene.Table, scene.Positions, 4), inside, 2e-6);
        scene.Positions = [-3, -0.1, 0, 1, 2, 1e30, 1.5, -1, 0.5, 0.999, 7, 0.001, 0.3, 1, 1.1];
        Assert.Equal(inside, scene.Encode(device, 4));
    }

    [Fact]
    public void NotANumberStaysVisible()
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Linear, 2), samples: 1) { Positions = [0.3, double.NaN, 0.3] };
        Assert.All(scene.Encode(device, 4), y => Assert.True(float.IsNaN(y)));
    }

    [Fact]
    public void NoSamplesAreLegal()
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Linear, 2), samples: 0);
        Assert.Empty(scene.Encode(device, 4));
        Assert.All(scene.BackwardTable(device, 4), g => Assert.Equal(0f, g));
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Smoothstep, 2), samples: 6001);
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            return (float[])[.. scene.Encode(device, 4), .. scene.BackwardTable(device, 4), .. scene.SecondOrderTable(device, 4), .. scene.PositionGradient(device, 4)];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void TheCheckerCatchesAWrongGradient()
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Smoothstep, 2), samples: 9);
        double[] expected = GradientCheck.CentralDifferences(table => Dot(scene.Reference.Encode(table, scene.Positions, 4), scene.Cotangent), scene.Table);
        // Linear weights instead of smoothstep: the kind of mistake the check is there for.
        var wrong = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Linear, 2), samples: 9);
        Assert.Throws<GradientMismatchException>(() => GradientCheck.Require("dL/dT", expected, wrong.BackwardTable(device, 4), 1e-5));
    }

    [Fact]
    public void WrongLengthsAreNamed()
    {
        using var device = new TestDevice();
        var scene = new HashGridScene(HashGridScene.Small(HashGridInterpolation.Linear, 2), samples: 3);
        scene.Table = scene.Table[1..];
        ArgumentException error = Assert.Throws<ArgumentException>(() => scene.Encode(device, 4));
        Assert.Contains($"expected {scene.Table.Length + 1} table values, got {scene.Table.Length}", error.Message, StringComparison.Ordinal);
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
