using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Text;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>Writes PNG files (ISO/IEC 15948): grey or RGB with or without alpha, 8 or 16 bits, each row with the filter that promises the smallest file.</summary>
public static class PngWriter
{
    // Readers with small buffers like moderate chunks; 32 KiB would be as good.
    private const int LongestData = 1 << 20;

    /// <summary>The bytes of a PNG file.</summary>
    public static byte[] Write(PngImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using MemoryStream file = new();
        file.Write(PngReader.Signature);
        Span<byte> header = stackalloc byte[PngHeader.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = (byte)image.BitDepth;
        header[9] = image.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        WriteChunk(file, "IHDR", header);
        ReadOnlySpan<byte> data = Compress(image);
        for (int at = 0; at < data.Length; at += LongestData)
        {
            WriteChunk(file, "IDAT", data.Slice(at, Math.Min(LongestData, data.Length - at)));
        }

        WriteChunk(file, "IEND", []);
        return file.ToArray();
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

    private static byte[] Compress(PngImage image)
    {
        int pixelBytes = image.Channels * image.BitDepth / 8;
        int rowBytes = image.Width * pixelBytes;
        byte[] above = new byte[rowBytes];
        byte[] row = new byte[rowBytes];
        byte[] best = new byte[rowBytes];
        byte[] candidate = new byte[rowBytes];
        using MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < image.Height; y++)
            {
                Pack(image, y, row);
                zlib.WriteByte((byte)ChooseFilter(row, above, pixelBytes, ref best, ref candidate));
                zlib.Write(best);
                (row, above) = (above, row);
            }
        }

        return output.ToArray();
    }

    // The usual heuristic (PNG specification, clause 12.8): the least sum of absolute differences.
    private static int ChooseFilter(byte[] row, byte[] above, int pixelBytes, ref byte[] best, ref byte[] candidate)
    {
        int bestType = 0;
        long bestSum = long.MaxValue;
        for (int type = 0; type < PngFilter.Count; type++)
        {
            PngFilter.Apply(type, row, above, pixelBytes, candidate);
            long sum = 0;
            foreach (byte difference in candidate)
            {
                sum += Math.Abs((int)(sbyte)difference);
            }

            if (sum < bestSum)
            {
                (bestType, bestSum) = (type, sum);
                (best, candidate) = (candidate, best);
            }
        }

        return bestType;
    }

    private static void Pack(PngImage image, int y, Span<byte> row)
    {
        int samples = image.Width * image.Channels;
        ReadOnlySpan<ushort> from = image.Samples.AsSpan(y * samples, samples);
        for (int i = 0; i < samples; i++)
        {
            if (image.BitDepth == 16)
            {
                BinaryPrimitives.WriteUInt16BigEndian(row[(2 * i)..], from[i]);
            }
            else
            {
                row[i] = (byte)from[i];
            }
        }
    }
}
