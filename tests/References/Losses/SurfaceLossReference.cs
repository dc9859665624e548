using System;
using System.Linq;

namespace DreamFusion.References.Losses;

/// <summary>Normal smoothness and z-variance in double precision.</summary>
public static class SurfaceLossReference
{
    /// <summary>Mean squared difference along x plus the same along y, over images of rows of three.</summary>
    public static double ImageSmoothness(double[] normals, int width, int height)
    {
        int images = normals.Length / (3 * width * height);
        double horizontal = 0, vertical = 0;
        for (int image = 0; image < images; image++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int k = 0; k < 3; k++)
                    {
                        double At(int row, int column) => normals[3 * ((image * height + row) * width + column) + k];
                        horizontal += x + 1 < width ? Math.Pow(At(y, x + 1) - At(y, x), 2) : 0;
                        vertical += y + 1 < height ? Math.Pow(At(y + 1, x) - At(y, x), 2) : 0;
                    }
                }
            }
        }

        double Mean(double sum, int count) => count == 0 ? 0 : sum / count;
        return Mean(horizontal, 3 * images * height * (width - 1)) + Mean(vertical, 3 * images * (height - 1) * width);
    }

    public static double SpaceSmoothness(double[] normals, double[] shifted) => normals.Zip(shifted, (a, b) => Math.Abs(a - b)).Average();

    /// <summary>Mean over the rays with Σw &gt; ½ of the weighted variance of t. Which rays count is given, so differences do not move it.</summary>
    public static double ZVariance(int[] offsets, int[] counts, double[] weights, double[] distances, bool[] included)
    {
        double sum = 0;
        for (int ray = 0; ray < offsets.Length; ray++)
        {
            if (included[ray])
            {
                int[] samples = Enumerable.Range(offsets[ray], counts[ray]).ToArray();
                double opacity = samples.Sum(i => weights[i]), mean = samples.Sum(i => weights[i] * distances[i]) / opacity;
                sum += samples.Sum(i => weights[i] * Math.Pow(distances[i] - mean, 2)) / opacity;
            }
        }

        int count = included.Count(x => x);
        return count == 0 ? 0 : sum / count;
    }
}
