using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Cleans a text and splits it as CLIP's pattern does: <c>'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+</c>.
/// It goes by Unicode scalar values, so letters outside the basic plane are letters, which .NET's regular expressions,
/// working on UTF-16 units, would not see.
/// </summary>
internal static class ClipWords
{
    private static readonly string[] _contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <summary>
    /// The normaliser of CLIP's tokenizer.json: form C, every run of white space one space, lower case. Neither mojibake
    /// (ftfy) nor HTML entities are repaired, which OpenAI's own code did with captions from the web: a prompt means what it says.
    /// </summary>
    public static string Clean(string text)
    {
        string composed = UnicodeComposition.Compose(text);
        StringBuilder clean = new(composed.Length);
        bool afterSpace = false;
        foreach (char c in composed)
        {
            bool space = char.IsWhiteSpace(c);
            if (!space || !afterSpace)
            {
                clean.Append(space ? ' ' : c);
            }

            afterSpace = space;
        }

        return LowerCase.Of(clean.ToString());
    }

    /// <summary>Words of a text that is not yet clean.</summary>
    public static List<string> Split(string text) => SplitClean(Clean(text));

    /// <summary>Words of a clean text.</summary>
    public static List<string> SplitClean(string clean)
    {
        List<string> words = [];
        int start = 0;
        while (start < clean.Length)
        {
            int length = ContractionAt(clean, start);
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

    private static int ContractionAt(string text, int start)
    {
        if (text[start] == '\'')
        {
            foreach (string contraction in _contractions)
            {
                if (string.CompareOrdinal(text, start, contraction, 0, contraction.Length) == 0)
                {
                    return contraction.Length;
                }
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
}
