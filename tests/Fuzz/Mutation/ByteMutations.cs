using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace DreamFusion.Fuzz.Mutation;

/// <summary>Changes that know nothing of a format: bits, bytes, numbers of every width, cuts, splices.</summary>
internal static class ByteMutations
{
    private static readonly long[] _extremes =
    [
        0, 1, -1, 2, 127, 128, 255, 256, short.MaxValue, short.MinValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue,
        1L << 32, (1L << 32) + 1, 100_000_000, 100_000_001, 1L << 40, long.MaxValue, long.MinValue, long.MaxValue - 7,
    ];

    /// <summary>One change of any kind.</summary>
    public static byte[] Any(RandomSource random, byte[] input, FuzzTarget target)
    {
        return random.Below(10) switch
        {
            0 => Flip(random, input),
            1 => Number(random, input),
            2 => input[..random.Below(input.Length + 1)],
            3 => Cut(random, input),
            4 => Insert(random, input, Noise(random, random.Length(256))),
            5 => Repeat(random, input),
            6 => Splice(random, input, target),
            7 => Overwrite(random, input),
            8 => random.OneIn(20) ? Noise(random, random.Length(2048)) : Flip(random, input),
            _ => Insert(random, input, Encoded(random)),
        };
    }

    /// <summary>Flips one to eight bits.</summary>
    public static byte[] Flip(RandomSource random, byte[] input)
    {
        byte[] output = [.. input];
        for (int n = random.Length(8); n > 0 && output.Length > 0; n--)
        {
            output[random.Below(output.Length)] ^= (byte)(1 << random.Below(8));
        }

        return output;
    }

    /// <summary>Writes an extreme number over the bytes at some place, as wide as a field of any format.</summary>
    public static byte[] Number(RandomSource random, byte[] input)
    {
        byte[] number = Encoded(random);
        byte[] output = [.. input];
        int at = random.Below(Math.Max(0, output.Length - number.Length) + 1);
        number.AsSpan(0, Math.Min(number.Length, output.Length - at)).CopyTo(output.AsSpan(at));
        return output;
    }

    /// <summary>Puts bytes in at some place.</summary>
    public static byte[] Insert(RandomSource random, byte[] input, byte[] bytes)
    {
        int at = random.Below(input.Length + 1);
        return [.. input.AsSpan(0, at), .. bytes, .. input.AsSpan(at)];
    }

    /// <summary>One of the extreme numbers.</summary>
    public static long Extreme(RandomSource random) => random.OneIn(4) ? (long)random.Next() >> random.Below(64) : random.Pick(_extremes);

    /// <summary>Random bytes, of few different values as often as of all.</summary>
    public static byte[] Noise(RandomSource random, int length)
    {
        byte[] bytes = new byte[length];
        byte mask = random.OneIn(2) ? (byte)0xFF : (byte)random.Next();
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((byte)random.Next() & mask);
        }

        return bytes;
    }

    private static byte[] Encoded(RandomSource random)
    {
        byte[] bytes = new byte[1 << random.Below(4)];
        long value = Extreme(random);
        Span<byte> wide = stackalloc byte[8];
        if (random.OneIn(2))
        {
            BinaryPrimitives.WriteInt64LittleEndian(wide, value);
            wide[..bytes.Length].CopyTo(bytes);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(wide, value);
            wide[^bytes.Length..].CopyTo(bytes);
        }

        return bytes;
    }

    private static byte[] Cut(RandomSource random, byte[] input)
    {
        int at = random.Below(input.Length + 1);
        int count = Math.Min(random.Length(1024), input.Length - at);
        return [.. input.AsSpan(0, at), .. input.AsSpan(at + count)];
    }

    private static byte[] Overwrite(RandomSource random, byte[] input)
    {
        byte[] output = [.. input];
        int at = random.Below(output.Length + 1);
        int count = Math.Min(random.Length(64), output.Length - at);
        output.AsSpan(at, count).Fill((byte)random.Next());
        return output;
    }

    // A part many times over: a huge count of whatever it is.
    private static byte[] Repeat(RandomSource random, byte[] input)
    {
        int at = random.Below(input.Length + 1);
        int count = Math.Min(random.Length(256), input.Length - at);
        List<byte> output = [.. input.AsSpan(0, at + count)];
        for (int n = random.Length(256); n > 0; n--)
        {
            output.AddRange(input.AsSpan(at, count));
        }

        output.AddRange(input.AsSpan(at + count));
        return [.. output];
    }

    private static byte[] Splice(RandomSource random, byte[] input, FuzzTarget target)
    {
        byte[] other = random.Pick(target.Seeds).Bytes;
        return [.. input.AsSpan(0, random.Below(input.Length + 1)), .. other.AsSpan(random.Below(other.Length + 1))];
    }
}
