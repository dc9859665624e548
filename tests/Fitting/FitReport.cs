using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Fitting.Scenes;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Fitting;

/// <summary>One held-out view: the truth, what the field shows, and the nearest training view as the measure of how far it had to generalise.</summary>
/// <param name="Truth">The scene from the held-out camera.</param>
/// <param name="Nearest">The training view whose direction is nearest.</param>
/// <param name="AngleDegrees">Angle between the two directions, degrees.</param>
/// <param name="Background">Colour behind all three pictures.</param>
/// <param name="Render">The field from the held-out camera.</param>
public sealed record HeldOutView(SceneView Truth, SceneView Nearest, double AngleDegrees, Rgb Background, FloatImage Render)
{
    /// <summary>Mean squared error of the render over the object's pixels.</summary>
    public double SquaredError => Truth.ObjectSquaredError(Render, Background);

    /// <summary>The render against the truth over the object's pixels, dB.</summary>
    public double Psnr => SceneView.Psnr(SquaredError);

    /// <summary>The nearest training view, on the same background, against the truth over the same pixels, dB.</summary>
    public double NearestPsnr => Truth.ObjectPsnr(Nearest.On(Background), Background);
}

/// <summary>How well a fitted field shows views that it has not seen.</summary>
/// <param name="Views">The held-out views, the one farthest from all training views first.</param>
public sealed record FitReport(IReadOnlyList<HeldOutView> Views)
{
    private const int PicturesShown = 4;
    private const float ErrorGain = 4f;

    /// <summary>Mean of the views' PSNR, dB.</summary>
    public double MeanPsnr => Views.Average(view => view.Psnr);

    /// <summary>PSNR of the mean of the views' squared errors, dB.</summary>
    public double PooledPsnr => SceneView.Psnr(Views.Average(view => view.SquaredError));

    /// <summary>The worst view's PSNR, dB.</summary>
    public double WorstPsnr => Views.Min(view => view.Psnr);

    /// <summary>The first held-out views, one a row: the nearest training view, the truth, the render, four times the absolute difference.</summary>
    public FloatImage Picture() => ContactSheet.Compose([.. Views.Take(PicturesShown).Select(Row)], gap: 4, gapValue: 1f);

    /// <summary>One line for all views, then one for each.</summary>
    public override string ToString()
    {
        IEnumerable<string> lines = Views.Select(view => string.Create(
            CultureInfo.InvariantCulture,
            $"azimuth {view.Truth.Camera.AzimuthDegrees,4:f0}, elevation {view.Truth.Camera.ElevationDegrees,3:f0}, {view.AngleDegrees:f1} degrees from a training view that scores {view.NearestPsnr:f2} dB: {view.Psnr:f2} dB"));
        string all = string.Create(CultureInfo.InvariantCulture, $"PSNR over the object's pixels: mean of views {MeanPsnr:f2}, pooled {PooledPsnr:f2}, worst view {WorstPsnr:f2} dB");
        return string.Join(Environment.NewLine, lines.Prepend(all));
    }

    private static IReadOnlyList<FloatImage> Row(HeldOutView view)
    {
        FloatImage truth = view.Truth.On(view.Background);
        var error = new FloatImage(truth.Width, truth.Height, 3);
        for (int i = 0; i < error.Data.Length; i++)
        {
            error.Data[i] = ErrorGain * MathF.Abs(view.Render.Data[i] - truth.Data[i]);
        }
        return [view.Nearest.On(view.Background), truth, view.Render, error];
    }
}
