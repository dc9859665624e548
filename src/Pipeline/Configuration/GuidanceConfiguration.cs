namespace DreamFusion.Pipeline.Configuration;

/// <summary>The weight w(t) of the score distillation gradient w(t) (ε̂ - ε).</summary>
public enum SdsWeighting
{
    /// <summary>1 - ᾱ_t (DreamFusion's σ_t²).</summary>
    Sds,

    /// <summary>1.</summary>
    Uniform,

    /// <summary>√ᾱ_t (1 - ᾱ_t) (Fantasia3D).</summary>
    Fantasia3d,
}

/// <summary>The two meanings of a guidance scale.</summary>
public enum CfgConvention
{
    /// <summary>ε_u + s (ε_c - ε_u): diffusers, stable-dreamfusion, NeMo.</summary>
    Diffusers,

    /// <summary>(1 + ω) ε_c - ω ε_u: the paper, threestudio.</summary>
    [YamlName("dreamfusion")]
    DreamFusion,
}

/// <summary>What the gradient is made of.</summary>
public enum SdsMethod
{
    /// <summary>Score distillation: w (ε̂ - ε).</summary>
    Sds,

    /// <summary>Classifier score distillation: w s (ε_c - ε_u).</summary>
    Csd,

    /// <summary>Noise-free score distillation: w (δ_D + s (ε_c - ε_u)).</summary>
    Nfsd,
}

/// <summary>Weights of Perp-Neg's negative view prompts.</summary>
public enum PerpNegKind
{
    /// <summary>No Perp-Neg.</summary>
    None,

    /// <summary>stable-dreamfusion's.</summary>
    [YamlName("stable_dreamfusion")]
    StableDreamFusion,

    /// <summary>threestudio's.</summary>
    Threestudio,
}

/// <summary>What the VAE encoder's latent is.</summary>
public enum PosteriorMode
{
    /// <summary>The mean of the posterior.</summary>
    Mean,

    /// <summary>A draw from it.</summary>
    Sample,
}

/// <summary>Where ONNX Runtime runs.</summary>
public enum GuidanceDeviceChoice
{
    /// <summary>Where the kernels run, if ONNX Runtime can run there, else on the CPU.</summary>
    Auto,

    /// <summary>On the CPU.</summary>
    Cpu,

    /// <summary>On the kernels' CUDA device, else the first.</summary>
    Cuda,
}

/// <summary>How a rendered image becomes a latent.</summary>
public enum EncoderMode
{
    /// <summary>The model's VAE encoder, with its exact gradient.</summary>
    Vae,

    /// <summary>A linear map fitted to it: cheap, and blind to everything but mean colours.</summary>
    Linear,
}

/// <summary>The width of the numbers in the model's graphs.</summary>
public enum GuidancePrecision
{
    /// <summary>Whatever the graphs have.</summary>
    Auto,

    /// <summary>float16.</summary>
    [YamlName("16")]
    Half,

    /// <summary>float32.</summary>
    [YamlName("32")]
    Full,

    /// <summary>bfloat16, which no graph in the accepted layout has.</summary>
    [YamlName("bf16")]
    BFloat16,
}

/// <summary>
/// Score distillation. The guidance scale is the top-level <c>guidance_scale</c>, in the convention <c>cfg_convention</c>.
/// </summary>
public sealed record GuidanceConfiguration
{
    /// <summary>Range of the noise level as a share of the schedule; 0 to 1, default [0.02, 0.98].</summary>
    [YamlName("t_range")]
    public Interval TimestepRange { get; init; } = new(0.02f, 0.98f);

    /// <summary>The upper end at the end of the run, reached linearly; between the two ends, default 0.5.</summary>
    [YamlName("t_max_end")]
    public float TimestepMaxEnd { get; init; } = 0.5f;

    /// <summary>
    /// Whether the upper end itself is drawn, as stable-dreamfusion and threestudio do (of 1000 steps 20 to 980, not to 979); default false.
    /// </summary>
    [YamlName("t_max_included")]
    public bool TimestepMaxIncluded { get; init; }

    /// <summary>What the gradient is made of; <c>sds</c>, <c>csd</c> or <c>nfsd</c>, default <c>sds</c>.</summary>
    public SdsMethod Method { get; init; } = SdsMethod.Sds;

    /// <summary>Weight of the gradient; <c>sds</c> (1 - ᾱ), <c>uniform</c> or <c>fantasia3d</c> (√ᾱ (1 - ᾱ)), default <c>sds</c>.</summary>
    public SdsWeighting Weighting { get; init; } = SdsWeighting.Sds;

    /// <summary>
    /// Latent of a rendered image; <c>mean</c> of the encoder's posterior or a <c>sample</c> of it, default <c>mean</c>.
    /// An encoder that returns only the mean gives the mean under either.
    /// </summary>
    public PosteriorMode Posterior { get; init; } = PosteriorMode.Mean;

    /// <summary>Meaning of <c>guidance_scale</c>; <c>diffusers</c> or <c>dreamfusion</c> (one less for the same guidance), default <c>diffusers</c>.</summary>
    [YamlName("cfg_convention")]
    public CfgConvention Convention { get; init; } = CfgConvention.Diffusers;

    /// <summary>How much of the unguided prediction's spread the guided one gets back; 0 (off) to 1, default 0.</summary>
    public float Rescale { get; init; }

    /// <summary>Whether the latent's gradient is brought to unit root mean square instead of being weighted, default false.</summary>
    [YamlName("grad_normalize")]
    public bool NormalizesGradient { get; init; }

    /// <summary>Largest absolute value in the latent's gradient, at least 0; 0 for no limit, default 0.</summary>
    [YamlName("grad_clip")]
    public float GradientClip { get; init; }

    /// <summary>
    /// Perp-Neg's negative view prompts; <c>none</c>, <c>stable_dreamfusion</c> or <c>threestudio</c>, default <c>none</c>. They push away from
    /// the front and the side view; the positive text is <c>view_choice</c>'s, which both publications have interpolated.
    /// </summary>
    public PerpNegKind PerpNeg { get; init; } = PerpNegKind.None;

    /// <summary>What <c>nfsd</c> takes for the prompt of a bad picture.</summary>
    [YamlName("nfsd_negative")]
    public string NoiseFreeNegative { get; init; } = "unrealistic, blurry, low quality, out of focus, ugly, low contrast, dull, dark, low-resolution, gloomy";

    /// <summary>How a rendered image becomes a latent; <c>vae</c> or <c>linear</c>, default <c>vae</c>.</summary>
    public EncoderMode Encoder { get; init; } = EncoderMode.Vae;

    /// <summary>
    /// Expected width of the numbers in the model's graphs; <c>auto</c>, <c>16</c>, <c>32</c> or <c>bf16</c>, default <c>auto</c>. The
    /// graphs decide; another expectation is a warning that names both.
    /// </summary>
    [NotPartOfResult]
    public GuidancePrecision Precision { get; init; } = GuidancePrecision.Auto;

    /// <summary>
    /// Threads of ONNX Runtime inside one operator, on the CPU; 1 to 64, default 1. Other than the top-level <c>threads</c> it is part of what
    /// determines the result: ONNX Runtime may add in another order.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Where ONNX Runtime runs; <c>auto</c> (the kernels' device if the provider loads, else the CPU), <c>cpu</c> or <c>cuda</c>, default <c>auto</c>.
    /// </summary>
    [NotPartOfResult]
    public GuidanceDeviceChoice Device { get; init; } = GuidanceDeviceChoice.Auto;
}
