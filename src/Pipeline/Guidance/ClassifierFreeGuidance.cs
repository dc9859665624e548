using System;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>The two published forms of classifier-free guidance; they differ by one in the scale.</summary>
public enum GuidanceConvention
{
    /// <summary>ε̂ = ε_u + s·(ε_c - ε_u): diffusers, stable-dreamfusion, NeMo.</summary>
    Diffusers,

    /// <summary>ε̂ = (1 + ω)·ε_c - ω·ε_u: DreamFusion, threestudio; ω = s - 1.</summary>
    DreamFusion,
}

/// <summary>Classifier-free guidance (Ho and Salimans 2022): exaggerates what the text adds to the predicted noise.</summary>
public static class ClassifierFreeGuidance
{
    /// <summary>Combines the two predictions.</summary>
    /// <param name="convention">Which form the scale is meant for.</param>
    /// <param name="scale">s or ω, finite.</param>
    /// <param name="conditional">ε_c [n], with the prompt.</param>
    /// <param name="unconditional">ε_u [n], with the negative or empty prompt.</param>
    /// <param name="combined">ε̂ [n]; overwritten, may be one of the inputs.</param>
    public static void Combine(
        GuidanceConvention convention, float scale, ReadOnlySpan<float> conditional, ReadOnlySpan<float> unconditional, Span<float> combined)
    {
        float factor = convention switch
        {
            GuidanceConvention.Diffusers => scale,
            GuidanceConvention.DreamFusion => scale + 1,
            _ => throw new ArgumentOutOfRangeException(nameof(convention), convention, "No guidance convention."),
        };
        for (int i = 0; i < combined.Length; i++)
        {
            combined[i] = unconditional[i] + (factor * (conditional[i] - unconditional[i]));
        }
    }
}
