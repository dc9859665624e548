using System;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// Keeps what the driver compiles between processes, because it takes seconds for large kernels. An entry belongs to a PTX text, the driver's version and the device's
/// architecture, all of which it holds: its file's name is a hash of them, and what another text left under the same name is not taken. Files are gzip, whose checksum
/// tells a damaged one, which is made again. Beyond <see cref="LimitBytes"/> the entries go that were not used for the longest time. (.NET's SHA-256 is no choice here: it ends the process where OpenSSL is missing.) The folder is the value of
/// <see cref="FolderSetting"/> in <see cref="AppContext"/>; without one nothing is kept.
/// </summary>
internal sealed class CubinCache
{
    /// <summary>The name under which <see cref="AppContext"/> holds the folder.</summary>
    public const string FolderSetting = "ILGPU.CubinCacheFolder";

    private const int Version = 2;
    private const string Extension = ".cubin";

    // FNV-1a of 64 bits.
    private const ulong HashStart = 14695981039346656037;
    private const ulong HashPrime = 1099511628211;

    // What a process that died left behind.
    private static readonly TimeSpan _abandoned = TimeSpan.FromDays(1);

    private readonly string _folder;

    private CubinCache(string folder)
    {
        _folder = folder;
    }

    /// <summary>Most bytes that are kept, default 256 MiB: many times what all kernels need.</summary>
    public long LimitBytes { get; init; } = 256L << 20;

    /// <summary>The cache, or null if nothing is kept.</summary>
    public static CubinCache? Find() => AppContext.GetData(FolderSetting) is string { Length: > 0 } folder ? new CubinCache(folder) : null;

    /// <summary>The cache in a folder, with a limit of its own: for tests.</summary>
    internal static CubinCache In(string folder, long limitBytes) => new(folder) { LimitBytes = limitBytes };

    /// <summary>What an entry belongs to.</summary>
    /// <param name="ptx">The module.</param>
    /// <param name="driver">The driver's version.</param>
    /// <param name="architecture">The device's architecture.</param>
    public static string KeyOf(string ptx, CudaDriverVersion driver, int architecture)
        => string.Create(CultureInfo.InvariantCulture, $"{Version}\n{driver}\n{architecture}\n{ptx}");

    /// <summary>The cubin of an entry, or null if there is none or it is damaged.</summary>
    public byte[]? Read(string key)
    {
        try
        {
            using FileStream file = File.OpenRead(PathOf(key));
            using var reader = new BinaryReader(new GZipStream(file, CompressionMode.Decompress), Encoding.UTF8);
            if (reader.ReadString() != key)
            {
                return null;
            }

            int length = reader.ReadInt32();
            byte[] cubin = reader.ReadBytes(length);
            // The checksum is read with what follows the last byte.
            if (cubin.Length != length || reader.Read() >= 0)
            {
                return null;
            }

            Touch(file.Name);
            return cubin;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or FormatException or ArgumentException)
        {
            // A cache that cannot be read is an empty one: the kernel is compiled again.
            return null;
        }
    }

    /// <summary>Keeps a cubin.</summary>
    public void Write(string key, byte[] cubin)
    {
        string path = PathOf(key);
        string temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.tmp");
        try
        {
            Directory.CreateDirectory(_folder);
            using (FileStream file = File.Create(temporary))
            {
                using (var writer = new BinaryWriter(new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true), Encoding.UTF8))
                {
                    writer.Write(key);
                    writer.Write(cubin.Length);
                    writer.Write(cubin);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk costs the next process time, no more.
            TryDelete(temporary);
        }
    }

    // A cache that cannot be written can be read.
    private static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    // The youngest stay; what another process has deleted meanwhile is gone, too.
    private void Trim()
    {
        long total = 0;
        foreach (FileInfo file in new DirectoryInfo(_folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal).ToArray())
        {
            total += file.Extension == Extension ? file.Length : 0;
            if (file.Extension == Extension ? total > LimitBytes : DateTime.UtcNow - file.LastWriteTimeUtc > _abandoned)
            {
                TryDelete(file.FullName);
            }
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was not written in the first place.
        }
    }

    private string PathOf(string key)
    {
        ulong hash = HashStart;
        foreach (char letter in key)
        {
            hash = unchecked((hash ^ letter) * HashPrime);
        }

        return Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{hash:x16}{Extension}"));
    }
}
