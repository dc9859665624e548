using System;
using System.Linq;
using DreamFusion.Kernels.Optimize;
using DreamFusion.References.Optimize;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

public sealed class AdanTests
{
    private const int Length = 1003;

    private sealed record Arena(ArrayView<float> Parameters, ArrayView<float> Gradients, AdanState State)
    {
        public static Arena Create(TestDevice device, double[] parameters)
        {
            int length = parameters.Length;
            // The previous gradient is not read at step 1, so it may hold anything.
            ArrayView<float> previous = device.Upload(Enumerable.Repeat(float.NaN, length).ToArray());
            return new Arena(
                device.Upload(parameters),
                device.Zeros<float>(length),
                new AdanState(device.Zeros<float>(length), device.Zeros<float>(length), device.Zeros<float>(length), previous));
        }

        public void SetGradient(double[] gradient)
        {
            float[] floats = gradient.Select(g => (float)g).ToArray();
            Gradients.CopyFromCPU(floats);
        }
    }

    // Golden sequences (origin: tests/Golden/README.md): p0 = 1, lr 5e-3, no clipping.
    [Theory]
    [InlineData(2e-5, 0.9949999006000099, 0.9963601475107943, 0.9953088275595967)]
    [InlineData(0.0, 0.9950000001, 0.9963603466, 0.9953091262)]
    public void GoldenSequence(double decay, double first, double second, double third)
    {
        using var device = new TestDevice();
        Arena arena = Arena.Create(device, [1]);
        double[] gradients = [0.5, -0.2, 0.3], expected = [first, second, third];
        for (int step = 1; step <= 3; step++)
        {
            arena.SetGradient([gradients[step - 1]]);
            device.Kernels<Adan>().Step(new AdanOptions(), [new OptimizerGroup(0, 1, 5e-3, decay)], step, arena.Parameters, arena.Gradients, arena.State);
            // One unit in the last place of a float near 1 is 6e-8.
            Close.Require($"p{step}", expected[step - 1], device.Read(arena.Parameters)[0], 1.2e-7);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Steps_AgreeWithTheReference(bool proximal)
    {
        using var device = new TestDevice();
        var random = new Random(41);
        double[] parameters = RandomArrays.Uniform(random, Length, -1, 1);
        Arena arena = Arena.Create(device, parameters);
        var options = new AdanOptions { ProximalWeightDecay = proximal, MaxGradientNorm = 3 };
        // Two groups with a gap that no group owns.
        OptimizerGroup[] groups = [new(0, 500, 5e-2, 1e-2), new(503, 500, 5e-3)];
        var first = new AdanReference(500, options.Beta1, options.Beta2, options.Beta3, options.Epsilon);
        var second = new AdanReference(500, options.Beta1, options.Beta2, options.Beta3, options.Epsilon);
        double[] expectedFirst = parameters[..500], expectedSecond = parameters[503..];
        for (int step = 1; step <= 20; step++)
        {
            double[] gradient = RandomArrays.Uniform(random, Length, -0.2, 0.2).Select(g => step % 2 == 0 ? 0.1 * g : g).ToArray();
            double norm = Math.Sqrt(gradient.Sum(g => g * g)), clip = Math.Min(1, 3 / norm);
            arena.SetGradient(gradient);
            OptimizerReport report = device.Kernels<Adan>().Step(options, groups, step, arena.Parameters, arena.Gradients, arena.State);
            Assert.True(report.Applied);
            Assert.Equal(norm, report.GradientNorm, 1e-6 * norm);
            Assert.Equal(clip, report.ClipFactor, 1e-6);
            first.Step(expectedFirst, gradient[..500], clip, 5e-2, 1e-2, proximal);
            second.Step(expectedSecond, gradient[503..], clip, 5e-3, 0, proximal);
            Assert.All(device.Read(arena.Gradients), g => Assert.Equal(0f, g));
        }

        float[] actual = device.Read(arena.Parameters);
        Close.Require("first group", expectedFirst, actual.AsSpan(0, 500), 5e-6);
        Close.Require("second group", expectedSecond, actual.AsSpan(503), 5e-6);
        Assert.Equal(parameters[500..503].Select(p => (float)p), actual[500..503]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void GradientsThatAreNotFiniteAreRefused(double bad)
    {
        using var device = new TestDevice();
        double[] parameters = RandomArrays.Uniform(new Random(42), Length, -1, 1);
        Arena arena = Arena.Create(device, parameters);
        OptimizerGroup[] groups = [new(0, Length, 1e-2)];
        double[] gradient = RandomArrays.Uniform(new Random(43), Length, -1, 1);
        arena.SetGradient(gradient);
        device.Kernels<Adan>().Step(new AdanOptions(), groups, 1, arena.Parameters, arena.Gradients, arena.State);
        float[][] before = Snapshot(device, arena);
        gradient[17] = bad;
        gradient[Length - 1] = bad;
        arena.SetGradient(gradient);
        OptimizerReport report = device.Kernels<Adan>().Step(new AdanOptions(), groups, 2, arena.Parameters, arena.Gradients, arena.State);
        Assert.False(report.Applied);
        Assert.Equal(2, report.NonFiniteCount);
        Assert.True(double.IsFinite(report.GradientNorm));
        Assert.Equal(before, Snapshot(device, arena));
        Assert.All(device.Read(arena.Gradients), g => Assert.Equal(0f, g));
    }

    // Squares of 1e30 overflow a float; the norm is taken in double.
    [Fact]
    public void AHugeFiniteGradientIsClippedAndNotRefused()
    {
        using var device = new TestDevice();
        Arena arena = Arena.Create(device, [1, 1]);
        arena.SetGradient([3e30, 4e30]);
        OptimizerReport report = device.Kernels<Adan>().Step(new AdanOptions(), [new(0, 2, 1e-2)], 1, arena.Parameters, arena.Gradients, arena.State);
        Assert.True(report.Applied);
        Assert.Equal(5e30, report.GradientNorm, 1e24);
        Assert.Equal(1e-30, report.ClipFactor, 1e-36);
        Assert.All(device.Read(arena.Parameters), p => Assert.Equal(0.99f, p, 1e-5f));
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        using var device = new TestDevice();
        Arena arena = Arena.Create(device, [1, 2, 3]);
        Adan adan = device.Kernels<Adan>();
        AdanOptions options = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => adan.Step(options, [], 0, arena.Parameters, arena.Gradients, arena.State));
        Assert.Throws<ArgumentException>(() => adan.Step(options, [new(1, 3, 1e-2)], 1, arena.Parameters, arena.Gradients, arena.State));
        Assert.Throws<ArgumentException>(() => adan.Step(options, [new(0, 3, double.NaN)], 1, arena.Parameters, arena.Gradients, arena.State));
        Assert.Throws<ArgumentException>(() => adan.Step(options, [], 1, arena.Parameters, device.Zeros<float>(2), arena.State));
        AdanOptions invalid = new() { Beta1 = 1, Beta2 = -1, Beta3 = double.NaN, Epsilon = 0, MaxGradientNorm = 0 };
        Assert.Equal(5, invalid.Validate().Count);
        Assert.Throws<ArgumentException>(() => adan.Step(invalid, [], 1, arena.Parameters, arena.Gradients, arena.State));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            var random = new Random(44);
            Arena arena = Arena.Create(device, RandomArrays.Uniform(random, Length, -1, 1));
            for (int step = 1; step <= 3; step++)
            {
                arena.SetGradient(RandomArrays.Uniform(random, Length, -1, 1));
                device.Kernels<Adan>().Step(new AdanOptions(), [new(0, Length, 1e-2, 1e-3)], step, arena.Parameters, arena.Gradients, arena.State);
            }

            return Snapshot(device, arena).SelectMany(x => x).Select(BitConverter.SingleToInt32Bits).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }

    private static float[][] Snapshot(TestDevice device, Arena arena) =>
    [
        device.Read(arena.Parameters), device.Read(arena.State.FirstMoments), device.Read(arena.State.DifferenceMoments),
        device.Read(arena.State.SecondMoments), device.Read(arena.State.PreviousGradients),
    ];
}
