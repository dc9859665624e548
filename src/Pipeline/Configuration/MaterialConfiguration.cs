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

/// <summary>Kind of light source.</summary>
public enum LightKind
{
    /// <summary>Parallel light from one direction.</summary>
    Directional,

    /// <summary>Light from a position, as strong at every distance.</summary>
    Point,
}

/// <summary>The vector around which the light's direction is drawn.</summary>
public enum LightMean
{
    /// <summary>The unit direction from the point looked at to the camera.</summary>
    CameraDirection,

    /// <summary>The camera's position, so that a camera further away has its light closer to its own direction.</summary>
    CameraPosition,
}

/// <summary>Shading and the light of a shaded view.</summary>
public sealed record MaterialConfiguration
{
    /// <summary>Kind; <c>basic_shading</c>.</summary>
    public MaterialKind Kind { get; init; } = MaterialKind.BasicShading;

    /// <summary>Kind of light; <c>directional</c> or <c>point</c>, default <c>directional</c>.</summary>
    public LightKind Light { get; init; } = LightKind.Directional;

    /// <summary>
    /// What the light's direction is drawn around; <c>camera_direction</c> or <c>camera_position</c> (stable-dreamfusion, threestudio,
    /// the paper), default <c>camera_direction</c>.
    /// </summary>
    public LightMean LightMean { get; init; } = LightMean.CameraDirection;

    /// <summary>The light's direction is normalize(m + x · N(0, I)) with m by <see cref="LightMean"/>; 0 to 10, default 0.4.</summary>
    public float LightSpread { get; init; } = 0.4f;

    /// <summary>Distance of a point light from the origin, uniform, world units; above 0 to 1000, default [0.8, 1.5].</summary>
    public Interval LightDistanceRange { get; init; } = new(0.8f, 1.5f);

    /// <summary>Colour of the light, a factor on ambient, diffuse and highlight; channels 0..1, default white.</summary>
    public Rgb LightColour { get; init; } = Rgb.White;

    /// <summary>Strength of the highlights of Phong shading, on every channel; 0 to 10, default 0.25.</summary>
    public float SpecularStrength { get; init; } = 0.25f;

    /// <summary>Exponent of the highlights, larger is glossier; 1 to 1000, default 32.</summary>
    public float SpecularExponent { get; init; } = 32f;

    /// <summary>What highlights are measured with; <c>half</c> (Blinn) or <c>reflected</c> (Phong), default <c>half</c>.</summary>
    public SpecularVector SpecularVector { get; init; } = SpecularVector.Half;
}
