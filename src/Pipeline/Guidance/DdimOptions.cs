using System;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>Settings of <see cref="DdimSampler"/>; the defaults are those of the embedded prior's model card.</summary>
public sealed record DdimOptions
{
    /// <summary>Denoising steps, 1 to the schedule's T, default 25.</summary>
    public int StepCount { get; init; } = 25;

    /// <summary>Guidance scale in the sense of <see cref="Convention"/>, finite, default 5.</summary>
    public float Scale { get; init; } = 5;

    /// <summary>Meaning of the scale, default <see cref="GuidanceConvention.Diffusers"/>.</summary>
    public GuidanceConvention Convention { get; init; } = GuidanceConvention.Diffusers;

    /// <summary>The predicted clean latent is clamped to ± this, positive, default 5 standard deviations; <see cref="float.PositiveInfinity"/> for no limit.</summary>
    public float CleanLimit { get; init; } = 5;

    /// <summary>Refuses settings that a schedule cannot take.</summary>
    /// <param name="timestepCount">Timesteps T of the schedule.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public void Validate(int timestepCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(StepCount, 1, nameof(StepCount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StepCount, timestepCount, nameof(StepCount));
        if (!float.IsFinite(Scale) || !(CleanLimit > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(timestepCount), $"DDIM: expected a finite scale and a positive limit of the clean latent, got {Scale} and {CleanLimit}.");
        }
    }
}
