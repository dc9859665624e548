using System;
using System.Linq;
using DreamFusion.Kernels.Optimize;
using DreamFusion.References.Optimize;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

public sealed class AdamTests
{
    private static readonly AdamOptions _options = new() { Epsilon = 1e-8 };

    // Three steps from (1, -2, 0.5) by torch.optim.Adam and AdamW 1.13 in double, lr 0.01, betas (0.9, 0.99); tests/Golden/README.md.
    private static readonly double[][] _gradients = [[0.5, 1e-3, 0], [-0.2, 2e-3, 0], [0.3, -4e-3, 10]];

    [Theory]
    [InlineData(0, true, 0.9810834846987773, -2.017706886363009, 0.4936405985103699)]
    [InlineData(0.1, false, 0.9776299118718964, -1.9699980820627259, 0.47359253118995204)]
    [InlineData(0.1, true, 0.9781099354348994, -2.0116832558749698, 0.4921420980103699)]
    public void ThreeStepsMatchPyTorch(double decay, bool decoupled, double p0, double p1, double p2)
    {
        using var device = new TestDevice();
        var state = new State(device, [1, -2, 0.5]);
        for (int step = 1; step <= 3; step++)
        {
            state.SetGradients(_gradients[step - 1]);
            state.Step(_options with { DecoupledWeightDecay = decoupled }, step, new OptimizerGroup(0, 3, 0.01, decay));
        }

        Close.Require("p", [p0, p1, p2], device.Read(state.Parameters), 3e-7);
    }

