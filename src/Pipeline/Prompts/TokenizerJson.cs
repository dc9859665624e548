using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// A unigram tokenizer in the form of Hugging Face's tokenizers, <c>tokenizer.json</c>: a chain of normalisers, a chain of
/// pre-tokenizers, the pieces, and the added tokens. It knows the steps that T5's files have; any other is an error that
/// names it. The precompiled map is applied as SentencePiece applies it, by longest rule, not by grapheme.
/// </summary>
internal sealed class TokenizerJson : ITextPreparation
{
    private const string Space = "▁";
    private readonly string _path;
    private readonly List<Func<string, string>> _normalizers = [];
    private readonly List<Func<string, bool, bool, IEnumerable<string>>> _splitters = [];

    private TokenizerJson(JsonConfig json)
    {
        _path = json.FilePath;
        JsonElement root = json.Root;
        Model = ReadModel(Member(root, "model", JsonValueKind.Object));
        Added = root.TryGetProperty("added_tokens", out JsonElement added) && added.ValueKind == JsonValueKind.Array
            ? [.. added.EnumerateArray().Select(t => TokenizerSettings.Parse(_path, t, TokenizerSettings.Id(_path, "added_tokens", Member(t, "id", JsonValueKind.Number))))]
            : [];
        AddSteps(root, "normalizer", "normalizers", AddNormalizer);
        AddSteps(root, "pre_tokenizer", "pretokenizers", AddSplitter);
    }

    /// <summary>The vocabulary.</summary>
    public UnigramModel Model { get; }

    /// <summary>Tokens that are looked for in the text itself.</summary>
    public IReadOnlyList<AddedToken> Added { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidModelException">Missing, damaged, no unigram model, or a step that is not known.</exception>
    public static TokenizerJson Load(string path) => new(JsonConfig.Load(path));

    /// <inheritdoc/>
    public IEnumerable<byte[]> Prepare(string text, bool first, bool continues)
    {
        string normal = _normalizers.Aggregate(text, (t, step) => step(t));
        IEnumerable<(string Text, bool First)> pieces = [(normal, true)];
        foreach (Func<string, bool, bool, IEnumerable<string>> split in _splitters)
        {
            pieces = pieces.SelectMany(p => split(p.Text, first && p.First, continues && p.First).Select((t, i) => (t, p.First && i == 0)));
        }

        return pieces.Where(p => p.Text.Length > 0).Select(p => Encoding.UTF8.GetBytes(p.Text));
    }

    private UnigramModel ReadModel(JsonElement model)
    {
        string type = Text(model, "type", "");
        if (type != "Unigram")
        {
            throw new InvalidModelException($"{_path}: the model type is '{type}', expected 'Unigram', as T5's is. A CLIP tokenizer needs vocab.json and merges.txt beside it.");
        }

        int unknown = model.TryGetProperty("unk_id", out JsonElement id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int value) ? value : -1;
        List<Piece> pieces = [];
        foreach (JsonElement entry in Member(model, "vocab", JsonValueKind.Array).EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || entry[0].ValueKind != JsonValueKind.String
                || entry[1].ValueKind != JsonValueKind.Number || !entry[1].TryGetSingle(out float score))
            {
                throw Damaged($"vocabulary entry {pieces.Count} is {entry.GetRawText()}, expected a text and a score");
            }

            pieces.Add(new Piece(entry[0].GetString()!, score, pieces.Count == unknown ? PieceKind.Unknown : PieceKind.Normal));
        }

        return new UnigramModel(pieces, Flag(model, "byte_fallback", false), _path);
    }

    // A step is null, one step, or a Sequence of steps.
    private void AddSteps(JsonElement owner, string key, string sequenceKey, Action<JsonElement> add)
    {
        if (owner.TryGetProperty(key, out JsonElement step) && step.ValueKind != JsonValueKind.Null)
        {
            AddStep(step, sequenceKey, add);
        }
    }

    private void AddStep(JsonElement step, string sequenceKey, Action<JsonElement> add)
    {
        if (Text(step, "type", "") == "Sequence")
        {
            foreach (JsonElement inner in Member(step, sequenceKey, JsonValueKind.Array).EnumerateArray())
            {
                AddStep(inner, sequenceKey, add);
            }
        }
        else
        {
            add(step);
        }
    }

