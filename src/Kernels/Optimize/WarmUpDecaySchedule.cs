using System;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Factor of the learning rate: a linear warm-up over the first steps, then 1, then a linear decay over the last share of the run.
/// <code>
/// factor(i) = min(1, (i + 1) / WarmUpSteps) · (1 if i / n &lt; DecayStart, else 1 - (1 - FinalFactor)(i / n - DecayStart) / (1 - DecayStart))
/// </code>
/// </summary>
public sealed record WarmUpDecaySchedule : LearningRateSchedule
{
    /// <summary>Steps of the run n, positive, default 400.</summary>
    public int StepCount { get; init; } = 400;

    /// <summary>Steps of the warm-up, ≥ 0; 0 and 1 start at full rate; default 30.</summary>
    public int WarmUpSteps { get; init; } = 30;

    /// <summary>Share of the run after which the rate falls, 0 to 1; 1 never decays; default 0.6.</summary>
    public double DecayStart { get; init; } = 0.6;

    /// <summary>Factor reached at the end of the run, 0 to 1, default 0.2.</summary>
    public double FinalFactor { get; init; } = 0.2;

    /// <summary>The factor of a step.</summary>
    /// <param name="step">Step i, from 0.</param>
    /// <param name="stepCount">Steps of the run n, positive.</param>
    public double Factor(int step, int stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepCount);
        double warmUp = step + 1 < WarmUpSteps ? (step + 1d) / WarmUpSteps : 1d;
        double progress = Math.Min(1d, (double)step / stepCount);
        double decay = progress < DecayStart || DecayStart >= 1d
            ? 1d
            : 1d - (1d - FinalFactor) * (progress - DecayStart) / (1d - DecayStart);
        return warmUp * decay;
    }

    /// <inheritdoc/>
    protected override double Value(int index) => Factor(index, StepCount);
}
