using System;

namespace DreamFusion.Support;

/// <summary>Exact comparison. Zeros of both signs are the same; NaN fails.</summary>
public static class Same
{
    public static void Require(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
        {
            throw new InvalidOperationException($"{name}: {expected.Length} elements expected, got {actual.Length}.");
        }
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(expected[i] == actual[i]))
            {
                throw new InvalidOperationException($"{name}[{i}] of {expected.Length}: expected {expected[i]:g9}, got {actual[i]:g9}, which is not the same number.");
            }
        }
    }
}
