using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>The tables of view words that presets start from.</summary>
public static class ViewTables
{
    /// <summary>
    /// Eight azimuth sectors of 45 degrees, and four of 90 for cameras less than 30 degrees from the vertical:
    /// the fine view words that the embedded prior was trained with.
    /// </summary>
    public static ImmutableArray<ViewPrompt> Fine { get; } =
    [
        .. Sectors(["overhead front view", "overhead left view", "overhead back view", "overhead right view"], new Interval(60f, 90f)),
        .. Sectors(
            [
                "front view", "front left view", "left side view", "back left view",
                "back view", "back right view", "right side view", "front right view",
            ],
            new Interval(-90f, 60f)),
    ];

    /// <summary>
    /// Front within 45 degrees of azimuth 0, back within 45 of 180, else side; no overhead view: NeMo's and stable-dreamfusion's words.
    /// The first row that matches is taken, so the side is what front and back leave.
    /// </summary>
    public static ImmutableArray<ViewPrompt> FrontSideBack { get; } =
    [
        new() { Azimuth = new Interval(-45f, 45f), Suffix = ", front view" },
        new() { Azimuth = new Interval(135f, 225f), Suffix = ", back view" },
        new() { Azimuth = new Interval(-180f, 180f), Suffix = ", side view" },
    ];

    /// <summary>The same with an overhead view from 60 degrees of elevation on (Poole et al. 2022, section 3.2; threestudio).</summary>
    public static ImmutableArray<ViewPrompt> WithOverhead { get; } =
    [
        new() { Elevation = new Interval(60f, 90f), Suffix = ", overhead view" },
        .. FrontSideBack,
    ];

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
