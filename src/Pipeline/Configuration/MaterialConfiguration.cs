namespace DreamFusion.Pipeline.Configuration;

/// <summary>Shading model.</summary>
public enum MaterialKind
{
    /// <summary>Albedo, Lambertian and textureless: albedo · (ambient + (1 - ambient) · max(0, n·l)).</summary>
    BasicShading,
}

/// <summary>Which vector a highlight is measured with.</summary>
public enum SpecularVector
{
    /// <summary>The half vector between light and viewer, against the normal.</summary>
    Half,

    /// <summary>The light's mirror image about the normal, against the direction to the viewer.</summary>
    Reflected,
}

/// <summary>Shading and the light of a shaded step.</summary>
public sealed record MaterialConfiguration
{
    /// <summary>Kind; <c>basic_shading</c>.</summary>
    public MaterialKind Kind { get; init; } = MaterialKind.BasicShading;

    /// <summary>The light's direction is normalize(camera direction + x · N(0, I)); 0 to 10, default 0.4.</summary>
    public float LightSpread { get; init; } = 0.4f;

    /// <summary>Strength of the highlights of Phong shading, on every channel; 0 to 10, default 0.25.</summary>
    public float SpecularStrength { get; init; } = 0.25f;

    /// <summary>Exponent of the highlights, larger is glossier; 1 to 1000, default 32.</summary>
    public float SpecularExponent { get; init; } = 32f;

    /// <summary>What highlights are measured with; <c>half</c> (Blinn) or <c>reflected</c> (Phong), default <c>half</c>.</summary>
    public SpecularVector SpecularVector { get; init; } = SpecularVector.Half;
}
