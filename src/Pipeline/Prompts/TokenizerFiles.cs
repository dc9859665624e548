using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>The files of a CLIP tokenizer, read and checked against each other.</summary>
internal sealed class TokenizerFiles
{
    private readonly string _folder;

    private TokenizerFiles(string folder)
    {
        _folder = folder;
        ReadVocabulary();
        ReadMerges();
        ReadSettings();
    }

    /// <summary>Token text to id.</summary>
    public Dictionary<string, int> Vocabulary { get; } = new(StringComparer.Ordinal);

    /// <summary>Pair of symbols to its rank; the lowest rank is merged first.</summary>
    public Dictionary<(string Left, string Right), int> Ranks { get; } = [];

    /// <summary>Start and end, which are never split when they stand in a prompt, with their ids.</summary>
    public Dictionary<string, int> Special { get; } = new(StringComparer.Ordinal);

    /// <summary>Texts of start, end and padding.</summary>
    public ClipTokenizer.SpecialTokens Tokens { get; private set; } = new("", "", "");

    /// <summary>model_max_length, null if the file names none or an absurd one.</summary>
    public int? MaximumLength { get; private set; }

    public static TokenizerFiles Load(string folder) => new(folder);

    private void ReadVocabulary()
    {
        AddTokens(JsonConfig.Load(Path.Combine(_folder, "vocab.json")));
        string added = Path.Combine(_folder, "added_tokens.json");
        if (File.Exists(added))
        {
            AddTokens(JsonConfig.Load(added));
        }

        HashSet<int> ids = [.. Vocabulary.Values];
        if (Vocabulary.Count == 0 || ids.Count != Vocabulary.Count || ids.Min() < 0)
        {
            throw new InvalidModelException($"{_folder}: the vocabulary's {Vocabulary.Count} tokens have {ids.Count} different ids; expected one non-negative id each. Copy vocab.json again.");
        }

        foreach (string symbol in ClipTokenizer.ByteSymbols())
        {
            RequireToken(symbol, "the byte alphabet");
            RequireToken(symbol + "</w>", "the byte alphabet at a word's end");
        }
    }

    private void AddTokens(JsonConfig json)
    {
        foreach (JsonProperty property in json.Root.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out int id))
            {
                throw new InvalidModelException($"{json.FilePath}: token '{property.Name}' has the id {property.Value.GetRawText()}, expected an integer. Copy the file again.");
            }

            Vocabulary[property.Name] = id;
        }
    }

    private void ReadMerges()
    {
        string path = Path.Combine(_folder, "merges.txt");
        if (!File.Exists(path))
        {
            throw new InvalidModelException($"{path} is missing; a CLIP tokenizer needs it beside vocab.json. Copy it from where the model came from.");
        }

        int line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            if (text.Length == 0 || (line == 1 && text.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            string[] pair = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (pair.Length != 2)
            {
                throw new InvalidModelException(string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}: '{text}' is no pair of symbols. Copy the file again."));
            }

            string where = string.Create(CultureInfo.InvariantCulture, $"merges.txt line {line}");
            RequireToken(pair[0], where);
            RequireToken(pair[1], where);
            RequireToken(pair[0] + pair[1], where);
            Ranks.TryAdd((pair[0], pair[1]), Ranks.Count);
        }

        if (Ranks.Count == 0)
        {
            throw new InvalidModelException($"{path} holds no merges; expected one pair of symbols per line. Copy the file again.");
        }
    }

    private void RequireToken(string token, string where)
    {
        if (!Vocabulary.ContainsKey(token))
        {
            throw new InvalidModelException($"{_folder}: '{token}' ({where}) is not in vocab.json. Vocabulary and merges come from different models; copy both from one.");
        }
    }

    private void ReadSettings()
    {
        JsonConfig config = JsonConfig.Load(Path.Combine(_folder, "tokenizer_config.json"));
        JsonConfig map = JsonConfig.Load(Path.Combine(_folder, "special_tokens_map.json"));
        string end = SpecialText(map, config, "eos_token") ?? "<|endoftext|>";
        Tokens = new ClipTokenizer.SpecialTokens(
            SpecialText(map, config, "bos_token") ?? "<|startoftext|>", end, SpecialText(map, config, "pad_token") ?? end);
        foreach (string token in (string[])[Tokens.Start, Tokens.End, Tokens.Padding])
        {
            RequireToken(token, "special_tokens_map.json");
        }

        Special[Tokens.Start] = Vocabulary[Tokens.Start];
        Special[Tokens.End] = Vocabulary[Tokens.End];
        double length = config.Number("model_max_length", double.MaxValue);
        // Tokenizers without a limit of their own name 1e30.
        MaximumLength = length is >= 1 and <= 1_000_000 ? (int)length : null;
    }

    // A special token is a text or an object with its text in "content"; the map overrules the configuration.
    private static string? SpecialText(JsonConfig map, JsonConfig config, string key)
    {
        foreach (JsonConfig json in (JsonConfig[])[map, config])
        {
            if (json.Root.TryGetProperty(key, out JsonElement value))
            {
                if (value.ValueKind == JsonValueKind.String)
                {
                    return value.GetString();
                }

                if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content))
                {
                    return content.GetString();
                }
            }
        }

        return null;
    }
}
