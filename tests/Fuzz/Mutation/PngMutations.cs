using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Fuzz.Mutation;

/// <summary>Changes that know PNG: a chunk is dropped, repeated, moved, renamed or given other data, pixels are packed again, and checksums are put right.</summary>
internal static class PngMutations
{
    private static readonly string[] _types = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "gAMA", "QQQQ", "tEXt", "\0\0\0\0", "iDAT"];

    /// <summary>One change of any kind.</summary>
    public static byte[] Any(RandomSource random, byte[] input, FuzzTarget target)
    {
        List<(string Type, byte[] Data)> chunks = Parse(input);
        if (chunks.Count == 0)
        {
            return ByteMutations.Any(random, input, target);
        }

        int at = random.Below(chunks.Count);
        (string type, byte[] data) = chunks[at];
        switch (random.Below(9))
        {
            case 0:
                chunks.RemoveAt(at);
                break;
            case 1:
                chunks.Insert(at, chunks[at]);
                break;
            case 2:
                chunks[at] = chunks[random.Below(chunks.Count)];
                break;
            case 3:
                chunks[at] = (random.Pick(_types), data);
                break;
            case 4:
                chunks[at] = (type, ByteMutations.Any(random, data, target));
                break;
            case 5:
                chunks.Insert(at, (random.Pick(_types), ByteMutations.Noise(random, random.Length(1024))));
                break;
            case 6:
                SplitData(random, chunks);
                break;
            case 7:
                Header(random, chunks);
                break;
            default:
                Pack(random, chunks);
                break;
        }

        return Join(chunks);
    }

    /// <summary>A file of chunks with right checksums.</summary>
    public static byte[] Join(IEnumerable<(string Type, byte[] Data)> chunks)
    {
        List<byte> file = [.. PngReader.Signature];
        byte[] word = new byte[4];
        foreach ((string type, byte[] data) in chunks)
        {
            byte[] label = Encoding.Latin1.GetBytes(type);
            BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
            file.AddRange(word);
            file.AddRange(label);
            file.AddRange(data);
            BinaryPrimitives.WriteUInt32BigEndian(word, PngChecksum.Crc32(label, data));
            file.AddRange(word);
        }

        return [.. file];
    }

    /// <summary>The header chunk.</summary>
    public static (string Type, byte[] Data) Header(int width, int height, int bits, int colour, int interlace)
    {
        byte[] data = new byte[PngHeader.Length];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[12]) = ((byte)bits, (byte)colour, (byte)interlace);
        return ("IHDR", data);
    }

    /// <summary>Rows as compressed data.</summary>
    public static byte[] Deflate(byte[] rows)
    {
        using MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        return output.ToArray();
    }

    private static void Header(RandomSource random, List<(string Type, byte[] Data)> chunks)
    {
        int Side() => random.OneIn(6) ? (int)ByteMutations.Extreme(random) : random.OneIn(4) ? random.Below(40_000) : 1 + random.Below(40);
        chunks[0] = Header(Side(), Side(), random.Pick((int[])[1, 2, 4, 8, 16, 3, 0]), random.Pick((int[])[0, 2, 3, 4, 6, 1, 7]), random.Below(3) & 1);
    }

    // Rows that fit the header, random or all equal: the latter are as small as a large picture can be.
    private static void Pack(RandomSource random, List<(string Type, byte[] Data)> chunks)
    {
        const int MostRows = 1 << 20;
        (PngHeader header, string? problem) = PngHeader.Parse(chunks[0].Data);
        int length = (int)Math.Min(problem is null ? header.StoredBytes() : 64, MostRows);
        byte[] rows = random.OneIn(2) ? new byte[length] : ByteMutations.Noise(random, length);
        chunks.RemoveAll(chunk => chunk.Type == "IDAT");
        chunks.Insert(Math.Min(chunks.Count, Math.Max(1, chunks.Count - 1)), ("IDAT", Deflate(rows)));
    }

    private static void SplitData(RandomSource random, List<(string Type, byte[] Data)> chunks)
    {
        int at = chunks.FindIndex(chunk => chunk.Type == "IDAT");
        if (at >= 0)
        {
            byte[] data = chunks[at].Data;
            int middle = random.Below(data.Length + 1);
            chunks[at] = ("IDAT", data[middle..]);
            chunks.Insert(at, ("IDAT", data[..middle]));
        }
    }

    private static List<(string Type, byte[] Data)> Parse(ReadOnlySpan<byte> file)
    {
        List<(string Type, byte[] Data)> chunks = [];
        for (int at = PngReader.Signature.Length; file.Length - at >= 12;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
            {
                break;
            }

            chunks.Add((Encoding.Latin1.GetString(file.Slice(at + 4, 4)), file.Slice(at + 8, (int)length).ToArray()));
            at += 12 + (int)length;
        }

        return chunks;
    }
}
