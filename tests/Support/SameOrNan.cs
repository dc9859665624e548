using System;

namespace DreamFusion.Support;

/// <summary>Exact comparison of what may not be finite: NaN must be where NaN is expected, and nowhere else.</summary>
public static class SameOrNan
{
    public static void Require(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
        {
            throw new InvalidOperationException($"{name}: {expected.Length} elements expected, got {actual.Length}.");
        }
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = float.IsNaN(expected[i]) ? float.IsNaN(actual[i]) : expected[i] == actual[i];
            if (!same)
            {
                throw new InvalidOperationException($"{name}[{i}] of {expected.Length}: expected {expected[i]:g9}, got {actual[i]:g9}, which is not the same number.");
            }
        }
    }
}
