using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Field;

/// <summary>The kernels' options that a configuration's groups <c>nerf</c> and <c>background</c> stand for.</summary>
public sealed record FieldOptions
{
    /// <summary>The region that holds the field.</summary>
    public required SceneBound Bound { get; init; }

    /// <summary>From positions to features.</summary>
    public required PositionEncodingOptions Encoding { get; init; }

    /// <summary>From features to raw density and raw albedo.</summary>
    public required FieldNetworkOptions Networks { get; init; }

    /// <summary>From the raw density to σ.</summary>
    public required DensityOptions Density { get; init; }

    /// <summary>Factor on the raw albedo before its activation, &gt; 0, default 1.</summary>
    public float AlbedoGain { get; init; } = 1f;

    /// <summary>Activation of the albedo, default sigmoid; linear needs a network of its own for the albedo.</summary>
    public AlbedoActivation AlbedoActivation { get; init; } = AlbedoActivation.Sigmoid;

    /// <summary>How normals are had, default analytic.</summary>
    public FieldNormals Normals { get; init; } = FieldNormals.Analytic;

    /// <summary>The learnt background; null, the default, for none.</summary>
    public EnvironmentOptions? Background { get; init; }

    /// <summary>Translates a configuration.</summary>
    /// <param name="nerf">The field.</param>
    /// <param name="background">What is behind it; null for nothing that is learnt.</param>
    public static FieldOptions From(NerfConfiguration nerf, BackgroundConfiguration? background = null) => FieldTranslation.Translate(nerf, background);
}
