using System;

namespace DreamFusion.References.Image;

/// <summary>Bilinear resize with pixel centres at half integers, in double precision.</summary>
public static class ResizeReference
{
    /// <summary>Resizes a row-major [height, width, channels] image.</summary>
    public static double[] Resize(double[] input, int height, int width, int channels, int newHeight, int newWidth)
    {
        var output = new double[newHeight * newWidth * channels];
        for (int row = 0; row < newHeight; row++)
        {
            for (int column = 0; column < newWidth; column++)
            {
                double y = Math.Max(0, (row + 0.5) * height / newHeight - 0.5);
                double x = Math.Max(0, (column + 0.5) * width / newWidth - 0.5);
                int y0 = (int)Math.Floor(y), y1 = Math.Min(y0 + 1, height - 1);
                int x0 = (int)Math.Floor(x), x1 = Math.Min(x0 + 1, width - 1);
                for (int c = 0; c < channels; c++)
                {
                    double At(int r, int s) => input[(r * width + s) * channels + c];
                    output[(row * newWidth + column) * channels + c] =
                        (1 - (y - y0)) * ((1 - (x - x0)) * At(y0, x0) + (x - x0) * At(y0, x1))
                        + (y - y0) * ((1 - (x - x0)) * At(y1, x0) + (x - x0) * At(y1, x1));
                }
            }
        }
        return output;
    }
}
