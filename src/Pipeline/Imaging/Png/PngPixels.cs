using System;
using System.Buffers.Binary;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>Turns a PNG file's stored rows into samples: undoes the filters, the interlace, the packing of small samples, palette and tRNS.</summary>
internal sealed class PngPixels(PngHeader header, byte[] palette, byte[] transparency, string name)
{
    private readonly bool _hasAlpha = transparency.Length > 0 || header.ColourType is 4 or 6;
    private readonly int _colours = header.ColourType is 0 or 4 ? 1 : 3;

    /// <summary>Decodes the rows of all passes, each behind its filter type; the buffer is overwritten.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if a filter type or palette index does not exist.</exception>
    public PngImage Decode(Span<byte> stored)
    {
        if (header.ColourType == 3 && palette.Length == 0)
        {
            throw PngReader.Bad(name, "it needs a palette and has none");
        }

        int channels = _colours + (_hasAlpha ? 1 : 0);
        ushort[] samples = new ushort[header.Width * header.Height * channels];
        int at = 0;
        foreach ((int firstX, int firstY, int stepX, int stepY) in header.Passes)
        {
            int width = PngHeader.PassSize(header.Width, firstX, stepX);
            int height = width == 0 ? 0 : PngHeader.PassSize(header.Height, firstY, stepY);
            int rowBytes = header.RowBytes(width);
            ReadOnlySpan<byte> above = new byte[rowBytes];
            for (int y = 0; y < height; y++)
            {
                int type = stored[at];
                if (type >= PngFilter.Count)
                {
                    throw PngReader.Bad(name, $"row {y} has the filter type {type}; there are 0 to 4");
                }

                Span<byte> row = stored.Slice(at + 1, rowBytes);
                PngFilter.Restore(type, row, above, header.PixelBytes);
                DecodeRow(row, width, samples.AsSpan((firstY + (y * stepY)) * header.Width * channels), firstX, stepX, channels);
                above = row;
                at += 1 + rowBytes;
            }
        }

        return new PngImage(header.Width, header.Height, channels, header.BitDepth == 16 ? 16 : 8, samples);
    }

    private void DecodeRow(ReadOnlySpan<byte> row, int width, Span<ushort> line, int firstX, int stepX, int channels)
    {
        Span<int> stored = stackalloc int[header.StoredChannels];
        for (int x = 0; x < width; x++)
        {
            for (int channel = 0; channel < stored.Length; channel++)
            {
                stored[channel] = Sample(row, (x * stored.Length) + channel);
            }

            Span<ushort> pixel = line.Slice((firstX + (x * stepX)) * channels, channels);
            if (header.ColourType == 3)
            {
                WritePaletteColour(stored[0], pixel);
                continue;
            }

            for (int channel = 0; channel < stored.Length; channel++)
            {
                pixel[channel] = (ushort)(stored[channel] * Scale);
            }

            if (transparency.Length > 0)
            {
                pixel[^1] = IsTransparent(stored) ? (ushort)0 : (ushort)(header.BitDepth == 16 ? 65535 : 255);
            }
        }
    }

    // 1, 2 and 4 bits are scaled so that the largest value becomes 255.
    private int Scale => header.BitDepth switch { 1 => 255, 2 => 85, 4 => 17, _ => 1 };

    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        if (header.BitDepth == 16)
        {
            return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
        }

        int bit = index * header.BitDepth;
        int shift = 8 - header.BitDepth - (bit & 7);
        return (row[bit >> 3] >> shift) & ((1 << header.BitDepth) - 1);
    }

    private void WritePaletteColour(int index, Span<ushort> pixel)
    {
        if (index >= palette.Length / 3)
        {
            throw PngReader.Bad(name, $"a pixel has the palette colour {index}, but the palette has {palette.Length / 3}");
        }

        for (int channel = 0; channel < 3; channel++)
        {
            pixel[channel] = palette[(3 * index) + channel];
        }

        if (_hasAlpha)
        {
            pixel[3] = index < transparency.Length ? transparency[index] : (ushort)255;
        }
    }

    private bool IsTransparent(ReadOnlySpan<int> stored)
    {
        int mask = (1 << header.BitDepth) - 1;
        for (int channel = 0; channel < stored.Length; channel++)
        {
            if (stored[channel] != (BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * channel)) & mask))
            {
                return false;
            }
        }

        return true;
    }
}
