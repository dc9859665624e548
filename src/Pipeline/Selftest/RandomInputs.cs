using System;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Pipeline.Selftest;

/// <summary>Inputs of the checks: the same numbers in every run and on every device.</summary>
internal static class RandomInputs
{
    // No purpose of training: 0 is none of RandomPurpose.
    private const uint Purpose = 0;

    /// <summary>Uniform numbers.</summary>
    public static float[] Uniform(uint seed, int length, float low, float high)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = low + (high - low) * CounterRandom.Uniform(new RandomKey(seed, 0, Purpose), (uint)i, 0);
        }

        return values;
    }

    /// <summary>Rows of three of unit length, uniform over the sphere.</summary>
    public static float[] UnitVectors(uint seed, int rows)
    {
        float[] values = new float[3 * rows];
        for (int row = 0; row < rows; row++)
        {
            Float3 v = Float3.Normalize(Normals(seed, (uint)row));
            (values[3 * row], values[3 * row + 1], values[3 * row + 2]) = (v.X, v.Y, v.Z);
        }

        return values;
    }

    /// <summary>The first draws for which a condition holds.</summary>
    /// <param name="count">Draws wanted.</param>
    /// <param name="draw">The draw of an index.</param>
    /// <param name="accepts">The condition.</param>
    public static T[] Where<T>(int count, Func<uint, T> draw, Func<T, bool> accepts)
    {
        T[] values = new T[count];
        uint index = 0;
        for (int found = 0; found < count; index++)
        {
            T value = draw(index);
            if (accepts(value))
            {
                values[found++] = value;
            }
        }

        return values;
    }

    /// <summary>One unit vector.</summary>
    public static Float3 UnitVector(uint seed, uint index) => Float3.Normalize(Normals(seed, index));

    /// <summary>Vectors as rows of three.</summary>
    public static float[] Rows(ReadOnlySpan<Float3> vectors) => System.Runtime.InteropServices.MemoryMarshal.Cast<Float3, float>(vectors).ToArray();

    private static Float3 Normals(uint seed, uint index)
    {
        var key = new RandomKey(seed, 1, Purpose);
        return new Float3(CounterRandom.Normal(key, index, 0), CounterRandom.Normal(key, index, 1), CounterRandom.Normal(key, index, 2));
    }
}