    [Fact]
    public void ManyStepsOfGroupsMatchTheReference()
    {
        using var device = new TestDevice();
        var random = new Random(1);
        double[] start = RandomArrays.Uniform(random, 1000, -1, 1);
        var state = new State(device, start);
        AdamReference[] references = [.. start.Select(p => new AdamReference(p))];
        for (int step = 1; step <= 50; step++)
        {
            double[] gradients = RandomArrays.Uniform(random, 1000, -1, 1);
            state.SetGradients(gradients);
            state.Step(_options, step, new OptimizerGroup(0, 300, 0.01), new OptimizerGroup(300, 600, 0.003, 0.01));
            for (int i = 0; i < 900; i++)
            {
                references[i].Step(gradients[i], i < 300 ? 0.01 : 0.003, 0.9, 0.99, 1e-8, i < 300 ? 0 : 0.01, decoupled: true);
            }
        }

        // Parameters outside all groups stay.
        Close.Require("p", [.. references.Select(r => r.Parameter)], device.Read(state.Parameters), 1e-5);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void ANonFiniteGradientStopsTheStep(float bad)
    {
        using var device = new TestDevice();
        var state = new State(device, [1, 2, 3, 4]);
        state.SetGradients([0.1, 0.1, 0.1, 0.1]);
        state.Step(_options, 1, new OptimizerGroup(0, 4, 0.01));
        float[][] before = [device.Read(state.Parameters), device.Read(state.FirstMoments), device.Read(state.SecondMoments)];
        state.SetGradients([3, bad, 4, bad]);
        OptimizerReport report = state.Step(_options, 2, new OptimizerGroup(0, 4, 0.01));
        Assert.False(report.Applied);
        Assert.Equal(2, report.NonFiniteCount);
        Assert.Equal(5, report.GradientNorm, 1e-12);
        Assert.Equal(before[0], device.Read(state.Parameters));
        Assert.Equal(before[1], device.Read(state.FirstMoments));
        Assert.Equal(before[2], device.Read(state.SecondMoments));
        Assert.All(device.Read(state.Gradients), g => Assert.Equal(0f, g));
    }

    [Fact]
    public void LongGradientsAreClippedByTheirGlobalNorm()
    {
        using var device = new TestDevice();
        // Norm 50 over two groups, clipped to 5: as if the gradient had been (3, 0, 4, 0).
        var clipped = new State(device, [1, 2, 3, 4]);
        clipped.SetGradients([30, 0, 40, 0]);
        OptimizerGroup[] groups = [new(0, 2, 0.01), new(2, 2, 0.01)];
        OptimizerReport report = clipped.Step(_options with { MaxGradientNorm = 5 }, 1, groups);
        var plain = new State(device, [1, 2, 3, 4]);
        plain.SetGradients([3, 0, 4, 0]);
        plain.Step(_options, 1, groups);
        Assert.Equal((50d, 0.1), (report.GradientNorm, report.ClipFactor));
        Close.Require("m", Array.ConvertAll(device.Read(plain.FirstMoments), m => (double)m), device.Read(clipped.FirstMoments), 1e-7);
        Close.Require("v", Array.ConvertAll(device.Read(plain.SecondMoments), v => (double)v), device.Read(clipped.SecondMoments), 1e-7);
        Assert.All(device.Read(clipped.Gradients), g => Assert.Equal(0f, g));
    }

    [Fact]
    public void AnUntouchedParameterStaysUntouched()
    {
        using var device = new TestDevice();
        var state = new State(device, [0.25, 0.5]);
        state.SetGradients([0, 1e-30]);
        // ε = 1e-15 and a gradient whose square underflows: 0/ε, not 0/0.
        Assert.True(state.Step(new AdamOptions(), 1, new OptimizerGroup(0, 2, 0.01)).Applied);
        float[] parameters = device.Read(state.Parameters);
        Assert.Equal(0.25f, parameters[0]);
        Assert.True(float.IsFinite(parameters[1]));
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        float[][] results = [.. ((int[])[1, 2, 4]).Select(threads =>
        {
            using var device = new TestDevice(threads);
            var random = new Random(1);
            var state = new State(device, RandomArrays.Uniform(random, 20011, -1, 1));
            state.SetGradients(RandomArrays.Uniform(random, 20011, -1, 1));
            OptimizerReport report = state.Step(_options with { MaxGradientNorm = 1 }, 1, new OptimizerGroup(0, 20011, 0.01));
            return (float[])[.. device.Read(state.Parameters), (float)report.ClipFactor];
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void BadGroupsAndOptionsAreNamed()
    {
        using var device = new TestDevice();
        var state = new State(device, [1, 2]);
        Assert.Throws<ArgumentException>(() => state.Step(_options, 1, new OptimizerGroup(1, 2, 0.01)));
        Assert.Throws<ArgumentException>(() => state.Step(_options, 1, new OptimizerGroup(0, 2, double.NaN)));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Step(_options, 0, new OptimizerGroup(0, 2, 0.01)));
        Assert.Equal(4, new AdamOptions { Beta1 = 1, Beta2 = -1, Epsilon = 1e-60, MaxGradientNorm = double.NaN }.Validate().Count);
        Assert.Empty(new AdamOptions().Validate());
        Assert.Contains("beta1", Assert.Throws<ArgumentException>(() => state.Step(_options with { Beta1 = 1 }, 1, new OptimizerGroup(0, 2, 0.01))).Message, StringComparison.Ordinal);
    }

    // The prior's recipe: 30 steps up, level, and over the last 40 % down to a fifth.
    [Theory]
    [InlineData(0, 1 / 30d)]
    [InlineData(14, 0.5)]
    [InlineData(29, 1)]
    [InlineData(239, 1)]
    [InlineData(320, 0.6)]
    [InlineData(400, 0.2)]
    public void ScheduleWarmsUpAndDecays(int step, double factor)
        => Assert.Equal(factor, new WarmUpDecaySchedule().Factor(step, 400), 1e-12);

    [Fact]
    public void AScheduleWithoutRampsIsOne()
    {
        var flat = new WarmUpDecaySchedule { WarmUpSteps = 0, DecayStart = 1 };
        Assert.Equal(1, flat.Factor(0, 10));
        Assert.Equal(1, flat.Factor(10, 10));
    }

    private sealed class State(TestDevice device, double[] start)
    {
        public ArrayView<float> Parameters { get; } = device.Upload(start);

        public ArrayView<float> Gradients { get; } = device.Zeros<float>(start.Length);

        public ArrayView<float> FirstMoments { get; } = device.Zeros<float>(start.Length);

        public ArrayView<float> SecondMoments { get; } = device.Zeros<float>(start.Length);

        public void SetGradients(double[] values) => Gradients.CopyFromCPU(Array.ConvertAll(values, v => (float)v));

        public OptimizerReport Step(AdamOptions options, int step, params OptimizerGroup[] groups)
            => device.Kernels<Adam>().Step(options, groups, step, Parameters, Gradients, FirstMoments, SecondMoments);
    }
}
