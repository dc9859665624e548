using System;
using System.IO;
using System.Text.Json;

namespace DreamFusion.Pipeline.Models;

/// <summary>A JSON file of a model folder; every access that fails names the file and the key.</summary>
public sealed class JsonConfig
{
    private readonly JsonElement _root;

    private JsonConfig(string path, JsonElement root)
    {
        FilePath = path;
        _root = root;
    }

    /// <summary>Full path of the file.</summary>
    public string FilePath { get; }

    /// <summary>The whole object.</summary>
    public JsonElement Root => _root;

    /// <summary>Whether there is such a file.</summary>
    public bool Exists { get; private init; } = true;

    /// <summary>Reads a file that must hold one JSON object.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The parsed file.</returns>
    /// <exception cref="InvalidModelException">Missing, no JSON, or no object.</exception>
    public static JsonConfig Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidModelException($"{path} is missing; a model folder in the diffusers layout needs it. Copy it from where the model came from.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(BoundedFile.Read(path, BoundedFile.MostOfJson));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonConfig(path, Decodable(document.RootElement.Clone()))
                : throw new InvalidModelException($"{path} holds a JSON {document.RootElement.ValueKind}, expected an object. Copy the file again.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidModelException($"{path} is not valid JSON: {e.Message.TrimEnd('.')}. Copy the file again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {e.Message.TrimEnd('.')}. Make the file readable, or copy it again.", e);
        }
    }

    /// <summary>Reads a file that may be missing; it then has no keys.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The parsed file, or one without keys.</returns>
    /// <exception cref="InvalidModelException">There, but no JSON, or no object.</exception>
    public static JsonConfig LoadIfThere(string path) =>
        File.Exists(path) ? Load(path) : new JsonConfig(path, JsonElement.Parse("{}")) { Exists = false };

    /// <summary>Whether a key is present and not null.</summary>
    /// <param name="key">Key of the top object.</param>
    /// <returns>True if it has a value.</returns>
    public bool Has(string key) => _root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>An integer.</summary>
    /// <param name="key">Key of the top object.</param>
    /// <param name="absent">Value if the key is absent or null; without it the key is required.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidModelException">Absent without a default, or no 32-bit integer.</exception>
    public int Integer(string key, int? absent = null)
    {
        if (!Has(key))
        {
            return absent ?? throw Missing(key, "an integer");
        }

        JsonElement value = _root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(key, "an integer", value);
    }

    /// <summary>A number.</summary>
    /// <param name="key">Key of the top object.</param>
    /// <param name="absent">Value if the key is absent or null; without it the key is required.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidModelException">Absent without a default, or no finite number.</exception>
    public double Number(string key, double? absent = null)
    {
        if (!Has(key))
        {
            return absent ?? throw Missing(key, "a number");
        }

        JsonElement value = _root.GetProperty(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Wrong(key, "a finite number", value);
    }

    /// <summary>A text.</summary>
    /// <param name="key">Key of the top object.</param>
    /// <param name="absent">Value if the key is absent or null; without it the key is required.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidModelException">Absent without a default, or no text.</exception>
    public string Text(string key, string? absent = null)
    {
        if (!Has(key))
        {
            return absent ?? throw Missing(key, "a text");
        }

        JsonElement value = _root.GetProperty(key);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(key, "a text", value);
    }

    /// <summary>A yes or no; no if the key is absent or null.</summary>
    /// <param name="key">Key of the top object.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidModelException">Neither true nor false.</exception>
    public bool Flag(string key)
    {
        if (!Has(key))
        {
            return false;
        }

        JsonElement value = _root.GetProperty(key);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "true or false", value);
    }

    private InvalidModelException Missing(string key, string kind) =>
        new($"{FilePath} {(Exists ? "has no" : "is missing, and with it")} '{key}', expected {kind}. Copy the file again from where the model came from.");

    // An escape of half a character passes the parser, but no text can be made of it.
    private static JsonElement Decodable(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Decodable(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    _ = member.Name;
                    Decodable(member.Value);
                }

                break;
            default:
                break;
        }

        return value;
    }

    private InvalidModelException Wrong(string key, string kind, JsonElement value) => new($"{FilePath}: '{key}' is {value.GetRawText()}, expected {kind}. Correct it there.");
}
