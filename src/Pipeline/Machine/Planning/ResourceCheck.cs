using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>Compares the plan of a run with what this machine has, and refuses a run that would not get through.</summary>
public static class ResourceCheck
{
    /// <summary>Plans a run and says what is missing for it.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="model">The opened model folder.</param>
    /// <param name="outputFolder">Run folder, or null for the default.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if no folder can be there.</exception>
    public static ResourceReport Examine(RunConfiguration configuration, ModelFolder model, string? outputFolder)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (outputFolder is not null)
        {
            OutputPath.RequireFolder(outputFolder);
        }

        using var planner = new ResourcePlanner(model);
        ResourcePlan plan = planner.Plan(configuration, outputFolder);
        var limit = MemoryLimit.OfThisProcess();
        // What this process has taken is in the plan, but no longer in what the system calls available.
        limit = limit with { AvailableBytes = limit.AvailableBytes + Environment.WorkingSet };
        string? memory = MemoryProblem(plan, limit, configuration, c => planner.Plan(c, outputFolder));
        return new ResourceReport
        {
            Plan = plan,
            Memory = limit,
            FreeDisk = [.. plan.Disk.Select(need => DiskSpace.FreeBytes(need.Folder))],
            Problems = [.. memory is null ? Array.Empty<string>() : [memory], .. DiskProblems(plan, DiskSpace.FreeBytes, DiskSpace.DiskOf)],
        };
    }

    /// <summary>Refuses a run for which memory or disk is missing.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="model">The opened model folder.</param>
    /// <param name="outputFolder">Run folder, or null for the default.</param>
    /// <param name="anyway">Whether to start all the same.</param>
    /// <returns>What the user should know if it starts all the same, one line each.</returns>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.MachineLacks"/>; the message says what is needed and what there is, the largest part, and a setting that fits.
    /// </exception>
    public static IReadOnlyList<string> Require(RunConfiguration configuration, ModelFolder model, string? outputFolder, bool anyway)
    {
        IReadOnlyList<string> problems = Examine(configuration, model, outputFolder).Problems;
        return problems.Count == 0 ? []
            : anyway ? [.. problems.Select(problem => problem + " Started all the same (--anyway).")]
            : throw new DfkException(ExitCode.MachineLacks, string.Join(Environment.NewLine, problems) + " --anyway starts it all the same.");
    }

    /// <summary>Why a plan does not fit into memory, or null if it does.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="limit">What the process may have in all.</param>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="again">Plans another configuration.</param>
    internal static string? MemoryProblem(ResourcePlan plan, MemoryLimit limit, RunConfiguration configuration, Func<RunConfiguration, ResourcePlan> again)
    {
        PlanPhase peak = plan.HostPeak;
        if (peak.Bytes <= limit.AvailableBytes)
        {
            return null;
        }
        PlanPart largest = ResourcePlan.LargestOf(peak);
        SmallerSetting? smaller = SmallerSetting.Find(configuration, again, other => other.HostPeak.Bytes <= limit.AvailableBytes);
        string advice = smaller is not null
            ? $"This fits: {smaller.Options} (about {Text(smaller.Plan.HostPeak.Bytes)})."
            : $"No smaller size, steps or table of this run fits; take a smaller model, such as --model toybox --preset draft, or a machine with more memory.";
        return $"memory: this run needs about {Text(peak.Bytes)}, {Text(limit.AvailableBytes)} are available ({limit.Source}). Most is needed in '{peak.Name}': {Parts(peak)}. Largest: {largest.Name}, {Text(largest.Bytes)}. {advice}";
    }

    /// <summary>What does not fit onto the disks.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="freeBytes">Free space for a folder, null if unknown.</param>
    /// <param name="diskOf">Name of the disk of a folder.</param>
    internal static IEnumerable<string> DiskProblems(ResourcePlan plan, Func<string, long?> freeBytes, Func<string, string> diskOf)
    {
        foreach (IGrouping<string, DiskNeed> disk in plan.Disk.GroupBy(need => diskOf(need.Folder)))
        {
            long needed = disk.Sum(need => need.Bytes);
            if (freeBytes(disk.First().Folder) is not long free || free >= needed)
            {
                continue;
            }
            PlanPart largest = disk.SelectMany(need => need.Parts).MaxBy(part => part.Bytes)!;
            string folders = string.Join(" and ", disk.Select(need => need.Folder));
            string advice = "Free some, write elsewhere with --out, or " + largest.Name switch
            {
                ResourcePlanner.Checkpoints => "keep fewer checkpoints with --set checkpoint_keep=1.",
                ResourcePlanner.Snapshots => "take fewer snapshots with --set watchdog.snapshot_interval=1000.",
                ResourcePlanner.Pictures => "make fewer final pictures with --set data.test_dataset.size=8 and fewer previews with --preview-interval.",
                _ => "put the cache elsewhere with DFK_CACHE.",
            };
            yield return $"disk: this run writes about {Text(needed)} to {folders}, {Text(free)} are free there. Largest: {largest.Name}, {Text(largest.Bytes)}. {advice}";
        }
    }

    /// <summary>Bytes in words: 312 MB, 4.3 GB.</summary>
    public static string Text(long bytes) => bytes >= 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");

    private static string Parts(PlanPhase phase)
    {
        const int Shown = 4;
        PlanPart[] parts = [.. phase.Parts.OrderByDescending(part => part.Bytes)];
        long others = parts.Skip(Shown).Sum(part => part.Bytes);
        return string.Join(", ", parts.Take(Shown).Select(part => $"{part.Name} {Text(part.Bytes)}")) + (others > 0 ? $", others {Text(others)}" : "");
    }
}

/// <summary>A plan beside what this machine has.</summary>
public sealed record ResourceReport
{
    /// <summary>What the run needs.</summary>
    public required ResourcePlan Plan { get; init; }

    /// <summary>Memory that the process may have in all.</summary>
    public required MemoryLimit Memory { get; init; }

    /// <summary>Free bytes for each of <see cref="ResourcePlan.Disk"/>, null where the system does not say.</summary>
    public required IReadOnlyList<long?> FreeDisk { get; init; }

    /// <summary>What is missing, one sentence or more each; empty if the run fits.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
