using System;

namespace DreamFusion.Kernels.Optimize;

/// <summary>A learning rate, or any other scalar, as a function of the training step. Immutable; evaluated on the host.</summary>
public abstract record LearningRateSchedule
{
    /// <summary>The value at a step.</summary>
    /// <param name="step">Step, from 0.</param>
    public double At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Value(step);
    }

    /// <summary>This schedule after a linear rise over the first steps; step 0 of this schedule comes at the end of the rise.</summary>
    /// <param name="from">Value at step 0.</param>
    /// <param name="steps">Steps of the rise, ≥ 0.</param>
    public LearningRateSchedule AfterWarmUp(double from, int steps) => new WarmUpSchedule(from, steps, this);

    /// <summary>DreamFusion's schedule: from 1e-9 to 1e-4 over 3,000 steps, then a cosine down to 1e-6 (Poole et al. 2023, appendix A).</summary>
    /// <param name="stepCount">Steps of the run, more than the 3,000 of the warm-up.</param>
    public static LearningRateSchedule DreamFusion(int stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(stepCount, 3000);
        return new CosineSchedule(1e-4, 1e-6, stepCount - 3000).AfterWarmUp(1e-9, 3000);
    }

    /// <summary>The value at a step that is known not to be negative.</summary>
    /// <param name="index">Step, from 0.</param>
    protected abstract double Value(int index);

    /// <summary>Share of the way at a step, 0 to 1.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="steps">Steps of the way; 0 is at its end at once.</param>
    private protected static double Progress(int step, int steps) => step >= steps ? 1d : (double)step / steps;
}

/// <summary>The same value at every step.</summary>
/// <param name="Rate">The value.</param>
public sealed record ConstantSchedule(double Rate) : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Value(int index) => Rate;
}

/// <summary>From + (To - From) · step / Steps, then To.</summary>
/// <param name="From">Value at step 0.</param>
/// <param name="To">Value from step <paramref name="Steps"/> on.</param>
/// <param name="Steps">Steps of the way, ≥ 0.</param>
public sealed record LinearSchedule(double From, double To, int Steps) : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Value(int index) => From + (To - From) * Progress(index, Steps);
}

/// <summary>From · (To / From)^(step / Steps), then To: the same factor in every step.</summary>
/// <param name="From">Value at step 0, &gt; 0.</param>
/// <param name="To">Value from step <paramref name="Steps"/> on, &gt; 0.</param>
/// <param name="Steps">Steps of the way, ≥ 0.</param>
public sealed record ExponentialSchedule(double From, double To, int Steps) : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Value(int index) => From * Math.Pow(To / From, Progress(index, Steps));
}

/// <summary>To + (From - To) (1 + cos(π step / Steps)) / 2, then To (Loshchilov and Hutter 2017, one period).</summary>
/// <param name="From">Value at step 0.</param>
/// <param name="To">Value from step <paramref name="Steps"/> on.</param>
/// <param name="Steps">Steps of the way, ≥ 0.</param>
public sealed record CosineSchedule(double From, double To, int Steps) : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Value(int index) => To + (From - To) * (1d + Math.Cos(Math.PI * Progress(index, Steps))) / 2d;
}

/// <summary>A linear rise from a value to the start of another schedule, then that schedule.</summary>
/// <param name="From">Value at step 0.</param>
/// <param name="Steps">Steps of the rise, ≥ 0.</param>
/// <param name="Next">What follows; its step 0 is step <paramref name="Steps"/>.</param>
public sealed record WarmUpSchedule(double From, int Steps, LearningRateSchedule Next) : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Value(int index)
        => index < Steps ? From + (Next.At(0) - From) * Progress(index, Steps) : Next.At(index - Steps);
}
