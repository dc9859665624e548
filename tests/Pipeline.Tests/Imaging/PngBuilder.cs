using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;

namespace DreamFusion.Pipeline.Tests.Imaging;

/// <summary>Builds PNG files chunk by chunk, so that a test can make what our writer never makes. CRC bit by bit, straight from the specification's definition.</summary>
internal sealed class PngBuilder
{
    private readonly List<byte> _file = [];

    public PngBuilder()
    {
        _file.AddRange([137, 80, 78, 71, 13, 10, 26, 10]);
    }

    public PngBuilder Header(int width, int height, int bits, int colour, int interlace = 0)
    {
        byte[] data = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[12]) = ((byte)bits, (byte)colour, (byte)interlace);
        return Chunk("IHDR", data);
    }

    public PngBuilder Pixels(params byte[] stored)
    {
        return Chunk("IDAT", Deflate(stored));
    }

    public PngBuilder Chunk(string type, params byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        _file.AddRange(word);
        _file.AddRange(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc(body));
        _file.AddRange(word);
        return this;
    }

    public byte[] End()
    {
        Chunk("IEND");
        return [.. _file];
    }

    public static byte[] Deflate(byte[] stored)
    {
        using MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(stored);
        }

        return output.ToArray();
    }

    private static uint Crc(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 1 ? 0xEDB88320 : 0);
            }
        }

        return ~crc;
    }
}
