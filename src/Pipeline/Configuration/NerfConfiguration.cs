namespace DreamFusion.Pipeline.Configuration;

/// <summary>How the network's first output becomes a density.</summary>
public enum DensityActivation
{
    /// <summary>σ = scale · exp(raw).</summary>
    Exp,

    /// <summary>σ = scale · log(1 + exp(raw)).</summary>
    Softplus,
}

/// <summary>The initial bump of density at the origin. d is the distance from the origin.</summary>
public enum BlobKind
{
    /// <summary>blob_density · (1 - d / blob_radius), before the activation.</summary>
    Linear,

    /// <summary>blob_density · exp(-d² / (2 blob_radius²)), before the activation.</summary>
    Gaussian,

    /// <summary>The same Gaussian added to the density, after activation and scale (DreamFusion's own form); its height is in 1/world unit.</summary>
    AddedGaussian,
}

/// <summary>How the networks' three other outputs become an albedo.</summary>
public enum AlbedoActivation
{
    /// <summary>1 / (1 + exp(-albedo_gain · p)).</summary>
    Sigmoid,

    /// <summary>(albedo_gain · p + 1) / 2, not clamped (threestudio's scale_-11_01, for models that work on pixels).</summary>
    Linear,
}

/// <summary>How normals are had from the density; n = -∇σ / ‖∇σ‖.</summary>
public enum NormalType
{
    /// <summary>Through encoding and network.</summary>
    Analytic,

    /// <summary>NeMo's name of <see cref="Analytic"/>.</summary>
    Autograd,

    /// <summary>σ(x + ε) - σ(x - ε) along each axis: six more evaluations.</summary>
    CentralFiniteDifference,

    /// <summary>σ(x + ε) - σ(x) along each axis: four more evaluations.</summary>
    ForwardFiniteDifference,

    /// <summary>σ(x) - σ(x - ε) along each axis: four more evaluations.</summary>
    BackwardFiniteDifference,
}

/// <summary>The shape of the region that holds the field.</summary>
public enum BoundKind
{
    /// <summary>The ball around the origin (DreamFusion's paper).</summary>
    Sphere,

    /// <summary>The axis-aligned cube around the origin (stable-dreamfusion, NeMo, threestudio).</summary>
    Cube,
}

/// <summary>
/// The radiance field: σ = density_scale · act(density_gain · o + blob + density_bias), albedo = act(albedo_gain · p),
/// with o and the three numbers p the networks' outputs on the encoded position. Nothing outside the region of <see cref="Bound"/>.
/// </summary>
public sealed record NerfConfiguration
{
    /// <summary>Numbers that make a position; only 3, the default.</summary>
    public int NumInputDims { get; init; } = 3;

    /// <summary>Radius of the sphere, or half the side of the cube, that holds the field, world units; above 0 to 100, default 1.15.</summary>
    public float Bound { get; init; } = 1.15f;

    /// <summary>Shape of the region; <c>sphere</c> or <c>cube</c>, default <c>sphere</c>.</summary>
    public BoundKind BoundKind { get; init; } = BoundKind.Sphere;

    /// <summary>Activation of the density; <c>exp</c> or <c>softplus</c>, default <c>softplus</c>.</summary>
    public DensityActivation DensityActivation { get; init; } = DensityActivation.Softplus;

    /// <summary>Height of the initial bump; 0 to 100, default 5.</summary>
    public float BlobDensity { get; init; } = 5f;

    /// <summary>Radius of the initial bump, world units; above 0, default 0.6.</summary>
    public float BlobRadius { get; init; } = 0.6f;

    /// <summary>
    /// Shape of the initial bump; <c>linear</c>, <c>gaussian</c> or <c>added_gaussian</c>; null, the default, for <c>linear</c> with softplus and
    /// <c>gaussian</c> with exp, as in stable-dreamfusion and NeMo.
    /// </summary>
    public BlobKind? BlobKind { get; init; }

    /// <summary>Factor on the network's density output before the activation; above 0, default 4.</summary>
    public float DensityGain { get; init; } = 4f;

    /// <summary>Added before the activation; default -1.</summary>
    public float DensityBias { get; init; } = -1f;

    /// <summary>Factor after the activation, 1/world unit; above 0, default 10.</summary>
    public float DensityScale { get; init; } = 10f;

    /// <summary>Factor on the network's colour outputs before the activation; above 0, default 2.</summary>
    public float AlbedoGain { get; init; } = 2f;

    /// <summary>Activation of the albedo; <c>sigmoid</c>, or with separate networks <c>linear</c>, default <c>sigmoid</c>.</summary>
    public AlbedoActivation AlbedoActivation { get; init; } = AlbedoActivation.Sigmoid;

    /// <summary>
    /// How normals are had; <c>analytic</c> (also <c>autograd</c>), <c>central_finite_difference</c>, <c>forward_finite_difference</c> or
    /// <c>backward_finite_difference</c>, default <c>analytic</c>.
    /// </summary>
    public NormalType NormalType { get; init; } = NormalType.Analytic;

    /// <summary>Step ε of differences, world units; above 0 to 1, default 0.01.</summary>
    public float FiniteDifferenceNormalEps { get; init; } = 0.01f;

    /// <summary>The position encoding.</summary>
    [YamlName("encoder_cfg")]
    public EncoderConfiguration Encoder { get; init; } = new();

    /// <summary>The network behind the encoding: one for density and albedo, four outputs. Not built where <see cref="SigmaNet"/> is given.</summary>
    [YamlName("net_cfg")]
    public MlpConfiguration Net { get; init; } = new();

    /// <summary>A network for the density alone, together with <see cref="FeaturesNet"/>; null, the default, for one network for both.</summary>
    [YamlName("sigma_net_cfg")]
    public MlpConfiguration? SigmaNet { get; init; }

    /// <summary>Outputs of the density network; only 1, the default.</summary>
    public int SigmaNetNumOutputDims { get; init; } = 1;

    /// <summary>A network for the albedo alone, together with <see cref="SigmaNet"/>; null, the default, for one network for both.</summary>
    [YamlName("features_net_cfg")]
    public MlpConfiguration? FeaturesNet { get; init; }

    /// <summary>Outputs of the albedo network; only 3, the default.</summary>
    public int FeaturesNetNumOutputDims { get; init; } = 3;
}
