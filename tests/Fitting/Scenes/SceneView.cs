using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Fitting.Scenes;

/// <summary>A picture with its mask, so that it can be put on any background.</summary>
/// <param name="Camera">Where it was taken from.</param>
/// <param name="Size">Width and height, pixels.</param>
/// <param name="Colours">Colour times alpha [Size · Size], row-major from the top.</param>
/// <param name="Alpha">Share of the pixel that the object covers [Size · Size], 0..1.</param>
public sealed record SceneView(OrbitCamera Camera, int Size, Vector3[] Colours, float[] Alpha)
{
    /// <summary>Share of the picture that the object covers, 0..1.</summary>
    public double Coverage => Alpha.Average(alpha => (double)alpha);

    /// <summary>The picture on a background, RGB.</summary>
    public FloatImage On(Rgb background)
    {
        var image = new FloatImage(Size, Size, 3);
        for (int pixel = 0; pixel < Colours.Length; pixel++)
        {
            Vector3 colour = PixelOn(pixel, new Vector3(background.R, background.G, background.B));
            colour.CopyTo(image.Data.AsSpan(3 * pixel));
        }
        return image;
    }

    /// <summary>One pixel on a background.</summary>
    public Vector3 PixelOn(int pixel, Vector3 background) => Colours[pixel] + ((1f - Alpha[pixel]) * background);

    /// <summary>
    /// Peak signal to noise ratio over the object's pixels, all those that it covers any part of: -10 log10 of the mean squared
    /// difference of their channels, dB. This view's mask counts; both pictures stand on one background.
    /// </summary>
    public double ObjectPsnr(FloatImage image, Rgb background) => Psnr(ObjectSquaredError(image, background));

    /// <summary>Mean squared difference over the object's pixels and their channels.</summary>
    public double ObjectSquaredError(FloatImage image, Rgb background)
    {
        FloatImage truth = On(background);
        double sum = 0;
        int count = 0;
        for (int i = 0; i < truth.Data.Length; i++)
        {
            if (Alpha[i / 3] > 0f)
            {
                double difference = image.Data[i] - truth.Data[i];
                sum += difference * difference;
                count++;
            }
        }
        return sum / count;
    }

    /// <summary>-10 log10 of a mean squared error of values in 0..1, dB.</summary>
    public static double Psnr(double meanSquaredError) => -10 * Math.Log10(meanSquaredError);
}
