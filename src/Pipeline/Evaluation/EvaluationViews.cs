using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// The views on which an object is scored: azimuths from 0 in even steps, elevation 30 degrees, on white; the textureless layer with the
/// light at the camera and ambient 0.4. Objects of the toybox's cameras are seen from distance 4 with half width 1.15 at the origin, others
/// from the middle of their cameras' ranges of distance and lens.
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

    /// <summary>The cameras of an object of the toybox's cameras, the first one at the object's front.</summary>
    /// <param name="count">How many, at least 1.</param>
    public static IReadOnlyList<OrbitCamera> Cameras(int count = Count) => Orbit(count, Radius, HalfWidth);

    /// <summary>The cameras of an object that was trained with a configuration, the first one at the object's front.</summary>
    /// <param name="configuration">Its configuration; the ranges of the last step count.</param>
    /// <param name="count">How many, at least 1.</param>
    public static IReadOnlyList<OrbitCamera> Cameras(RunConfiguration configuration, int count = Count)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        TrainDataConfiguration toybox = ToyboxPreset.Value.Configuration.Data.Train, own = configuration.Data.Train;
        if (own.RadiusRange == toybox.RadiusRange && own.HalfWidthRange == toybox.HalfWidthRange)
        {
            return Cameras(count);
        }
        var ranges = CameraRanges.At(own, configuration.Iters, configuration.Iters);
        float radius = Middle(ranges.Radius);
        return Orbit(count, radius, ranges.HalfWidthOf(Middle(ranges.Lens), radius, aspect: 1f));
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
        return Render(renderer, Cameras(count), width, height, stepsAcrossSphere);
    }

    /// <summary>Renders all layers of every view.</summary>
    /// <param name="renderer">Renders the field.</param>
    /// <param name="cameras">The views.</param>
    /// <param name="width">Width of each picture, pixels.</param>
    /// <param name="height">Height of each picture, pixels.</param>
    /// <param name="stepsAcrossSphere">March steps across the bounding sphere.</param>
    public static IReadOnlyList<ViewLayers> Render(LayeredRenderer renderer, IEnumerable<OrbitCamera> cameras, int width, int height, int stepsAcrossSphere)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        return [.. cameras.Select(camera => renderer.Render(camera, width, height, stepsAcrossSphere, Ambient))];
    }

    /// <summary>
    /// Renders views one after the other into a contact sheet: one column a view; rows colour, textureless, normal, opacity. Memory is that of one
    /// view and up to <see cref="SheetWriter.MostMemory"/>, whatever their number.
    /// </summary>
    /// <param name="path">The PNG file.</param>
    /// <param name="cameras">The views, at least one.</param>
    /// <param name="width">Width of each picture, pixels.</param>
    /// <param name="height">Height of each picture, pixels.</param>
    /// <param name="render">Renders a view.</param>
    public static void WriteSheet(string path, IReadOnlyList<OrbitCamera> cameras, int width, int height, Func<OrbitCamera, ViewLayers> render)
    {
        ArgumentNullException.ThrowIfNull(cameras);
        ArgumentNullException.ThrowIfNull(render);
        WholeFile.Write(path, file =>
        {
            using SheetWriter sheet = new(path, cameras.Count, width, height, [3, 1, 3, 1]);
            foreach (OrbitCamera camera in cameras)
            {
                ViewLayers view = render(camera);
                sheet.Add([PngImage.FromFloat(view.Colour), PngImage.FromFloat(view.Textureless), PngImage.FromFloat(view.Normal), PngImage.FromFloat(view.Opacity)]);
            }

            sheet.Write(file);
        });
    }

    private static IReadOnlyList<OrbitCamera> Orbit(int count, float radius, float halfWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. Enumerable.Range(0, count).Select(k => new OrbitCamera(k * 360f / count, PolarDegrees, radius, halfWidth))];
    }

    private static float Middle(Interval range) => 0.5f * (range.Min + range.Max);
}
