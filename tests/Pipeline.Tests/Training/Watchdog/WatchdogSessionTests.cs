using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Training.Watchdog;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training.Watchdog;

/// <summary>Whole runs that go wrong: named, rolled back, recovered or ended with exit code 5, and resumed to the same bytes.</summary>
public sealed class WatchdogSessionTests : IDisposable
{
    private const uint Seed = 3;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_NaN_in_a_gradient_is_rolled_back_and_the_run_ends_well()
    {
        TrainingResult result = Run("run", Tiny, NaNOnce);
        Assert.Equal(TrainingOutcome.Done, result.Outcome);
        RunSummary summary = RunJson.Read(_folder.File("run/run.json"));
        Recovery recovery = Assert.Single(summary.Recoveries);
        Assert.Equal((RunStatus.Done, Symptom.NotFinite, 20, 16), (summary.Status, recovery.Symptom, recovery.Step, recovery.BackTo));
        Assert.Contains("gradients are not finite", recovery.Evidence, StringComparison.Ordinal);
        Assert.Contains("optim.lr 0.01 -> 0.001", recovery.Change, StringComparison.Ordinal);
        Assert.Equal(RecoveryPolicy.Seed(Seed, 1), recovery.Seed);
        Assert.Contains("step 20: nan: a value is NaN or infinite", File.ReadAllText(_folder.File("run/log.txt")), StringComparison.Ordinal);
        // The steps that were given up stay, those that replace them say so.
        (int Rollbacks, int Step)[] lines = [.. Metrics("run")];
        Assert.Equal([.. Enumerable.Range(1, 20).Select(step => (0, step)), (1, 16), .. Enumerable.Range(17, Tiny.Iters - 16).Select(step => (1, step))], lines);
        Assert.Equal(1e-3f, Tiny.Optim.LearningRate * 0.1f, 1e-9f);
        Assert.Null(FiniteState.FirstBroken(CheckpointFile.Read(result.CheckpointPath)));
        Assert.False(Directory.Exists(_folder.File("run/snapshots")));
        // The checkpoint is one of the run's own configuration: anything can open it.
        using var field = TrainedField.Open(_folder.File("run"), 1);
        Assert.Equal(Tiny.Iters, field.Step);
    }

    [Fact]
    public void A_run_killed_anywhere_around_a_rollback_ends_in_the_same_bytes()
    {
        byte[] whole = File.ReadAllBytes(Run("whole", Interrupted, NaNTwice, stopAfter: (2, Last)).CheckpointPath);
        (int, int)[] metrics = [.. Metrics("whole")];
        var killed = new List<string>();
        string before = "";
        // Every moment in which the folder changes around the rollbacks, as a killed process leaves it.
        Run("run", Interrupted, NaNTwice, stopAfter: (2, Last), moment: (name, rollbacks, step) =>
        {
            if (step is >= 19 and <= 22 && Contents(_folder.File("run")) is var now && now != before)
            {
                before = now;
                string copy = $"killed-{killed.Count}-{name}-{rollbacks}-{step}";
                Copy(_folder.File("run"), _folder.File(copy));
                killed.Add(copy);
            }
        });
        Assert.True(killed.Count > 12, $"{killed.Count} moments");
        Assert.Contains(killed, copy => copy.Contains("note", StringComparison.Ordinal));
        foreach (string copy in killed)
        {
            TrainingResult resumed = Run(copy, Interrupted with { Threads = 1 }, NaNTwice, stopAfter: (2, Last), resume: true);
            Assert.True(whole.AsSpan().SequenceEqual(File.ReadAllBytes(resumed.CheckpointPath)), copy);
            Assert.Equal(metrics, Metrics(copy));
            Assert.Equal(2, File.ReadAllText(_folder.File(copy + "/log.txt")).Split("back to step").Length - 1);
        }
    }

    [Fact]
    public void A_streak_that_is_cut_by_a_kill_is_counted_on()
    {
        static Plant Silent(SdsStep draw) => draw.Seed == Seed && draw.Step >= 20 ? Plant.Silence : Plant.Nothing;
        byte[] whole = File.ReadAllBytes(Run("whole", Interrupted, Silent, stopAfter: (1, Last)).CheckpointPath);
        // Silent for two of its four steps.
        TrainingResult cut = Run("run", Interrupted, Silent, stopAfter: (0, 22));
        Assert.Equal(2, WatchdogState.Read(CheckpointFile.Read(cut.CheckpointPath).Watchdog).Streaks[Symptom.Frozen]);
        TrainingResult resumed = Run("run", Interrupted, Silent, stopAfter: (1, Last), resume: true);
        Assert.Equal(whole, File.ReadAllBytes(resumed.CheckpointPath));
        Recovery recovery = Assert.Single(WatchdogState.Read(CheckpointFile.Read(resumed.CheckpointPath).Watchdog).Recoveries);
        Assert.Equal((Symptom.Frozen, 24, 16), (recovery.Symptom, recovery.Step, recovery.BackTo));
    }

