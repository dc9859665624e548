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

/// <summary>How normals are had from the density.</summary>
public enum NormalType
{
    /// <summary>n = -∇raw / ‖∇raw‖ through encoding and network.</summary>
    Analytic,
}

/// <summary>
/// The radiance field: σ = density_scale · act(density_gain · o₀ + blob + density_bias), albedo = sigmoid(albedo_gain · o₁..₃),
/// with o the network's output on the encoded position. Nothing outside the sphere of radius <see cref="Bound"/>.
/// </summary>
public sealed record NerfConfiguration
{
    /// <summary>Radius of the sphere that holds the field, world units; above 0 to 100, default 1.15.</summary>
    public float Bound { get; init; } = 1.15f;

    /// <summary>Activation of the density; <c>exp</c> or <c>softplus</c>, default <c>softplus</c>.</summary>
    public DensityActivation DensityActivation { get; init; } = DensityActivation.Softplus;

    /// <summary>Height of the initial bump; 0 to 100, default 5.</summary>
    public float BlobDensity { get; init; } = 5f;

    /// <summary>Radius of the initial bump, world units; above 0, default 0.6.</summary>
    public float BlobRadius { get; init; } = 0.6f;

    /// <summary>Shape of the initial bump; <c>linear</c>, <c>gaussian</c> or <c>added_gaussian</c>, default <c>linear</c>.</summary>
    public BlobKind BlobKind { get; init; } = BlobKind.Linear;

    /// <summary>Factor on the network's density output before the activation; above 0, default 4.</summary>
    public float DensityGain { get; init; } = 4f;

    /// <summary>Added before the activation; default -1.</summary>
    public float DensityBias { get; init; } = -1f;

    /// <summary>Factor after the activation, 1/world unit; above 0, default 10.</summary>
    public float DensityScale { get; init; } = 10f;

    /// <summary>Factor on the network's colour outputs before the sigmoid; above 0, default 2.</summary>
    public float AlbedoGain { get; init; } = 2f;

    /// <summary>How normals are had; <c>analytic</c>.</summary>
    public NormalType NormalType { get; init; } = NormalType.Analytic;

    /// <summary>The position encoding.</summary>
    [YamlName("encoder_cfg")]
    public EncoderConfiguration Encoder { get; init; } = new();

    /// <summary>The network behind the encoding: one for density and albedo, four outputs.</summary>
    [YamlName("net_cfg")]
    public MlpConfiguration Net { get; init; } = new();
}
