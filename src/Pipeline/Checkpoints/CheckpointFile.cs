using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>
/// A <see cref="Checkpoint"/> as a safetensors file. Its metadata hold a format name and version, step, seed, random counters,
/// configuration, model hashes, and the SHA-256 of each tensor and of all the rest. The same checkpoint gives the same bytes.
/// </summary>
public static class CheckpointFile
{
    /// <summary>The format's version; files of another version are refused.</summary>
    public const int Version = 1;

    private const string FormatName = "dfk-checkpoint";
    private const string FormatKey = "format";
    private const string VersionKey = "version";
    private const string StepKey = "step";
    private const string SeedKey = "seed";
    private const string CountersKey = "random_counters";
    private const string ConfigurationKey = "configuration";
    private const string ModelsKey = "model_sha256";
    private const string WatchdogKey = "watchdog";
    private const string ChecksumsKey = "tensor_sha256";
    private const string HeaderKey = "header_sha256";

    /// <summary>Writes a checkpoint whole: temporary name, flush, rename.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>, if the disk does not take it.</exception>
    public static void Write(string path, Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Dictionary<string, string> metadata = new()
        {
            [FormatKey] = FormatName,
            [VersionKey] = Version.ToString(CultureInfo.InvariantCulture),
            [StepKey] = checkpoint.Step.ToString(CultureInfo.InvariantCulture),
            [SeedKey] = checkpoint.Seed.ToString(CultureInfo.InvariantCulture),
            [CountersKey] = Json(checkpoint.RandomCounters),
            [ConfigurationKey] = checkpoint.Configuration,
            [ModelsKey] = Json(checkpoint.ModelHashes),
            [ChecksumsKey] = Json(checkpoint.Tensors.ToDictionary(t => t.Key, t => Checksum(t.Value))),
        };
        if (checkpoint.Watchdog.Length > 0)
        {
            metadata[WatchdogKey] = checkpoint.Watchdog;
        }

        metadata[HeaderKey] = HeaderChecksum(metadata, checkpoint.Tensors.Select(t => (t.Key, t.Value.Describe())));
        WholeFile.Write(path, stream => SafeTensorsWriter.Write(stream, metadata, checkpoint.Tensors));
    }

    /// <summary>Reads a checkpoint and verifies it: format, version, and every tensor against its checksum.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, damaged, or no checkpoint of this version.</exception>
    public static Checkpoint Read(string path)
    {
        using SafeTensorsReader reader = SafeTensorsReader.Open(path);
        if (!reader.Metadata.TryGetValue(FormatKey, out string? format) || format != FormatName)
        {
            throw Bad(path, $"expected format '{FormatName}', got {(format is null ? "none" : $"'{format}'")}; it is no checkpoint of this program");
        }

        int version = Number(reader, path, VersionKey, int.MaxValue);
        if (version != Version)
        {
            throw Bad(path, string.Create(CultureInfo.InvariantCulture, $"expected format version {Version}, got {version}; use the program that wrote it"));
        }

        string header = HeaderChecksum(reader.Metadata, reader.Tensors.Select(entry => (entry.Name, entry.Describe())));
        if (Text(reader, path, HeaderKey) != header)
        {
            throw Bad(path, $"its header is damaged: expected SHA-256 {Text(reader, path, HeaderKey)}, got {header}");
        }

        ImmutableSortedDictionary<string, string> checksums = Map<string>(reader, path, ChecksumsKey);
        Dictionary<string, Tensor> tensors = [];
        foreach (TensorEntry entry in reader.Tensors)
        {
            Tensor tensor = reader.Read(entry.Name);
            string expected = checksums.TryGetValue(entry.Name, out string? sum) ? sum : throw Bad(path, $"tensor '{entry.Name}' has no checksum");
            string got = Checksum(tensor);
            if (got != expected)
            {
                throw Bad(path, $"tensor '{entry.Name}' is damaged: expected SHA-256 {expected}, got {got}");
            }

            tensors.Add(entry.Name, tensor);
        }

        if (checksums.Keys.FirstOrDefault(name => !tensors.ContainsKey(name)) is { } lost)
        {
            throw Bad(path, $"tensor '{lost}' has a checksum but is not there");
        }

        return new Checkpoint
        {
            Step = Number(reader, path, StepKey, int.MaxValue),
            Seed = Number(reader, path, SeedKey, uint.MaxValue),
            RandomCounters = Map<long>(reader, path, CountersKey),
            Configuration = Text(reader, path, ConfigurationKey),
            ModelHashes = Map<string>(reader, path, ModelsKey),
            Watchdog = reader.Metadata.GetValueOrDefault(WatchdogKey, ""),
            Tensors = tensors,
        };
    }

    private static string Checksum(Tensor tensor)
    {
        return ContentHash.Of(tensor.Bytes.Span);
    }

    // Everything in the header but this checksum itself; the lengths keep neighbouring texts apart.
    private static string HeaderChecksum(IReadOnlyDictionary<string, string> metadata, IEnumerable<(string Name, string Description)> tensors)
    {
        StringBuilder text = new();
        IEnumerable<(string, string)> entries = metadata
            .Where(entry => entry.Key != HeaderKey)
            .Select(entry => (entry.Key, entry.Value))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Concat(tensors.OrderBy(entry => entry.Name, StringComparer.Ordinal));
        foreach ((string name, string value) in entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name.Length} {name} {value.Length} {value}\n");
        }

        return ContentHash.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Json<T>(IReadOnlyDictionary<string, T> map)
    {
        return JsonSerializer.Serialize(new SortedDictionary<string, T>(map.ToDictionary(), StringComparer.Ordinal));
    }

    private static ImmutableSortedDictionary<string, T> Map<T>(SafeTensorsReader reader, string path, string key)
    {
        try
        {
            Dictionary<string, T?>? map = JsonSerializer.Deserialize<Dictionary<string, T?>>(Text(reader, path, key));
            if (map is not null && map.Values.All(value => value is not null))
            {
                return map.ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value!, StringComparer.Ordinal);
            }
        }
        catch (JsonException e)
        {
            throw Bad(path, $"its metadata '{key}' cannot be read: {e.Message}", e);
        }

        throw Bad(path, $"its metadata '{key}' holds nothing where a value is expected");
    }

    private static T Number<T>(SafeTensorsReader reader, string path, string key, T largest)
        where T : struct, IParsable<T>
    {
        string text = Text(reader, path, key);
        bool plain = text.Length > 0 && text.All(char.IsAsciiDigit);
        return plain && T.TryParse(text, CultureInfo.InvariantCulture, out T number)
            ? number
            : throw Bad(path, string.Create(CultureInfo.InvariantCulture, $"its metadata '{key}' is '{text}'; expected a whole number from 0 to {largest}"));
    }

    private static string Text(SafeTensorsReader reader, string path, string key)
    {
        return reader.Metadata.TryGetValue(key, out string? text) ? text : throw Bad(path, $"its metadata lack '{key}'");
    }

    private static DfkException Bad(string path, string problem, Exception? cause = null)
    {
        string message = $"checkpoint {path}: {problem}.";
        return cause is null ? new DfkException(ExitCode.BadInput, message) : new DfkException(ExitCode.BadInput, message, cause);
    }
}
