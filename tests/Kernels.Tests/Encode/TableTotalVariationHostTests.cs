using System;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Encode;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Encode;

/// <summary>The host twin against the kernels: the same numbers, not close ones.</summary>
public class TableTotalVariationHostTests
{
    private static readonly HashGridOptions[] _shapes =
    [
        HashGridOptions.Toybox,
        HashGridScene.Small(HashGridInterpolation.Linear, 1),
        HashGridScene.Small(HashGridInterpolation.Linear, 2),
        HashGridScene.Small(HashGridInterpolation.Linear, 4, log2TableSize: 12),
        HashGridScene.Small(HashGridInterpolation.Linear, 8, log2TableSize: 12),
        HashGridScene.Small(HashGridInterpolation.Linear, 2) with { BaseResolution = 1 },
        HashGridScene.Small(HashGridInterpolation.Linear, 2) with { BaseResolution = 17, LevelCount = 1, Log2TableSize = 13 },
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Value_and_gradient_are_the_kernels(int shape)
    {
        (float[] Value, float[] Gradient) expected = Run(_shapes[shape], 2, KernelChoice.Portable);
        foreach (int threads in (int[])[1, 2, 4])
        {
            (float[] Value, float[] Gradient) actual = Run(_shapes[shape], threads, KernelChoice.Tuned);
            Same.Require("value", expected.Value, actual.Value);
            Same.Require("gradient", expected.Gradient, actual.Gradient);
        }
    }

    [Fact]
    public void Every_vector_width_gives_the_kernels_gradient()
    {
        HashGridOptions options = _shapes[6];
        var layout = new HashGridLayout(options);
        using var device = new TestDevice();
        using var threads = new HostThreads(2);
        float[] expected = Run(options, 2, KernelChoice.Portable).Gradient;
        Action<TableTotalVariationKernels.Args>[] widths =
        [
            a => TableTotalVariationHost.ValueAndGradient<Lanes512, Vector512<float>>(threads, layout, a),
            a => TableTotalVariationHost.ValueAndGradient<Lanes256, Vector256<float>>(threads, layout, a),
            a => TableTotalVariationHost.ValueAndGradient<Lanes128, Vector128<float>>(threads, layout, a),
            a => TableTotalVariationHost.ValueAndGradient<Lanes32, float>(threads, layout, a),
        ];
        foreach (Action<TableTotalVariationKernels.Args> width in widths)
        {
            var random = new Random(3);
            var args = new TableTotalVariationKernels.Args
            {
                Table = device.Upload(Uniform(random, layout.ParameterCount)),
                DLdTable = device.Upload(Uniform(random, layout.ParameterCount)),
                LineValues = device.Zeros<float>(17 * 17),
                FeaturesPerLevel = options.FeaturesPerLevel,
                Weight = 0.3f,
            };
            width(args);
            Same.Require("gradient", expected, device.Read(args.DLdTable));
        }
    }

    private static (float[] Value, float[] Gradient) Run(HashGridOptions options, int threads, KernelChoice choice)
    {
        using var device = new TestDevice(threads, choice);
        var random = new Random(3);
        int count = new HashGridLayout(options).ParameterCount;
        ArrayView<float> table = device.Upload(Uniform(random, count));
        ArrayView<float> gradient = device.Upload(Uniform(random, count));
        ArrayView<float> value = device.Upload((float[])[float.NaN]);
        device.Kernels<TableTotalVariation>().ValueAndGradient(options, 0.3f, table, gradient, value);
        return (device.Read(value), device.Read(gradient));
    }

    private static float[] Uniform(Random random, int length) => Array.ConvertAll(RandomArrays.Uniform(random, length, -1, 1), v => (float)v);
}
