using System;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>A picture as a PNG file holds it: whole numbers of 8 or 16 bits, row-major HWC.</summary>
public sealed class PngImage
{
    /// <summary>Wraps samples; the array is not copied.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.</param>
    /// <param name="bitDepth">8 or 16.</param>
    /// <param name="samples">Samples [height · width · channels], 0 to 2^bitDepth - 1.</param>
    /// <exception cref="ArgumentException">If the sizes do not fit together or a sample is too large.</exception>
    public PngImage(int width, int height, int channels, int bitDepth, ushort[] samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        if (bitDepth is not (8 or 16) || samples.Length != (long)width * height * channels)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"PngImage: expected 8 or 16 bits and {(long)width * height * channels} samples, got {bitDepth} bits and {samples.Length} samples."));
        }

        int largest = samples.Max();
        if (largest >> bitDepth != 0)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"PngImage: expected samples of {bitDepth} bits, got {largest}."));
        }

        Width = width;
        Height = height;
        Channels = channels;
        BitDepth = bitDepth;
        Samples = samples;
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Samples in each pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.</summary>
    public int Channels { get; }

    /// <summary>Bits of a sample, 8 or 16.</summary>
    public int BitDepth { get; }

    /// <summary>Samples [Height · Width · Channels], 0 to 2^BitDepth - 1.</summary>
#pragma warning disable CA1819 // The samples are the image.
    public ushort[] Samples { get; }
#pragma warning restore CA1819

    /// <summary>The largest value of a sample, 255 or 65,535.</summary>
    public int MaxSample => (1 << BitDepth) - 1;

    /// <summary>
    /// Rounds floats in [0, 1] to the nearest sample; values outside are clamped, as a render may overshoot a little.
    /// </summary>
    /// <exception cref="ArgumentException">If a sample is NaN, which is never a colour.</exception>
    public static PngImage FromFloat(FloatImage image, int bitDepth = 8)
    {
        ArgumentNullException.ThrowIfNull(image);
        float max = (1 << bitDepth) - 1;
        ushort[] samples = new ushort[image.Data.Length];
        for (int i = 0; i < samples.Length; i++)
        {
            float value = image.Data[i];
            if (float.IsNaN(value))
            {
                int pixel = i / image.Channels;
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"PngImage: expected a number at ({pixel % image.Width}, {pixel / image.Width}), channel {i % image.Channels}, got NaN."),
                    nameof(image));
            }

            samples[i] = (ushort)MathF.Round(Math.Clamp(value, 0f, 1f) * max, MidpointRounding.AwayFromZero);
        }

        return new PngImage(image.Width, image.Height, image.Channels, bitDepth, samples);
    }

    /// <summary>The samples divided by <see cref="MaxSample"/>, in [0, 1].</summary>
    public FloatImage ToFloat()
    {
        float[] data = new float[Samples.Length];
        float max = MaxSample;
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = Samples[i] / max;
        }

        return new FloatImage(Width, Height, Channels, data);
    }
}
