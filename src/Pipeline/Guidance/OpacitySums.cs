using System;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>What a view's opacity A says about the scene, in a few numbers.</summary>
/// <param name="Sum">Σ A over all pixels.</param>
/// <param name="TranslucentCount">Pixels between 0.1 and 0.9: neither background nor surface.</param>
/// <param name="BorderMean">Mean over the outermost ring of pixels.</param>
/// <param name="ForegroundCount">Pixels above 0.</param>
public readonly record struct OpacitySums(double Sum, int TranslucentCount, double BorderMean, int ForegroundCount)
{
    internal const float Clear = 0.1f;
    internal const float Opaque = 0.9f;

    /// <summary>The numbers of a view.</summary>
    /// <param name="opacity">A [height·width], 0 to 1, row by row.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="height">Height, pixels.</param>
    public static OpacitySums Of(ReadOnlySpan<float> opacity, int width, int height)
    {
        double sum = 0;
        int translucent = 0, foreground = 0;
        foreach (float value in opacity)
        {
            sum += value;
            translucent += value is > Clear and < Opaque ? 1 : 0;
            foreground += value > 0f ? 1 : 0;
        }

        double border = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x += BorderStep(y, width, height))
            {
                border += opacity[(y * width) + x];
            }
        }

        return new OpacitySums(sum, translucent, border / BorderCount(width, height), foreground);
    }

    /// <summary>Pixels of the outermost ring.</summary>
    internal static int BorderCount(int width, int height)
    {
        int count = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x += BorderStep(y, width, height))
            {
                count++;
            }
        }

        return count;
    }

    // From one pixel of the ring to the next one of a row.
    internal static int BorderStep(int y, int width, int height) => y == 0 || y == height - 1 ? 1 : Math.Max(1, width - 1);
}
