using System.IO;

namespace DreamFusion.Pipeline.Models;

/// <summary>Where a path really leads.</summary>
internal static class RealPath
{
    // As many as Linux follows.
    private const int MostLinks = 40;

    /// <summary>The path with every symbolic link resolved, those of its folders included.</summary>
    /// <param name="path">A full path; it need not exist.</param>
    /// <returns>A full path without links.</returns>
    /// <exception cref="IOException">Links in a circle.</exception>
    public static string Of(string path)
    {
        int links = 0;
        return Of(Path.GetFullPath(path), ref links);
    }

    /// <summary>Whether a path lies inside a folder, as both are written.</summary>
    public static bool IsInside(string path, string folder) =>
        path.StartsWith(folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, System.StringComparison.Ordinal);

    private static string Of(string path, ref int links)
    {
        string current = Path.GetPathRoot(path)!;
        foreach (string name in path[current.Length..].Split(Path.DirectorySeparatorChar, System.StringSplitOptions.RemoveEmptyEntries))
        {
            current = Path.Combine(current, name);
            FileSystemInfo entry = Directory.Exists(current) ? new DirectoryInfo(current) : new FileInfo(current);
            if (entry.LinkTarget is not null)
            {
                FileSystemInfo target = entry.ResolveLinkTarget(returnFinalTarget: false)!;
                links++;
                current = links <= MostLinks ? Of(target.FullName, ref links) : throw new IOException($"{path} leads through more than {MostLinks} symbolic links.");
            }
        }

        return current;
    }
}
