using System;
using System.Collections.Generic;
using System.IO;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>A run that is cut in two by a checkpoint ends in the same bytes as one that is not.</summary>
public sealed class TrainerResumeTests
{
    private const int Iters = 14;
    private static readonly Dictionary<string, string> _hashes = new() { ["model"] = "00" };

    [Theory]
    [InlineData(OptimizerKind.Adam, 0f, 1)]
    [InlineData(OptimizerKind.AdamW, 0.9f, 3)]
    [InlineData(OptimizerKind.Adan, 0.95f, 1)]
    [InlineData(OptimizerKind.Shampoo, 0f, 1)]
    public void A_resumed_run_ends_in_the_same_bytes(OptimizerKind name, float emaDecay, int emaInterval)
    {
        RunConfiguration configuration = Tiny(name) with { EmaDecay = emaDecay, EmaInterval = emaInterval };
        byte[] whole = Bytes(Run(configuration, Iters, null));
        // Shampoo computes its roots at step 6 and keeps them for some steps: cut on both sides of that.
        foreach (int cut in (int[])[1, 8])
        {
            byte[] halves = Bytes(Run(configuration, Iters, RoundTrip(Run(configuration, cut, null))));
            Assert.Equal(whole, halves);
        }
    }

    [Fact]
    public void A_batch_of_views_resumes_exactly()
    {
        RunConfiguration tiny = Tiny(OptimizerKind.Adam);
        RunConfiguration batch = tiny with { Data = tiny.Data with { Train = tiny.Data.Train with { BatchSize = 3, PhiRange = new Interval(-180f, 180f) } } };
        Assert.Equal(Bytes(Run(batch, 6, null)), Bytes(Run(batch, 6, Run(batch, 3, null))));
    }

    [Fact]
    public void Levels_that_are_not_in_use_yet_do_not_move_and_a_run_resumes_between_them()
    {
        RunConfiguration tiny = Tiny(OptimizerKind.Adam);
        RunConfiguration staged = tiny with
        {
            Optim = tiny.Optim with { WeightDecay = 0f },
            Nerf = tiny.Nerf with { Encoder = tiny.Nerf.Encoder with { ProgressiveLevels = new ScheduledValue(new SchedulePoint(2, 1f), new SchedulePoint(6, tiny.Nerf.Encoder.Levels)) } },
            Loss = tiny.Loss with { TotalVariation = 0f },
        };
        byte[] whole = Bytes(Run(staged, 8, null));
        Assert.Equal(whole, Bytes(Run(staged, 8, Run(staged, 4, null))));
        float[] Table(int steps) => Run(staged, steps, null).Tensors["encoder.table"].Values<float>().ToArray();
        float[] start = Table(0), coarse = Table(3), fine = Table(8);
        // The finest level is the table's end.
        int last = start.Length - 64;
        Assert.Equal(start[last..], coarse[last..]);
        Assert.NotEqual(start, coarse);
        Assert.NotEqual(start[(start.Length / 2)..], fine[(start.Length / 2)..]);
    }

    [Fact]
    public void Milestones_of_size_and_batch_are_passed_in_one_piece_or_two()
    {
        RunConfiguration tiny = Tiny(OptimizerKind.Adam);
        RunConfiguration staged = tiny with
        {
            Data = tiny.Data with
            {
                Train = tiny.Data.Train with { Width = new CountList(16, 24), Height = new CountList(12, 24), BatchSize = new CountList(2, 1), ResolutionMilestones = 3 },
            },
        };
        byte[] whole = Bytes(Run(staged, 6, null));
        Assert.Equal(whole, Bytes(Run(staged, 6, Run(staged, 3, null))));
        Assert.Equal(whole, Bytes(Run(staged, 6, Run(staged, 4, null))));
        // The stages before and after the milestone are those of runs without one.
        RunConfiguration first = tiny with { Data = tiny.Data with { Train = tiny.Data.Train with { Width = 16, Height = 12, BatchSize = 2 } } };
        Assert.Equal(Run(first, 3, null).Tensors["net.parameters"].Bytes.ToArray(), Run(staged, 3, null).Tensors["net.parameters"].Bytes.ToArray());
        RunConfiguration second = tiny with { Data = tiny.Data with { Train = tiny.Data.Train with { Width = 24, Height = 24 } } };
        Checkpoint milestone = Run(staged, 3, null);
        Assert.Equal(
            Run(second, 5, milestone with { Configuration = ConfigurationFile.WriteDetermining(second) }).Tensors["net.parameters"].Bytes.ToArray(),
            Run(staged, 5, null).Tensors["net.parameters"].Bytes.ToArray());
    }

    [Fact]
    public void What_is_left_out_of_a_checkpoint_is_missed()
    {
        RunConfiguration configuration = Tiny(OptimizerKind.Adam) with { EmaDecay = 0.9f };
        Checkpoint cut = Run(configuration, 8, null);
        byte[] whole = Bytes(Run(configuration, Iters, null));
        foreach (string name in cut.Tensors.Keys)
        {
            Tensor tensor = cut.Tensors[name];
            var zeroed = new Tensor(tensor.Type, tensor.Shape, new byte[tensor.Bytes.Length]);
            Checkpoint damaged = cut with { Tensors = new Dictionary<string, Tensor>(cut.Tensors) { [name] = zeroed } };
            Assert.NotEqual(whole, Bytes(Run(configuration, Iters, damaged)));
        }
    }

