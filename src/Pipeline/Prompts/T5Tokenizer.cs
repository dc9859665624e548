using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// T5's tokenizer (Raffel et al. 2020), for pixel-space models such as DeepFloyd IF: SentencePiece's normalisation and
/// unigram model, <c>&lt;/s&gt;</c> at the end, no start token. It is read from <c>spiece.model</c>, else from
/// <c>tokenizer.json</c>. Length 77 unless the files say otherwise.
/// </summary>
public sealed class T5Tokenizer : PromptTokenizer
{
    /// <summary>SentencePiece's own file; it goes before <see cref="JsonFile"/>.</summary>
    internal const string SentencePieceFile = "spiece.model";

    /// <summary>The same tokenizer as Hugging Face's tokenizers write it.</summary>
    internal const string JsonFile = "tokenizer.json";

    private const int DeepFloydLength = 77;
    private readonly UnigramModel _model;
    private readonly ITextPreparation _preparation;
    private readonly AddedTokens _added;
    private readonly bool _lowerCase;

    private T5Tokenizer(UnigramModel model, ITextPreparation preparation, Dictionary<string, AddedToken> added, bool lowerCase, int length, int endId, int paddingId)
        : base(length, [], endId, paddingId)
    {
        (_model, _preparation, _added, _lowerCase) = (model, preparation, new AddedTokens(added.Values), lowerCase);
        VocabularySize = Math.Max(model.Pieces.Count, added.Values.Max(t => t.Id) + 1);
    }

    /// <inheritdoc/>
    public override int VocabularySize { get; }

    /// <summary>Reads a tokenizer's files.</summary>
    /// <param name="folder">Folder with spiece.model or tokenizer.json, and perhaps tokenizer_config.json, special_tokens_map.json and added_tokens.json.</param>
    /// <param name="tokenCount">Tokens the text encoder takes; null if it takes any number.</param>
    /// <param name="embeddingCount">Entries of the text encoder's table; no id may reach it.</param>
    /// <param name="lowerCase">Whether prompts are made lower case first, as DeepFloyd IF's are.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or the files disagree.</exception>
    public static new T5Tokenizer Load(string folder, int? tokenCount, int embeddingCount, bool lowerCase = false)
    {
        TokenizerSettings settings = TokenizerSettings.Load(folder, required: false);
        string path = Path.Combine(folder, SentencePieceFile);
        UnigramModel model;
        ITextPreparation preparation;
        IReadOnlyList<AddedToken> ownAdded = [];
        if (File.Exists(path))
        {
            SentencePieceModel file = SentencePieceModel.Load(path);
            (model, preparation) = (file.Model, file);
        }
        else
        {
            path = Path.Combine(folder, JsonFile);
            TokenizerJson file = TokenizerJson.Load(path);
            (model, preparation, ownAdded) = (file.Model, file, file.Added);
        }

        Dictionary<string, AddedToken> added = settings.Added.Values.Concat(ownAdded).GroupBy(t => t.Text).ToDictionary(g => g.Key, g => g.First());
        int end = SpecialId(folder, settings, model, added, "eos_token", "</s>");
        int padding = SpecialId(folder, settings, model, added, "pad_token", "<pad>");
        SpecialId(folder, settings, model, added, "unk_token", "<unk>");
        int length = Math.Min(settings.MaximumLength ?? DeepFloydLength, tokenCount ?? int.MaxValue);
        int highest = Math.Max(model.Pieces.Count - 1, added.Values.Max(t => t.Id));
        // One token and the end.
        return new T5Tokenizer(model, preparation, added, lowerCase, CheckedLength(folder, length, 2, highest, embeddingCount), end, padding);
    }

    /// <inheritdoc/>
    public override TokenizedText Tokenize(string text, bool continues)
    {
        List<int> ids = [];
        List<int> wordOf = [];
        List<string> words = [];
        bool first = true;
        foreach ((string piece, AddedToken? token) in _added.Split(_lowerCase ? LowerCase.Of(text) : text))
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                wordOf.Add(words.Count);
                words.Add(piece);
            }
            else
            {
                foreach (byte[] prepared in _preparation.Prepare(piece, first, continues && first))
                {
                    AddWords(prepared, ids, wordOf, words);
                }
            }

            first = false;
        }

        return new TokenizedText(ids, wordOf, words);
    }

    // A word begins at every ▁.
    private void AddWords(byte[] prepared, List<int> ids, List<int> wordOf, List<string> words)
    {
        ReadOnlySpan<byte> space = "▁"u8;
        IReadOnlyList<(int Id, int Start, int Length)> pieces = _model.Encode(prepared);
        int wordStart = 0;
        foreach ((int id, int start, int _) in pieces)
        {
            if (start > wordStart && prepared.AsSpan(start).StartsWith(space))
            {
                words.Add(Word(prepared.AsSpan(wordStart, start - wordStart)));
                wordStart = start;
            }

            ids.Add(id);
            wordOf.Add(words.Count);
        }

        words.Add(Word(prepared.AsSpan(wordStart)));
    }

    private static string Word(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8).Replace("▁", "", StringComparison.Ordinal);

    private static int SpecialId(string folder, TokenizerSettings settings, UnigramModel model, Dictionary<string, AddedToken> added, string key, string usual)
    {
        string text = settings.SpecialToken(key) ?? usual;
        if (!added.TryGetValue(text, out AddedToken? token))
        {
            int id = Enumerable.Range(0, model.Pieces.Count).FirstOrDefault(i => model.Pieces[i].Text == text, -1);
            token = id >= 0
                ? new AddedToken(text, id)
                : throw new InvalidModelException($"{folder}: '{text}' ({key}) is not in the vocabulary. Take all files of the tokenizer from one model.");
            added.Add(text, token);
        }

        return token.Id;
    }
}
