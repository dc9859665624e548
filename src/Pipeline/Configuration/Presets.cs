using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>The built-in configurations.</summary>
public static class Presets
{
    private const string ToyboxName = "toybox";

    /// <summary>The names that <c>--preset</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [ToyboxName];

    /// <summary>
    /// Eight azimuth sectors of 45 degrees, and four of 90 for cameras less than 30 degrees from the vertical:
    /// the fine view words that the embedded prior was trained with.
    /// </summary>
    public static ImmutableArray<ViewPrompt> FineViewPrompts { get; } =
    [
        .. Sectors(["overhead front view", "overhead left view", "overhead back view", "overhead right view"], new Interval(60f, 90f)),
        .. Sectors(
            [
                "front view", "front left view", "left side view", "back left view",
                "back view", "back right view", "right side view", "front right view",
            ],
            new Interval(-90f, 60f)),
    ];

    /// <summary>The preset of that name.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if there is none.</exception>
    public static RunConfiguration Get(string name)
    {
        return name switch
        {
            ToyboxName => new RunConfiguration(),
            _ => throw new DfkException(
                ExitCode.BadInput,
                $"preset '{name}' does not exist; this version has: {string.Join(", ", Names)}."),
        };
    }

    private static IEnumerable<ViewPrompt> Sectors(string[] words, Interval elevation)
    {
        float width = 360f / words.Length;
        return words.Select((word, k) => new ViewPrompt
        {
            Azimuth = new Interval((k - 0.5f) * width, (k + 0.5f) * width),
            Elevation = elevation,
            Suffix = ", " + word,
        });
    }
}
