using System;
using DreamFusion.Pipeline.Configuration;

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

/// <summary>How a rendered image becomes a latent.</summary>
public enum LatentEncoder
{
    /// <summary>The model's VAE encoder, with its exact gradient.</summary>
    Vae,

    /// <summary>A linear map of the mean colour of each latent's square of pixels, fitted to the encoder.</summary>
    Linear,
}

/// <summary>Settings of score distillation.</summary>
/// <param name="Scale">Guidance scale in the sense of <paramref name="Convention"/>; 10 for the toybox, 100 for Stable Diffusion.</param>
/// <param name="Convention">Meaning of the scale.</param>
/// <param name="Weighting">Weight w(t).</param>
/// <param name="Timesteps">Range of noise levels.</param>
/// <param name="Threads">Threads to use, at least 1; the two guidance branches run side by side if both find theirs. Never changes a bit of the result.</param>
public sealed record GuidanceOptions(float Scale, GuidanceConvention Convention, GuidanceWeighting Weighting, TimestepRange Timesteps, int Threads)
{
    /// <summary>What the encoder's latent is; the mean by default.</summary>
    public LatentPosterior Posterior { get; init; }

    /// <summary>What the gradient is made of, default score distillation.</summary>
    public DistillationMethod Method { get; init; } = DistillationMethod.Sds;

    /// <summary>φ of <see cref="ClassifierFreeGuidance.Rescale"/>, 0 (off, default) to 1.</summary>
    public float Rescale { get; init; }

    /// <summary>Whether dL/dz is brought to a root mean square of 1 instead of being weighted by w(t), default false.</summary>
    public bool NormalizesGradient { get; init; }

    /// <summary>Largest absolute value in dL/dz; 0 (default) for no limit.</summary>
    public float GradientClip { get; init; }

    /// <summary>How images become latents; by the VAE encoder unless another is named.</summary>
    public LatentEncoder Encoder { get; init; }

    /// <summary>Where ONNX Runtime runs, default one thread of the CPU.</summary>
    public GuidanceDevice Device { get; init; } = GuidanceDevice.Cpu;

    /// <summary>The settings of a run.</summary>
    /// <param name="configuration">A valid configuration.</param>
    /// <param name="device">Where ONNX Runtime runs; null for the CPU, with the configuration's threads.</param>
    /// <returns>Its guidance settings.</returns>
    public static GuidanceOptions From(RunConfiguration configuration, GuidanceDevice? device = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        GuidanceConfiguration guidance = configuration.Guidance;
        return new GuidanceOptions(
            configuration.GuidanceScale,
            guidance.Convention switch
            {
                CfgConvention.Diffusers => GuidanceConvention.Diffusers,
                CfgConvention.DreamFusion => GuidanceConvention.DreamFusion,
                _ => throw new ArgumentOutOfRangeException(nameof(configuration), guidance.Convention, "No guidance convention of that name."),
            },
            guidance.Weighting switch
            {
                SdsWeighting.Sds => GuidanceWeighting.SigmaSquared,
                SdsWeighting.Uniform => GuidanceWeighting.Uniform,
                SdsWeighting.Fantasia3d => GuidanceWeighting.SqrtAlphaSigmaSquared,
                _ => throw new ArgumentOutOfRangeException(nameof(configuration), guidance.Weighting, "No weighting of that name."),
            },
            new TimestepRange(Decimal(guidance.TimestepRange.Min), Decimal(guidance.TimestepRange.Max), Decimal(guidance.TimestepMaxEnd)) { IncludesMaximum = guidance.TimestepMaxIncluded },
            configuration.Threads > 0 ? configuration.Threads : Environment.ProcessorCount)
        {
            Posterior = guidance.Posterior switch
            {
                PosteriorMode.Mean => LatentPosterior.Mean,
                PosteriorMode.Sample => LatentPosterior.Sample,
                _ => throw new ArgumentOutOfRangeException(nameof(configuration), guidance.Posterior, "No posterior of that name."),
            },
            Method = guidance.Method switch
            {
                SdsMethod.Sds => DistillationMethod.Sds,
                SdsMethod.Csd => DistillationMethod.ClassifierScore,
                SdsMethod.Nfsd => DistillationMethod.NoiseFree,
                _ => throw new ArgumentOutOfRangeException(nameof(configuration), guidance.Method, "No method of that name."),
            },
            Device = device ?? new GuidanceDevice(null, guidance.Threads) { IsDeterministic = configuration.Deterministic },
            Rescale = guidance.Rescale,
            NormalizesGradient = guidance.NormalizesGradient,
            GradientClip = guidance.GradientClip,
            Encoder = guidance.Encoder switch
            {
                EncoderMode.Vae => LatentEncoder.Vae,
                EncoderMode.Linear => LatentEncoder.Linear,
                _ => throw new ArgumentOutOfRangeException(nameof(configuration), guidance.Encoder, "No encoder of that name."),
            },
        };
    }

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

    // The number the user wrote: 0.02 as a float is slightly less, and the first timestep would be 19 instead of 20.
    private static double Decimal(float value) => Math.Round((double)value, 6);
}
