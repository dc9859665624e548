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
    /// <param name="what">What it is, in words.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: no name, a name too long, a file or a broken link on the way.</exception>
    public static void RequireFolder(string path, string what = "run folder")
    {
        DfkException Bad(string name, string problem) => new(ExitCode.BadInput, $"{what} '{name}': {problem}. Choose another --out.");

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

    /// <summary>Refuses a path at which no file can be written.</summary>
    /// <param name="path">The file, as the user named it.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: as of its folder, or a folder is there.</exception>
    public static void RequireFile(string path)
    {
        int bytes = Encoding.UTF8.GetByteCount(Path.GetFileName(path)), most = LongestName - WholeFile.TemporarySuffix.Length;
        string? problem = Directory.Exists(path) || Path.GetFileName(path).Length == 0 ? "expected the name of a file to write, got a folder's"
            : bytes > most ? string.Create(CultureInfo.InvariantCulture, $"expected a name of at most {most} bytes, got one of {bytes}")
            : null;
        if (problem is not null)
        {
            throw new DfkException(ExitCode.BadInput, $"{(path.Length > LongestName ? path[..20] + "…" : path)}: {problem}. Name another file.");
        }

        RequireFolder(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path, "folder");
    }
}
