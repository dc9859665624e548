using System;
using System.IO;
using System.Linq;

namespace DreamFusion.Pipeline.Machine;

/// <summary>The folder for what can be computed again: <c>DFK_CACHE</c>, else the system's place for caches. Safe to delete.</summary>
public static class CacheFolder
{
    /// <summary>Its path, whether or not it exists.</summary>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable("DFK_CACHE") is { Length: > 0 } own)
            {
                return own;
            }

            if (OperatingSystem.IsWindows())
            {
                return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "dfk");
            }

            // The XDG specification: a relative path is to be ignored.
            string? xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return xdg is { Length: > 0 } && System.IO.Path.IsPathRooted(xdg)
                ? System.IO.Path.Combine(xdg, "dfk")
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "dfk");
        }
    }

    /// <summary>Bytes in it, 0 if it does not exist.</summary>
    public static long Bytes()
    {
        DirectoryInfo folder = new(Path);
        EnumerationOptions options = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return folder.Exists ? folder.EnumerateFiles("*", options).Sum(file => file.Length) : 0;
    }
}
