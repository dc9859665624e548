using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Meshes.Formats;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Rendering;

/// <summary>What a run makes once its steps are done, in the run's own folder and from the command's point of view.</summary>
public sealed class AfterTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static RunConfiguration Tiny { get; } = PresetCatalogue.Get("toybox") with
    {
        Prompt = "a hamburger",
        Iters = 2,
        PreviewInterval = 0,
        Data = PresetCatalogue.Get("toybox").Data with
        {
            Train = new TrainDataConfiguration { Width = 32, Height = 32 },
            Test = new ViewDataConfiguration { Size = 2, Width = 16, Height = 16 },
        },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_ends_with_sheet_video_mesh_and_scores_each_timed()
    {
        TrainingResult result = Run("run", Tiny);
        Assert.Equal(_folder.File("run/mesh.glb"), result.MeshPath);
        Assert.Equal("turntable", Path.GetFileNameWithoutExtension(result.VideoPath));
        Assert.All([result.SheetPath, result.VideoPath, result.MeshPath], path => Assert.True(File.Exists(path), path));
        Assert.InRange(GlbReader.ReadFile(result.MeshPath!).Geometry.FaceCount, 100, 20_000);
        Assert.NotEmpty(result.Scores);
        RunSummary summary = RunFinder.Summary(result.RunFolder)!;
        Assert.All((string[])["preparing", "pictures", "video", "mesh", "scores"], part => Assert.True(summary.Seconds[part] > 0, part));
        Assert.True(summary.TotalSeconds >= summary.Seconds.Values.Sum() - 0.01, "parts overlap");
        Assert.Equal(1, result.Times!.Shares.Sum(part => part.Value), 9);
        Assert.Contains("\"shares\"", File.ReadAllText(_folder.File("run/run.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_can_be_switched_off()
    {
        TrainingResult none = Run("none", Tiny with { ExportSheet = false, ExportVideo = false, ExportMesh = false, ExportScores = false });
        Assert.Equal((TrainingOutcome.Done, null, null, null), (none.Outcome, none.SheetPath, none.VideoPath, none.MeshPath));
        Assert.Empty(none.Scores);
        Assert.Equal(["checkpoints", "config.yaml", "log.txt", "metrics.jsonl", "run.json"], Entries("none"));
        TrainingResult flags = Run("flags", Tiny, request => request with { NoSheet = true, NoVideo = true, NoMesh = true, NoScores = true });
        Assert.Equal(Entries("none"), Entries("flags"));
        Assert.Equal(File.ReadAllBytes(none.CheckpointPath), File.ReadAllBytes(flags.CheckpointPath));
    }

    // A folder stands where the mesh should go: its stage fails, the others do not, and a resumed run makes what is missing and nothing else.
    [Fact]
    public void A_stage_that_fails_loses_nothing_and_is_made_by_resuming()
    {
        var obstacle = new Observer(phase =>
        {
            if (phase == TrainingPhase.Exporting)
            {
                Directory.CreateDirectory(_folder.File("run/mesh.glb"));
            }
        });
        DfkException error = Assert.Throws<DfkException>(() => Run("run", Tiny, observer: obstacle));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("training is done and saved in", error.Message, StringComparison.Ordinal);
        Assert.Contains("--resume=", error.Message, StringComparison.Ordinal);
        RunSummary failed = RunFinder.Summary(_folder.File("run"))!;
        Assert.Equal((RunStatus.Failed, Tiny.Iters), (failed.Status, failed.Step));
        Assert.NotEmpty(failed.Scores);
        Assert.False(failed.Seconds.ContainsKey("mesh"));
        Directory.Delete(_folder.File("run/mesh.glb"));
        DateTime sheet = File.GetLastWriteTimeUtc(_folder.File("run/sheet.png"));
        List<TrainingPhase> phases = [];
        TrainingResult result = Run("run", Tiny, request => request with { Resume = true }, new Observer(phases.Add));
        Assert.Equal((TrainingOutcome.Done, Tiny.Iters), (result.Outcome, result.FirstStep));
        Assert.True(File.Exists(result.MeshPath));
        Assert.Equal(sheet, File.GetLastWriteTimeUtc(result.SheetPath!));
        Assert.DoesNotContain(TrainingPhase.Filming, phases);
        Assert.NotNull(result.VideoPath);
        Assert.Equal(RunStatus.Done, RunFinder.Summary(result.RunFolder)!.Status);
    }

    [Fact]
    public void An_interrupt_during_the_video_is_resumed_there()
    {
        using CancellationTokenSource stop = new();
        TrainingResult result = Run("run", Tiny, observer: new Observer(phase =>
        {
            if (phase == TrainingPhase.Filming)
            {
                stop.Cancel();
            }
        }), stop: stop.Token);
        Assert.Equal((TrainingOutcome.Interrupted, true, Tiny.Iters), (result.Outcome, result.CanResume, result.Step));
        Assert.NotNull(result.SheetPath);
        Assert.Equal(RunStatus.Interrupted, RunFinder.Summary(result.RunFolder)!.Status);
        Assert.Equal(["checkpoints", "config.yaml", "log.txt", "metrics.jsonl", "run.json", "sheet.png"], Entries("run"));
        TrainingResult resumed = Run("run", Tiny, request => request with { Resume = true, NoMesh = true });
        Assert.Equal(TrainingOutcome.Done, resumed.Outcome);
        Assert.NotNull(resumed.VideoPath);
        Assert.Null(resumed.MeshPath);
    }

    private TrainingResult Run(
        string name, RunConfiguration configuration, Func<TrainingRequest, TrainingRequest>? change = null, Observer? observer = null, CancellationToken stop = default)
    {
        var request = new TrainingRequest { OutputFolder = _folder.File(name) };
        return TrainingSession.Run(configuration, change?.Invoke(request) ?? request, observer ?? new Observer(_ => { }), stop);
    }

    private string[] Entries(string name) =>
        [.. Directory.EnumerateFileSystemEntries(_folder.File(name)).Select(path => Path.GetFileName(path)).Where(entry => entry != ".lock").Order(StringComparer.Ordinal)];

    private sealed class Observer(Action<TrainingPhase> phase) : ITrainingObserver
    {
        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase changed) => phase(changed);

        public void StepDone(StepReport report)
        {
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message)
        {
        }
    }
}
