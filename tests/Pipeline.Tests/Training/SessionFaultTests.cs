using System;
using System.IO;
using System.Threading;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>A run whose disk fails: it ends with exit 4, its last checkpoint is intact, and it goes on from there.</summary>
public sealed class SessionFaultTests : IDisposable
{
    private const int FaultStep = 3;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public void A_full_disk_ends_the_run_with_its_last_checkpoint_intact()
    {
        // The device takes no byte, as a full disk: the checkpoint's own temporary file leads to it.
        DfkException error = Fail(() => File.CreateSymbolicLink(_folder.File("run/checkpoints/000004.safetensors.tmp"), "/dev/full"));
        Assert.Contains("000004.safetensors cannot be written: No space left on device", error.Message, StringComparison.Ordinal);
        RunSummary summary = RunFinder.Summary(_folder.File("run"))!;
        Assert.Equal((RunStatus.Failed, 4, error.Message), (summary.Status, summary.Step, summary.Error));
        Assert.Contains("failed at step 4", File.ReadAllText(_folder.File("run/log.txt")), StringComparison.Ordinal);
        GoesOn();
    }

    [LinuxFact]
    public void The_error_that_ended_the_run_is_reported_where_nothing_can_be_written()
    {
        DfkException error = Fail(() =>
        {
            File.CreateSymbolicLink(_folder.File("run/checkpoints/000004.safetensors.tmp"), "/dev/full");
            File.CreateSymbolicLink(_folder.File("run/run.json.tmp"), "/dev/full");
        });
        Assert.Contains("000004.safetensors cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Running, RunFinder.Summary(_folder.File("run"))!.Status);
        GoesOn();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_ends_the_run_with_its_last_checkpoint_intact()
    {
        // A folder in the file's place is refused to everybody, as a read-only one is; modes do not stop root.
        DfkException error = Fail(() => Directory.CreateDirectory(_folder.File("run/checkpoints/000004.safetensors.tmp")));
        Assert.Contains("000004.safetensors cannot be written", error.Message, StringComparison.Ordinal);
        Directory.Delete(_folder.File("run/checkpoints/000004.safetensors.tmp"));
        GoesOn();
    }

    private DfkException Fail(Action plant)
    {
        DfkException error = Assert.Throws<DfkException>(() => Run("run", resume: false, plant));
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        CheckpointFolder checkpoints = new(_folder.File("run/checkpoints"), keep: 2);
        Assert.Equal(checkpoints.PathOf(2), checkpoints.LatestPath);
        Assert.Equal(2, checkpoints.Read(2).Step);
        return error;
    }

    private void GoesOn()
    {
        TrainingResult resumed = Run("run", resume: true, () => { });
        Assert.Equal((TrainingOutcome.Done, 2), (resumed.Outcome, resumed.FirstStep));
        TrainingResult whole = Run("whole", resume: false, () => { });
        Assert.Equal(File.ReadAllBytes(whole.CheckpointPath), File.ReadAllBytes(resumed.CheckpointPath));
        Assert.Equal(File.ReadAllBytes(whole.SheetPath!), File.ReadAllBytes(resumed.SheetPath!));
        Assert.Empty(Directory.GetFiles(_folder.File("run"), "*.tmp", SearchOption.AllDirectories));
    }

    private TrainingResult Run(string name, bool resume, Action plant)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        RunConfiguration configuration = toybox with
        {
            Prompt = "a hamburger",
            Iters = 6,
            PreviewInterval = 0,
            CheckpointInterval = 2,
            Data = toybox.Data with
            {
                Train = new TrainDataConfiguration { Width = 16, Height = 16 },
                Test = new ViewDataConfiguration { Size = 1, Width = 16, Height = 16 },
            },
        };
        var request = new TrainingRequest { OutputFolder = _folder.File(name), Resume = resume };
        return TrainingSession.Run(configuration, request, new PlantingObserver(plant), CancellationToken.None);
    }

    private sealed class PlantingObserver(Action plant) : ITrainingObserver
    {
        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
            if (report.Step == FaultStep)
            {
                plant();
            }
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message)
        {
        }
    }
}
