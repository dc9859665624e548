using System;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// Noise levels from which a step draws: t uniform in [Minimum, t_max) of the schedule, t_max going linearly from
/// <paramref name="Maximum"/> at the start to <paramref name="MaximumAtEnd"/> at the end of training.
/// </summary>
/// <param name="Minimum">Lowest share of the schedule, 0 to 1, 0.02 in DreamFusion.</param>
/// <param name="Maximum">Highest share at the start, above Minimum, at most 1, 0.98 in DreamFusion.</param>
/// <param name="MaximumAtEnd">Highest share at the end, above Minimum, at most 1.</param>
public sealed record TimestepRange(double Minimum, double Maximum, double MaximumAtEnd)
{
    /// <summary>Whether t_max itself is drawn too, as in stable-dreamfusion and threestudio; default false.</summary>
    public bool IncludesMaximum { get; init; }

    /// <summary>Bounds of the draw.</summary>
    /// <param name="progress">Share of training done, 0 to 1.</param>
    /// <param name="timestepCount">Timesteps T of the schedule.</param>
    /// <returns>First timestep and the one after the last; at least one lies between.</returns>
    public (int First, int End) At(double progress, int timestepCount)
    {
        double maximum = Maximum + ((MaximumAtEnd - Maximum) * Math.Clamp(progress, 0, 1));
        int first = Math.Clamp((int)(Minimum * timestepCount), 0, timestepCount - 1);
        return (first, Math.Clamp((int)(maximum * timestepCount) + (IncludesMaximum ? 1 : 0), first + 1, timestepCount));
    }

    /// <summary>The timestep for a uniform draw.</summary>
    /// <param name="progress">Share of training done, 0 to 1.</param>
    /// <param name="timestepCount">Timesteps T of the schedule.</param>
    /// <param name="uniform">Draw in [0, 1).</param>
    /// <returns>Timestep, 0 to T - 1.</returns>
    public int Draw(double progress, int timestepCount, double uniform)
    {
        (int first, int end) = At(progress, timestepCount);
        return Math.Min(first + (int)(uniform * (end - first)), end - 1);
    }
}
