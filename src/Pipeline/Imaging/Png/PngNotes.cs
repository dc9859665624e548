using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Imaging.Png;

/// <summary>What a PNG file says about its samples.</summary>
public sealed record PngNotes
{
    private const int LongestKeyword = 79;

    /// <summary>Says nothing.</summary>
    public static PngNotes Empty { get; } = new();

    /// <summary>Whether the samples are colours in sRGB (chunk sRGB, perceptual); default false.</summary>
    public bool IsSrgb { get; init; }

    /// <summary>Keywords and texts (chunks tEXt): printable Latin-1, keywords of 1 to 79 characters.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Texts { get; init; } = [];

    /// <summary>Checks the texts.</summary>
    /// <exception cref="ArgumentException">If one cannot be written.</exception>
    internal void Validate()
    {
        foreach ((string keyword, string text) in Texts)
        {
            bool good = keyword.Length is > 0 and <= LongestKeyword && keyword.Trim() == keyword && keyword.Concat(text).All(c => c is (>= ' ' and <= '~') or (>= '\u00a1' and <= '\u00ff'));
            if (!good)
            {
                throw new ArgumentException($"PNG text '{keyword}': expected a keyword of 1 to {LongestKeyword} characters without spaces around it, and printable Latin-1.");
            }
        }
    }
}
