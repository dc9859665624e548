using System.Numerics;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>How a view is shaded.</summary>
public enum ShadingMode
{
    /// <summary>c = ρ.</summary>
    Albedo,

    /// <summary>c = ρ (a + b max(0, n·l)), by default with b = 1 - a.</summary>
    Lambertian,

    /// <summary>c = a + b max(0, n·l).</summary>
    Textureless,

    /// <summary>c = (n + 1) / 2.</summary>
    Normal,

    /// <summary>Lambertian with the highlights of the material.</summary>
    Phong,
}

/// <summary>Shading, light and background of one view.</summary>
/// <param name="Mode">How colours are made.</param>
/// <param name="LightDirection">Unit direction towards a light at infinity; not used with a <see cref="LightPosition"/>.</param>
/// <param name="Ambient">Ambient share a, 0..1.</param>
/// <param name="Background">Colour behind the object, channels 0..1; null for the scene's learnt background.</param>
/// <param name="Material">Highlights of Phong shading; null for the material's defaults.</param>
public readonly record struct ViewShading(
    ShadingMode Mode, Vector3 LightDirection, float Ambient, Rgb? Background, MaterialConfiguration? Material = null)
{
    /// <summary>Position of a point light, world units; null, the default, for a light at infinity. Light does not fall off with distance.</summary>
    public Vector3? LightPosition { get; init; }

    /// <summary>Diffuse share b, ≥ 0; null, the default, for 1 - a.</summary>
    public float? Diffuse { get; init; }

    /// <summary>Colour of the light, a factor on ambient, diffuse and highlight; channels ≥ 0, default white.</summary>
    public Rgb LightColour { get; init; } = Rgb.White;

    /// <summary>Plain albedo on a background.</summary>
    public static ViewShading AlbedoOn(Rgb? background) => new(ShadingMode.Albedo, Vector3.UnitY, 1f, background);
}
