using System;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>The two checksums of a PNG file. Sources: PNG specification, annex D (CRC-32, polynomial 0xEDB88320); RFC 1950, section 9 (Adler-32).</summary>
internal static class PngChecksum
{
    private static readonly uint[] _table = MakeTable();

    /// <summary>CRC-32 of the chunk's type and data.</summary>
    public static uint Crc32(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        return ~Continue(Continue(uint.MaxValue, type), data);
    }

    /// <summary>Adler-32 of uncompressed data.</summary>
    public static uint Adler32(ReadOnlySpan<byte> data)
    {
        const uint Modulus = 65521;
        // The most additions before b could overflow 32 bits.
        const int Block = 5552;
        uint a = 1;
        uint b = 0;
        while (data.Length > 0)
        {
            ReadOnlySpan<byte> block = data[..Math.Min(Block, data.Length)];
            foreach (byte value in block)
            {
                a += value;
                b += a;
            }

            a %= Modulus;
            b %= Modulus;
            data = data[block.Length..];
        }

        return (b << 16) | a;
    }

    private static uint Continue(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            crc = _table[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int bit = 0; bit < 8; bit++)
            {
                c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            }

            table[n] = c;
        }

        return table;
    }
}
