namespace DreamFusion.Pipeline.Configuration;

/// <summary>Shading model.</summary>
public enum MaterialKind
{
    /// <summary>Albedo, Lambertian and textureless: albedo · (ambient + (1 - ambient) · max(0, n·l)).</summary>
    BasicShading,
}

/// <summary>Shading and the light of a shaded step.</summary>
public sealed record MaterialConfiguration
{
    /// <summary>Kind; <c>basic_shading</c>.</summary>
    public MaterialKind Kind { get; init; } = MaterialKind.BasicShading;

    /// <summary>The light's direction is normalize(camera direction + x · N(0, I)); 0 to 10, default 0.4.</summary>
    public float LightSpread { get; init; } = 0.4f;
}
