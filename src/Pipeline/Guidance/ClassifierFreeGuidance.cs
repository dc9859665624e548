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
    /// <summary>The factor of ε_c - ε_u that a scale stands for.</summary>
    /// <param name="convention">Which form the scale is meant for.</param>
    /// <param name="scale">s or ω, finite.</param>
    public static float Factor(GuidanceConvention convention, float scale) => convention switch
    {
        GuidanceConvention.Diffusers => scale,
        GuidanceConvention.DreamFusion => scale + 1,
        _ => throw new ArgumentOutOfRangeException(nameof(convention), convention, "No guidance convention."),
    };

    /// <summary>Combines the two predictions.</summary>
    /// <param name="convention">Which form the scale is meant for.</param>
    /// <param name="scale">s or ω, finite.</param>
    /// <param name="conditional">ε_c [n], with the prompt.</param>
    /// <param name="unconditional">ε_u [n], with the negative or empty prompt.</param>
    /// <param name="combined">ε̂ [n]; overwritten, may be one of the inputs.</param>
    public static void Combine(
        GuidanceConvention convention, float scale, ReadOnlySpan<float> conditional, ReadOnlySpan<float> unconditional, Span<float> combined)
    {
        float factor = Factor(convention, scale);
        for (int i = 0; i < combined.Length; i++)
        {
            combined[i] = unconditional[i] + (factor * (conditional[i] - unconditional[i]));
        }
    }

    /// <summary>
    /// Gives a guided prediction back the spread of the unguided one: ε̂ ← φ·ε̂·std(ε_c)/std(ε̂) + (1 - φ)·ε̂ (Lin et al. 2023, "Common diffusion
    /// noise schedules and sample steps are flawed", eqs. 15 and 16), against the washed-out colours of large scales.
    /// </summary>
    /// <param name="share">φ, 0 (off) to 1.</param>
    /// <param name="conditional">ε_c [n].</param>
    /// <param name="guided">ε̂ [n]; changed in place.</param>
    public static void Rescale(float share, ReadOnlySpan<float> conditional, Span<float> guided)
    {
        double spread = share > 0 ? Deviation(guided) : 0;
        if (spread == 0)
        {
            return;
        }

        float factor = (float)((share * Deviation(conditional) / spread) + 1 - share);
        for (int i = 0; i < guided.Length; i++)
        {
            guided[i] *= factor;
        }
    }

    private static double Deviation(ReadOnlySpan<float> values)
    {
        double mean = 0;
        foreach (float value in values)
        {
            mean += value;
        }

        mean /= values.Length;
        double sum = 0;
        foreach (float value in values)
        {
            sum += (value - mean) * (value - mean);
        }

        return Math.Sqrt(sum / values.Length);
    }
}
