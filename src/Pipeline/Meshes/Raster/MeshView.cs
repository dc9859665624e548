using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Meshes.Raster;

/// <summary>What a view of a mesh shows.</summary>
public enum MeshShading
{
    /// <summary>The texture as it is.</summary>
    Albedo,

    /// <summary>Texture · (ambient + (1 - ambient) max(0, n·l)), l towards the camera.</summary>
    Lambertian,

    /// <summary>The same with white for the texture.</summary>
    Textureless,

    /// <summary>Normals as colours (n + 1) / 2.</summary>
    Normal,
}

/// <summary>A picture of a mesh.</summary>
/// <param name="Colour">RGB on the background, 0..1.</param>
/// <param name="Opacity">Share of each pixel that the mesh covers, 0..1.</param>
public sealed record MeshView(FloatImage Colour, FloatImage Opacity);
