using System;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// How much of the position encoding a step uses, so that coarse shape comes before detail. By <c>max_level</c>, levels counted from
/// the coarsest, rounded down (threestudio's ProgressiveBandHashGrid: 8, from step 2000 one more every 500, is
/// <c>[2000, 8, 16, 6000]</c>); by <c>progressive_level</c>, the share min(1, 0.25 + 2 i/N) at step i of N (stable-dreamfusion).
/// </summary>
public sealed class LevelSchedule
{
    // The share of a schedule's way is rounded, a whole level must not become one less.
    private const double Rounding = 1e-4;

    private readonly ScheduledValue _levels;
    private readonly bool _progressive;
    private readonly int _iters;
    private readonly int _levelCount;

    /// <summary>The schedule of a run.</summary>
    /// <param name="configuration">The run's configuration.</param>
    public LevelSchedule(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _levels = configuration.Nerf.Encoder.ProgressiveLevels;
        _progressive = configuration.ProgressiveLevel;
        _iters = configuration.Iters;
        _levelCount = configuration.Nerf.Encoder.Levels;
    }

    /// <summary>Whether the schedule says anything; if not, the encoding stays as it was made.</summary>
    public bool IsActive => _progressive || !(_levels.IsConstant && _levels.At(0) == 0f);

    /// <summary>Sets what changes with the step in a field but is no parameter: the levels in use, the width of the integrated encoding.</summary>
    /// <param name="field">The field.</param>
    /// <param name="step">Step, from 0.</param>
    public void Prepare(RadianceField field, int step)
    {
        ArgumentNullException.ThrowIfNull(field);
        field.Prepare(step);
        if (IsActive)
        {
            field.MaxLevel = ShareAt(step);
        }
    }

    /// <summary>Share of the levels in use at a step, above 0 to 1.</summary>
    /// <param name="step">Step, from 0.</param>
    public float ShareAt(int step)
    {
        if (_progressive)
        {
            return Math.Min(1f, 0.25f + (2f * step / _iters));
        }
        double levels = Math.Floor(_levels.At(step) + Rounding);
        return (float)(Math.Clamp(levels, 1d, _levelCount) / _levelCount);
    }
}
