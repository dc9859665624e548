using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// The views on which an object is scored: azimuths from 0 in even steps, elevation 30 degrees, distance 4, half width 1.15
/// at the origin, on white; the textureless layer with the light at the camera and ambient 0.4.
/// </summary>
public static class EvaluationViews
{
    /// <summary>Number of views of a score.</summary>
    public const int Count = 8;

    /// <summary>Ambient share of the textureless layer.</summary>
    public const float Ambient = 0.4f;

    private const float PolarDegrees = 60f;
    private const float Radius = 4f;
    private const float HalfWidth = 1.15f;

    /// <summary>The cameras, the first one at the object's front.</summary>
    /// <param name="count">How many, at least 1.</param>
    public static IReadOnlyList<OrbitCamera> Cameras(int count = Count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. Enumerable.Range(0, count).Select(k => new OrbitCamera(k * 360f / count, PolarDegrees, Radius, HalfWidth))];
    }

    /// <summary>Renders all layers of every view.</summary>
    /// <param name="renderer">Renders the field.</param>
    /// <param name="count">Number of views.</param>
    /// <param name="width">Width of each picture, pixels.</param>
    /// <param name="height">Height of each picture, pixels.</param>
    /// <param name="stepsAcrossSphere">March steps across the bounding sphere.</param>
    public static IReadOnlyList<ViewLayers> Render(LayeredRenderer renderer, int count, int width, int height, int stepsAcrossSphere)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        return [.. Cameras(count).Select(camera => renderer.Render(camera, width, height, stepsAcrossSphere, Ambient))];
    }

    /// <summary>A contact sheet: one column a view; rows colour, textureless, normal, opacity.</summary>
    public static FloatImage Sheet(IReadOnlyList<ViewLayers> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        return ContactSheet.Compose(
        [
            [.. views.Select(view => view.Colour)],
            [.. views.Select(view => view.Textureless)],
            [.. views.Select(view => view.Normal)],
            [.. views.Select(view => view.Opacity)],
        ]);
    }
}
