using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Training;

/// <summary>Where a run goes on: its folder, what its record says, and the newest checkpoint that can be read.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Summary">Its <c>run.json</c>, or null if it was killed before that was written.</param>
/// <param name="Checkpoint">The checkpoint, or null: from step 0.</param>
/// <param name="CheckpointPath">Path of the checkpoint.</param>
/// <param name="Notes">What the user should know, one line each.</param>
/// <param name="Damaged">Steps whose checkpoints cannot be read.</param>
internal sealed record ResumePoint(
    string Folder, RunSummary? Summary, Checkpoint? Checkpoint, string? CheckpointPath, IReadOnlyList<string> Notes, IReadOnlyList<int> Damaged)
{
    /// <summary>What the watchdog remembered at that step.</summary>
    public WatchdogState Watchdog { get; } = WatchdogState.Read(Checkpoint?.Watchdog ?? "");

    /// <summary>Steps done.</summary>
    public int Step => Checkpoint?.Step ?? 0;

    /// <summary>Looks at a run folder without changing it.</summary>
    /// <param name="folder">The folder, or null: there is nothing to resume.</param>
    /// <param name="configuration">The configuration of the run that asks.</param>
    /// <returns>Where to go on, or null if the folder is missing or empty: a new run.</returns>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>, if it is no run folder, or the run is of another prompt, seed or configuration.
    /// </exception>
    public static ResumePoint? Find(string? folder, RunConfiguration configuration)
    {
        if (folder is null || !Directory.Exists(folder) || !RunFolder.Contents(folder).Any())
        {
            return null;
        }
        RunSummary? summary = RunFinder.Summary(folder);
        if (summary is null && !File.Exists(Path.Combine(folder, RunFolder.LogName)))
        {
            throw new DfkException(ExitCode.BadInput, $"run folder {folder}: expected a run to resume, got a folder without {RunFolder.SummaryName} and {RunFolder.LogName}. Name the folder of a run.");
        }
        if (summary is { Task: { } task })
        {
            throw new DfkException(ExitCode.BadInput, $"run folder {folder}: expected the run of an object, got a run of --{task}; run it again with another --out.");
        }
        List<string> notes = [];
        List<int> damaged = [];
        (Checkpoint? checkpoint, string? path) = NewestGood(folder, notes, damaged);
        if (checkpoint is not null)
        {
            TrainerCheckpoint.RequireSameRun(checkpoint, configuration);
        }
        else if (RunFinder.Configuration(folder) is { } written)
        {
            TrainerCheckpoint.RequireSameRun(ConfigurationFile.WriteDetermining(ConfigurationFile.Read(written)), "the run folder", configuration);
        }
        return new ResumePoint(folder, summary, checkpoint, path, notes, damaged);
    }

    /// <summary>The result of a run that needs nothing more, or null if there is work left.</summary>
    public TrainingResult? Finished()
    {
        if (Summary is not { Status: RunStatus.Done } || CheckpointPath is null || Summary.Step != Step)
        {
            return null;
        }
        string sheet = Path.Combine(Folder, RunFolder.SheetName);
        return new TrainingResult
        {
            Outcome = TrainingOutcome.Done,
            RunFolder = Folder,
            FirstStep = Step,
            Step = Step,
            Duration = TimeSpan.Zero,
            CheckpointPath = CheckpointPath,
            SheetPath = File.Exists(sheet) ? sheet : null,
            VideoPath = Existing("turntable.mp4") ?? Existing("turntable.apng"),
            MeshPath = Existing("mesh.glb"),
            Scores = [.. Summary.Scores],
        };
    }

    private string? Existing(string name) => Path.Combine(Folder, name) is var path && File.Exists(path) ? path : null;

    private static (Checkpoint? Checkpoint, string? Path) NewestGood(string folder, List<string> notes, List<int> damaged)
    {
        string path = Path.Combine(folder, RunFolder.CheckpointsName);
        if (!Directory.Exists(path))
        {
            return (null, null);
        }
        var checkpoints = new CheckpointFolder(path, keep: 1);
        List<string> problems = [];
        foreach (int step in checkpoints.Steps.Reverse())
        {
            try
            {
                Checkpoint checkpoint = checkpoints.Read(step);
                notes.AddRange(problems.Select(problem => string.Create(CultureInfo.InvariantCulture, $"{problem} The one after {step} steps is taken, the damaged file set aside.")));
                return (checkpoint, checkpoints.PathOf(step));
            }
            catch (DfkException e) when (e.ExitCode == ExitCode.BadInput)
            {
                problems.Add(e.Message);
                damaged.Add(step);
            }
        }
        return problems.Count == 0
            ? (null, null)
            : throw new DfkException(ExitCode.BadInput, $"run folder {folder}: none of its checkpoints can be read:\n  {string.Join("\n  ", problems)}\nDelete them to begin again at step 0.");
    }
}
