using System;
using System.IO;
using System.Linq;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>Free space on the disk of a folder that may not exist yet.</summary>
public static class DiskSpace
{
    /// <summary>Bytes that this user may still write there.</summary>
    /// <param name="folder">The folder; its nearest parent that exists is asked.</param>
    /// <returns>Null if the system does not say, as of some network folders.</returns>
    public static long? FreeBytes(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            return new DriveInfo(Existing(folder)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Name of the disk that holds a folder: where it is mounted.</summary>
    /// <param name="folder">The folder, which may not exist yet.</param>
    public static string DiskOf(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string path = Path.TrimEndingDirectorySeparator(Existing(folder)) + Path.DirectorySeparatorChar;
        StringComparison comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return DriveInfo.GetDrives()
            .Select(drive => drive.Name)
            .Where(name => path.StartsWith(Path.TrimEndingDirectorySeparator(name) + (Path.EndsInDirectorySeparator(name) && name.Length == 1 ? "" : Path.DirectorySeparatorChar), comparison))
            .MaxBy(name => name.Length) ?? path;
    }

    private static string Existing(string folder)
    {
        string path = Path.GetFullPath(folder);
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent)
        {
            path = parent;
        }
        return path;
    }
}
