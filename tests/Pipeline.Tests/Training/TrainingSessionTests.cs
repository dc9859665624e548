using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

public sealed class TrainingSessionTests
{
    [Fact]
    public void The_same_prompt_and_seed_give_the_same_checkpoint_bytes_for_any_thread_count_and_folder()
    {
        using var folder = new TemporaryFolder();
        byte[] one = FinalCheckpoint(Run(folder, "one", Tiny with { Threads = 1 }));
        byte[] two = FinalCheckpoint(Run(folder, "two", Tiny with { Threads = 2 }));
        byte[] four = FinalCheckpoint(Run(folder, "four", Tiny with { Threads = 4 }));
        byte[] otherSeed = FinalCheckpoint(Run(folder, "other", Tiny with { Seed = 1 }));
        Assert.Equal(one, two);
        Assert.Equal(one, four);
        Assert.NotEqual(one, otherSeed);
    }

    [Fact]
    public void A_run_leaves_the_promised_files()
    {
        using var folder = new TemporaryFolder();
        TrainingResult result = Run(folder, "run", Tiny with { PreviewInterval = 4, CheckpointInterval = 4 });
        Assert.Equal(TrainingOutcome.Done, result.Outcome);
        Assert.Equal(Tiny.Iters, File.ReadAllLines(Path.Combine(result.RunFolder, "metrics.jsonl")).Length);
        foreach (string name in new[] { "run.json", "config.yaml", "log.txt", "sheet.png", "checkpoints/latest", "previews/000004.png" })
        {
            Assert.True(File.Exists(Path.Combine(result.RunFolder, name)), name);
        }
        Assert.Contains("\"status\": \"done\"", File.ReadAllText(Path.Combine(result.RunFolder, "run.json")), StringComparison.Ordinal);
        Assert.Equal(["clip_score", "colour_retrieval", "geometry_retrieval"], result.Scores.Select(score => score.Key));
        Assert.Equal(Tiny.Iters, CheckpointFile.Read(result.CheckpointPath).Step);
    }

    [Fact]
    public void Stopping_saves_a_checkpoint_of_the_finished_steps()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var observer = new StopAfter(3, stop);
        TrainingResult result = TrainingSession.Run(Tiny, new TrainingRequest { OutputFolder = folder.File("stopped") }, observer, stop.Token);
        Assert.Equal(TrainingOutcome.Interrupted, result.Outcome);
        Assert.Equal(3, CheckpointFile.Read(result.CheckpointPath).Step);
        Assert.Null(result.SheetPath);
    }

    [Fact]
    public void An_unknown_object_is_refused_before_any_folder_is_made()
    {
        using var folder = new TemporaryFolder();
        DfkException error = Assert.Throws<DfkException>(() => Run(folder, "unknown", Tiny with { Prompt = "a zeppelin" }));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.False(Directory.Exists(folder.File("unknown")));
    }

    [Fact]
    public void A_sample_budget_that_is_too_small_says_which_option_to_change()
    {
        using var folder = new TemporaryFolder();
        DfkException error = Assert.Throws<DfkException>(() =>
            Run(folder, "budget", Tiny with { Renderer = Tiny.Renderer with { SampleBudget = 1024 } }));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("renderer.sample_budget", error.Message, StringComparison.Ordinal);
    }

    private static RunConfiguration Tiny { get; } = PresetCatalogue.Get("toybox") with
    {
        Prompt = "a hamburger",
        Iters = 8,
        PreviewInterval = 0,
        ExportVideo = false,
        ExportMesh = false,
        AlbedoIterRatio = 0f,
        Data = PresetCatalogue.Get("toybox").Data with
        {
            Train = new TrainDataConfiguration { Width = 32, Height = 32 },
            Validation = new ViewDataConfiguration { Size = 2, Width = 16, Height = 16 },
            Test = new ViewDataConfiguration { Size = 2, Width = 16, Height = 16 },
        },
    };

    private static TrainingResult Run(TemporaryFolder folder, string name, RunConfiguration configuration) =>
        TrainingSession.Run(configuration, new TrainingRequest { OutputFolder = folder.File(name) }, new StopAfter(int.MaxValue, null), CancellationToken.None);

    private static byte[] FinalCheckpoint(TrainingResult result) => File.ReadAllBytes(result.CheckpointPath);

    private sealed class StopAfter(int steps, CancellationTokenSource? stop) : ITrainingObserver
    {
        public List<string> Files { get; } = [];

        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
            if (report.Step == steps)
            {
                stop?.Cancel();
            }
        }

        public void FileWritten(string path) => Files.Add(path);

        public void Note(string message)
        {
        }
    }
}
