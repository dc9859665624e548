using System;
using System.Globalization;
using System.Text;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Unicode's default lower case (chapter 3.13), independent of language, as Python's and JavaScript's: character by
/// character, but for İ, which becomes two, and Σ, which becomes ς at the end of a word.
/// </summary>
internal static class LowerCase
{
    private const int CapitalIWithDot = 0x130;
    private const int CapitalSigma = 0x3A3;

    /// <summary>A text in lower case; lone surrogates become U+FFFD.</summary>
    public static string Of(string text)
    {
        StringBuilder lower = new(text.Length);
        // Whether the last character that is not transparent to the rule of the final sigma is cased.
        bool afterCased = false;
        int index = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == CapitalIWithDot)
            {
                lower.Append("i\u0307");
            }
            else if (rune.Value == CapitalSigma)
            {
                lower.Append(afterCased && !CasedFollows(text, index + 1) ? 'ς' : 'σ');
            }
            else
            {
                lower.Append(Rune.ToLowerInvariant(rune));
            }

            afterCased = IsCaseIgnorable(rune) ? afterCased : IsCased(rune);
            index += rune.Utf16SequenceLength;
        }

        return lower.ToString();
    }

    private static bool CasedFollows(string text, int start)
    {
        foreach (Rune rune in text.AsSpan(start).EnumerateRunes())
        {
            if (!IsCaseIgnorable(rune))
            {
                return IsCased(rune);
            }
        }

        return false;
    }

    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter
        or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F189);

    // Marks, modifiers, formats, and the punctuation that stands inside words.
    private static bool IsCaseIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027 or 0xFE13 or 0xFE52
            or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
