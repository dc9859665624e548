using System;
using DreamFusion.Kernels.Rays;

namespace DreamFusion.Kernels.March;

/// <summary>Settings of the march: a lattice of fixed or, with a <see cref="ConeAngle"/>, of growing steps along each ray.</summary>
public sealed record RayMarchOptions
{
    /// <summary>Most lattice points of a ray that can be asked for: beyond 2²⁴ a float no longer counts them.</summary>
    public const int MostSteps = 1 << 24;

    /// <summary>Distance between lattice points dt, world units, &gt; 0; with cone steps the shortest one.</summary>
    public required float StepLength { get; init; }

    /// <summary>Growth γ of the step with the distance: dt(t) = clamp(γ t, StepLength, MaxStepLength), ≥ 0. Default 0: fixed steps.</summary>
    public float ConeAngle { get; init; }

    /// <summary>Longest cone step dt_max, world units, ≥ StepLength; without effect on fixed steps. Default infinite.</summary>
    public float MaxStepLength { get; init; } = float.PositiveInfinity;

    /// <summary>Distance before which no lattice starts, world units, ≥ 0. Default 0: rays start at their entry.</summary>
    public float MinNear { get; init; }

    /// <summary>Lattice points per ray, in [1, 2²⁴]; a ray ends at the last one even inside the bound. Default 1024.</summary>
    public int MaxSteps { get; init; } = 1024;

    /// <summary>Samples per ray, ≥ 1; a ray ends with the last one. Default: as many as its lattice has points.</summary>
    public int MaxSamples { get; init; } = MostSteps;

    /// <summary>Most samples of one march, ≥ 1; more is an error, never a truncation. Default 2²¹.</summary>
    public int SampleBudget { get; init; } = 1 << 21;

    /// <summary>Steps chosen so that <paramref name="maxSteps"/> of them cover the longest segment inside <paramref name="bound"/>.</summary>
    public static RayMarchOptions Across<TBound>(TBound bound, int maxSteps)
        where TBound : unmanaged, IRayBound =>
        new() { StepLength = bound.LongestChord / maxSteps, MaxSteps = maxSteps };

    /// <summary>
    /// The steps of stable-dreamfusion and torch-ngp: dt = 2√3 / maxSteps, dt_max = 2√3 bound / N, from distance 0.2 on, at most
    /// <paramref name="maxSteps"/> samples per ray, wherever they lie.
    /// </summary>
    /// <param name="grid">The grid to march through.</param>
    /// <param name="maxSteps">Samples per ray, and steps across the diagonal of the cube [-1, 1]³.</param>
    /// <param name="coneAngle">Growth γ of the step with the distance, ≥ 0.</param>
    /// <exception cref="ArgumentException">The shortest step would be longer than the longest.</exception>
    public static RayMarchOptions Cone(OccupancyGridOptions grid, int maxSteps, float coneAngle)
    {
        ArgumentNullException.ThrowIfNull(grid);
        var options = new RayMarchOptions
        {
            StepLength = 2f * MathF.Sqrt(3f) / maxSteps,
            MaxStepLength = 2f * MathF.Sqrt(3f) * grid.Bound / grid.Resolution,
            ConeAngle = coneAngle,
            MinNear = 0.2f,
            MaxSteps = MostSteps,
            MaxSamples = maxSteps,
        };
        options.Validate();
        return options;
    }

    /// <summary>Checks every setting on the host.</summary>
    /// <exception cref="ArgumentException">The message names the setting, its value and its range.</exception>
    public void Validate()
    {
        if (!(StepLength > 0f && float.IsFinite(StepLength)))
        {
            throw new ArgumentException($"March: step length {StepLength}; it must be positive and finite.");
        }
        if (!(ConeAngle >= 0f && float.IsFinite(ConeAngle)))
        {
            throw new ArgumentException($"March: cone angle {ConeAngle}; it must be at least 0 and finite, 0 for fixed steps.");
        }
        if (ConeAngle > 0f && !(MaxStepLength >= StepLength))
        {
            throw new ArgumentException($"March: cone steps from {StepLength} to {MaxStepLength}; the longest must not be shorter than the shortest, raise renderer.max_steps or lower renderer.grid_resolution.");
        }
        if (!(MinNear >= 0f && float.IsFinite(MinNear)))
        {
            throw new ArgumentException($"March: rays start at distance {MinNear}; it must be at least 0 and finite.");
        }
        if (MaxSteps < 1 || MaxSteps > MostSteps)
        {
            throw new ArgumentException($"March: {MaxSteps} steps per ray; it must be in [1, {MostSteps}], set renderer.max_steps.");
        }
        if (MaxSamples < 1)
        {
            throw new ArgumentException($"March: {MaxSamples} samples per ray; at least 1 is needed, set renderer.max_steps.");
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
