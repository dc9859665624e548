using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace DreamFusion.Pipeline.Runs;

/// <summary>Whether a folder can be made at a path, as far as it can be told without making it: for before the work that fills it.</summary>
internal static class OutputPath
{
    // Of Linux, macOS and NTFS; the latter counts characters, which are never more than bytes.
    private const int LongestName = 255;

    /// <summary>Refuses a path at which no folder can be.</summary>
    /// <param name="path">The folder, as the user named it.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: no name, a name too long, a file or a broken link on the way.</exception>
    public static void RequireFolder(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw Bad(path, "expected the name of a folder, got an empty one");
        }

        string full = Path.GetFullPath(path);
        if (full.Split(Path.DirectorySeparatorChar).FirstOrDefault(name => Encoding.UTF8.GetByteCount(name) > LongestName) is { } name)
        {
            throw Bad(name[..20] + "…", string.Create(CultureInfo.InvariantCulture, $"expected names of at most {LongestName} bytes, got one of {Encoding.UTF8.GetByteCount(name)}"));
        }

        // The nearest part that is there decides: below a folder others can be made.
        for (string? part = full; part is not null && !Directory.Exists(part); part = Path.GetDirectoryName(part))
        {
            FileInfo file = new(part);
            if (file.LinkTarget is { } target)
            {
                throw Bad(path, $"expected a folder or nothing, got the link {part} to {target}, which is not there or no folder");
            }

            if (file.Exists)
            {
                throw Bad(path, part == full ? "expected a folder or nothing, got a file" : $"expected a folder or nothing at {part}, got a file");
            }
        }
    }

    private static DfkException Bad(string path, string problem) => new(ExitCode.BadInput, $"run folder '{path}': {problem}. Choose another --out.");
}
