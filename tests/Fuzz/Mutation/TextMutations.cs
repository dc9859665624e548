using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace DreamFusion.Fuzz.Mutation;

/// <summary>Changes that know texts such as JSON, YAML and lists of words: numbers to extremes, names twice, values inside each other, huge counts.</summary>
internal static class TextMutations
{
    private static readonly string[] _numbers =
    [
        "0", "-0", "-1", "1", "1.5", "2147483647", "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "1e400", "-1e400", "1e-400", "NaN", "nan", ".nan", "Infinity", "-Infinity", ".inf", "1e", "0x7fffffff", "007", "1_000", "+5", "", "null", "true",
        "99999999999999999999999999999999999999999999", "0.30000000000000000000000000000000001",
    ];

    private static readonly string[] _strings =
    [
        "\"\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\u202e\"", "\"\\x1b[31m\"", "'", "\"", "\"\\\"", "''", "null", "{}", "[]", "[[]]", "\"../../etc/passwd\"", "\"/\"", "\"\\\\\"",
        "\"é\"", "\"漢字\"", "\"👪\"", "~", "!!binary x", "&a x", "*a", "${trainer.max_steps}", "${a}", "${model.nerf}", "|\n x", "? x", "- - - x", "%TAG ! x", "---", "...", "<<: {}", "@", "`", "#", "\t",
    ];

    private static readonly (string Open, string Close)[] _nests =
    [
        ("[", "]"), ("{\"a\":", "}"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("(", ")"), ("a:\n ", ""), ("[{\"a\":", "}]"), ("\"", "\""), ("!a ", ""),
    ];

    private static readonly int[] _depths = [5, 21, 64, 65, 200, 1000, 8000];
    private static readonly string[] _marks = [",", ":", "=", "\n", " ", "{", "}", "[", "]", "\"", "'", "\r", "\0", "\uFEFF", "\u0085", "\u2028", "\\", "&", "*", "!", "%", "|", ">", "#"];

    /// <summary>One change of any kind.</summary>
    public static byte[] Any(RandomSource random, byte[] input, FuzzTarget target)
    {
        if (random.OneIn(40))
        {
            return Recode(random, input);
        }

        string text = Encoding.UTF8.GetString(input);
        string changed = random.Below(9) switch
        {
            0 => Replace(random, text, IsNumber, random.Pick(_numbers)),
            1 => Replace(random, text, IsWord, random.OneIn(3) ? random.Pick(_numbers) : random.Pick(_strings)),
            2 => Twice(random, text),
            3 => Nest(random, text),
            4 => Remove(random, text),
            5 => Insert(random, text, random.Pick(_marks)),
            6 => Many(random, text),
            7 => Exchange(random, text),
            _ => Replace(random, text, IsWord, Token(random, target)),
        };
        return Encoding.UTF8.GetBytes(changed);
    }

    private static bool IsNumber(char c) => char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E';

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '<' or '>' or '|' or '/';

    // The run of characters of a kind that is next after a random place.
    private static (int Start, int End) Run(RandomSource random, string text, Func<char, bool> kind)
    {
        int start = random.Below(text.Length);
        while (start < text.Length && !kind(text[start]))
        {
            start++;
        }

        while (start > 0 && start < text.Length && kind(text[start - 1]))
        {
            start--;
        }

        int end = start;
        while (end < text.Length && kind(text[end]))
        {
            end++;
        }

        return (start, end);
    }

    private static string Replace(RandomSource random, string text, Func<char, bool> kind, string value)
    {
        (int start, int end) = Run(random, text, kind);
        return string.Concat(text.AsSpan(0, start), value, text.AsSpan(end));
    }

    private static string Token(RandomSource random, FuzzTarget target)
    {
        string other = Encoding.UTF8.GetString(random.Pick(target.Seeds).Bytes);
        (int start, int end) = Run(random, other, IsWord);
        return other[start..end];
    }

    private static bool IsSeparator(char c) => c is ',' or '\n' or '{' or '}' or '[' or ']';

    private static (int Start, int End) Part(RandomSource random, string text) => Run(random, text, c => !IsSeparator(c));

    private static string Twice(RandomSource random, string text)
    {
        (int start, int end) = Part(random, text);
        string separator = end < text.Length && text[end] == '\n' ? "\n" : ",";
        return text.Insert(end, separator + text[start..end]);
    }

    private static string Many(RandomSource random, string text)
    {
        (int start, int end) = Part(random, text);
        string separator = end < text.Length && text[end] == '\n' ? "\n" : ",";
        StringBuilder many = new();
        bool numbered = random.OneIn(2);
        for (int n = random.Length(4000); n > 0; n--)
        {
            // Different names get past a check for equal ones.
            string part = text[start..end];
            int letter = part.AsSpan().IndexOfAnyInRange('a', 'z');
            many.Append(separator).Append(numbered && letter >= 0 ? part.Insert(letter, "x" + n) : part);
        }

        return text.Insert(end, many.ToString());
    }

    private static string Nest(RandomSource random, string text)
    {
        (string open, string close) = random.Pick(_nests);
        int depth = random.Pick(_depths);
        (int start, int end) = Run(random, text, IsWord);
        string inner = random.OneIn(2) ? text[start..end] : "";
        string nested = string.Concat(Enumerable.Repeat(open, depth)) + inner + (random.OneIn(3) ? "" : string.Concat(Enumerable.Repeat(close, depth)));
        return string.Concat(text.AsSpan(0, start), nested, text.AsSpan(end));
    }

    private static string Remove(RandomSource random, string text)
    {
        (int start, int end) = Part(random, text);
        return text.Remove(start, Math.Min(end + 1, text.Length) - start);
    }

    private static string Insert(RandomSource random, string text, string mark) =>
        text.Insert(random.Below(text.Length + 1), random.OneIn(10) ? string.Concat(Enumerable.Repeat(mark, random.Length(4000))) : mark);

    private static string Exchange(RandomSource random, string text)
    {
        List<string> lines = [.. text.Split('\n')];
        int a = random.Below(lines.Count);
        int b = random.Below(lines.Count);
        (lines[a], lines[b]) = (lines[b], lines[a]);
        return string.Join('\n', lines);
    }

    // The same text in another encoding, or with a mark of one.
    private static byte[] Recode(RandomSource random, byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        return random.Below(4) switch
        {
            0 => [0xEF, 0xBB, 0xBF, .. input],
            1 => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)],
            2 => [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)],
            _ => [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(text)],
        };
    }
}
