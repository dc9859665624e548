using System;
using System.Collections.Generic;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;

namespace DreamFusion.Package;

/// <summary>
/// Archives of a folder whose bytes depend on the files alone: names in a fixed order under one root, one time for all, no owner, and modes
/// by what a file is and not by what the machine made of it.
/// </summary>
public static class ReproducibleArchive
{
    private const UnixFileMode Ordinary = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Ordinary | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Unix in the upper byte of "version made by" and the mode in the upper half of the attributes: unzip then restores the modes.
    private const int RegularFile = 0x8000;

    /// <summary>Writes a gzipped tar (ustar).</summary>
    /// <param name="output">Where to.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="root">Name of the folder in the archive.</param>
    /// <param name="executables">Names of the files that can be run, relative to the folder.</param>
    /// <param name="time">Modification time of every file.</param>
    public static void WriteTarGz(Stream output, string folder, string root, IReadOnlySet<string> executables, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(executables);
        using GZipStream compressed = new(output, CompressionLevel.SmallestSize, leaveOpen: true);
        using TarWriter tar = new(compressed, TarEntryFormat.Ustar);
        foreach (string file in PublishedFiles.In(folder))
        {
            using FileStream data = File.OpenRead(Path.Combine(folder, file));
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, root + "/" + file)
            {
                DataStream = data,
                Mode = executables.Contains(file) ? Executable : Ordinary,
                ModificationTime = time,
            });
        }
    }

    /// <summary>Writes a zip.</summary>
    /// <param name="output">Where to; must be seekable.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="root">Name of the folder in the archive.</param>
    /// <param name="executables">Names of the files that can be run, relative to the folder.</param>
    /// <param name="time">Modification time of every file, kept to two seconds.</param>
    public static void WriteZip(Stream output, string folder, string root, IReadOnlySet<string> executables, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(executables);
        using ZipArchive zip = new(output, ZipArchiveMode.Create, leaveOpen: true);
        foreach (string file in PublishedFiles.In(folder))
        {
            ZipArchiveEntry entry = zip.CreateEntry(root + "/" + file, CompressionLevel.SmallestSize);
            // A zip has local times; the same wherever it is made.
            entry.LastWriteTime = new DateTimeOffset(time.UtcDateTime, TimeSpan.Zero);
            entry.ExternalAttributes = (RegularFile | (int)(executables.Contains(file) ? Executable : Ordinary)) << 16;
            using Stream to = entry.Open();
            using FileStream data = File.OpenRead(Path.Combine(folder, file));
            data.CopyTo(to);
        }
    }
}