    [Fact]
    public void A_NaN_that_comes_back_ends_the_run_with_exit_code_5()
    {
        DfkException error = Assert.Throws<DfkException>(() => Run("run", Tiny, draw => draw.Step == 20 ? Plant.NaN : Plant.Nothing));
        RequireDiverged(error, Symptom.NotFinite, recoveries: 2, "optim.max_grad_norm");
        // From the snapshot first, then from the start.
        Assert.Equal([16, 0], RunJson.Read(_folder.File("run/run.json")).Recoveries.Select(recovery => recovery.BackTo));
        Assert.All(Directory.GetFiles(_folder.File("run"), "*.safetensors", SearchOption.AllDirectories), file => Assert.Null(FiniteState.FirstBroken(CheckpointFile.Read(file))));
    }

    [Theory]
    [InlineData(Symptom.Empty, "nerf.blob_density")]
    [InlineData(Symptom.OverFull, "nerf.density_bias")]
    [InlineData(Symptom.Fog, "loss.lambda_opacity")]
    [InlineData(Symptom.Frozen, "optim.lr")]
    public void A_run_that_cannot_be_saved_is_named_and_ends_with_exit_code_5(object symptom, string advice)
    {
        NerfConfiguration flat = Tiny.Nerf with { BlobDensity = 0f, DensityGain = 0.01f };
        RunConfiguration early = Tiny with { Watchdog = Tiny.Watchdog with { WarmupRatio = 0.125f } };
        var (configuration, planted) = (Symptom)symptom switch
        {
            Symptom.Empty => (early with { Nerf = flat with { DensityBias = -50f } }, Plant.Nothing),
            Symptom.OverFull => (early with { Nerf = flat with { DensityBias = 20f } }, Plant.Nothing),
            Symptom.Fog => (early with { Nerf = flat with { DensityBias = -2.2f } }, Plant.Nothing),
            // Without a guidance the regularisers alone would empty the scene.
            _ => (Tiny with { Loss = Tiny.Loss with { Opacity = 0f, Entropy = 0f } }, Plant.Silence),
        };
        DfkException error = Assert.Throws<DfkException>(() => Run("run", configuration, _ => planted));
        RequireDiverged(error, (Symptom)symptom, recoveries: 2, advice);
    }

