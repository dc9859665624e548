using System;
using System.Collections.Generic;
using System.Text;

namespace DreamFusion.Fuzz.Mutation;

/// <summary>
/// Changes that know protocol buffers: a field of a message, or of a message inside, is dropped, repeated, moved, given another
/// number, type or length; lengths around it are put right, so that the change is reached.
/// </summary>
internal static class ProtobufMutations
{
    private const int MostDepth = 12;
    private static readonly byte[][] _varints =
    [
        [0], [1], [0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x80, 0x80, 0x80, 0x10],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x00], [3], [6], [7], [8], [10], [16], [99],
    ];

    private static readonly string[] _texts = ["", "\0", "../x", "/etc/passwd", "weights.bin", "offset", "length", "location", "If", "Loop", "Constant", "ConstantOfShape", "Gather", "RandomNormalLike", "x", "é", "\u202e"];

    /// <summary>A field as it stands in a message.</summary>
    private readonly record struct Field(int Start, int TagEnd, int ValueStart, int End)
    {
        public int Wire { get; init; }
    }

    /// <summary>One change of any kind.</summary>
    public static byte[] Any(RandomSource random, byte[] input, FuzzTarget target) => Change(random, input, 0, target);

    private static byte[] Change(RandomSource random, byte[] message, int depth, FuzzTarget target)
    {
        if (Parse(message) is not { Count: > 0 } fields)
        {
            return depth > 0 && random.OneIn(2) ? Encoding.UTF8.GetBytes(random.Pick(_texts)) : ByteMutations.Any(random, message, target);
        }

        Field field = random.Pick(fields);
        if (field.Wire == 2 && depth < MostDepth && !random.OneIn(4))
        {
            byte[] inner = Change(random, message[field.ValueStart..field.End], depth + 1, target);
            return With(message, field, [.. message.AsSpan(field.Start, field.TagEnd - field.Start), .. Varint((ulong)inner.Length), .. inner]);
        }

        byte[] own = message[field.Start..field.End];
        byte[] tag = message[field.Start..field.TagEnd];
        return random.Below(9) switch
        {
            0 => With(message, field, []),
            1 => With(message, field, Times(own, random.OneIn(4) ? random.Length(2000) : 2)),
            2 => Move(random, message, field, fields),
            3 => With(message, field, [.. tag, .. random.Pick(_varints), .. message.AsSpan(field.TagEnd, field.End - field.TagEnd)]),
            4 => With(message, field, [.. Varint(random.Next() >> (32 + random.Below(32))), .. message.AsSpan(field.TagEnd, field.End - field.TagEnd)]),
            5 => With(message, field, Wrap(own, tag, random)),
            6 => With(message, field, [(byte)((tag[0] & 0xF8) | 2), .. Varint((ulong)ByteMutations.Extreme(random)), .. own]),
            7 => With(message, field, Value(random, tag, field.Wire)),
            _ => With(message, field, Numbers(random, tag)),
        };
    }

    // Another value of the same type.
    private static byte[] Value(RandomSource random, byte[] tag, int wire)
    {
        byte[] text = random.OneIn(2) ? Encoding.UTF8.GetBytes(random.Pick(_texts)) : ByteMutations.Noise(random, random.Length(64));
        return wire switch
        {
            0 => [.. tag, .. random.Pick(_varints)],
            1 => [.. tag, .. BitConverter.GetBytes(ByteMutations.Extreme(random))],
            5 => [.. tag, .. BitConverter.GetBytes((int)ByteMutations.Extreme(random))],
            _ => [.. tag, .. Varint((ulong)text.Length), .. text],
        };
    }

    // A packed list of many numbers.
    private static byte[] Numbers(RandomSource random, byte[] tag)
    {
        byte[] packed = Times(random.Pick(_varints), random.Length(2000));
        return [(byte)((tag[0] & 0xF8) | 2), .. tag.AsSpan(1), .. Varint((ulong)packed.Length), .. packed];
    }

    // Inside itself many times, or in groups, which need no length.
    private static byte[] Wrap(byte[] own, byte[] tag, RandomSource random)
    {
        int depth = random.Pick((int[])[3, 60, 99, 101, 150]);
        if (random.OneIn(3))
        {
            return [.. Times([(byte)((tag[0] & 0xF8) | 3)], depth * 20), .. own];
        }

        byte[] inner = own;
        for (int i = 0; i < depth; i++)
        {
            inner = [(byte)((tag[0] & 0xF8) | 2), .. tag.AsSpan(1), .. Varint((ulong)inner.Length), .. inner];
        }

        return inner;
    }

    private static byte[] Move(RandomSource random, byte[] message, Field field, List<Field> fields)
    {
        byte[] own = message[field.Start..field.End];
        int to = random.Pick(fields).Start;
        return to < field.Start
            ? [.. message.AsSpan(0, to), .. own, .. message.AsSpan(to, field.Start - to), .. message.AsSpan(field.End)]
            : [.. message.AsSpan(0, to), .. own, .. message.AsSpan(to)];
    }

    private static byte[] With(byte[] message, Field field, byte[] value) => [.. message.AsSpan(0, field.Start), .. value, .. message.AsSpan(field.End)];

    private static byte[] Times(byte[] bytes, int count)
    {
        byte[] output = new byte[bytes.Length * count];
        for (int i = 0; i < count; i++)
        {
            bytes.CopyTo(output, i * bytes.Length);
        }

        return output;
    }

    /// <summary>A number as a varint.</summary>
    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value > 0x7F; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    // The fields, or null if the bytes are no message.
    private static List<Field>? Parse(byte[] message)
    {
        List<Field> fields = [];
        for (int at = 0; at < message.Length;)
        {
            int start = at;
            if (Read(message, ref at) is not ulong tag || tag >> 3 is 0 or > 10_000)
            {
                return null;
            }

            int tagEnd = at;
            int wire = (int)(tag & 7);
            ulong? length = wire switch { 0 => Read(message, ref at) is null ? null : 0, 1 => 8, 2 => Read(message, ref at), 5 => 4, _ => null };
            if (length is not ulong count || count > (ulong)(message.Length - at))
            {
                return null;
            }

            int valueStart = wire == 2 ? at : tagEnd;
            at += (int)count;
            fields.Add(new Field(start, tagEnd, valueStart, at) { Wire = wire });
        }

        return fields;
    }

    private static ulong? Read(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && at < message.Length; shift += 7)
        {
            byte b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        return null;
    }
}
