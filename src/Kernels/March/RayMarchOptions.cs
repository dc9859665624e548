using System;
using DreamFusion.Kernels.Rays;

namespace DreamFusion.Kernels.March;

/// <summary>Settings of the march: a lattice of fixed steps along each ray.</summary>
public sealed record RayMarchOptions
{
    /// <summary>Distance between lattice points dt, world units, &gt; 0.</summary>
    public required float StepLength { get; init; }

    /// <summary>Lattice points per ray, ≥ 1; a ray ends at the last one even inside the bound. Default 1024.</summary>
    public int MaxSteps { get; init; } = 1024;

    /// <summary>Most samples of one march, ≥ 1; more is an error, never a truncation. Default 2²¹.</summary>
    public int SampleBudget { get; init; } = 1 << 21;

    /// <summary>Steps chosen so that <paramref name="maxSteps"/> of them cover the longest segment inside <paramref name="bound"/>.</summary>
    public static RayMarchOptions Across<TBound>(TBound bound, int maxSteps)
        where TBound : unmanaged, IRayBound =>
        new() { StepLength = bound.LongestChord / maxSteps, MaxSteps = maxSteps };

    /// <summary>Checks every setting on the host.</summary>
    /// <exception cref="ArgumentException">The message names the setting, its value and its range.</exception>
    public void Validate()
    {
        if (!(StepLength > 0f && float.IsFinite(StepLength)))
        {
            throw new ArgumentException($"March: step length {StepLength}; it must be positive and finite.");
        }
        if (MaxSteps < 1)
        {
            throw new ArgumentException($"March: {MaxSteps} steps per ray; at least 1 is needed, set renderer.max_steps.");
        }
        if (SampleBudget < 1)
        {
            throw new ArgumentException($"March: a budget of {SampleBudget} samples; at least 1 is needed.");
        }
    }
}

/// <summary>A march found more samples than its budget allows.</summary>
public sealed class SampleBudgetException : Exception
{
    /// <summary>The march found <paramref name="sampleCount"/> samples, <paramref name="budget"/> are allowed.</summary>
    public SampleBudgetException(int sampleCount, int budget, int rayCount)
        : base($"March: {rayCount} rays need {sampleCount} samples, the budget is {budget}; raise the sample budget, or lower renderer.max_steps or the image size.")
    {
        SampleCount = sampleCount;
        Budget = budget;
    }

    /// <summary>An overflow described by <paramref name="message"/>.</summary>
    public SampleBudgetException(string message)
        : base(message)
    {
    }

    /// <summary>An overflow without a description.</summary>
    public SampleBudgetException()
    {
    }

    /// <summary>An overflow caused by another error.</summary>
    public SampleBudgetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Samples that the march needs.</summary>
    public int SampleCount { get; }

    /// <summary>Samples that are allowed.</summary>
    public int Budget { get; }
}
