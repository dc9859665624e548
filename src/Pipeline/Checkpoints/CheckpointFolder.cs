using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>
/// The folder <c>checkpoints</c> of a run: <c>000500.safetensors</c> for each kept step, and <c>latest</c>, one line with the name of the
/// newest good one. Older ones are deleted only after the newer one and <c>latest</c> are on the disk.
/// </summary>
public sealed class CheckpointFolder
{
    private const string Extension = ".safetensors";
    private const string LatestName = "latest";

    private readonly int _keep;

    /// <summary>Uses a folder, which is made if it is missing.</summary>
    /// <param name="path">Path of the folder.</param>
    /// <param name="keep">Newest checkpoints kept, at least 1.</param>
    public CheckpointFolder(string path, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        Path = path;
        _keep = keep;
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

    /// <summary>Saves a checkpoint, makes it the latest and deletes those beyond the newest that are kept.</summary>
    /// <returns>Path of the file.</returns>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if the disk does not take it; older ones are intact.</exception>
    public string Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        string path = PathOf(checkpoint.Step);
        CheckpointFile.Write(path, checkpoint);
        WholeFile.Write(System.IO.Path.Combine(Path, LatestName), System.IO.Path.GetFileName(path) + "\n");
        foreach (int step in Steps.Where(step => step != checkpoint.Step).OrderDescending().Skip(_keep - 1))
        {
            File.Delete(PathOf(step));
        }

        return path;
    }

    /// <summary>Path of the checkpoint of a step, whether there is one or not.</summary>
    public string PathOf(int step)
    {
        return System.IO.Path.Combine(Path, step.ToString("D6", CultureInfo.InvariantCulture) + Extension);
    }
}
