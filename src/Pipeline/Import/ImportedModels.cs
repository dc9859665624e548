using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Cache;

namespace DreamFusion.Pipeline.Import;

/// <summary>A model that <c>--model FILE</c> imported into the cache.</summary>
/// <param name="Folder">Its folder in the cache, which may be deleted.</param>
/// <param name="Source">Name of the checkpoint; null if its record cannot be read.</param>
/// <param name="Bytes">Size.</param>
public sealed record ImportedModel(string Folder, string? Source, long Bytes);

/// <summary>The models in the cache; they stay until they are deleted.</summary>
public static class ImportedModels
{
    /// <summary>Lists them.</summary>
    /// <param name="cacheFolder">The cache, which need not exist.</param>
    public static IReadOnlyList<ImportedModel> In(string cacheFolder)
    {
        DirectoryInfo models = new(Path.Combine(cacheFolder, DiskCache.ImportedModels));
        EnumerationOptions options = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return !models.Exists ? [] :
        [
            .. models.EnumerateDirectories("*", new EnumerationOptions { IgnoreInaccessible = true }).OrderBy(folder => folder.Name, StringComparer.Ordinal)
                .Select(folder => new ImportedModel(folder.FullName, SourceOf(folder.FullName), folder.EnumerateFiles("*", options).Sum(file => file.Length))),
        ];
    }

    private static string? SourceOf(string folder)
    {
        try
        {
            string path = Path.Combine(folder, "model", ImportRecord.FileName);
            using var json = JsonDocument.Parse(BoundedFile.Read(path, BoundedFile.MostOfJson));
            return json.RootElement.GetProperty("sources")[0].GetProperty("file").GetString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            // The list is for people who look what takes their disk; an entry that is damaged takes it as well.
            return null;
        }
    }
}
