using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;
using DreamFusion.Autodiff;
using DreamFusion.Fitting.Scenes;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Fitting;

/// <summary>
/// A field of the toybox preset that is fitted to a turntable of an object, so that it has the object's face and a field's look: what the
/// prior's own objects, which mostly came out without a face, cannot show about the Janus score.
/// </summary>
public static class TurntableFit
{
    private const int ViewSize = 128;
    private const int Steps = 300;

    /// <summary>Fits a field.</summary>
    /// <param name="device">Where it lies.</param>
    /// <param name="folder">Turntables (<c>tools/toybox/pictures.py turntables</c>).</param>
    /// <param name="pictures">Those of one object, with alpha and an azimuth each, from the cameras of <see cref="EvaluationViews"/>.</param>
    public static FieldFit Fit(DeviceContext device, CaptionedPictures folder, IEnumerable<CaptionedPicture> pictures)
    {
        RunConfiguration toybox = new ConfigurationSources { Preset = "toybox", Overrides = [new("the turntable", "prompt", "an object")] }.Resolve();
        var fit = new FieldFit(device, [.. pictures.Select(picture => View(folder, picture))], new FitOptions
        {
            Steps = Steps,
            Field = FieldOptions.From(toybox.Nerf, toybox.Background),
            PictureStepsAcrossSphere = toybox.Renderer.EvalMaxSteps,
        });
        fit.Run();
        return fit;
    }

    // The mean of each square of pixels, colours times alpha.
    private static SceneView View(CaptionedPictures folder, CaptionedPicture picture)
    {
        FloatImage image = PngReader.ReadFile(Path.Combine(folder.Folder, picture.File)).ToFloat();
        if (image.Channels != 4 || image.Width != image.Height || image.Width % ViewSize != 0 || picture.AzimuthDegrees is not { } azimuth)
        {
            throw new InvalidDataException($"{picture.File}: expected a square picture with alpha and an azimuth, its side a multiple of {ViewSize}, got {image.Width}x{image.Height} with {image.Channels} channels. Make turntables with tools/toybox/pictures.py.");
        }

        int times = image.Width / ViewSize;
        var colours = new Vector3[ViewSize * ViewSize];
        var alpha = new float[ViewSize * ViewSize];
        for (int from = 0; from < image.Width * image.Height; from++)
        {
            int to = (from / image.Width / times * ViewSize) + (from % image.Width / times);
            ReadOnlySpan<float> rgba = image.Data.AsSpan(4 * from, 4);
            colours[to] += new Vector3(rgba[0], rgba[1], rgba[2]) * (rgba[3] / (times * times));
            alpha[to] += rgba[3] / (times * times);
        }

        OrbitCamera front = EvaluationViews.Cameras()[0];
        return new SceneView(new OrbitCamera(azimuth, front.PolarDegrees, front.Radius, front.HalfWidth), ViewSize, colours, alpha);
    }
}
