using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>
/// The folder <c>checkpoints</c> of a run: <c>000500.safetensors</c> for each kept step, and <c>latest</c>, one line with the name of the
/// newest good one. Older ones are deleted only after the newer one and <c>latest</c> are on the disk. Milestones stay for good.
/// </summary>
public sealed class CheckpointFolder
{
    private const string Extension = ".safetensors";
    private const string LatestName = "latest";

    /// <summary>Ends the name of a checkpoint that could not be read and was set aside.</summary>
    private const string DamagedSuffix = ".damaged";

    private readonly int _keep;
    private readonly int _milestones;

    /// <summary>Uses a folder, which is made if it is missing.</summary>
    /// <param name="path">Path of the folder.</param>
    /// <param name="keep">Newest checkpoints kept, at least 1.</param>
    /// <param name="milestones">Checkpoints of every that many steps are kept beside them, 0 for none.</param>
    public CheckpointFolder(string path, int keep, int milestones = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(milestones);
        Path = path;
        _keep = keep;
        _milestones = milestones;
        RunFolder.MakeFolder(path);
    }

    /// <summary>Path of the folder.</summary>
    public string Path { get; }

    /// <summary>Steps that have a checkpoint, ascending.</summary>
    public IReadOnlyList<int> Steps =>
    [
        .. Directory.EnumerateFiles(Path, "*" + Extension)
            .Select(file => int.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : -1)
            .Where(step => step >= 0)
            .Order(),
    ];

    /// <summary>Path of the checkpoint that <c>latest</c> names, or null if there is none yet.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if <c>latest</c> names no file of this folder.</exception>
    public string? LatestPath
    {
        get
        {
            string file = System.IO.Path.Combine(Path, LatestName);
            if (!File.Exists(file))
            {
                return null;
            }

            string name = File.ReadAllText(file).Trim();
            // A name only, so that a doctored file cannot lead outside the folder.
            return name == System.IO.Path.GetFileName(name) && File.Exists(System.IO.Path.Combine(Path, name))
                ? System.IO.Path.Combine(Path, name)
                : throw new DfkException(ExitCode.BadInput, $"{file}: expected the name of a checkpoint in its folder, got '{name}'.");
        }
    }

    /// <summary>Most files of a checkpoint's size that a run has at once: those kept, the milestones, and the one being written.</summary>
    /// <param name="configuration">The run's configuration.</param>
    public static long MostFiles(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        long milestones = configuration.CheckpointMilestones > 0 ? configuration.Iters / configuration.CheckpointMilestones : 0;
        long saves = ((configuration.Iters - 1) / configuration.CheckpointInterval) + 1;
        return Math.Min(saves, configuration.CheckpointKeep + milestones) + 1;
    }

    /// <summary>Saves a checkpoint, makes it the latest and deletes those that are neither milestones nor among the newest that are kept.</summary>
    /// <returns>Path of the file.</returns>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if the disk does not take it; older ones are intact.</exception>
    public string Save(Checkpoint checkpoint) => Save(checkpoint, others => others.OrderDescending().Skip(_keep - 1).Where(step => !IsMilestone(step)));

    /// <summary>Saves a checkpoint to which a run was rolled back, makes it the latest and deletes those of later steps.</summary>
    /// <returns>Path of the file.</returns>
    /// <exception cref="DfkException">As <see cref="Save(Checkpoint)"/>.</exception>
    public string RollBack(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Save(checkpoint, others => Later(others, checkpoint.Step));
    }

    /// <summary>Deletes the checkpoints of later steps, the last one first.</summary>
    /// <param name="step">Steps done by the last one that stays.</param>
    internal void DropAfter(int step)
    {
        foreach (int later in Later(Steps, step))
        {
            Change(PathOf(later), "deleted", () => File.Delete(PathOf(later)));
        }
    }

    /// <summary>Saves a checkpoint, makes it the latest and deletes others.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="outdated">Of the steps of the others those to delete, in that order.</param>
    internal string Save(Checkpoint checkpoint, Func<IEnumerable<int>, IEnumerable<int>> outdated)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        string path = PathOf(checkpoint.Step);
        CheckpointFile.Write(path, checkpoint);
        MakeLatest(checkpoint.Step);
        foreach (int step in outdated(Steps.Where(step => step != checkpoint.Step)))
        {
            Change(PathOf(step), "deleted", () => File.Delete(PathOf(step)));
        }

        return path;
    }

    /// <summary>Reads and verifies the checkpoint of a step.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, damaged, or that of another step; the message names both.</exception>
    public Checkpoint Read(int step)
    {
        string path = PathOf(step);
        Checkpoint checkpoint = CheckpointFile.Read(path);
        return checkpoint.Step == step
            ? checkpoint
            : throw new DfkException(
                ExitCode.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"checkpoint {path}: expected the state after {step} steps, as its name says, got that after {checkpoint.Step}."));
    }

    /// <summary>
    /// Renames checkpoints that cannot be read, to <c>000500.safetensors.damaged</c>: they would count among the newest and drive good
    /// ones out.
    /// </summary>
    /// <param name="steps">Their steps.</param>
    /// <param name="newestGood">The step whose checkpoint is the latest then.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if the folder cannot be written.</exception>
    public void SetAside(IReadOnlyCollection<int> steps, int newestGood)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (steps.Count > 0)
        {
            MakeLatest(newestGood);
        }

        foreach (int step in steps)
        {
            Change(PathOf(step), "renamed", () => File.Move(PathOf(step), PathOf(step) + DamagedSuffix, overwrite: true));
        }
    }

    private static IEnumerable<int> Later(IEnumerable<int> steps, int step) => steps.Where(other => other > step).OrderDescending();

    /// <summary>Path of the checkpoint of a step, whether there is one or not.</summary>
    public string PathOf(int step)
    {
        return System.IO.Path.Combine(Path, step.ToString("D6", CultureInfo.InvariantCulture) + Extension);
    }

    private void MakeLatest(int step) => WholeFile.Write(System.IO.Path.Combine(Path, LatestName), System.IO.Path.GetFileName(PathOf(step)) + "\n");

    private bool IsMilestone(int step) => _milestones > 0 && step % _milestones == 0;

    private static void Change(string path, string what, Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.MachineLacks, $"{path} cannot be {what}: {e.Message.TrimEnd('.')}. Make its folder writable, or choose another one with --out; the last checkpoint is intact.", e);
        }
    }
}
