using System;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>
/// The five row filters (PNG specification, clause 9): each byte is stored as its difference to a prediction from the byte of the
/// pixel to the left (a), above (b) and above left (c); bytes outside the picture count as 0, differences are modulo 256.
/// </summary>
internal static class PngFilter
{
    /// <summary>Number of filters; the types are 0 none, 1 sub, 2 up, 3 average, 4 Paeth.</summary>
    public const int Count = 5;

    /// <summary>Restores a row in place.</summary>
    /// <param name="type">Filter type, below <see cref="Count"/>.</param>
    /// <param name="row">The stored row; becomes the picture's bytes.</param>
    /// <param name="above">The restored row above, zeros for the first; as long as <paramref name="row"/>.</param>
    /// <param name="pixelBytes">Bytes of a pixel, at least 1.</param>
    public static void Restore(int type, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        if (type == 0)
        {
            return;
        }

        for (int i = 0; i < row.Length; i++)
        {
            int a = i >= pixelBytes ? row[i - pixelBytes] : 0;
            int c = i >= pixelBytes ? above[i - pixelBytes] : 0;
            row[i] = (byte)(row[i] + Predict(type, a, above[i], c));
        }
    }

    /// <summary>Filters a row; the arguments are those of <see cref="Restore"/>, the result goes to <paramref name="stored"/>.</summary>
    public static void Apply(int type, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int pixelBytes, Span<byte> stored)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int a = i >= pixelBytes ? row[i - pixelBytes] : 0;
            int c = i >= pixelBytes ? above[i - pixelBytes] : 0;
            stored[i] = (byte)(row[i] - Predict(type, a, above[i], c));
        }
    }

    private static int Predict(int type, int a, int b, int c)
    {
        return type switch
        {
            0 => 0,
            1 => a,
            2 => b,
            3 => (a + b) >> 1,
            4 => Paeth(a, b, c),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "PNG has the filter types 0 to 4."),
        };
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c;
        int pa = Math.Abs(p - a);
        int pb = Math.Abs(p - b);
        int pc = Math.Abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
