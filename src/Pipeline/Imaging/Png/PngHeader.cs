using System;
using System.Buffers.Binary;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>The fields of the chunk IHDR.</summary>
/// <param name="Width">Width, pixels.</param>
/// <param name="Height">Height, pixels.</param>
/// <param name="BitDepth">Bits of a stored sample: 1, 2, 4, 8 or 16.</param>
/// <param name="ColourType">0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.</param>
/// <param name="Interlaced">Whether the pixels come in Adam7's seven passes.</param>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, int ColourType, bool Interlaced)
{
    /// <summary>Most pixels of a side.</summary>
    public const int MaxSide = 32768;

    /// <summary>Most pixels of a picture, 2^26.</summary>
    public const long MaxPixels = 1L << 26;

    /// <summary>Length of IHDR's data, bytes.</summary>
    public const int Length = 13;

    /// <summary>First column, first row, column step and row step of each pass (PNG specification, clause 8.2).</summary>
    private static readonly (int X, int Y, int StepX, int StepY)[] _adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private static readonly (int X, int Y, int StepX, int StepY)[] _onePass = [(0, 0, 1, 1)];

    /// <summary>Stored samples in each pixel.</summary>
    public int StoredChannels => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>Bytes of a pixel for the filters, at least 1.</summary>
    public int PixelBytes => Math.Max(1, StoredChannels * BitDepth / 8);

    /// <summary>The passes in which the pixels come.</summary>
    public ReadOnlySpan<(int X, int Y, int StepX, int StepY)> Passes => Interlaced ? _adam7 : _onePass;

    /// <summary>Bytes of a stored row of <paramref name="width"/> pixels without its filter type.</summary>
    public int RowBytes(int width)
    {
        return (int)((((long)width * StoredChannels * BitDepth) + 7) / 8);
    }

    /// <summary>Bytes of all passes' rows with their filter types.</summary>
    public long StoredBytes()
    {
        long bytes = 0;
        foreach ((int x, int y, int stepX, int stepY) in Passes)
        {
            int width = PassSize(Width, x, stepX);
            int height = PassSize(Height, y, stepY);
            bytes += width == 0 ? 0 : height * (1L + RowBytes(width));
        }

        return bytes;
    }

    /// <summary>Pixels of a pass along one side.</summary>
    public static int PassSize(int size, int first, int step)
    {
        return (size - first + step - 1) / step;
    }

    /// <summary>Reads IHDR's data; the problem is null if the header is one that can be read.</summary>
    public static (PngHeader Header, string? Problem) Parse(ReadOnlySpan<byte> data)
    {
        if (data.Length != Length)
        {
            return (default, $"IHDR has {data.Length} bytes, expected {Length}");
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(data);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        int bits = data[8];
        int colour = data[9];
        if (width is 0 or > MaxSide || height is 0 or > MaxSide || (long)width * height > MaxPixels)
        {
            return (default, $"{width}x{height} pixels; at most {MaxSide} a side and {MaxPixels} in all are read");
        }

        bool known = colour switch
        {
            0 => bits is 1 or 2 or 4 or 8 or 16,
            3 => bits is 1 or 2 or 4 or 8,
            2 or 4 or 6 => bits is 8 or 16,
            _ => false,
        };
        if (!known)
        {
            return (default, $"colour type {colour} with {bits} bits does not exist");
        }

        if (data[10] != 0 || data[11] != 0 || data[12] > 1)
        {
            return (default, $"compression {data[10]}, filter {data[11]}, interlace {data[12]}; expected 0, 0, and 0 or 1");
        }

        return (new PngHeader((int)width, (int)height, bits, colour, data[12] == 1), null);
    }
}
