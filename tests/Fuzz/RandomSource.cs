using System.Collections.Generic;
using System.Numerics;

namespace DreamFusion.Fuzz;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014). Each input has a stream of its own, so that any input can be made again alone.</summary>
internal sealed class RandomSource
{
    private ulong _state;

    private RandomSource(ulong state)
    {
        _state = state;
    }

    /// <summary>The stream of one input.</summary>
    /// <param name="seed">Seed of the whole run.</param>
    /// <param name="target">Name of the parser.</param>
    /// <param name="index">Number of the input.</param>
    public static RandomSource For(ulong seed, string target, long index)
    {
        // FNV-1a over the name, so that parsers with the same seed see different inputs.
        ulong hash = 14695981039346656037;
        foreach (char c in target)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        RandomSource source = new(seed ^ BitOperations.RotateLeft(hash, 17));
        source._state ^= source.Next() + ((ulong)index * 0x9E3779B97F4A7C15);
        source.Next();
        return source;
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1; 0 for a bound of 0.</summary>
    public int Below(int bound) => bound <= 0 ? 0 : (int)((Next() >> 32) % (uint)bound);

    /// <summary>True once in <paramref name="n"/> times.</summary>
    public bool OneIn(int n) => Below(n) == 0;

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A length that is mostly short: up to 4, 16, 64, … bytes.</summary>
    public int Length(int most) => System.Math.Min(most, 1 + Below(4 << (2 * Below(5))));
}
