using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// What tokenizer_config.json, special_tokens_map.json and added_tokens.json say about a tokenizer of either kind. The map
/// overrules the configuration: of Stable Diffusion 2 the configuration names another padding token, wrongly.
/// </summary>
internal sealed class TokenizerSettings
{
    private readonly string _folder;
    private readonly List<JsonConfig> _files = [];
    private readonly Dictionary<string, AddedToken> _added = [];

    private TokenizerSettings(string folder, bool required)
    {
        _folder = folder;
        foreach (string name in (string[])["special_tokens_map.json", "tokenizer_config.json"])
        {
            string path = Path.Combine(folder, name);
            if (required || File.Exists(path))
            {
                _files.Add(JsonConfig.Load(path));
            }
        }

        ReadAdded();
    }

    /// <summary>Tokens beyond the vocabulary's own, by their texts: trained concepts and what the configuration lists.</summary>
    public IReadOnlyDictionary<string, AddedToken> Added => _added;

    /// <summary>model_max_length; null if no file names one, or an absurd one.</summary>
    public int? MaximumLength { get; private set; }

    /// <summary>Reads the files of a folder; without <paramref name="required"/> they may be missing.</summary>
    public static TokenizerSettings Load(string folder, bool required) => new(folder, required);

    /// <summary>Text of a special token such as <c>pad_token</c>: a string, or an object with its text in "content".</summary>
    public string? SpecialToken(string key)
    {
        foreach (JsonConfig file in _files)
        {
            if (file.Has(key))
            {
                JsonElement value = file.Root.GetProperty(key);
                return Content(value) is { Length: > 0 } text
                    ? text
                    : throw new InvalidModelException($"{file.FilePath}: '{key}' is {value.GetRawText()}, expected a text or an object with its text in 'content'. Correct it there.");
            }
        }

        return null;
    }

    private static string? Content(JsonElement value)
    {
        value = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content) ? content : value;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private void ReadAdded()
    {
        string path = Path.Combine(_folder, "added_tokens.json");
        if (File.Exists(path))
        {
            foreach (JsonProperty token in JsonConfig.Load(path).Root.EnumerateObject())
            {
                Add(path, new AddedToken(token.Name, Id(path, token.Name, token.Value)));
            }
        }

        foreach (JsonConfig file in _files)
        {
            if (Path.GetFileName(file.FilePath) == "tokenizer_config.json")
            {
                ReadConfiguration(file);
            }
        }
    }

    private void ReadConfiguration(JsonConfig file)
    {
        double length = file.Number("model_max_length", double.MaxValue);
        // Tokenizers without a limit of their own name 1e30.
        MaximumLength = length <= 1_000_000 ? (int)length : null;
        if (!file.Has("added_tokens_decoder"))
        {
            return;
        }

        JsonElement table = file.Root.GetProperty("added_tokens_decoder");
        if (table.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidModelException($"{file.FilePath}: 'added_tokens_decoder' is no table of ids. Copy the file again.");
        }

        foreach (JsonProperty entry in table.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                throw new InvalidModelException($"{file.FilePath}: 'added_tokens_decoder' has the id '{entry.Name}', expected an integer. Copy the file again.");
            }

            Add(file.FilePath, Parse(file.FilePath, entry.Value, id));
        }
    }

    /// <summary>An added token as tokenizer.json and tokenizer_config.json describe it.</summary>
    internal static AddedToken Parse(string path, JsonElement value, int id)
    {
        bool Flag(string key) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(key, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
        return Content(value) is { Length: > 0 } text
            ? new AddedToken(text, id, Flag("lstrip"), Flag("rstrip"), Flag("single_word"))
            : throw new InvalidModelException(string.Create(CultureInfo.InvariantCulture, $"{path}: the added token {id} has no text in 'content'. Copy the file again."));
    }

    /// <summary>A token's id.</summary>
    internal static int Id(string path, string token, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id >= 0
            ? id
            : throw new InvalidModelException($"{path}: token '{token}' has the id {value.GetRawText()}, expected a non-negative integer. Copy the file again.");

    private void Add(string path, AddedToken token)
    {
        if (_added.TryGetValue(token.Text, out AddedToken? known) && known.Id != token.Id)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture, $"{path}: '{token.Text}' has the id {token.Id}, elsewhere in {_folder} it has {known.Id}. Copy all files from one model."));
        }

        _added[token.Text] = token;
    }
}
