using System;
using System.IO;
using System.Text;

namespace DreamFusion.Pipeline.Runs;

/// <summary>
/// Writes files whole or not at all: to a temporary name beside the target, flushed to the disk, renamed over it, and the folder flushed.
/// </summary>
public static class WholeFile
{
    /// <summary>Ends the temporary names; a file left behind by a killed process is recognised by it.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes bytes.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: the disk is full, the folder read-only or gone.</exception>
    public static void Write(string path, byte[] bytes)
    {
        Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: the disk is full, the folder read-only or gone.</exception>
    public static void Write(string path, string text)
    {
        Write(path, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes what a callback sends to a stream.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: the disk is full, the folder read-only or gone.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Replace(path, temporary =>
        {
            using FileStream file = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
            write(file);
            file.Flush(flushToDisk: true);
        });
    }

    /// <summary>Writes what a callback puts into the file of a temporary name, such as by another program.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: the disk is full, the folder read-only or gone.</exception>
    public static void WriteBy(string path, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Replace(path, temporary =>
        {
            write(temporary);
            using FileStream file = new(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            file.Flush(flushToDisk: true);
        });
    }

    private static void Replace(string path, Action<string> write)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
            FolderFlush.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Delete(temporary);
            throw new DfkException(
                ExitCode.MachineLacks,
                $"{path} cannot be written: {e.Message.TrimEnd('.')}. Free space or choose another folder with --out; what stood there before is intact.",
                e);
        }
        catch
        {
            // Interrupted, or what was to be written could not be made: nothing half-written stays.
            Delete(temporary);
            throw;
        }
    }

    private static void Delete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; a half-written temporary file is never read.
        }
    }
}
