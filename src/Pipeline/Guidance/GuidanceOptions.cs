using System;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>Weight w(t) of the score distillation gradient.</summary>
public enum GuidanceWeighting
{
    /// <summary>w(t) = σ_t² = 1 - ᾱ_t: DreamFusion, stable-dreamfusion, NeMo, threestudio.</summary>
    SigmaSquared,

    /// <summary>w(t) = 1.</summary>
    Uniform,

    /// <summary>w(t) = √ᾱ_t·(1 - ᾱ_t): Fantasia3D.</summary>
    SqrtAlphaSigmaSquared,
}

/// <summary>Settings of score distillation.</summary>
/// <param name="Scale">Guidance scale in the sense of <paramref name="Convention"/>; 10 for the toybox, 100 for Stable Diffusion.</param>
/// <param name="Convention">Meaning of the scale.</param>
/// <param name="Weighting">Weight w(t).</param>
/// <param name="Timesteps">Range of noise levels.</param>
/// <param name="Threads">Threads to use, at least 1; the two guidance branches run side by side from 2 on. Never changes a bit of the result.</param>
public sealed record GuidanceOptions(float Scale, GuidanceConvention Convention, GuidanceWeighting Weighting, TimestepRange Timesteps, int Threads)
{
    /// <summary>Settings that work with the embedded prior (its model card).</summary>
    public static GuidanceOptions Toybox { get; } = new(
        10, GuidanceConvention.Diffusers, GuidanceWeighting.SigmaSquared, new TimestepRange(0.02, 0.98, 0.5), Environment.ProcessorCount);

    /// <summary>w(t).</summary>
    /// <param name="alphaBar">ᾱ_t, in (0, 1).</param>
    /// <returns>The weight, positive.</returns>
    public double Weight(double alphaBar) => Weighting switch
    {
        GuidanceWeighting.SigmaSquared => 1 - alphaBar,
        GuidanceWeighting.Uniform => 1,
        GuidanceWeighting.SqrtAlphaSigmaSquared => Math.Sqrt(alphaBar) * (1 - alphaBar),
        _ => throw new InvalidOperationException($"No weighting {Weighting}."),
    };
}
