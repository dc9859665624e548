using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Training;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

public sealed class FieldOptimizerTests : IDisposable
{
    private static readonly MlpOptions _network = new() { InputCount = 3, Width = 5, HiddenLayers = 1, OutputCount = 2 };

    private readonly DeviceContext _device = DeviceContext.CreateCpu(1);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Every_role_has_its_learning_rate()
    {
        using ParameterArena arena = Arena();
        // Adam's first step is its learning rate, whatever the gradient.
        var options = new OptimConfiguration
        {
            LearningRate = 0.25f,
            EncoderLearningRate = 0.5f,
            BackgroundLearningRate = 0.125f,
            Schedule = RateSchedule.Constant,
        };
        float[] moved = StepOnce(arena, options, 3f);
        foreach ((string group, float rate) in new[] { ("table", 0.5f), ("net", 0.25f), ("background", 0.125f) })
        {
            ParameterGroup range = arena[group];
            Assert.All(moved.AsSpan((int)range.Offset, (int)range.Length).ToArray(), value => Assert.True(Math.Abs(value + rate) <= 1e-6, $"{group} {value}"));
        }
    }

    // Origin: text-to-3d.md 1.11, arithmetic in double by script; NeMo's optim: adan.
    [Fact]
    public void NemosAdanGivesTheGoldenSteps()
    {
        using var arena = new ParameterArena(_device.Accelerator, [new ParameterShape("p", 1, 1)]);
        arena.Values.SubView(0, 1).CopyFromCPU([1f]);
        var adan = new OptimConfiguration
        {
            Name = OptimizerKind.Adan,
            EncoderLearningRate = 5e-3f,
            Eps = 1e-8f,
            WeightDecay = 2e-5f,
            MaxGradientNorm = 5f,
            Betas = new Moments(0.98f, 0.92f, 0.99f),
            Schedule = RateSchedule.Constant,
        };
        using var optimizer = new FieldOptimizer(_device, arena, adan, 10);
        double[] golden = [0.9949999006000099, 0.9963601475107943, 0.9953088275595967];
        float[] gradients = [0.5f, -0.2f, 0.3f];
        for (int step = 0; step < golden.Length; step++)
        {
            arena.Gradients.SubView(0, 1).CopyFromCPU([gradients[step]]);
            optimizer.Step(step);
            float value = Read(arena.Values)[0];
            Assert.True(Math.Abs(value - golden[step]) <= 2e-7, $"step {step}: {value}");
        }
    }

