using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Training;

/// <summary>Where the wall time of a run went, over all processes that worked on it.</summary>
/// <param name="TotalSeconds">All of it.</param>
/// <param name="Parts">Seconds by part; they do not overlap.</param>
public sealed record RunTimes(double TotalSeconds, IReadOnlyDictionary<string, double> Parts)
{
    /// <summary>Name of what no part accounts for.</summary>
    public const string Other = "other";

    /// <summary>Each part's share of the whole, 0..1, largest first, with <see cref="Other"/>; their sum is 1.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Shares
    {
        get
        {
            double total = Math.Max(TotalSeconds, Math.Max(Parts.Values.Sum(), double.Epsilon));
            return
            [
                .. Parts.Append(new KeyValuePair<string, double>(Other, total - Parts.Values.Sum()))
                    .Select(part => new KeyValuePair<string, double>(part.Key, part.Value / total))
                    .OrderByDescending(part => part.Value)
                    .ThenBy(part => part.Key, StringComparer.Ordinal),
            ];
        }
    }
}
