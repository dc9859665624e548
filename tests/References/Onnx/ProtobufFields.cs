using System;
using System.Collections.Generic;
using System.Text;

namespace DreamFusion.References.Onnx;

/// <summary>
/// The protobuf wire format, read field by field. The reference does not share the product's parser, so that a wrong field
/// number there shows.
/// </summary>
public readonly struct ProtobufField
{
    private ProtobufField(int number, ulong varint, ReadOnlyMemory<byte> bytes)
    {
        Number = number;
        Varint = varint;
        Bytes = bytes;
    }

    public int Number { get; }

    public ulong Varint { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    public float Real => BitConverter.UInt32BitsToSingle((uint)Varint);

    public static IEnumerable<ProtobufField> Read(ReadOnlyMemory<byte> message)
    {
        int position = 0;
        while (position < message.Length)
        {
            ulong key = ReadVarint(message.Span, ref position);
            int number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new ProtobufField(number, ReadVarint(message.Span, ref position), default);
                    break;
                case 1:
                    yield return new ProtobufField(number, BitConverter.ToUInt64(message.Span[position..]), default);
                    position += 8;
                    break;
                case 2:
                    int length = (int)ReadVarint(message.Span, ref position);
                    yield return new ProtobufField(number, 0, message.Slice(position, length));
                    position += length;
                    break;
                case 5:
                    yield return new ProtobufField(number, BitConverter.ToUInt32(message.Span[position..]), default);
                    position += 4;
                    break;
                default:
                    throw new InvalidOperationException($"Wire type {key & 7} at byte {position}.");
            }
        }
    }

    /// <summary>A repeated integer field, packed into one or standing alone.</summary>
    public IEnumerable<long> Integers()
    {
        if (Bytes.IsEmpty)
        {
            yield return (long)Varint;
            yield break;
        }

        int position = 0;
        while (position < Bytes.Length)
        {
            yield return (long)ReadVarint(Bytes.Span, ref position);
        }
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }
}
