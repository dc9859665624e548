using System;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>
/// PyTorch's generator on the CPU: Mersenne Twister (Matsumoto and Nishimura 1998, mt19937), 24 bits for a uniform float,
/// Box-Muller in blocks of sixteen for randn. Written from PyTorch's documented behaviour, so that numbers stored for
/// torch.manual_seed can be had here.
/// </summary>
internal sealed class TorchGenerator
{
    private const int Length = 624;
    private const int Middle = 397;
    private const int Block = 16;
    private readonly uint[] _state = new uint[Length];
    private int _next = Length;

    public TorchGenerator(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < Length; i++)
        {
            _state[i] = (1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30))) + i;
        }
    }

    /// <summary>torch.randn of a multiple of sixteen elements.</summary>
    public float[] Normal(int count)
    {
        if (count % Block != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(count));
        }

        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = Unit();
        }

        for (int start = 0; start < count; start += Block)
        {
            for (int j = start; j < start + (Block / 2); j++)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - values[j]));
                double angle = 2 * Math.PI * values[j + (Block / 2)];
                values[j] = (float)(radius * Math.Cos(angle));
                values[j + (Block / 2)] = (float)(radius * Math.Sin(angle));
            }
        }

        return values;
    }

    /// <summary>The default initial values of a layer with so many inputs: ±1/√inputs.</summary>
    public float[] Initial(long count, long inputs)
    {
        float bound = (float)(1 / Math.Sqrt(inputs));
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (Unit() * (bound + bound)) - bound;
        }

        return values;
    }

    private float Unit() => (Next() & 0xFFFFFF) / 16777216f;

    private uint Next()
    {
        if (_next == Length)
        {
            Twist();
        }

        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Length] & 0x7FFFFFFF);
            _state[i] = _state[(i + Middle) % Length] ^ (y >> 1) ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
        }

        _next = 0;
    }
}