    [Fact]
    public void Another_run_is_refused_and_both_sides_named()
    {
        RunConfiguration configuration = Tiny(OptimizerKind.Adam);
        Checkpoint checkpoint = Run(configuration, 1, null);
        void Refuses(string expected, RunConfiguration other, Checkpoint from)
        {
            DfkException error = Assert.Throws<DfkException>(() => Run(other, 2, from));
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
        Refuses("seed: the checkpoint has 0, this run 7", configuration with { Seed = 7 }, checkpoint);
        Refuses("prompt: the checkpoint has \"a donut\", this run \"a burger\"", configuration with { Prompt = "a burger" }, checkpoint);
        Refuses("optim.lr: the checkpoint has 0.01, this run 0.02", configuration with { Optim = configuration.Optim with { LearningRate = 0.02f } }, checkpoint);
        Refuses("model: the checkpoint has SHA-256 11, this run 00", configuration, checkpoint with { ModelHashes = new Dictionary<string, string> { ["model"] = "11" } });
        Dictionary<string, Tensor> tensors = new(checkpoint.Tensors);
        Assert.True(tensors.Remove("net.parameters.adam_v"));
        Refuses("expected a tensor 'net.parameters.adam_v', got only", configuration, checkpoint with { Tensors = tensors });
        tensors["net.parameters.adam_v"] = Tensor.From([1f, 2f], 2);
        Refuses("tensor 'net.parameters.adam_v': expected F32 [", configuration, checkpoint with { Tensors = tensors });
        Refuses("holds net.parameters.ema, which this configuration does not have", configuration,
            checkpoint with { Tensors = new Dictionary<string, Tensor>(checkpoint.Tensors) { ["net.parameters.ema"] = tensors["net.parameters.adam_v"] } });
    }

    [Fact]
    public void The_average_is_in_place_only_while_it_is_asked_for()
    {
        using var device = DeviceContext.CreateCpu(2);
        using var target = new TargetImage(new FloatImage(16, 16, 3));
        RunConfiguration configuration = Tiny(OptimizerKind.Adam) with { EmaDecay = 0.9f, EmaWarmup = false };
        using var trainer = new Trainer(configuration, device, target, Prompt(configuration));
        trainer.Advance();
        trainer.Advance();
        Checkpoint before = Capture(trainer, configuration);
        using (trainer.Average!.InPlace())
        {
            Checkpoint during = Capture(trainer, configuration);
            Assert.Equal(before.Tensors["net.parameters.ema"].Bytes.ToArray(), during.Tensors["net.parameters"].Bytes.ToArray());
            Assert.NotEqual(before.Tensors["net.parameters"].Bytes.ToArray(), during.Tensors["net.parameters"].Bytes.ToArray());
        }
        Assert.Equal(Bytes(before), Bytes(Capture(trainer, configuration)));
    }

    [Fact]
    public void The_average_follows_the_parameters_with_its_decay()
    {
        RunConfiguration configuration = Tiny(OptimizerKind.Adam) with { EmaDecay = 0.75f, EmaWarmup = false, EmaInterval = 2 };
        float[] Values(int steps, string name) => Run(configuration, steps, null).Tensors[name].Values<float>().ToArray();
        float[] start = Values(0, "net.parameters"), second = Values(2, "net.parameters"), fourth = Values(4, "net.parameters"), average = Values(5, "net.parameters.ema");
        Assert.Equal(start, Values(1, "net.parameters.ema"));
        for (int i = 0; i < start.Length; i++)
        {
            double expected = (0.75 * ((0.75 * start[i]) + (0.25 * second[i]))) + (0.25 * fourth[i]);
            Assert.True(Math.Abs(average[i] - expected) <= 1e-6, $"{i}: {average[i]}, expected {expected}");
        }
    }

    private static Checkpoint Run(RunConfiguration configuration, int until, Checkpoint? from)
    {
        using var device = DeviceContext.CreateCpu(2);
        using var target = new TargetImage(new FloatImage(16, 16, 3));
        using var trainer = new Trainer(configuration, device, target, Prompt(configuration));
        if (from is not null)
        {
            TrainerCheckpoint.Restore(trainer, from, configuration, _hashes);
            Assert.Equal(from.Step, trainer.Step);
        }
        while (trainer.Step < until)
        {
            trainer.Advance();
        }
        return Capture(trainer, configuration);
    }

    private static Checkpoint Capture(Trainer trainer, RunConfiguration configuration) => TrainerCheckpoint.Capture(trainer, configuration, _hashes);

    private static PromptEmbeddings Prompt(RunConfiguration configuration) =>
        PromptEmbeddings.Compute(Toybox.Model, "a donut", "", new ViewPrompts(configuration.ViewPrompts));

    private static Checkpoint RoundTrip(Checkpoint checkpoint)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("checkpoint.safetensors");
        CheckpointFile.Write(path, checkpoint);
        return CheckpointFile.Read(path);
    }

    private static byte[] Bytes(Checkpoint checkpoint)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("checkpoint.safetensors");
        CheckpointFile.Write(path, checkpoint);
        return File.ReadAllBytes(path);
    }

    // Small, but with everything that has state: a grid that is updated often and by halves, random cameras, shading and background.
    private static RunConfiguration Tiny(OptimizerKind name)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        return toybox with
        {
            Prompt = "a donut",
            Iters = 20,
            EmaDecay = 0f,
            UpdateExtraInterval = 3,
            Renderer = toybox.Renderer with { GridResolution = 16, GridWarmupSteps = 4, MaxSteps = 16 },
            Optim = toybox.Optim with
            {
                Name = name,
                LearningRate = 0.01f,
                WarmupSteps = 3,
                WeightDecay = 1e-3f,
                MaxGradientNorm = 1f,
                Eps = name == OptimizerKind.Shampoo ? 1e-6f : 1e-8f,
                Betas = name == OptimizerKind.Adan ? new Moments(0.98f, 0.92f, 0.99f) : new Moments(0.9f, 0.9f),
            },
            Data = toybox.Data with { Train = toybox.Data.Train with { Width = 16, Height = 16 } },
        };
    }
}
