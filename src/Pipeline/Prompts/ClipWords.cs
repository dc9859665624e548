using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Splits a cleaned text as CLIP's pattern does: <c>&lt;|startoftext|&gt;|&lt;|endoftext|&gt;|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+</c>.
/// It goes by Unicode scalar values, so letters outside the basic plane are letters, which .NET's regular expressions,
/// working on UTF-16 units, would not see.
/// </summary>
internal static class ClipWords
{
    private static readonly string[] _literals = ["<|startoftext|>", "<|endoftext|>", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    public static List<string> Split(string text)
    {
        string clean = LowerCase(text);
        List<string> words = [];
        int start = 0;
        while (start < clean.Length)
        {
            int length = LiteralAt(clean, start);
            if (length == 0)
            {
                Kind kind = KindAt(clean, start, out length);
                if (kind == Kind.Space)
                {
                    start += length;
                    continue;
                }

                // A number is one character, letters and other characters run on.
                while (kind != Kind.Number && start + length < clean.Length && KindAt(clean, start + length, out int more) == kind)
                {
                    length += more;
                }
            }

            words.Add(clean.Substring(start, length));
            start += length;
        }

        return words;
    }

    private static int LiteralAt(string text, int start)
    {
        foreach (string literal in _literals)
        {
            if (string.CompareOrdinal(text, start, literal, 0, literal.Length) == 0)
            {
                return literal.Length;
            }
        }

        return 0;
    }

    private static Kind KindAt(string text, int index, out int length)
    {
        Rune rune = Rune.GetRuneAt(text, index);
        length = rune.Utf16SequenceLength;
        return Rune.IsWhiteSpace(rune)
            ? Kind.Space
            : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                    or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
                _ => Kind.Other,
            };
    }

    // Lone surrogates become U+FFFD here; U+0130 is the one character whose full lower-case form has two.
    private static string LowerCase(string text)
    {
        StringBuilder lower = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value == 0x130)
            {
                lower.Append("i\u0307");
            }
            else
            {
                lower.Append(Rune.ToLowerInvariant(rune));
            }
        }

        return lower.ToString();
    }
}
