using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Text;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>
/// Reads PNG files (ISO/IEC 15948): all colour types, bit depths and filters, Adam7 interlace, palettes and tRNS. Every checksum is
/// checked. Samples of less than 8 bits are scaled to 8; a palette becomes RGB; tRNS becomes an alpha channel. Colour
/// space chunks are skipped: samples are taken as they stand.
/// </summary>
/// <remarks>Memory is bounded: at most 2^28 bytes of file, 2^26 pixels, and no more than deflate's limit of 1032 times the file's size.</remarks>
public static class PngReader
{
    private const int LongestChunkHeader = 12;
    private const int MostBytes = 1 << 28;

    // Deflate cannot expand by more, so a small file cannot ask for a large buffer.
    private const long MaxExpansion = 1032;

    /// <summary>The first eight bytes of every PNG file.</summary>
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, unreadable, or not a whole PNG file.</exception>
    public static PngImage ReadFile(string path)
    {
        byte[] file;
        try
        {
            file = BoundedFile.Read(path, MostBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.BadInput, $"picture {path} cannot be read: {e.Message}", e);
        }

        return Read(file, path);
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What to call the file in messages.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it is not a whole PNG file.</exception>
    public static PngImage Read(ReadOnlySpan<byte> file, string name)
    {
        if (!file.StartsWith(Signature))
        {
            throw Bad(name, "it does not begin with PNG's signature; expected a PNG file");
        }

        PngChunks chunks = ReadChunks(file, name);
        byte[] stored = Inflate(chunks, name);
        return new PngPixels(chunks.Header, chunks.Palette, chunks.Transparency, name).Decode(stored);
    }

    /// <summary>The error for a file that cannot be read.</summary>
    internal static DfkException Bad(string name, string problem, Exception? cause = null)
    {
        string message = $"picture {name}: {problem}.";
        return cause is null ? new DfkException(ExitCode.BadInput, message) : new DfkException(ExitCode.BadInput, message, cause);
    }

    private static PngChunks ReadChunks(ReadOnlySpan<byte> file, string name)
    {
        PngChunks chunks = new();
        int at = Signature.Length;
        bool first = true;
        while (!chunks.Ended)
        {
            if (file.Length - at < LongestChunkHeader)
            {
                throw Bad(name, $"it ends inside a chunk at byte {file.Length}; the file is cut off");
            }

            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            ReadOnlySpan<byte> type = file.Slice(at + 4, 4);
            string label = Encoding.Latin1.GetString(type);
            if (length > file.Length - at - LongestChunkHeader)
            {
                throw Bad(name, $"chunk {Printable(label)} at byte {at} has {length} bytes, but the file has only {file.Length - at - LongestChunkHeader} more; the file is cut off or damaged");
            }

            ReadOnlySpan<byte> data = file.Slice(at + 8, (int)length);
            uint crc = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]);
            uint computed = PngChecksum.Crc32(type, data);
            if (crc != computed)
            {
                throw Bad(name, $"chunk {Printable(label)} at byte {at} is damaged: checksum {crc:x8} in the file, {computed:x8} of its bytes");
            }

            if (first != (label == "IHDR"))
            {
                throw Bad(name, first ? $"chunk {Printable(label)} comes first; expected IHDR" : "IHDR comes twice");
            }

            first = false;
            if (chunks.Take(label, data) is { } problem)
            {
                throw Bad(name, problem);
            }

            at += LongestChunkHeader + (int)length;
        }

        return chunks;
    }

    private static byte[] Inflate(PngChunks chunks, string name)
    {
        ReadOnlySpan<byte> compressed = chunks.Compressed;
        long expected = chunks.Header.StoredBytes();
        if (expected > MaxExpansion * compressed.Length)
        {
            throw Bad(name, $"{compressed.Length} compressed bytes cannot hold the {expected} bytes of its {chunks.Header.Width}x{chunks.Header.Height} pixels");
        }

        byte[] stored = new byte[expected];
        int got;
        bool more;
        try
        {
            using MemoryStream input = new(compressed.ToArray(), writable: false);
            using ZLibStream zlib = new(input, CompressionMode.Decompress);
            got = zlib.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false);
            more = got == stored.Length && zlib.ReadByte() >= 0;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // The latter is what a stream that asks for a preset dictionary ends in.
            throw Bad(name, $"its compressed data is damaged: {e.Message}", e);
        }

        if (got != stored.Length || more)
        {
            throw Bad(name, $"expected {expected} bytes of pixels, got {(more ? "more" : got)}");
        }

        // The decompressor does not insist on the trailer when the data ends early.
        uint adler = BinaryPrimitives.ReadUInt32BigEndian(compressed[^4..]);
        if (adler != PngChecksum.Adler32(stored))
        {
            throw Bad(name, $"its pixels are damaged: checksum {adler:x8} in the file, {PngChecksum.Adler32(stored):x8} of its bytes");
        }

        return stored;
    }

    private static string Printable(string label)
    {
        foreach (char c in label)
        {
            if (!char.IsAsciiLetter(c))
            {
                return "of a type that is no name";
            }
        }

        return label;
    }
}
