using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace DreamFusion.Pipeline.Cache;

/// <summary>The list of an entry's files with lengths and hashes; written last, so that its presence means a whole entry.</summary>
internal static class CacheManifest
{
    private const string FileName = "manifest.json";

    /// <summary>Path of the manifest of an entry.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>Lists the files of an entry.</summary>
    public static void Write(string folder)
    {
        Dictionary<string, FileEntry> files = Files(folder).ToDictionary(path => NameOf(path, folder), Describe);
        using FileStream stream = File.Create(PathIn(folder));
        JsonSerializer.Serialize(stream, files);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Whether an entry has exactly the files that its manifest lists, byte for byte.</summary>
    public static bool Matches(string folder)
    {
        if (!File.Exists(PathIn(folder)))
        {
            return false;
        }

        Dictionary<string, FileEntry>? listed;
        try
        {
            using FileStream stream = File.OpenRead(PathIn(folder));
            listed = JsonSerializer.Deserialize<Dictionary<string, FileEntry>>(stream);
        }
        catch (JsonException)
        {
            return false;
        }

        string[] files = [.. Files(folder)];
        return listed is not null && files.Length == listed.Count
            && files.All(path => listed.TryGetValue(NameOf(path, folder), out FileEntry? entry) && entry == Describe(path));
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => path != PathIn(folder));

    // The same on every system, and for entries without subfolders what it has always been.
    private static string NameOf(string path, string folder) => Path.GetRelativePath(folder, path).Replace('\\', '/');

    private static FileEntry Describe(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return new FileEntry(stream.Length, ContentHash.Of(stream));
    }

    private sealed record FileEntry(long Length, string Sha256);
}
