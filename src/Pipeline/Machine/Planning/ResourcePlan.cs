using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>A part of what a run needs.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Bytes">Bytes, at least 0.</param>
public sealed record PlanPart(string Name, long Bytes);

/// <summary>What is in memory at one time of a run; a part that a later phase does not list is released before it.</summary>
/// <param name="Name">When, in words.</param>
/// <param name="Parts">What is there.</param>
public sealed record PlanPhase(string Name, IReadOnlyList<PlanPart> Parts)
{
    /// <summary>Bytes of all parts.</summary>
    public long Bytes => Parts.Sum(part => part.Bytes);

    /// <summary>What is no longer there of the phase before.</summary>
    /// <param name="before">The phase before.</param>
    public IReadOnlyList<PlanPart> Released(PlanPhase before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return [.. before.Parts.Where(part => part.Bytes > 0 && Parts.All(other => other.Name != part.Name))];
    }
}

/// <summary>What a run writes to one folder.</summary>
/// <param name="Folder">The folder, which may not exist yet.</param>
/// <param name="Parts">What is written there.</param>
public sealed record DiskNeed(string Folder, IReadOnlyList<PlanPart> Parts)
{
    /// <summary>Bytes of all parts.</summary>
    public long Bytes => Parts.Sum(part => part.Bytes);
}

/// <summary>What a run is estimated to need, before anything of it is done.</summary>
public sealed record ResourcePlan
{
    /// <summary>Host memory by phase, in the order of the run.</summary>
    public required IReadOnlyList<PlanPhase> Host { get; init; }

    /// <summary>Memory of the CUDA device by phase; empty for a run on the CPU.</summary>
    public required IReadOnlyList<PlanPhase> Device { get; init; }

    /// <summary>Disk by folder.</summary>
    public required IReadOnlyList<DiskNeed> Disk { get; init; }

    /// <summary>Samples of a training view at the busiest step, over all of its rays.</summary>
    public required long Samples { get; init; }

    /// <summary>The phase that needs the most host memory.</summary>
    public PlanPhase HostPeak => Host.MaxBy(phase => phase.Bytes)!;

    /// <summary>The phase that needs the most device memory, or null for a run on the CPU.</summary>
    public PlanPhase? DevicePeak => Device.MaxBy(phase => phase.Bytes);

    /// <summary>The largest part of a phase.</summary>
    public static PlanPart LargestOf(PlanPhase phase)
    {
        ArgumentNullException.ThrowIfNull(phase);
        return phase.Parts.MaxBy(part => part.Bytes)!;
    }
}