    // A picture that is grey all over fills the region, and the region's samples grow past what the first steps needed.
    [Fact]
    public void A_field_that_outgrows_the_sample_budget_is_over_full()
    {
        Run("measured", Interrupted, _ => Plant.Nothing, stopAfter: (0, Last));
        int[] samples = [.. File.ReadLines(_folder.File("measured/metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("samples").GetInt32())];
        int budget = Math.Max(1024, samples[..10].Max());
        int first = Array.FindIndex(samples, count => count > budget);
        Assert.InRange(first, 10, Last - 1);
        RunConfiguration tight = Interrupted with { Renderer = Interrupted.Renderer with { SampleBudget = budget } };

        Recovery recovery = RolledBack(() => Run("run", tight, _ => Plant.Nothing, stopAfter: (1, Last)), "run")[0];
        Assert.Equal((Symptom.OverFull, first, first / 8 * 8), (recovery.Symptom, recovery.Step, recovery.BackTo));
        Assert.Equal($"a view needs {samples[first]} samples, renderer.sample_budget allows {budget}", recovery.Evidence);
        Assert.Contains("loss.lambda_opacity", recovery.Change, StringComparison.Ordinal);

        RunConfiguration once = tight with { Watchdog = tight.Watchdog with { MaxRecoveries = 0 } };
        DfkException ended = Assert.Throws<DfkException>(() => Run("once", once, _ => Plant.Nothing));
        Assert.Equal(ExitCode.Diverged, ended.ExitCode);
        Assert.Contains("Training diverged (over-full)", ended.Message, StringComparison.Ordinal);
        Assert.Contains("higher renderer.sample_budget", ended.Message, StringComparison.Ordinal);

        // Without a watchdog, and where the very first view needs more, the setting is what is wrong.
        RunConfiguration large = Interrupted with { Data = Interrupted.Data with { Train = new TrainDataConfiguration { Width = 64, Height = 64 } } };
        foreach (RunConfiguration wrong in (RunConfiguration[])[tight with { Watchdog = new WatchdogConfiguration { Enabled = false } }, large with { Renderer = tight.Renderer with { SampleBudget = 1024 } }])
        {
            string name = wrong.Watchdog.Enabled ? "large" : "off";
            DfkException refused = Assert.Throws<DfkException>(() => Run(name, wrong, _ => Plant.Nothing));
            Assert.Equal(ExitCode.BadInput, refused.ExitCode);
            Assert.Contains("Raise it, or lower renderer.max_steps", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_rate_that_moves_nothing_is_frozen_and_recovers()
    {
        RunConfiguration still = Interrupted with { Optim = Interrupted.Optim with { LearningRate = 1e-20f, EncoderLearningRate = 1e-20f, BackgroundLearningRate = 1e-20f } };
        TrainingResult result = Run("run", still, _ => Plant.Nothing, stopAfter: (1, Last));
        Recovery recovery = Assert.Single(WatchdogState.Read(CheckpointFile.Read(result.CheckpointPath).Watchdog).Recoveries);
        Assert.Equal((Symptom.Frozen, "optim.lr 1E-20 -> 0.001"), (recovery.Symptom, recovery.Change.Split(", ")[1]));
    }

    [Fact]
    public void A_watchdog_that_is_off_or_has_nothing_to_do_changes_no_bit()
    {
        RunConfiguration off = Interrupted with { Watchdog = new WatchdogConfiguration { Enabled = false } };
        Checkpoint with = CheckpointFile.Read(Run("with", Interrupted, _ => Plant.Nothing, stopAfter: (0, Last)).CheckpointPath);
        Checkpoint without = CheckpointFile.Read(Run("without", off, _ => Plant.Nothing, stopAfter: (0, Last)).CheckpointPath);
        Assert.Equal(without.Tensors.Keys.Order(), with.Tensors.Keys.Order());
        Assert.All(with.Tensors, tensor => Assert.Equal(without.Tensors[tensor.Key].Bytes.ToArray(), tensor.Value.Bytes.ToArray()));
        Assert.Equal("", with.Watchdog);
        Assert.True(Directory.Exists(_folder.File("with/snapshots")));
        Assert.False(Directory.Exists(_folder.File("without/snapshots")));
        DfkException error = Assert.Throws<DfkException>(() => Run("off", off, NaNOnce));
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.Empty(RunJson.Read(_folder.File("off/run.json")).Recoveries);
    }

    [Fact]
    public void A_state_that_is_not_finite_never_becomes_a_checkpoint()
    {
        using var device = Autodiff.DeviceContext.CreateCpu(1);
        using var guidance = new PlantedGuidance(_ => Plant.Nothing);
        using var trainer = new Trainer(Tiny, device, guidance, PromptEmbeddings.Compute(Toybox.Model, "a donut", "", new ViewPrompts(Tiny.ViewPrompts)));
        var watchdog = new RunWatchdog(Tiny, _folder.Path, new Dictionary<string, string>(), WatchdogState.Healthy);
        StepReport report = trainer.Advance();
        while (trainer.Step < 8)
        {
            Assert.Null(watchdog.Inspect(report, trainer));
            report = trainer.Advance();
        }
        float[] broken = [float.PositiveInfinity];
        trainer.Optimizer.State[0].Values.SubView(5, 1).CopyFromCPU(broken);
        Alarm? alarm = watchdog.Inspect(report, trainer);
        Assert.Equal((Symptom.NotFinite, 8, 7), (alarm!.Symptom, alarm.Step, alarm.LastGoodStep));
        Assert.Contains("holds a value that is not finite", alarm.Evidence, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_snapshot_that_is_gone_ends_the_run_and_says_so()
    {
        TrainingResult stopped = Run("run", Tiny, NaNOnce, stopAfter: (0, 19));
        Assert.Equal(19, stopped.Step);
        Directory.Delete(_folder.File("run/snapshots"), recursive: true);
        DfkException error = Assert.Throws<DfkException>(() => Run("run", Tiny, NaNOnce, resume: true));
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.Contains("the snapshot after 16 steps is missing or damaged", error.Message, StringComparison.Ordinal);
    }

    private const int Last = 30;

    // A picture that is grey all over fills the region; only the tests that want it look for that.
    private static RunConfiguration Tiny { get; } = PresetCatalogue.Get("toybox") with
    {
        Prompt = "a hamburger",
        Seed = Seed,
        Iters = 32,
        PreviewInterval = 0,
        CheckpointInterval = 5,
        AlbedoIterRatio = 1f,
        Optim = PresetCatalogue.Get("toybox").Optim with { LearningRate = 0.01f, WarmupSteps = 3 },
        Renderer = PresetCatalogue.Get("toybox").Renderer with { GridResolution = 16 },
        Watchdog = new WatchdogConfiguration { MaxRecoveries = 2, Patience = 4, WarmupSteps = 4, WarmupRatio = 1f, SnapshotInterval = 8 },
        Data = PresetCatalogue.Get("toybox").Data with
        {
            Train = new TrainDataConfiguration { Width = 16, Height = 16 },
            Test = new ViewDataConfiguration { Size = 1, Width = 8, Height = 8 },
        },
    };

    // Stopped before the last step, so that no pictures are made.
    private static RunConfiguration Interrupted { get; } = Tiny with { Iters = 40 };

    private static Plant NaNOnce(SdsStep draw) => draw is { Seed: Seed, Step: 20 } ? Plant.NaN : Plant.Nothing;

    private static Plant NaNTwice(SdsStep draw) => draw is { Seed: Seed, Step: 20 } || (draw.Seed == RecoveryPolicy.Seed(Seed, 1) && draw.Step == 22) ? Plant.NaN : Plant.Nothing;

    // Whether the rollback helped is another matter.
    private IReadOnlyList<Recovery> RolledBack(Func<TrainingResult> run, string name)
    {
        try
        {
            return WatchdogState.Read(CheckpointFile.Read(run().CheckpointPath).Watchdog).Recoveries;
        }
        catch (DfkException e) when (e.ExitCode == ExitCode.Diverged)
        {
            return RunJson.Read(_folder.File(name + "/run.json")).Recoveries;
        }
    }

    private void RequireDiverged(DfkException error, Symptom symptom, int recoveries, string advice)
    {
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        Assert.Contains($"Training diverged ({symptom.Name()})", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        RunSummary summary = RunJson.Read(_folder.File("run/run.json"));
        Assert.Equal((RunStatus.Diverged, recoveries), (summary.Status, summary.Recoveries.Count));
        Assert.All(summary.Recoveries, recovery => Assert.Equal(symptom, recovery.Symptom));
    }

    private IEnumerable<(int Rollbacks, int Step)> Metrics(string name) => File.ReadLines(_folder.File(name + "/metrics.jsonl")).Select(line => RunJson.PositionOf(line)!.Value);

    private static string Contents(string folder) => string.Join("\n", Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file).Ticks}"));

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != ".lock"))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using FileStream copy = File.Create(target);
            source.CopyTo(copy);
        }
    }

    private TrainingResult Run(
        string name, RunConfiguration configuration, Func<SdsStep, Plant> plant, (int Rollbacks, int Step)? stopAfter = null, bool resume = false, Action<string, int, int>? moment = null)
    {
        using var stop = new CancellationTokenSource();
        using var guidance = new PlantedGuidance(plant);
        var request = new TrainingRequest { OutputFolder = _folder.File(name), Resume = resume, NoVideo = true, NoMesh = true, NoScores = true };
        return TrainingSession.Run(configuration, request, new MomentObserver(stopAfter, stop, moment), _ => guidance, stop.Token);
    }

    private sealed class MomentObserver((int Rollbacks, int Step)? stopAfter, CancellationTokenSource stop, Action<string, int, int>? moment) : ITrainingObserver
    {
        private (int Rollbacks, int Step) _at;

        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase) => moment?.Invoke(phase.ToString().ToLowerInvariant(), _at.Rollbacks, _at.Step);

        public void StepDone(StepReport report)
        {
            _at = (report.Rollbacks, report.Step);
            moment?.Invoke("step", _at.Rollbacks, _at.Step);
            if (_at == stopAfter)
            {
                stop.Cancel();
            }
        }

        public void FileWritten(string path) => moment?.Invoke("written", _at.Rollbacks, _at.Step);

        public void Note(string message) => moment?.Invoke("note", _at.Rollbacks, _at.Step);
    }
}
