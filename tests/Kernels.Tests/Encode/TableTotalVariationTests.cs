using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Encode;
using DreamFusion.References.Encode;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

public sealed class TableTotalVariationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void ValueAndGradientMatchTheReference(int features)
    {
        using var device = new TestDevice();
        // Resolutions 3, 5, 7 and 11: the last is hashed and does not count; 3³ and 5³ are padded.
        HashGridOptions options = HashGridScene.Small(HashGridInterpolation.Linear, features, log2TableSize: 9);
        Assert.Equal(3, new HashGridLayout(options).DenseLevelCount);
        double[] table = RandomArrays.Uniform(new Random(1), new HashGridReference(options).ParameterCount, -1, 1);
        (float value, float[] gradient) = Run(device, options, table, 0.7f);
        Assert.Equal(TotalVariationReference.Value(options, table), value, 1e-5);
        double[] expected = GradientCheck.CentralDifferences(t => 0.7 * TotalVariationReference.Value(options, t), table, 1e-4);
        GradientCheck.Require("dV/dT", expected, gradient, 1e-5);
    }

    [Fact]
    public void AConstantTableHasNoVariationAndALinearOneTheSlopeSquared()
    {
        using var device = new TestDevice();
        var options = new HashGridOptions { LevelCount = 1, FeaturesPerLevel = 1, BaseResolution = 4 };
        (float constant, float[] gradient) = Run(device, options, [.. Enumerable.Repeat(3d, 64)], 1f);
        Assert.Equal(0f, constant);
        Assert.All(gradient, g => Assert.Equal(0f, g));
        // Slopes 1 along x, 2 along y, 3 along z: 1 + 4 + 9.
        double[] ramp = [.. Enumerable.Range(0, 64).Select(i => i % 4 + 2d * (i / 4 % 4) + 3d * (i / 16))];
        Assert.Equal(14f, Run(device, options, ramp, 1f).Value, 1e-5f);
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        double[] table = RandomArrays.Uniform(new Random(1), new HashGridLayout(HashGridOptions.Toybox).ParameterCount, -0.01, 0.01);
        (float Value, float[] Gradient)[] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            return Run(device, HashGridOptions.Toybox, table, 10f);
        })];
        Assert.All(results, r => Assert.Equal(results[0].Value, r.Value));
        Assert.All(results, r => Assert.Equal(results[0].Gradient, r.Gradient));
    }

    [Fact]
    public void AGridWithoutDenseLevelsIsRefused()
    {
        using var device = new TestDevice();
        var options = new HashGridOptions { LevelCount = 1, Log2TableSize = 4 };
        Assert.Contains("dense", Assert.Throws<ArgumentException>(() => Run(device, options, new double[32], 1f)).Message, StringComparison.Ordinal);
    }

    private static (float Value, float[] Gradient) Run(TestDevice device, HashGridOptions options, double[] table, float weight)
    {
        ArrayView<float> gradient = device.Zeros<float>(table.Length);
        ArrayView<float> value = device.Zeros<float>(1);
        device.Kernels<TableTotalVariation>().ValueAndGradient(options, weight, device.Upload(table), gradient, value);
        return (device.Read(value)[0], device.Read(gradient));
    }
}
