using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>Memory that this process may still take, and what says so.</summary>
/// <param name="AvailableBytes">Bytes.</param>
/// <param name="Source">Who limits it, in words.</param>
public sealed record MemoryLimit(long AvailableBytes, string Source)
{
    private const string ProcMeminfo = "proc/meminfo";
    private const string ProcCgroup = "proc/self/cgroup";
    private const string CgroupRoot = "sys/fs/cgroup";

    /// <summary>
    /// Asks this system: the least of what the kernel can give without swapping (<c>MemAvailable</c>) and what is left in each control group above
    /// this process (version 1 or 2); elsewhere than on Linux what .NET reports.
    /// </summary>
    public static MemoryLimit OfThisProcess() => OperatingSystem.IsLinux() && Read("/") is { } found ? found : OfRuntime();

    /// <summary>The same from the files of a system under another root.</summary>
    /// <param name="root">Folder that stands for <c>/</c>.</param>
    /// <returns>Null if its files say nothing.</returns>
    internal static MemoryLimit? Read(string root)
    {
        List<MemoryLimit> limits = [];
        if (MemAvailable(Lines(Path.Combine(root, ProcMeminfo))) is long available)
        {
            limits.Add(new MemoryLimit(available, "free memory of this machine"));
        }
        foreach (string line in Lines(Path.Combine(root, ProcCgroup)))
        {
            limits.AddRange(OfGroups(root, line));
        }
        return limits.MinBy(limit => limit.AvailableBytes);
    }

    // hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers.
    private static IEnumerable<MemoryLimit> OfGroups(string root, string line)
    {
        string[] fields = line.Split(':', 3);
        if (fields.Length != 3)
        {
            return [];
        }
        bool unified = fields[0] == "0" && fields[1].Length == 0;
        return unified ? OfGroups(Path.Combine(root, CgroupRoot), fields[2], "memory.max", "memory.current", "inactive_file ")
            : fields[1].Split(',').Contains("memory") ? OfGroups(Path.Combine(root, CgroupRoot, "memory"), fields[2], "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
            : [];
    }

    // A group is bounded by its parents as well. Inside a container the path is the host's and its folder is missing: the mount itself is the group.
    private static IEnumerable<MemoryLimit> OfGroups(string mount, string path, string limitName, string usageName, string reclaimableKey)
    {
        string[] parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "..")];
        for (int depth = parts.Length; depth >= 0; depth--)
        {
            string folder = Path.Combine([mount, .. parts[..depth]]);
            if (Number(Path.Combine(folder, limitName)) is long limit && Number(Path.Combine(folder, usageName)) is long usage)
            {
                // Pages of files that nobody uses now are given back before the limit is enforced.
                long reclaimable = Lines(Path.Combine(folder, "memory.stat"))
                    .Where(line => line.StartsWith(reclaimableKey, StringComparison.Ordinal))
                    .Select(line => Parse(line[reclaimableKey.Length..]) ?? 0).FirstOrDefault();
                yield return new MemoryLimit(Math.Max(0, limit - usage + Math.Min(reclaimable, usage)), "memory limit of the control group");
            }
        }
    }

    private static long? MemAvailable(IEnumerable<string> lines) => lines
        .Where(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
        .Select(line => Parse(line["MemAvailable:".Length..].Replace("kB", "", StringComparison.Ordinal)) * 1024).FirstOrDefault();

    // "max" of version 2 is no number and no limit; version 1 writes a number beyond any memory.
    private static long? Number(string path) => Lines(path) is [{ } first, ..] ? Parse(first) : null;

    private static long? Parse(string text) => long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system without this file; the next source answers.
            return [];
        }
    }

    private static MemoryLimit OfRuntime()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        // The load is what every process uses; 0 before the first collection.
        return new MemoryLimit(Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes), "free memory as .NET reports it");
    }
}
