using System;

namespace DreamFusion.Support;

/// <summary>Elementwise comparison in which NaN fails.</summary>
public static class Close
{
    /// <summary>Requires |actual - expected| ≤ tolerance · max(1, |expected|) for every element.</summary>
    public static void Require(string name, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        if (expected.Length != actual.Length)
        {
            throw new InvalidOperationException($"{name}: {expected.Length} elements expected, got {actual.Length}.");
        }
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            if (!(error <= tolerance * Math.Max(1, Math.Abs(expected[i]))))
            {
                throw new InvalidOperationException($"{name}[{i}]: expected {expected[i]:g9}, got {actual[i]:g9}; the error {error:g3} exceeds {tolerance:g3}.");
            }
        }
    }

    /// <summary>Requires the same of one number.</summary>
    public static void Require(string name, double expected, float actual, double tolerance) =>
        Require(name, [expected], [actual], tolerance);
}
