using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

/// <summary>The host twin against the kernels, which are the specification: the same numbers, not close ones.</summary>
public class HashGridHostTests
{
    private static readonly HashGridOptions[] _shapes =
    [
        HashGridOptions.Toybox.InCube(1.15f),
        new() { LevelCount = 16, Log2TableSize = 10 },
        HashGridScene.Small(HashGridInterpolation.Linear, 1),
        HashGridScene.Small(HashGridInterpolation.Smoothstep, 2),
        HashGridScene.Small(HashGridInterpolation.Linear, 4),
        HashGridScene.Small(HashGridInterpolation.Smoothstep, 8),
        HashGridScene.Small(HashGridInterpolation.Linear, 8, log2TableSize: 12),
        HashGridScene.Small(HashGridInterpolation.Linear, 2) with { BaseResolution = 1, PerLevelScale = 1 },
    ];

    public static TheoryData<int, int, int> ShapesLevelsAndSamples()
    {
        var data = new TheoryData<int, int, int>();
        for (int shape = 0; shape < _shapes.Length; shape++)
        {
            data.Add(shape, _shapes[shape].LevelCount, 1037);
            data.Add(shape, _shapes[shape].LevelCount - 1, 21);
        }
        foreach (int samples in (int[])[0, 1, 7, 8, 9, 511, 512, 513])
        {
            data.Add(3, 4, samples);
        }
        data.Add(3, 0, 10);
        return data;
    }

    [Theory]
    [MemberData(nameof(ShapesLevelsAndSamples))]
    public void Every_pass_gives_the_kernels_numbers(int shape, int activeLevels, int samples)
    {
        HashGridOptions options = _shapes[shape];
        Results expected = Run(options, activeLevels, samples, 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            Results actual = Run(options, activeLevels, samples, threads, KernelChoice.Tuned);
            Same.Require("features", expected.Features, actual.Features);
            Same.Require("dL/dtable", expected.DLdTable, actual.DLdTable);
            Same.Require("dL/dpositions", expected.DLdPositions, actual.DLdPositions);
            Same.Require("position gradient", expected.Gradient, actual.Gradient);
            Same.Require("second-order dL/dtable", expected.SecondOrderTable, actual.SecondOrderTable);
            Same.Require("second-order dL/dcotangent", expected.SecondOrderCotangent, actual.SecondOrderCotangent);
            Same.Require("features beside the Jacobian", expected.Features, actual.FeaturesBesideJacobian);
            Same.Require("Jacobian", expected.Jacobian, actual.Jacobian);
            Same.Require("dL/dtable in both orders", expected.BothOrdersTable, actual.BothOrdersTable);
        }
    }

    [Fact]
    public void A_position_that_is_not_a_number_gives_features_that_are_not()
    {
        HashGridOptions options = HashGridOptions.Toybox;
        using var device = new TestDevice(1, KernelChoice.Tuned);
        ArrayView<float> features = device.Zeros<float>(3 * options.FeatureCount);
        HashGridScene.Load(device, options).Encode(
            options, options.LevelCount, device.Upload(Enumerable.Repeat(1f, new HashGridLayout(options).ParameterCount).ToArray()),
            device.Upload((Float3[])[new(0.5f), new(0.5f, float.NaN, 0.5f), new(float.PositiveInfinity)]), features);
        float[] rows = device.Read(features);
        Assert.All(rows.Take(options.FeatureCount), f => Assert.Equal(1f, f, 1e-6f));
        Assert.All(rows.Skip(options.FeatureCount).Take(options.FeatureCount), f => Assert.Equal(float.NaN, f));
        Assert.All(rows.Skip(2 * options.FeatureCount), f => Assert.Equal(1f, f, 1e-6f));
    }