    private void AddNormalizer(JsonElement step)
    {
        string type = Text(step, "type", "");
        switch (type)
        {
            case "Precompiled":
                CharacterMap map = new(Blob(step), _path);
                _normalizers.Add(map.Apply);
                break;
            case "Replace":
                _normalizers.Add(Replacement(step));
                break;
            case "Strip":
                (bool left, bool right) = (Flag(step, "strip_left", true), Flag(step, "strip_right", true));
                _normalizers.Add(t => (left, right) switch { (true, true) => t.Trim(), (true, false) => t.TrimStart(), (false, true) => t.TrimEnd(), _ => t });
                break;
            case "Prepend":
                string prefix = Text(step, "prepend", "");
                _normalizers.Add(t => t.Length == 0 ? t : prefix + t);
                break;
            case "Lowercase":
                _normalizers.Add(LowerCase.Of);
                break;
            case "NFC":
                _normalizers.Add(UnicodeComposition.Compose);
                break;
            default:
                throw Unsupported("normalizer", type, "Precompiled, Replace, Strip, Prepend, Lowercase and NFC");
        }
    }

    private void AddSplitter(JsonElement step)
    {
        string type = Text(step, "type", "");
        switch (type)
        {
            case "WhitespaceSplit":
                _splitters.Add((text, _, _) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                break;
            case "Metaspace":
                AddMetaspace(step);
                break;
            default:
                throw Unsupported("pre_tokenizer", type, "WhitespaceSplit and Metaspace");
        }
    }

    // Spaces become ▁, and a word begins with one even where the text has none before it.
    private void AddMetaspace(JsonElement step)
    {
        string symbol = Text(step, "replacement", Space);
        string scheme = Text(step, "prepend_scheme", Flag(step, "add_prefix_space", true) ? "always" : "never");
        bool split = Flag(step, "split", true);
        if (symbol.Length == 0 || scheme is not ("always" or "first" or "never"))
        {
            throw Damaged($"the pre_tokenizer Metaspace has replacement '{symbol}' and prepend_scheme '{scheme}', expected a character, and always, first or never");
        }

        _splitters.Add((text, first, continues) =>
        {
            string marked = text.Replace(" ", symbol, StringComparison.Ordinal);
            bool prepend = text.Length > 0 && !continues && (scheme == "always" || (scheme == "first" && first));
            marked = prepend && !marked.StartsWith(symbol, StringComparison.Ordinal) ? symbol + marked : marked;
            return split ? AtSymbols(marked, symbol) : [marked];
        });
    }

    private static IEnumerable<string> AtSymbols(string text, string symbol)
    {
        int start = 0;
        while (start < text.Length)
        {
            int next = text.IndexOf(symbol, start + 1, StringComparison.Ordinal);
            int end = next < 0 ? text.Length : next;
            yield return text[start..end];
            start = end;
        }
    }

    private Func<string, string> Replacement(JsonElement step)
    {
        string content = Text(step, "content", "");
        JsonElement pattern = Member(step, "pattern", JsonValueKind.Object);
        if (Text(pattern, "String", "") is { Length: > 0 } literal)
        {
            return t => t.Replace(literal, content, StringComparison.Ordinal);
        }

        string expression = Text(pattern, "Regex", "");
        try
        {
            // Linear in the text whatever the pattern.
            Regex regex = new(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return t => regex.Replace(t, _ => content);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new InvalidModelException($"{_path}: the normalizer Replace has the pattern '{expression}', which cannot be used: {e.Message}", e);
        }
    }

    private byte[] Blob(JsonElement step)
    {
        if (!step.TryGetProperty("precompiled_charsmap", out JsonElement map) || map.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return map.ValueKind == JsonValueKind.String && map.TryGetBytesFromBase64(out byte[]? blob) ? blob : throw Damaged("precompiled_charsmap is not in base 64");
    }

    private JsonElement Member(JsonElement owner, string key, JsonValueKind kind) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(key, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw Damaged($"'{key}' is missing or of another kind than {kind}");

    private string Text(JsonElement owner, string key, string absent)
    {
        if (owner.ValueKind != JsonValueKind.Object || !owner.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return absent;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Damaged($"'{key}' is {value.GetRawText()}, expected a text");
    }

    private bool Flag(JsonElement owner, string key, bool absent)
    {
        if (!owner.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return absent;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Damaged($"'{key}' is {value.GetRawText()}, expected true or false");
    }

    private InvalidModelException Damaged(string problem) => new($"{_path}: {problem}. Copy the file again.");

    private InvalidModelException Unsupported(string kind, string type, string known) =>
        new($"{_path}: the {kind} '{type}' is not one of T5's ({known}). Put the model's spiece.model beside it.");
}
