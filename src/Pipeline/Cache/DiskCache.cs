using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Machine;

namespace DreamFusion.Pipeline.Cache;

/// <summary>
/// Folders of files that can be computed again, each under a kind and a key that says what it was computed from. An entry
/// appears whole or not at all; lengths and hashes are checked when it is found, and a damaged one is removed. Kinds are
/// bounded together by a number of bytes, the least recently used entries going first, but for those that stay until
/// deleted. A cache that cannot be used costs one line in <see cref="Warnings"/> and nothing else.
/// </summary>
public sealed class DiskCache
{
    /// <summary>Bytes that the bounded kinds may take together: 2 GiB.</summary>
    public const long DefaultLimitBytes = 2L << 30;

    /// <summary>Kind of imported models, which stay until deleted and do not count.</summary>
    public const string ImportedModels = "models";

    private static readonly TimeSpan _abandoned = TimeSpan.FromDays(1);
    private readonly string _root;
    private readonly long _limitBytes;
    private readonly List<string> _warnings = [];

    /// <summary>Creates a cache; nothing is read or written yet.</summary>
    /// <param name="root">Its folder, which need not exist.</param>
    /// <param name="limitBytes">Bytes that the bounded kinds may take, positive.</param>
    public DiskCache(string root, long limitBytes = DefaultLimitBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limitBytes);
        _root = Path.GetFullPath(root);
        _limitBytes = limitBytes;
    }

    /// <summary>The user's cache, at <see cref="CacheFolder.Path"/>.</summary>
    /// <returns>A new instance.</returns>
    public static DiskCache OfUser() => new(CacheFolder.Path);

    /// <summary>Full path of its folder.</summary>
    public string Root => _root;

    /// <summary>Why the cache could not be used: at most one line.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Looks an entry up, checks it and marks it as used.</summary>
    /// <param name="kind">Kind, a folder name.</param>
    /// <param name="key">Key, a file name.</param>
    /// <returns>The entry's folder, or null if there is none; another process may delete it at any time.</returns>
    public string? Find(string kind, string key)
    {
        string folder = FolderOf(kind, key);
        try
        {
            if (!Directory.Exists(folder))
            {
                return null;
            }

            if (CacheManifest.Matches(folder))
            {
                File.SetLastWriteTimeUtc(CacheManifest.PathIn(folder), DateTime.UtcNow);
                return folder;
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn(e);
        }

        return null;
    }

    /// <summary>Adds an entry, in place of one that is already there.</summary>
    /// <param name="kind">Kind, a folder name.</param>
    /// <param name="key">Key, a file name.</param>
    /// <param name="write">Writes the entry's files into the folder it is given.</param>
    /// <returns>The entry's folder, or null if the cache cannot be used or the entry is larger than its limit.</returns>
    public string? Add(string kind, string key, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string folder = FolderOf(kind, key);
        string temporary = Path.Combine(_root, kind, string.Create(CultureInfo.InvariantCulture, $".{key}.{Environment.ProcessId}.{Guid.NewGuid():N}"));
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            CacheManifest.Write(temporary);
            if (kind != ImportedModels && BytesIn(temporary) > _limitBytes)
            {
                Directory.Delete(temporary, recursive: true);
                return null;
            }

            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            Directory.Move(temporary, folder);
            Trim(folder);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn(e);
            TryDelete(temporary);
            return null;
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Removes an entry that turned out to be unusable.</summary>
    /// <param name="kind">Kind.</param>
    /// <param name="key">Key.</param>
    public void Remove(string kind, string key) => TryDelete(FolderOf(kind, key));

    private string FolderOf(string kind, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Path.Combine(_root, kind, key);
    }

    // Oldest entries of all bounded kinds first, the one just added last; and what a process that died left behind.
    private void Trim(string added)
    {
        DirectoryInfo[] kinds = [.. new DirectoryInfo(_root).EnumerateDirectories()];
        DirectoryInfo[] folders = [.. kinds.Where(kind => kind.Name != ImportedModels).SelectMany(kind => kind.EnumerateDirectories())];
        foreach (DirectoryInfo left in kinds.SelectMany(kind => kind.EnumerateDirectories()).Where(f => f.Name.StartsWith('.') && DateTime.UtcNow - f.LastWriteTimeUtc > _abandoned))
        {
            TryDelete(left.FullName);
        }

        (string Path, long Bytes)[] entries =
        [
            .. folders.Where(f => !f.Name.StartsWith('.')).Select(f => f.FullName).OrderBy(path => path == added).ThenBy(LastUse).Select(path => (path, BytesIn(path))),
        ];
        long total = entries.Sum(e => e.Bytes);
        foreach ((string path, long bytes) in entries.TakeWhile(_ => total > _limitBytes))
        {
            TryDelete(path);
            total -= bytes;
        }
    }

    private static DateTime LastUse(string folder) => File.GetLastWriteTimeUtc(CacheManifest.PathIn(folder));

    private static long BytesIn(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    // An entry that another process holds open is left for the next time.
    private static void TryDelete(string folder)
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
            return;
        }
    }

    private void Warn(Exception e)
    {
        if (_warnings.Count == 0)
        {
            _warnings.Add($"The cache {_root} cannot be used: {e.Message.TrimEnd('.')}. Results are computed again each time; name another folder in DFK_CACHE, or free space there.");
        }
    }
}
