namespace DreamFusion.Pipeline.Rendering;

/// <summary>What a picture shows.</summary>
public enum PictureKind
{
    /// <summary>Albedo, no light: the colour of the sheets and of the video.</summary>
    Albedo,

    /// <summary>Albedo · (ambient + (1 - ambient) max(0, n·l)).</summary>
    Lambertian,

    /// <summary>The same with white for albedo.</summary>
    Textureless,

    /// <summary>Lambertian with the highlights of the configuration's material; not for meshes.</summary>
    Phong,

    /// <summary>Normals as colours (n + 1) / 2, in world axes.</summary>
    Normal,

    /// <summary>Distance from the camera along each pixel's ray.</summary>
    Depth,

    /// <summary>Opacity of each ray.</summary>
    Opacity,
}
