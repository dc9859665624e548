using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// Keeps what the driver compiles between processes, because it takes seconds for large kernels. An entry is named by the hash of the PTX, the driver's version and the
/// device's architecture, and starts with the hash of its own bytes: a damaged one is made again. The folder is the value of <see cref="FolderSetting"/> in
/// <see cref="AppContext"/>; without one nothing is kept.
/// </summary>
internal sealed class CubinCache
{
    /// <summary>The name under which <see cref="AppContext"/> holds the folder.</summary>
    public const string FolderSetting = "ILGPU.CubinCacheFolder";

    private readonly string _folder;

    private CubinCache(string folder)
    {
        _folder = folder;
    }

    /// <summary>The cache, or null if nothing is kept.</summary>
    public static CubinCache? Find() => AppContext.GetData(FolderSetting) is string { Length: > 0 } folder ? new CubinCache(folder) : null;

    /// <summary>The name of the entry.</summary>
    /// <param name="ptx">The module.</param>
    /// <param name="driver">The driver's version.</param>
    /// <param name="architecture">The device's architecture.</param>
    public static string KeyOf(string ptx, CudaDriverVersion driver, int architecture)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"1\n{driver}\n{architecture}\n{ptx}")));

    /// <summary>The cubin of an entry, or null if there is none or it is damaged.</summary>
    public byte[]? Read(string key)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(PathOf(key));
            bool isWhole = bytes.Length > SHA256.HashSizeInBytes
                && SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes));
            return isWhole ? bytes[SHA256.HashSizeInBytes..] : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be read is an empty one: the kernel is compiled again.
            return null;
        }
    }

    /// <summary>Keeps a cubin.</summary>
    public void Write(string key, byte[] cubin)
    {
        string path = PathOf(key);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(_folder);
            using (FileStream file = File.Create(temporary))
            {
                file.Write(SHA256.HashData(cubin));
                file.Write(cubin);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk costs the next process time, no more.
            TryDelete(temporary);
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

    private string PathOf(string key) => Path.Combine(_folder, key + ".cubin");
}
