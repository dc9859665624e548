using System;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Machine.Planning;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Import;

/// <summary>
/// A folder that appears whole or not at all: written beside its place under another name, flushed to the disk file by file, renamed. What a
/// process that was killed left there is removed by the next one.
/// </summary>
internal static class NewFolder
{
    private const string Infix = ".importing-";
    private const string LockName = ".lock";

    /// <summary>Refuses a place where the folder cannot be, or must not be written.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: no place for a folder, or one that is not empty.</exception>
    public static void RequireFree(string path)
    {
        OutputPath.RequireFolder(path, "model folder");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).FirstOrDefault() is { } first)
        {
            throw new DfkException(ExitCode.BadInput, $"model folder {path}: expected a new or empty folder, got one that holds {Path.GetFileName(first)}. Choose another --out, or delete it.");
        }
    }

    /// <summary>Refuses a disk without room.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="bytes">What it will hold.</param>
    /// <param name="advice">What to do.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>.</exception>
    public static void RequireSpace(string path, long bytes, string advice)
    {
        if (DiskSpace.FreeBytes(path) is { } free && free < bytes)
        {
            throw new DfkException(ExitCode.MachineLacks, string.Create(
                CultureInfo.InvariantCulture, $"the import needs {bytes / 1e9:0.0} GB on the disk of {path}, where {free / 1e9:0.0} GB are free. {advice}"));
        }
    }

    /// <summary>Writes a folder.</summary>
    /// <param name="path">Its place; it is missing or empty.</param>
    /// <param name="write">Writes its files into the folder that it is given.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: the disk is full, the place cannot be written.</exception>
    public static void Write(string path, Action<string> write)
    {
        string place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{place}{Infix}{Environment.ProcessId}");
        try
        {
            RemoveAbandoned(place);
            Directory.CreateDirectory(temporary);
            using (new FileStream(Path.Combine(temporary, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
            {
                write(temporary);
                Flush(temporary);
                File.Delete(Path.Combine(temporary, LockName));
            }

            if (Directory.Exists(place))
            {
                Directory.Delete(place);
            }

            Directory.Move(temporary, place);
            FolderFlush.Of(place);
        }
        catch (Exception e)
        {
            Delete(temporary);
            throw e is IOException or UnauthorizedAccessException
                ? new DfkException(ExitCode.MachineLacks, $"{path} cannot be written: {e.Message} Free space or choose another folder with --out; nothing is left of it.", e)
                : e;
        }
    }

    /// <summary>Flushes all files of a folder to the disk, and the folders.</summary>
    public static void Flush(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }).Where(path => Path.GetFileName(path) != LockName))
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            file.Flush(flushToDisk: true);
            FolderFlush.Of(path);
        }
    }

    // Of a process that still runs the lock is held.
    private static void RemoveAbandoned(string place)
    {
        string parent = Path.GetDirectoryName(place)!;
        if (!Directory.Exists(parent))
        {
            return;
        }

        string prefix = Path.GetFileName(place) + Infix;
        foreach (string left in Directory.EnumerateDirectories(parent).Where(folder => Path.GetFileName(folder).StartsWith(prefix, StringComparison.Ordinal)))
        {
            if (File.Exists(Path.Combine(left, LockName)) && IsUnlocked(Path.Combine(left, LockName)))
            {
                Delete(left);
            }
        }
    }

    private static bool IsUnlocked(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; the next import removes what is left.
        }
    }
}
