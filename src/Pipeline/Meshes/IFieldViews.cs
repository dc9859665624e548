using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>What a field looks like from a camera.</summary>
/// <param name="Camera">The camera.</param>
/// <param name="Colour">Albedo on white, RGB, 0..1.</param>
/// <param name="Opacity">Ray opacity, grey, 0..1.</param>
public sealed record FieldView(OrbitCamera Camera, FloatImage Colour, FloatImage Opacity);

/// <summary>Renders a field, as the truth that its mesh is measured against.</summary>
public interface IFieldViews
{
    /// <summary>Renders a view.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="width">Image width, pixels.</param>
    /// <param name="height">Image height, pixels.</param>
    FieldView Render(OrbitCamera camera, int width, int height);
}
