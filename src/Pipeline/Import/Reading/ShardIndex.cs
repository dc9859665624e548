using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Reading;

/// <summary>
/// The index of a checkpoint in several files, <c>*.safetensors.index.json</c>: which tensor lies in which file. Source: diffusers, modeling_utils.
/// </summary>
/// <param name="FileOf">File name, beside the index, of each tensor.</param>
internal sealed record ShardIndex(IReadOnlyDictionary<string, string> FileOf)
{
    private const string MapName = "weight_map";
    private const int MostFiles = 1000;

    /// <summary>Whether a path names an index.</summary>
    public static bool IsIndex(string path) =>
        path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && Path.GetFileName(path).Contains(".index.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidModelException">No index, a name twice, or a file that is not beside it.</exception>
    public static ShardIndex Read(string path)
    {
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(BoundedFile.Read(path, BoundedFile.MostOfJson), new JsonDocumentOptions { AllowDuplicateProperties = false });
            JsonElement map = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(MapName, out JsonElement found) && found.ValueKind == JsonValueKind.Object
                ? found
                : throw new InvalidModelException($"{path} has no object '{MapName}', expected the index of a checkpoint in several files. Download it again.");
            foreach (JsonProperty entry in map.EnumerateObject())
            {
                string file = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
                if (file.Length == 0 || file != Path.GetFileName(file) || file is "." or "..")
                {
                    throw new InvalidModelException($"{path}: '{entry.Name}' lies in {entry.Value.GetRawText()}, expected the name of a file beside the index. Download it again.");
                }

                files.Add(entry.Name, file);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidModelException($"{path} is not a valid index: {e.Message} Download it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {e.Message} Make the file readable, or download it again.", e);
        }

        return files.Count > 0 && files.Values.Distinct().Take(MostFiles + 1).Count() <= MostFiles
            ? new ShardIndex(files)
            : throw new InvalidModelException($"{path} names {(files.Count == 0 ? "no tensor" : $"more than {MostFiles} files")}, expected the tensors of a checkpoint and their files. Download it again.");
    }
}
