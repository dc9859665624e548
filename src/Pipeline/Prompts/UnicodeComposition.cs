using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Unicode's normalisation form C (UAX #15): canonical decomposition, canonical order, composition, so that "e" followed
/// by a combining acute is "é". .NET's own <c>string.Normalize</c> does nothing under InvariantGlobalization, which keeps
/// ICU out of the program; the table is a resource.
/// </summary>
internal static class UnicodeComposition
{
    // Below U+0300 every character is its own form C and combines with nothing before it.
    private const int FirstCombining = 0x300;
    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;

    private static readonly Lazy<Table> _table = new(Table.Load);

    /// <summary>A text in form C; lone surrogates become U+FFFD.</summary>
    public static string Compose(string text)
    {
        if (text.All(c => c < FirstCombining))
        {
            return text;
        }

        Table table = _table.Value;
        List<int> decomposed = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(table, rune.Value, decomposed);
        }

        Order(table, decomposed);
        StringBuilder composed = new(text.Length);
        foreach (int code in Compose(table, decomposed))
        {
            composed.Append(new Rune(code));
        }

        return composed.ToString();
    }

    private static void Decompose(Table table, int code, List<int> into)
    {
        int syllable = code - HangulBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount)
        {
            into.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            into.Add(VowelBase + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount != 0)
            {
                into.Add(TrailBase + (syllable % TrailCount));
            }
        }
        else if (table.Decompositions.TryGetValue(code, out int[]? parts))
        {
            foreach (int part in parts)
            {
                Decompose(table, part, into);
            }
        }
        else
        {
            into.Add(code);
        }
    }

    // Every run of combining characters is sorted by class; characters of one class keep their order.
    private static void Order(Table table, List<int> codes)
    {
        int start = 0;
        while (start < codes.Count)
        {
            int end = start;
            while (end < codes.Count && table.ClassOf(codes[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                int[] sorted = [.. codes.GetRange(start, end - start).OrderBy(table.ClassOf)];
                for (int i = 0; i < sorted.Length; i++)
                {
                    codes[start + i] = sorted[i];
                }
            }

            start = end + 1;
        }
    }

    private static List<int> Compose(Table table, List<int> codes)
    {
        List<int> output = new(codes.Count);
        int starter = -1;
        int lastClass = 0;
        foreach (int code in codes)
        {
            int combiningClass = table.ClassOf(code);
            // A character is blocked from the starter by one between them whose class is not lower.
            bool reaches = starter == output.Count - 1 || lastClass < combiningClass;
            if (starter >= 0 && reaches && TryCompose(table, output[starter], code) is int composite)
            {
                output[starter] = composite;
                continue;
            }

            starter = combiningClass == 0 ? output.Count : starter;
            lastClass = combiningClass;
            output.Add(code);
        }

        return output;
    }

    private static int? TryCompose(Table table, int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            return HangulBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TrailCount);
        }

        int syllable = first - HangulBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0
            && second is > TrailBase and < TrailBase + TrailCount)
        {
            return first + second - TrailBase;
        }

        return table.Composites.TryGetValue((first, second), out int composite) ? composite : null;
    }

    private sealed class Table
    {
        private readonly Dictionary<int, int> _classes = [];

        public Dictionary<int, int[]> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Composites { get; } = [];

        public static Table Load()
        {
            using Stream stream = typeof(UnicodeComposition).Assembly.GetManifestResourceStream("CanonicalUnicode.txt")
                ?? throw new InvalidOperationException("The resource CanonicalUnicode.txt is missing from the assembly.");
            using StreamReader reader = new(stream);
            Table table = new();
            while (reader.ReadLine() is string line)
            {
                if (line.Length > 0 && line[0] != '#')
                {
                    table.Add(line);
                }
            }

            return table;
        }

        public int ClassOf(int code) => code < FirstCombining ? 0 : _classes.GetValueOrDefault(code);

        // "300-314=230" is a range of one combining class, "C0=41 300" a decomposition, with '!' one that is not composed again.
        private void Add(string line)
        {
            int at = line.AsSpan().IndexOfAny('=', '!');
            string[] left = line[..at].Split('-');
            if (left.Length == 2)
            {
                int combiningClass = int.Parse(line[(at + 1)..], CultureInfo.InvariantCulture);
                for (int code = Hexadecimal(left[0]); code <= Hexadecimal(left[1]); code++)
                {
                    _classes[code] = combiningClass;
                }

                return;
            }

            int[] parts = [.. line[(at + 1)..].Split(' ').Select(Hexadecimal)];
            Decompositions[Hexadecimal(left[0])] = parts;
            if (line[at] == '=')
            {
                Composites[(parts[0], parts[1])] = Hexadecimal(left[0]);
            }
        }

        private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
