using System;
using System.Linq;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// Brings any picture to a judge's square, as CLIP's preprocessing does: the shorter side is scaled to the square's with a cubic
/// filter (Keys 1981, a = -1/2) that is widened when it makes smaller, so that nothing aliases, and the middle square is kept.
/// </summary>
public static class JudgePicture
{
    private const double Support = 2;

    /// <summary>Scales and crops a picture; transparent pixels show white.</summary>
    /// <param name="picture">Any picture of 1 to 4 channels, values 0 to 1.</param>
    /// <param name="size">Side of the square, pixels.</param>
    /// <returns>RGB picture of that size, values 0 to 1.</returns>
    public static FloatImage Fit(FloatImage picture, int size)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        FloatImage rgb = OnWhite(picture);
        if (rgb.Width == size && rgb.Height == size)
        {
            return rgb;
        }

        double scale = Math.Min(rgb.Width, rgb.Height) / (double)size;
        (int First, float[] Weights)[] columns = Taps(rgb.Width, size, scale), rows = Taps(rgb.Height, size, scale);
        FloatImage narrow = new(size, rgb.Height, 3), square = new(size, size, 3);
        for (int y = 0; y < rgb.Height; y++)
        {
            for (int i = 0; i < 3 * size; i++)
            {
                (int first, float[] weights) = columns[i / 3];
                narrow.Data[(y * size * 3) + i] = Sum(weights, rgb.Data, (((y * rgb.Width) + first) * 3) + (i % 3), 3);
            }
        }

        for (int y = 0; y < size; y++)
        {
            (int first, float[] weights) = rows[y];
            for (int i = 0; i < 3 * size; i++)
            {
                square.Data[(y * size * 3) + i] = Math.Clamp(Sum(weights, narrow.Data, (first * size * 3) + i, size * 3), 0f, 1f);
            }
        }

        return square;
    }

    // In double and rounded once, as Enumerable.Sum of floats does.
    private static float Sum(float[] weights, float[] values, int start, int stride)
    {
        double sum = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            sum += weights[k] * values[start + (k * stride)];
        }

        return (float)sum;
    }

    // Weights of each of the middle `size` pixels of a side that is scaled down by `scale`.
    private static (int First, float[] Weights)[] Taps(int length, int size, double scale)
    {
        double width = Math.Max(scale, 1), start = (length - (size * scale)) / 2;
        return
        [
            .. Enumerable.Range(0, size).Select(k =>
            {
                double centre = start + ((k + 0.5) * scale);
                int first = Math.Max(0, (int)Math.Floor(centre - (Support * width)));
                int end = Math.Min(length, (int)Math.Ceiling(centre + (Support * width)));
                double[] weights = [.. Enumerable.Range(first, end - first).Select(i => Cubic((i + 0.5 - centre) / width))];
                double sum = weights.Sum();
                return (first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
            }),
        ];
    }

    private static double Cubic(double distance)
    {
        const double A = -0.5;
        double x = Math.Abs(distance);
        return x <= 1 ? ((A + 2) * x * x * x) - ((A + 3) * x * x) + 1
            : x < 2 ? A * ((x * x * x) - (5 * x * x) + (8 * x) - 4)
            : 0;
    }

    private static FloatImage OnWhite(FloatImage picture)
    {
        if (picture.Channels == 3)
        {
            return picture;
        }

        FloatImage rgb = new(picture.Width, picture.Height, 3);
        bool hasAlpha = picture.Channels is 2 or 4;
        int colours = picture.Channels - (hasAlpha ? 1 : 0);
        for (int i = 0; i < rgb.Data.Length; i++)
        {
            int pixel = i / 3 * picture.Channels;
            float alpha = hasAlpha ? picture.Data[pixel + colours] : 1f;
            rgb.Data[i] = (alpha * picture.Data[pixel + (i % 3 % colours)]) + 1f - alpha;
        }

        return rgb;
    }
}
