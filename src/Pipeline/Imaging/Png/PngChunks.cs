using System;
using System.Buffers;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>What a PNG file's chunks hold, taken in the order of the file, with the rules of that order (PNG specification, clause 5.6).</summary>
internal sealed class PngChunks
{
    private readonly ArrayBufferWriter<byte> _compressed = new();
    private bool _dataClosed;

    /// <summary>The header; valid once IHDR was taken.</summary>
    public PngHeader Header { get; private set; }

    /// <summary>The palette, three bytes an entry; empty without one.</summary>
    public byte[] Palette { get; private set; } = [];

    /// <summary>The data of tRNS; empty without one.</summary>
    public byte[] Transparency { get; private set; } = [];

    /// <summary>Whether IEND was taken.</summary>
    public bool Ended { get; private set; }

    /// <summary>The data of all IDAT chunks.</summary>
    public ReadOnlySpan<byte> Compressed => _compressed.WrittenSpan;

    /// <summary>Takes the next chunk; returns what is wrong with it, or null.</summary>
    public string? Take(string type, ReadOnlySpan<byte> data)
    {
        // Pixels must not be interrupted: another chunk closes them for good.
        _dataClosed |= _compressed.WrittenCount > 0 && type != "IDAT";
        switch (type)
        {
            case "IHDR":
                (PngHeader header, string? problem) = PngHeader.Parse(data);
                Header = header;
                return problem;
            case "PLTE":
                return TakePalette(data);
            case "tRNS":
                return TakeTransparency(data);
            case "IDAT":
                _compressed.Write(data);
                return _dataClosed ? "its IDAT chunks are not next to each other" : null;
            case "IEND":
                Ended = true;
                // Two bytes of header and four of checksum are the least that zlib data can have.
                return _compressed.WrittenCount < 6 ? "it has no pixels (no IDAT chunk)" : null;
            default:
                // An upper-case first letter marks a chunk that a reader must understand.
                return char.IsAsciiLetterLower(type[0]) ? null : "it holds a chunk that is needed to read it and is unknown here";
        }
    }

    private string? TakePalette(ReadOnlySpan<byte> data)
    {
        if (Palette.Length > 0 || _compressed.WrittenCount > 0 || Header.ColourType is 0 or 4)
        {
            return "its palette is not where it may be";
        }

        if (data.Length == 0 || data.Length % 3 != 0 || data.Length > 3 << Math.Min(Header.BitDepth, 8))
        {
            return $"its palette has {data.Length} bytes; expected 3 for each of 1 to {1 << Math.Min(Header.BitDepth, 8)} colours";
        }

        Palette = data.ToArray();
        return null;
    }

    private string? TakeTransparency(ReadOnlySpan<byte> data)
    {
        bool fits = Header.ColourType switch
        {
            0 => data.Length == 2,
            2 => data.Length == 6,
            3 => data.Length > 0 && data.Length <= Palette.Length / 3,
            _ => false,
        };
        if (!fits || Transparency.Length > 0 || _compressed.WrittenCount > 0)
        {
            return $"its transparency (tRNS, {data.Length} bytes) does not fit its colour type {Header.ColourType} or is not where it may be";
        }

        Transparency = data.ToArray();
        return null;
    }
}
