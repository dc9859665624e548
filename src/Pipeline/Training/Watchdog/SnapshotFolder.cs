using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>
/// The folder <c>snapshots</c> of a run: the states that it may be rolled back to, each a checkpoint. They lie apart from the checkpoints
/// because they are taken at steps that are part of the result, however often checkpoints are written and wherever the run is interrupted.
/// </summary>
internal sealed class SnapshotFolder
{
    /// <summary>Name of the folder.</summary>
    public const string Name = "snapshots";

    private readonly string _path;
    private readonly int _interval;
    private readonly int _keep;

    /// <summary>The snapshots of a run; the folder is made with the first one.</summary>
    /// <param name="runFolder">Path of the run folder.</param>
    /// <param name="interval">Steps between two.</param>
    /// <param name="patience">Steps that a symptom lasts before it is believed.</param>
    public SnapshotFolder(string runFolder, int interval, int patience)
    {
        _path = Path.Combine(runFolder, Name);
        _interval = interval;
        _keep = Kept(interval, patience);
    }

    /// <summary>Most files of a checkpoint's size that a run has at once in the folder, with the one being written.</summary>
    /// <param name="configuration">The run's configuration.</param>
    public static long MostFiles(RunConfiguration configuration)
    {
        WatchdogConfiguration watchdog = configuration.Watchdog;
        long start = configuration.ResumeFromCheckpoint.Length > 0 ? 1 : 0;
        long taken = ((configuration.Iters - 1) / watchdog.SnapshotInterval) + start;
        return watchdog.Enabled ? Math.Min(taken, Kept(watchdog.SnapshotInterval, watchdog.Patience) + start + 1) : 0;
    }

    /// <summary>Whether a snapshot is due after a number of steps.</summary>
    public bool IsDue(int step) => step % _interval == 0;

    /// <summary>Writes a snapshot and deletes those that are no longer needed; the start stays.</summary>
    public void Save(Checkpoint checkpoint)
    {
        Folder().Save(checkpoint, others => others.Where(step => step > 0).OrderDescending().Skip(_keep - 1));
    }

    /// <summary>Reads the snapshot of a step, or null if it is not there or damaged.</summary>
    public Checkpoint? TryRead(int step)
    {
        if (!Directory.Exists(_path))
        {
            return null;
        }
        try
        {
            return CheckpointFile.Read(Folder().PathOf(step));
        }
        catch (DfkException e) when (e.ExitCode == ExitCode.BadInput)
        {
            return null;
        }
    }

    /// <summary>Deletes the snapshots of later steps: they belong to a past that was given up.</summary>
    public void DropAfter(int step)
    {
        if (Directory.Exists(_path))
        {
            Folder().DropAfter(step);
        }
    }

    /// <summary>Deletes all snapshots: the run is done.</summary>
    public void Clear()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    // The one before a symptom that has lasted for the whole patience must still be there.
    private static int Kept(int interval, int patience) => 2 + ((patience - 1) / interval);

    private CheckpointFolder Folder() => new(_path, _keep);
}
