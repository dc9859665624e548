using System;
using System.Collections.Generic;
using System.IO;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// The field of a checkpoint as the start of a run (<c>resume_from_checkpoint</c>): its parameters, or their moving average if it holds
/// one, with a fresh optimiser, a fresh average and step 0.
/// </summary>
public static class FieldStart
{
    /// <summary>Under which the checkpoint's hash stands among the prior's in the run's own checkpoints, because it determines the result.</summary>
    public const string HashName = "resume_from_checkpoint";

    /// <summary>Reads the checkpoint that a run starts from.</summary>
    /// <param name="path">Path of a checkpoint of this program, or of a run folder: its newest.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it is none; the message says what it is and why that is not read.</exception>
    public static Checkpoint Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string file = FileOf(path);
        RequireNoPickle(file);
        return CheckpointFile.Read(file);
    }

    /// <summary>The prior's hashes with the checkpoint's.</summary>
    /// <param name="modelHashes">SHA-256 of the prior's files by path.</param>
    /// <param name="path">Path of the checkpoint, which has been read.</param>
    public static IReadOnlyDictionary<string, string> AddHash(IReadOnlyDictionary<string, string> modelHashes, string path)
    {
        using FileStream file = File.OpenRead(FileOf(path));
        return new Dictionary<string, string>(modelHashes) { [HashName] = ContentHash.Of(file) };
    }

    /// <summary>Fills the field of a trainer at step 0.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if a tensor is missing or has another shape; the message names both.</exception>
    public static void Fill(Trainer trainer, Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        TrainerCheckpoint.FillField(trainer.Field.Parameters, checkpoint);
        trainer.Average?.Restart();
    }

    private static string FileOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return path;
        }
        string folder = Path.Combine(path, RunFolder.CheckpointsName);
        return Directory.Exists(folder) && new CheckpointFolder(folder, keep: 1).LatestPath is { } latest
            ? latest
            : throw new DfkException(ExitCode.BadInput, $"resume_from_checkpoint {path}: expected a checkpoint or a run folder with one, got a folder without; name a file.");
    }

    // PyTorch writes zip archives of pickles, and before 1.6 bare pickles (protocol 2 and up begin with 0x80).
    private static void RequireNoPickle(string path)
    {
        byte[] start = new byte[4];
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < 2)
            {
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DfkException(ExitCode.BadInput, $"resume_from_checkpoint {path} cannot be read: {e.Message}", e);
        }
        if (start is [(byte)'P', (byte)'K', 3, 4] or [0x80, >= 2 and <= 5, ..])
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"resume_from_checkpoint {path}: expected a safetensors checkpoint of this program, got a PyTorch file of pickles. Pickles run the code that is in them when they are opened, and the fields of other programs have other shapes; train the field here and name checkpoints/<step>.safetensors of its run.");
        }
    }
}
