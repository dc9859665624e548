namespace DreamFusion.Pipeline.Configuration;

/// <summary>The weight w(t) of the score distillation gradient w(t) (ε̂ - ε).</summary>
public enum SdsWeighting
{
    /// <summary>1 - ᾱ_t (DreamFusion's σ_t²).</summary>
    Sds,

    /// <summary>1.</summary>
    Uniform,
}

/// <summary>What the VAE encoder's latent is.</summary>
public enum PosteriorMode
{
    /// <summary>The mean of the posterior.</summary>
    Mean,

    /// <summary>A draw from it.</summary>
    Sample,
}

/// <summary>
/// Score distillation. The guidance scale is the top-level <c>guidance_scale</c>, in the convention
/// ε̂ = ε_u + s (ε_c - ε_u); threestudio's ε̂ = ε_c + s (ε_c - ε_u) is s + 1 here.
/// </summary>
public sealed record GuidanceConfiguration
{
    /// <summary>Range of the noise level as a share of the schedule; 0 to 1, default [0.02, 0.98].</summary>
    [YamlName("t_range")]
    public Interval TimestepRange { get; init; } = new(0.02f, 0.98f);

    /// <summary>The upper end at the end of the run, reached linearly; between the two ends, default 0.5.</summary>
    [YamlName("t_max_end")]
    public float TimestepMaxEnd { get; init; } = 0.5f;

    /// <summary>Weight of the gradient; <c>sds</c> (1 - ᾱ) or <c>uniform</c>, default <c>sds</c>.</summary>
    public SdsWeighting Weighting { get; init; } = SdsWeighting.Sds;

    /// <summary>
    /// Latent of a rendered image; <c>mean</c> of the encoder's posterior or a <c>sample</c> of it, default <c>mean</c>.
    /// An encoder that returns only the mean gives the mean under either.
    /// </summary>
    public PosteriorMode Posterior { get; init; } = PosteriorMode.Mean;
}
