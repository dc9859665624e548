using System;
using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Shade;

/// <summary>Between which points a difference is taken.</summary>
public enum DifferenceScheme
{
    /// <summary>x + ε and x - ε: six taps.</summary>
    Central,

    /// <summary>x + ε and x: four taps.</summary>
    Forward,

    /// <summary>x and x - ε: four taps.</summary>
    Backward,
}

/// <summary>How normals are taken by differences of the density.</summary>
public sealed record FiniteDifferenceOptions
{
    /// <summary>Between which points, default central.</summary>
    public DifferenceScheme Scheme { get; init; } = DifferenceScheme.Central;

    /// <summary>Taps per sample: 6 for central differences, else 4.</summary>
    public int TapCount => Scheme == DifferenceScheme.Central ? 6 : 4;

    /// <summary>Distance ε of the taps from the sample, world units, &gt; 0, default 0.01.</summary>
    public float Epsilon { get; init; } = 0.01f;

    /// <summary>Half edge of the cube to which taps are clamped, world units, &gt; 0, default 1; infinity for no limit.</summary>
    public float Bound { get; init; } = 1f;

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (!Enum.IsDefined(Scheme))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Finite differences: unknown scheme {(int)Scheme}; use Central, Forward or Backward."));
        }

        if (!(Epsilon > 0f) || !float.IsFinite(Epsilon))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Finite differences: epsilon is {Epsilon}, expected a positive number; change it in the configuration."));
        }

        if (!(Bound > 0f))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Finite differences: bound is {Bound}, expected a positive number; change it in the configuration."));
        }

        return problems;
    }
}
