using System;
using System.IO;
using System.Runtime.InteropServices;

namespace DreamFusion.Pipeline.Runs;

/// <summary>
/// Flushes a folder to the disk, so that a rename in it survives a power cut (POSIX: fsync of a file says nothing about its name).
/// Windows has no such call; there NTFS keeps names in its journal.
/// </summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;
    private const int LinuxInvalid = 22;
    private const int IsDenied = 13;
    private const int LinuxNotSupported = 95;

    /// <summary>Flushes the folder that a path lies in.</summary>
    /// <param name="path">Path of a file in it.</param>
    /// <exception cref="IOException">If the disk fails.</exception>
    public static void Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        int descriptor = Open(folder, ReadOnly);
        int error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (descriptor >= 0)
        {
            error = Flush(descriptor) < 0 ? Marshal.GetLastPInvokeError() : 0;
            _ = Close(descriptor);
        }

        // A folder may be written but not listed, and some file systems cannot flush one; the file is written all the same.
        if (error is not (0 or IsDenied or LinuxInvalid or LinuxNotSupported))
        {
            throw new IOException($"The folder {folder} cannot be flushed to the disk: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
