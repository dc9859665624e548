using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>The files of a CLIP tokenizer, read and checked against each other.</summary>
internal sealed class ClipTokenizerFiles
{
    private readonly string _folder;
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly List<(string Left, string Right)> _merges = [];

    private ClipTokenizerFiles(string folder)
    {
        _folder = folder;
        TokenizerSettings settings = TokenizerSettings.Load(folder, required: true);
        MaximumLength = settings.MaximumLength;
        ReadVocabulary(settings);
        ReadMerges();
        End = settings.SpecialToken("eos_token") ?? "<|endoftext|>";
        Start = settings.SpecialToken("bos_token") ?? "<|startoftext|>";
        Padding = settings.SpecialToken("pad_token") ?? End;
        foreach (string token in (string[])[Start, End, Padding])
        {
            RequireToken(token, "special_tokens_map.json");
        }

        RequireOrigin(settings);
        // Padding that is a word of the vocabulary stays a word. Added tokens are looked for in the cleaned text.
        Added =
        [
            .. settings.Added.Values.Where(t => t.Text != Padding).Append(new AddedToken(Start, _vocabulary[Start])).Append(new AddedToken(End, _vocabulary[End]))
                .DistinctBy(t => t.Text).Select(t => t with { Text = ClipWords.Clean(t.Text) }),
        ];
    }

    /// <summary>Token text to id.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    /// <summary>Pairs of symbols; the first is merged first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges => _merges;

    /// <summary>Tokens that are never split.</summary>
    public IReadOnlyList<AddedToken> Added { get; }

    /// <summary>Text of the token that begins a prompt.</summary>
    public string Start { get; }

    /// <summary>Text of the token that ends a prompt.</summary>
    public string End { get; }

    /// <summary>Text of the padding token.</summary>
    public string Padding { get; }

    /// <summary>model_max_length, null if the file names none or an absurd one.</summary>
    public int? MaximumLength { get; }

    /// <summary>Reads and checks a folder.</summary>
    public static ClipTokenizerFiles Load(string folder) => new(folder);

    private void ReadVocabulary(TokenizerSettings settings)
    {
        JsonConfig json = JsonConfig.Load(Path.Combine(_folder, "vocab.json"));
        foreach (JsonProperty token in json.Root.EnumerateObject())
        {
            _vocabulary[token.Name] = TokenizerSettings.Id(json.FilePath, token.Name, token.Value);
        }

        foreach (AddedToken token in settings.Added.Values)
        {
            if (!_vocabulary.TryAdd(token.Text, token.Id) && _vocabulary[token.Text] != token.Id)
            {
                throw new InvalidModelException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_folder}: the added token '{token.Text}' has the id {token.Id}, in vocab.json it has {_vocabulary[token.Text]}. Copy all files from one model."));
            }
        }

        int ids = _vocabulary.Values.Distinct().Count();
        if (_vocabulary.Count == 0 || ids != _vocabulary.Count)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture, $"{_folder}: the vocabulary's {_vocabulary.Count} tokens have {ids} different ids; expected one each. Copy vocab.json again."));
        }

        foreach (string symbol in BytePairMerges.ByteSymbols())
        {
            RequireToken(symbol, "the byte alphabet");
            RequireToken(symbol + BytePairMerges.WordEnd, "the byte alphabet at a word's end");
        }
    }

    private void ReadMerges()
    {
        string path = Path.Combine(_folder, "merges.txt");
        if (!File.Exists(path))
        {
            throw new InvalidModelException($"{path} is missing; a CLIP tokenizer needs it beside vocab.json. Copy it from where the model came from.");
        }

        HashSet<(string, string)> seen = [];
        int line = 0;
        foreach (string text in Lines(path))
        {
            line++;
            if (text.Length == 0 || (line == 1 && text.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            string where = string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}");
            string[] pair = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (pair.Length != 2)
            {
                throw new InvalidModelException($"{where}: '{text}' is no pair of symbols. Copy the file again.");
            }

            if (!seen.Add((pair[0], pair[1])))
            {
                throw new InvalidModelException($"{where}: the pair '{text}' is there twice, so its rank is not known. Copy the file again.");
            }

            where = string.Create(CultureInfo.InvariantCulture, $"merges.txt line {line}");
            RequireToken(pair[0], where);
            RequireToken(pair[1], where);
            RequireToken(pair[0] + pair[1], where);
            _merges.Add((pair[0], pair[1]));
        }

        if (_merges.Count == 0)
        {
            throw new InvalidModelException($"{path} holds no merges; expected one pair of symbols per line. Copy the file again.");
        }
    }

    private static string[] Lines(string path)
    {
        try
        {
            return BoundedFile.ReadLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {e.Message.TrimEnd('.')}. Make the file readable, or copy it again.", e);
        }
    }

    // A vocabulary with words that no merge makes has lost some of its merges. Special tokens stand in angle brackets.
    private void RequireOrigin(TokenizerSettings settings)
    {
        HashSet<string> made = [.. BytePairMerges.ByteSymbols(), .. BytePairMerges.ByteSymbols().Select(s => s + BytePairMerges.WordEnd)];
        made.UnionWith(_merges.Select(m => m.Left + m.Right));
        made.UnionWith(settings.Added.Keys);
        List<string> stray = [.. _vocabulary.Keys.Where(t => !made.Contains(t) && t != Padding && !(t.StartsWith('<') && t.EndsWith('>')))];
        if (stray.Count > 0)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_folder}: {stray.Count} tokens of vocab.json, such as '{stray[0]}', are made by no merge. merges.txt is incomplete or comes from another model; copy both from one."));
        }
    }

    private void RequireToken(string token, string where)
    {
        if (!_vocabulary.ContainsKey(token))
        {
            throw new InvalidModelException($"{_folder}: '{token}' ({where}) is not in vocab.json. Vocabulary and merges come from different models; copy both from one.");
        }
    }
}
