using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>Writes PNG files (ISO/IEC 15948): grey or RGB with or without alpha, 8 or 16 bits, each row with the filter that promises the smallest file.</summary>
public static class PngWriter
{
    /// <summary>The bytes of a PNG file.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="notes">What the file says about its samples; null for nothing.</param>
    public static byte[] Write(PngImage image, PngNotes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        using MemoryStream file = new();
        using (PngRowWriter rows = new(file, image.Width, image.Height, image.Channels, image.BitDepth, notes))
        {
            rows.Write(image.Samples);
            rows.Finish();
        }

        return file.ToArray();
    }

    /// <summary>Writes signature, header and notes.</summary>
    internal static void WriteStart(Stream file, int width, int height, int channels, int bitDepth, PngNotes notes)
    {
        notes.Validate();
        file.Write(PngReader.Signature);
        Span<byte> header = stackalloc byte[PngHeader.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = (byte)bitDepth;
        header[9] = channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        WriteChunk(file, "IHDR", header);
        if (notes.IsSrgb)
        {
            WriteChunk(file, "sRGB", [0]);
        }

        foreach ((string keyword, string text) in notes.Texts)
        {
            WriteChunk(file, "tEXt", Encoding.Latin1.GetBytes($"{keyword}\0{text}"));
        }
    }

    /// <summary>Writes one chunk: length, type, data, checksum.</summary>
    internal static void WriteChunk(Stream file, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        Span<byte> label = stackalloc byte[4];
        Encoding.ASCII.GetBytes(type, label);
        file.Write(label);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, PngChecksum.Crc32(label, data));
        file.Write(word);
    }
}
