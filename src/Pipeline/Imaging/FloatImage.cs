using System;
using System.Globalization;

namespace DreamFusion.Pipeline.Imaging;

/// <summary>A picture of float samples, row-major HWC: the sample of channel c at (x, y) is <c>Data[(y · Width + x) · Channels + c]</c>, nominally in [0, 1].</summary>
public sealed class FloatImage
{
    /// <summary>Wraps samples; the array is not copied.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.</param>
    /// <param name="data">Samples [height · width · channels].</param>
    /// <exception cref="ArgumentException">If the sizes do not fit together.</exception>
    public FloatImage(int width, int height, int channels, float[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        long expected = (long)width * height * channels;
        if (data.Length != expected)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"FloatImage: {width}x{height} with {channels} channels has {expected} samples, got {data.Length}."),
                nameof(data));
        }

        Width = width;
        Height = height;
        Channels = channels;
        Data = data;
    }

    /// <summary>A picture of zeros.</summary>
    public FloatImage(int width, int height, int channels)
        : this(width, height, channels, new float[checked(width * height * channels)])
    {
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Samples in each pixel, 1 to 4.</summary>
    public int Channels { get; }

    /// <summary>Samples [Height · Width · Channels].</summary>
#pragma warning disable CA1819 // The samples are the image: kernels read and write them in place.
    public float[] Data { get; }
#pragma warning restore CA1819
}
