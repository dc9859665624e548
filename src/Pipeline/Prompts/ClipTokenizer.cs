using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// CLIP's tokenizer (Radford et al. 2021): the text is cleaned (white space collapsed, lower case), split into words by
/// <see cref="ClipWords"/>, each word written as bytes in printable characters with <c>&lt;/w&gt;</c> on the last, and merged
/// pairwise by rank (byte pair encoding, Sennrich et al. 2016). Every text has an encoding, because every byte has a token.
/// Length, start, end and padding come from the tokenizer's files. No Unicode normalisation is applied.
/// </summary>
public sealed class ClipTokenizer
{
    private const string WordEnd = "</w>";
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<(string Left, string Right), int> _ranks;
    private readonly Dictionary<string, int> _special;
    private readonly string[] _byteSymbols = ByteSymbols();

    private ClipTokenizer(
        Dictionary<string, int> vocabulary, Dictionary<(string Left, string Right), int> ranks, Dictionary<string, int> special, SpecialTokens tokens, int length)
    {
        _vocabulary = vocabulary;
        _ranks = ranks;
        _special = special;
        Length = length;
        (StartId, EndId, PaddingId) = (vocabulary[tokens.Start], vocabulary[tokens.End], vocabulary[tokens.Padding]);
    }

    /// <summary>Ids of every encoded prompt, start, end and padding included.</summary>
    public int Length { get; }

    /// <summary>Id that begins every prompt.</summary>
    public int StartId { get; }

    /// <summary>Id that ends every prompt.</summary>
    public int EndId { get; }

    /// <summary>Id that fills a prompt up to <see cref="Length"/>.</summary>
    public int PaddingId { get; }

    /// <summary>Number of entries of the vocabulary, added tokens included.</summary>
    public int VocabularySize => _vocabulary.Count;

    /// <summary>Reads the tokenizer of a model folder and checks it against the text encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or vocabulary, merges and text encoder disagree.</exception>
    public static ClipTokenizer Load(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(model.TokenizerFolder, model.TokenCount, model.VocabularySize);
    }

    /// <summary>Reads a tokenizer's files.</summary>
    /// <param name="folder">Folder with vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json.</param>
    /// <param name="tokenCount">Tokens the text encoder takes.</param>
    /// <param name="embeddingCount">Entries of the text encoder's table; no id may reach it.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or the files disagree.</exception>
    public static ClipTokenizer Load(string folder, int tokenCount, int embeddingCount)
    {
        TokenizerFiles files = TokenizerFiles.Load(folder);
        int length = Math.Min(files.MaximumLength ?? tokenCount, tokenCount);
        if (length < 3)
        {
            throw new InvalidModelException($"{folder}: model_max_length is {length}, expected at least 3 (start, one token, end). Correct tokenizer_config.json.");
        }

        if (files.Vocabulary.Values.Max() >= embeddingCount)
        {
            throw new InvalidModelException(
                $"{folder}: the highest token id is {files.Vocabulary.Values.Max()}, but the text encoder knows {embeddingCount} (vocab_size). Tokenizer and text encoder come from different models; take both from one.");
        }

        return new ClipTokenizer(files.Vocabulary, files.Ranks, files.Special, files.Tokens, length);
    }

    /// <summary>Encodes a prompt; what does not fit is dropped from its end.</summary>
    /// <param name="text">Any text; empty is the unconditional prompt.</param>
    /// <returns>Framed and padded ids, and how many tokens were dropped.</returns>
    public TokenizedPrompt Encode(string text) => Encode(text, "");

    /// <summary>Encodes a prompt and its view words; if both do not fit, the prompt is shortened, never the view words.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="suffix">View words such as ", front view"; may be empty.</param>
    /// <returns>Framed and padded ids, and how many tokens were dropped.</returns>
    public TokenizedPrompt Encode(string prompt, string suffix)
    {
        int room = Length - 2;
        List<int> whole = Tokens(prompt + suffix);
        List<int> head = whole.Count <= room ? whole : Tokens(prompt);
        List<int> tail = whole.Count <= room ? [] : Tokens(suffix);
        int tailKept = Math.Min(tail.Count, room);
        int headKept = Math.Min(head.Count, room - tailKept);
        List<int> ids = [StartId, .. head.Take(headKept), .. tail.Take(tailKept), EndId];
        int used = ids.Count;
        ids.AddRange(Enumerable.Repeat(PaddingId, Length - used));
        return new TokenizedPrompt(ids, used, head.Count - headKept + tail.Count - tailKept);
    }

    /// <summary>Token ids of a text, without start, end and padding.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Ids in order.</returns>
    public List<int> Tokens(string text)
    {
        List<int> ids = [];
        foreach (string word in ClipWords.Split(text))
        {
            if (_special.TryGetValue(word, out int special))
            {
                ids.Add(special);
            }
            else
            {
                ids.AddRange(Merge(word).Select(symbol => _vocabulary[symbol]));
            }
        }

        return ids;
    }

    private List<string> Merge(string word)
    {
        List<string> symbols = [.. Encoding.UTF8.GetBytes(word).Select(b => _byteSymbols[b])];
        symbols[^1] += WordEnd;
        while (symbols.Count > 1)
        {
            (string Left, string Right)? best = null;
            int bestRank = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue((symbols[i], symbols[i + 1]), out int rank) && rank < bestRank)
                {
                    (best, bestRank) = ((symbols[i], symbols[i + 1]), rank);
                }
            }

            if (best is not (string left, string right))
            {
                break;
            }

            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] == left && symbols[i + 1] == right)
                {
                    symbols[i] = left + right;
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return symbols;
    }

    // The 188 printable bytes stand for themselves, the others for the code points from 256 on, so that no symbol is
    // white space: the same table as in GPT-2's and CLIP's vocabularies.
    internal static string[] ByteSymbols()
    {
        string[] symbols = new string[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            symbols[b] = ((char)(printable ? b : next++)).ToString(CultureInfo.InvariantCulture);
        }

        return symbols;
    }

    /// <summary>Texts of the tokens that frame a prompt.</summary>
    /// <param name="Start">Start of text.</param>
    /// <param name="End">End of text.</param>
    /// <param name="Padding">Padding.</param>
    internal sealed record SpecialTokens(string Start, string End, string Padding);
}
