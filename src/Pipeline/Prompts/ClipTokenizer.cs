using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// CLIP's tokenizer (Radford et al. 2021): the text is cleaned (<see cref="ClipWords.Clean"/>), cut at the added tokens, split
/// into words by CLIP's pattern, and each word's bytes are merged by <see cref="BytePairMerges"/>. Every byte has a token, so
/// the unknown token never occurs. An added token <c>tok</c> stands for all its vectors' tokens, <c>tok tok_1 tok_2 …</c>. Start, end, padding and length come from the tokenizer's files; a padding token that is
/// also a word, such as Stable Diffusion 2's "!", stays a word in the prompt, as in the code that model was trained with.
/// </summary>
public sealed class ClipTokenizer : PromptTokenizer
{
    private readonly BytePairMerges _merges;
    private readonly AddedTokens _added;
    private readonly Dictionary<string, int[]> _vectors;

    private ClipTokenizer(ClipTokenizerFiles files, int length)
        : base(length, [files.Vocabulary[files.Start]], files.Vocabulary[files.End], files.Vocabulary[files.Padding])
    {
        _merges = new BytePairMerges(files.Vocabulary, files.Merges);
        _added = new AddedTokens(files.Added);
        _vectors = Vectors(files.Added);
        StartId = files.Vocabulary[files.Start];
        VocabularySize = files.Vocabulary.Count;
    }

    /// <summary>Id that begins every prompt.</summary>
    public int StartId { get; }

    /// <inheritdoc/>
    public override int VocabularySize { get; }

    /// <summary>Reads the tokenizer of a model folder and checks it against the text encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or vocabulary, merges and text encoder disagree.</exception>
    public static new ClipTokenizer Load(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Load(model.TokenizerFolder, model.TokenCount, model.VocabularySize);
    }

    /// <summary>Reads a tokenizer's files.</summary>
    /// <param name="folder">Folder with vocab.json, merges.txt, tokenizer_config.json, special_tokens_map.json and perhaps added_tokens.json.</param>
    /// <param name="tokenCount">Tokens the text encoder takes; null if it takes any number.</param>
    /// <param name="embeddingCount">Entries of the text encoder's table; no id may reach it.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or the files disagree.</exception>
    public static ClipTokenizer Load(string folder, int? tokenCount, int embeddingCount)
    {
        const int PositionsOfClip = 77;
        ClipTokenizerFiles files = ClipTokenizerFiles.Load(folder);
        int length = Math.Min(files.MaximumLength ?? tokenCount ?? PositionsOfClip, tokenCount ?? int.MaxValue);
        // Start, one token, end.
        return new ClipTokenizer(files, CheckedLength(folder, length, 3, files.Vocabulary.Values.Max(), embeddingCount));
    }

    /// <inheritdoc/>
    public override TokenizedText Tokenize(string text, bool continues)
    {
        List<int> ids = [];
        List<int> wordOf = [];
        List<string> words = [];
        foreach ((string piece, AddedToken? token) in _added.Split(ClipWords.Clean(text)))
        {
            foreach (string word in token is null ? ClipWords.SplitClean(piece) : [piece])
            {
                int[] encoded = token is null ? _merges.Encode(word) : _vectors[token.Text];
                ids.AddRange(encoded);
                wordOf.AddRange(Enumerable.Repeat(words.Count, encoded.Length));
                words.Add(word);
            }
        }

        return new TokenizedText(ids, wordOf, words);
    }

    // Textual inversion with several vectors, as diffusers names them: further ones are tok_1, tok_2, ... without a gap.
    private static Dictionary<string, int[]> Vectors(IReadOnlyList<AddedToken> added)
    {
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        foreach (AddedToken token in added)
        {
            ids.TryAdd(token.Text, token.Id);
        }

        Dictionary<string, int[]> vectors = new(StringComparer.Ordinal);
        foreach ((string token, int first) in ids)
        {
            List<int> all = [first];
            while (ids.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{token}_{all.Count}"), out int next))
            {
                all.Add(next);
            }

            vectors.Add(token, [.. all]);
        }

        return vectors;
    }
}