    [Fact]
    public void Values_are_clipped_before_the_norm()
    {
        using ParameterArena arena = Arena();
        var options = new OptimConfiguration { GradientClip = 0.5f, MaxGradientNorm = 1f };
        using var optimizer = new FieldOptimizer(_device, arena, options, 10);
        float[] gradients = new float[arena.Length];
        (gradients[0], gradients[1], gradients[2]) = (30f, -0.25f, -7f);
        arena.Gradients.CopyFromCPU(gradients);
        OptimizerReport report = optimizer.Step(0);
        Assert.Equal(0.75, report.GradientNorm, 12);
        Assert.Equal(1, report.ClipFactor);
        Assert.All(Read(arena.Gradients), value => Assert.Equal(0f, value));
    }

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Adan)]
    [InlineData(OptimizerKind.Shampoo)]
    public void A_gradient_that_is_not_finite_is_divergence_even_behind_the_clip(OptimizerKind name)
    {
        using ParameterArena arena = Arena();
        using var optimizer = new FieldOptimizer(_device, arena, Options(name) with { GradientClip = 1f }, 10);
        float[] before = Read(arena.Values);
        float[] gradients = [.. Enumerable.Repeat(0.5f, (int)arena.Length)];
        gradients[3] = float.PositiveInfinity;
        arena.Gradients.CopyFromCPU(gradients);
        Assert.Equal(ExitCode.Diverged, Assert.Throws<DfkException>(() => optimizer.Step(0)).ExitCode);
        Assert.Equal(before, Read(arena.Values));
    }

    [Fact]
    public void Shampoo_leaves_long_matrices_to_adam()
    {
        using ParameterArena both = Arena(), alone = Arena();
        float[] shampoo = StepOnce(both, Options(OptimizerKind.Shampoo), 2f), adam = StepOnce(alone, Options(OptimizerKind.Adam), 2f);
        int table = (int)both["table"].Length;
        Assert.Equal(adam[..table], shampoo[..table]);
        Range network = (int)both["net"].Offset..(int)(both["net"].Offset + both["net"].Length);
        Assert.All(shampoo[network], value => Assert.True(value < 0f));
        Assert.NotEqual(adam[network], shampoo[network]);
        using var optimizer = new FieldOptimizer(_device, both, Options(OptimizerKind.Shampoo), 10);
        // L and R of 5x3, 5, 2x5, 2 (network) and 7x1 (background): sides of more than one, and one number none.
        int statistics = (25 + 9) + 25 + (4 + 25) + 4 + 49;
        Assert.Equal(
            ["shampoo.momenta", "shampoo.statistics", "shampoo.roots", "table.adam_m", "table.adam_v"], optimizer.State.Select(tensor => tensor.Name));
        Assert.Equal(statistics, optimizer.State[1].Values.Length);
    }

    // Origin: DreamFusion appendix A relative to its 1e-4 (1e-9, 1e-4, the middle of the cosine, 1e-6); stable-dreamfusion's 0.1^(it/iters).
    [Theory]
    [InlineData(RateSchedule.Cosine, 0.01f, 0, 1e-5)]
    [InlineData(RateSchedule.Cosine, 0.01f, 3000, 1)]
    [InlineData(RateSchedule.Cosine, 0.01f, 9000, 0.505)]
    [InlineData(RateSchedule.Cosine, 0.01f, 15000, 0.01)]
    [InlineData(RateSchedule.Exponential, 0.1f, 0, 1)]
    [InlineData(RateSchedule.Exponential, 0.1f, 7500, 0.31622776601683794)]
    [InlineData(RateSchedule.Exponential, 0.1f, 15000, 0.1)]
    [InlineData(RateSchedule.Constant, 0.1f, 14999, 1)]
    [InlineData(RateSchedule.WarmUpDecay, 0.2f, 1499, 0.5)]
    [InlineData(RateSchedule.WarmUpDecay, 0.2f, 12000, 0.6)]
    public void Schedules_have_the_references_values(RateSchedule schedule, float final, int step, double factor)
    {
        var options = new OptimConfiguration { Schedule = schedule, FinalFactor = final, WarmupSteps = 3000, DecayStart = 0.6f };
        double value = FieldOptimizer.ScheduleOf(options, 15000).At(step);
        Assert.True(Math.Abs(value - factor) <= 1e-7, $"{value}");
    }

    private static OptimConfiguration Options(OptimizerKind name) => new()
    {
        Name = name,
        Eps = 1e-6f,
        Betas = name == OptimizerKind.Adan ? new Moments(0.98f, 0.92f, 0.99f) : new Moments(0.9f, 0.9f),
        Schedule = RateSchedule.Constant,
    };

    private ParameterArena Arena() => new(_device.Accelerator,
    [
        new ParameterShape("table", 1500, 2),
        ParameterShape.Of("net", _network, ParameterRole.Network),
        new ParameterShape("background", 7, 1, ParameterRole.Background),
    ]);

    private float[] StepOnce(ParameterArena arena, OptimConfiguration options, float gradient)
    {
        using var optimizer = new FieldOptimizer(_device, arena, options, 10);
        arena.Gradients.CopyFromCPU([.. Enumerable.Repeat(gradient, (int)arena.Length)]);
        optimizer.Step(0);
        return Read(arena.Values);
    }

    private static float[] Read(ArrayView<float> view)
    {
        float[] values = new float[view.Length];
        view.CopyToCPU(values);
        return values;
    }
}
