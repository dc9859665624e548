using System;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>Three-channel images between rows of pixels (HWC) and planes (CHW), with a linear map of the values.</summary>
internal static class ImagePlanes
{
    private const int Channels = 3;

    /// <summary>plane[c][p] = scale·pixel[p][c] + offset.</summary>
    public static void ToPlanes(ReadOnlySpan<float> pixels, Span<float> planes, float scale, float offset)
    {
        int count = pixels.Length / Channels;
        for (int p = 0; p < count; p++)
        {
            for (int c = 0; c < Channels; c++)
            {
                planes[(c * count) + p] = (scale * pixels[(p * Channels) + c]) + offset;
            }
        }
    }

    /// <summary>pixel[p][c] = scale·plane[c][p] + offset.</summary>
    public static void FromPlanes(ReadOnlySpan<float> planes, Span<float> pixels, float scale, float offset)
    {
        int count = planes.Length / Channels;
        for (int p = 0; p < count; p++)
        {
            for (int c = 0; c < Channels; c++)
            {
                pixels[(p * Channels) + c] = (scale * planes[(c * count) + p]) + offset;
            }
        }
    }
}