    private static Results Run(HashGridOptions options, int activeLevels, int samples, int threads, KernelChoice choice)
    {
        var random = new Random(samples + options.FeatureCount);
        var layout = new HashGridLayout(options);
        using var device = new TestDevice(threads, choice);
        IHashGrid grid = HashGridScene.Load(device, options);
        float[] startOfTable = Floats(random, layout.ParameterCount);
        ArrayView<float> table = device.Upload(Floats(random, layout.ParameterCount));
        ArrayView<Float3> positions = device.Upload(Positions(random, options, samples));
        ArrayView<float> cotangent = device.Upload(WithZeros(random, Floats(random, samples * options.FeatureCount), options.FeaturesPerLevel));
        ArrayView<Float3> directions = device.Upload(TestDevice.ToVectors(WithZeros(random, RandomArrays.Uniform(random, 3 * samples, -1, 1), 3)));
        // What gradients are added to is not zero, so that overwriting shows; what is overwritten is not a number.
        ArrayView<float> features = device.Upload(Enumerable.Repeat(float.NaN, samples * options.FeatureCount).ToArray());
        ArrayView<Float3> gradient = device.Upload(Enumerable.Repeat(new Float3(float.NaN), samples).ToArray());
        ArrayView<Float3> dLdPositions = device.Upload(Positions(random, options, samples));
        ArrayView<float> dLdTable = device.Upload(startOfTable);
        ArrayView<float> secondOrderTable = device.Upload(startOfTable);
        ArrayView<float> secondOrderCotangent = device.Upload(Floats(random, samples * options.FeatureCount));
        grid.Encode(options, activeLevels, table, positions, features);
        grid.BackwardTable(options, activeLevels, positions, cotangent, dLdTable);
        grid.BackwardPosition(options, activeLevels, table, positions, cotangent, dLdPositions);
        grid.PositionGradient(options, activeLevels, table, positions, cotangent, gradient);
        grid.PositionGradientBackwardTable(options, activeLevels, positions, cotangent, directions, secondOrderTable);
        grid.PositionGradientBackwardCotangent(options, activeLevels, table, positions, directions, secondOrderCotangent);
        ArrayView<float> again = device.Upload(Enumerable.Repeat(float.NaN, samples * options.FeatureCount).ToArray());
        ArrayView<float> jacobian = device.Upload(Enumerable.Repeat(float.NaN, 3 * samples * options.FeatureCount).ToArray());
        ArrayView<float> bothOrdersTable = device.Upload(startOfTable);
        ArrayView<float> dLdFeatures = device.Upload(WithZeros(random, Floats(random, samples * options.FeatureCount), options.FeaturesPerLevel));
        grid.Encode(options, activeLevels, table, positions, again, jacobian);
        grid.BackwardTable(options, activeLevels, positions, dLdFeatures, cotangent, directions, bothOrdersTable);
        return new Results(
            device.Read(features), device.Read(dLdTable), device.ReadRows(dLdPositions), device.ReadRows(gradient),
            device.Read(secondOrderTable), device.Read(secondOrderCotangent), device.Read(again), device.Read(jacobian), device.Read(bothOrdersTable));
    }

    // Runs along a ray, faces and corners of the cube, and points outside, where the dense levels wrap around.
    private static Float3[] Positions(Random random, HashGridOptions options, int samples)
    {
        var positions = new Float3[samples];
        for (int i = 0; i < samples; i++)
        {
            float t = i % 40 / 40f;
            Float3 unit = (i % 5) switch
            {
                0 => new Float3((random.Next(5) - 1) / 2f, (random.Next(5) - 1) / 2f, (random.Next(5) - 1) / 2f),
                1 => new Float3(random.NextSingle(), 1f, random.NextSingle()),
                _ => new Float3(0.9f - 0.8f * t, 0.3f + 0.1f * t, 0.2f + 0.7f * t),
            };
            positions[i] = (unit - new Float3(options.PositionOffset)) * (1f / options.PositionScale);
        }
        return positions;
    }

    private static float[] Floats(Random random, int length) => Array.ConvertAll(RandomArrays.Uniform(random, length, -1, 1), v => (float)v);

    private static T[] WithZeros<T>(Random random, T[] values, int columns)
    {
        for (int row = 0; row < values.Length / columns; row++)
        {
            if (random.Next(4) == 0)
            {
                values.AsSpan(row * columns, columns).Clear();
            }
        }
        return values;
    }

    private sealed record Results(
        float[] Features, float[] DLdTable, float[] DLdPositions, float[] Gradient, float[] SecondOrderTable, float[] SecondOrderCotangent,
        float[] FeaturesBesideJacobian, float[] Jacobian, float[] BothOrdersTable);
}
