using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Reading;

/// <summary>The tensors of a checkpoint in one safetensors file or in several with an index.</summary>
internal sealed class WeightFiles : IDisposable
{
    private readonly Dictionary<string, (MappedTensors File, TensorEntry Entry)> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<MappedTensors> _open = [];
    private readonly List<string> _paths = [];

    private WeightFiles(string path)
    {
        FilePath = path;
    }

    /// <summary>The file or the index, as it was named.</summary>
    public string FilePath { get; }

    /// <summary>The files that were read, the index included.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>Metadata of all files; of a key that several have, the first file's.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The names of the tensors.</summary>
    public IReadOnlyCollection<string> Keys => _tensors.Keys;

    /// <summary>Opens a file, or all files of an index, and checks their headers.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, damaged, or files that do not belong to their index.</exception>
    public static WeightFiles Open(string path)
    {
        WeightFiles files = new(path);
        try
        {
            if (ShardIndex.IsIndex(path))
            {
                files.AddShards(path);
            }
            else
            {
                files.Add(path);
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string key) => Find(key) is not null;

    /// <summary>Header entry of a tensor; null if there is none.</summary>
    public TensorEntry? Entry(string key) => Find(key)?.Entry;

    /// <summary>Elements of a tensor, or of one of several equal parts of its first axis.</summary>
    /// <param name="key">Name.</param>
    /// <param name="part">Which part, from 0.</param>
    /// <param name="parts">Number of parts.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: a type that is not read.</exception>
    public float[] Read(string key, int part = 0, int parts = 1)
    {
        (MappedTensors file, TensorEntry entry) = Find(key) ?? throw new ArgumentException($"WeightFiles: no tensor '{key}'.", nameof(key));
        RequireReadable(entry);
        long bytes = entry.Length / parts;
        if (bytes > Array.MaxLength)
        {
            throw SafeTensorsReader.Bad(FilePath, string.Create(CultureInfo.InvariantCulture, $"tensor '{key}' has {bytes} bytes; at most {Array.MaxLength} are read at once"));
        }

        return file.Read(entry, part * bytes, (int)bytes, span =>
        {
            float[] floats = new float[(int)(bytes / (entry.Type.Bits() / 8))];
            TensorConversion.ToFloats(entry.Type, span, floats);
            return floats;
        });
    }

    /// <summary>A whole number out of a tensor with one element; null if there is no such tensor.</summary>
    public long? ReadWholeNumber(string key) =>
        Find(key) is (MappedTensors file, TensorEntry entry) && entry.Length is > 0 and <= 8
            ? file.Read(entry, 0, (int)entry.Length, bytes => TensorConversion.ToWholeNumber(entry.Type, bytes))
            : null;

    /// <summary>Refuses a tensor whose type is not read.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>.</exception>
    public void RequireReadable(TensorEntry entry)
    {
        if (!TensorConversion.IsRead(entry.Type))
        {
            throw new InvalidModelException(
                $"{FilePath}: tensor '{entry.Name}' has {TensorConversion.Refusal(entry.Type)}; weights are read as F32, F16 and BF16. Use the checkpoint in one of these.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(file => file.Dispose());

    // safetensors' save_model drops all but one of the tensors that share memory and notes the others' names in the metadata.
    private (MappedTensors File, TensorEntry Entry)? Find(string key) =>
        _tensors.TryGetValue(key, out (MappedTensors, TensorEntry) found) ? found
        : _metadata.TryGetValue(key, out string? kept) && _tensors.TryGetValue(kept, out found) ? found
        : null;

    private MappedTensors Add(string path)
    {
        var file = MappedTensors.Open(path);
        _open.Add(file);
        _paths.Add(path);
        foreach ((string key, string value) in file.Metadata)
        {
            _metadata.TryAdd(key, value);
        }

        foreach (TensorEntry entry in file.Tensors)
        {
            if (!_tensors.TryAdd(entry.Name, (file, entry)))
            {
                throw new InvalidModelException($"{FilePath}: the tensor '{entry.Name}' lies in {Path.GetFileName(path)} and in another file, expected each once. Download the checkpoint again.");
            }
        }

        return file;
    }

    private void AddShards(string path)
    {
        var index = ShardIndex.Read(path);
        _paths.Add(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (IGrouping<string, string> shard in index.FileOf.GroupBy(entry => entry.Value, entry => entry.Key).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            MappedTensors file = Add(Path.Combine(folder, shard.Key));
            string[] inFile = [.. file.Tensors.Select(entry => entry.Name)];
            if (shard.Except(inFile).FirstOrDefault() is { } missing)
            {
                throw new InvalidModelException($"{path}: {shard.Key} has no tensor '{missing}', which the index places there. Download the checkpoint again.");
            }

            if (inFile.Except(shard).FirstOrDefault() is { } extra)
            {
                throw new InvalidModelException($"{path}: {shard.Key} holds the tensor '{extra}', which the index does not place there. Download the checkpoint again.");
            }
        }
    }
}
