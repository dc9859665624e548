using System.Collections.Generic;
using System.Globalization;
using System.IO;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Training;

/// <summary>What a trainer's first state is: a random field, the field of another run, or everything of the run that goes on.</summary>
/// <param name="ModelHashes">SHA-256 of the prior's files and of the other run's checkpoint, if there is one.</param>
/// <param name="Notes">What the user should know, one line each.</param>
internal sealed record RunStart(IReadOnlyDictionary<string, string> ModelHashes, IReadOnlyList<string> Notes)
{
    private Checkpoint? _whole;
    private Checkpoint? _field;

    /// <summary>Decides, and reads what is needed.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files.</param>
    /// <param name="resume">The run to go on with, or null.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if the run has another prior, or the other run's checkpoint cannot be used.</exception>
    public static RunStart Find(RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes, ResumePoint? resume)
    {
        string path = configuration.ResumeFromCheckpoint;
        if (resume?.Checkpoint is not { } checkpoint)
        {
            IReadOnlyList<string> notes = resume?.Notes ?? [];
            return path.Length == 0
                ? new RunStart(modelHashes, notes)
                : FromField(path, modelHashes, notes);
        }
        // The field is in the run's own checkpoint now; the file that it came from may be gone.
        IReadOnlyDictionary<string, string> hashes = modelHashes;
        if (checkpoint.ModelHashes.TryGetValue(FieldStart.HashName, out string? began))
        {
            hashes = File.Exists(path) ? FieldStart.AddHash(modelHashes, path) : new Dictionary<string, string>(modelHashes) { [FieldStart.HashName] = began };
        }
        TrainerCheckpoint.RequireSameModel(checkpoint, hashes);
        string from = string.Create(CultureInfo.InvariantCulture, $"goes on from {resume.CheckpointPath}");
        return new RunStart(hashes, [.. resume.Notes, from]) { _whole = checkpoint };
    }

    private static RunStart FromField(string path, IReadOnlyDictionary<string, string> modelHashes, IReadOnlyList<string> notes)
    {
        // Read first: it says what is wrong with a file that is missing or another program's.
        Checkpoint field = FieldStart.Read(path);
        return new RunStart(FieldStart.AddHash(modelHashes, path), [.. notes, $"starts from the field of {path}, with a fresh optimiser"]) { _field = field };
    }

    /// <summary>Puts a trainer at step 0 into that state, and forgets the checkpoint.</summary>
    public void Fill(Trainer trainer, RunConfiguration configuration)
    {
        if (_whole is not null)
        {
            TrainerCheckpoint.Restore(trainer, _whole, configuration, ModelHashes);
        }
        else if (_field is not null)
        {
            FieldStart.Fill(trainer, _field);
        }
        _whole = _field = null;
    }
}
