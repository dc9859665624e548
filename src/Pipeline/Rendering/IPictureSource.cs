using DreamFusion.Pipeline.Cameras;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>Something that can be looked at tile by tile: a field or a mesh. A pixel has the same bits in every tile, for any number of threads.</summary>
public interface IPictureSource
{
    /// <summary>Radius of a ball around the origin that holds everything, world units; it scales depth.</summary>
    float Radius { get; }

    /// <summary>Whether a background was learnt.</summary>
    bool HasLearntBackground { get; }

    /// <summary>Most pixels that are rendered in one piece.</summary>
    /// <param name="width">Image width, pixels.</param>
    int TilePixels(int width);

    /// <summary>Whether a kind of picture can be made.</summary>
    bool Shows(PictureKind kind);

    /// <summary>Renders pixels of a view, row-major from the top left.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="size">Size of the whole picture.</param>
    /// <param name="look">What is shown.</param>
    /// <param name="first">First pixel of the tile.</param>
    /// <param name="pixels">Receives them; its <see cref="RawPixels.Count"/> says how many.</param>
    void Render(OrbitCamera camera, PictureSize size, PictureLook look, int first, RawPixels pixels);
}

/// <summary>Size of a picture.</summary>
/// <param name="Width">Width, pixels, at least 1.</param>
/// <param name="Height">Height, pixels, at least 1.</param>
public readonly record struct PictureSize(int Width, int Height)
{
    /// <summary>Number of pixels.</summary>
    public int Pixels => checked(Width * Height);
}
