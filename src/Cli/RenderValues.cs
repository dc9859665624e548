using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Rendering;

namespace DreamFusion.Cli;

/// <summary>The values of <c>dfk render</c>'s options, from text; null for text that is none.</summary>
internal static class RenderValues
{
    private const int LeastSide = 8;
    private const int MostSide = 32768;
    private const long MostPixels = 1L << 30;

    private static readonly Dictionary<string, PictureKind> _kinds = Enum.GetValues<PictureKind>().ToDictionary(kind => kind.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>What <c>--shading</c> takes, for messages.</summary>
    public static string KindNames => string.Join(", ", _kinds.Keys);

    /// <summary>The word for a kind.</summary>
    public static string NameOf(PictureKind kind) => _kinds.First(entry => entry.Value == kind).Key;

    /// <summary><c>albedo,normal</c>.</summary>
    public static IReadOnlyList<PictureKind>? Kinds(string text) => List<PictureKind>(text, word => _kinds.TryGetValue(word, out PictureKind kind) ? kind : null);

    /// <summary><c>front,back</c>.</summary>
    public static IReadOnlyList<string>? Views(string text)
    {
        string[] names = text.Split(',');
        return names.All(ViewCamera.Names.Contains) && names.Distinct(StringComparer.Ordinal).Count() == names.Length ? names : null;
    }

    /// <summary><c>0,45,90</c>.</summary>
    /// <param name="text">The numbers.</param>
    /// <param name="least">Smallest number.</param>
    /// <param name="most">Largest number.</param>
    public static IReadOnlyList<float>? Numbers(string text, float least, float most) =>
        List<float>(text, word => float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value >= least && value <= most ? value : null);

    /// <summary><c>256x256</c>.</summary>
    public static PictureSize? Size(string text)
    {
        string[] sides = text.Split('x');
        bool numbers = int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out int width) & int.TryParse(sides[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int height);
        bool fits = width is >= LeastSide and <= MostSide && height is >= LeastSide and <= MostSide && (long)width * height <= MostPixels;
        return sides.Length == 2 && numbers && fits ? new PictureSize(width, height) : null;
    }

    /// <summary><c>camera</c> (a light at the camera, null inside) or <c>azimuth,elevation</c>.</summary>
    public static (bool Good, Vector3? Direction) Light(string text) =>
        text == "camera" ? (true, null)
        : text.Split(',') is [{ } azimuth, { } elevation] && Numbers(azimuth, -360f, 360f) is [var a] && Numbers(elevation, -90f, 90f) is [var e] ? (true, PictureLook.LightAt(a, e))
        : (false, null);

    /// <summary><c>white</c>, <c>black</c>, <c>none</c>, <c>learnt</c>, <c>#rrggbb</c> or three numbers of 0 to 1.</summary>
    public static PictureBackground? Background(string text)
    {
        switch (text)
        {
            case "white":
                return PictureBackground.Of(Rgb.White);
            case "black":
                return PictureBackground.Of(default);
            case "none":
                return PictureBackground.None;
            case "learnt":
                return PictureBackground.Learnt;
        }

        if (text.Length == 7 && text[0] == '#' && uint.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint hex))
        {
            return PictureBackground.Of(new Rgb(((hex >> 16) & 255) / 255f, ((hex >> 8) & 255) / 255f, (hex & 255) / 255f));
        }

        return Numbers(text, 0f, 1f) is [var r, var g, var b] ? PictureBackground.Of(new Rgb(r, g, b)) : null;
    }

    private static List<T>? List<T>(string text, Func<string, T?> parse)
        where T : struct
    {
        List<T> values = [];
        foreach (string word in text.Split(','))
        {
            if (parse(word.Trim()) is not { } value || values.Contains(value))
            {
                return null;
            }

            values.Add(value);
        }

        return values;
    }
}
