using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import;

/// <summary>A file that an import's result depends on.</summary>
/// <param name="Role">What it is: checkpoint, configuration, vae, lora or embedding.</param>
/// <param name="FilePath">Where it is.</param>
/// <param name="Name">What dfk-import.json calls it: its name, or its path in the diffusers folder. Never a path of this machine.</param>
internal sealed record SourceFile(string Role, string FilePath, string Name)
{
    private const int BufferBytes = 1 << 20;

    private static readonly string[] _configurations = ["scheduler/scheduler_config.json", "unet/config.json", "vae/config.json", "text_encoder/config.json"];

    /// <summary>The files of a checkpoint, and the configurations beside it that are read.</summary>
    public static IEnumerable<SourceFile> Of(CheckpointFiles checkpoint)
    {
        IEnumerable<string> configurations = checkpoint.IsFolder
            ? _configurations.Select(name => Path.Combine(checkpoint.FilePath, name)).Where(File.Exists)
            : PredictionRules.YamlBeside(checkpoint.FilePath) is { } yaml ? [yaml] : [];
        return
        [
            .. checkpoint.All.SelectMany(files => files.Paths).Select(path => new SourceFile("checkpoint", path, checkpoint.NameOf(path))),
            .. configurations.Select(path => new SourceFile("configuration", path, checkpoint.NameOf(path))),
        ];
    }

    /// <summary>Length and SHA-256.</summary>
    /// <param name="bytesRead">Told the bytes of each piece that was read.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="InvalidModelException">The file cannot be read.</exception>
    public ModelFile Hash(Action<long> bytesRead, CancellationToken stop)
    {
        try
        {
            using FileStream stream = new(FilePath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            using ContentHash hash = new();
            byte[] buffer = new byte[BufferBytes];
            long length = 0;
            for (int got; (got = stream.Read(buffer)) > 0; length += got)
            {
                stop.ThrowIfCancellationRequested();
                hash.Append(buffer.AsSpan(0, got));
                bytesRead(got);
            }

            return new ModelFile(Name, length, hash.Finish());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{FilePath} cannot be read: {e.Message} Make the file readable, or copy it again.", e);
        }
    }
}
