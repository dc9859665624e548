using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.RegularExpressions;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>
/// α of files in PEFT's form, which diffusers keeps as JSON under <c>lora_adapter_metadata</c>: <c>unet.lora_alpha</c>,
/// <c>unet.alpha_pattern</c> for single modules, <c>unet.use_rslora</c> (α / √r instead of α / r); the text encoder's likewise. Without it
/// the factor is 1. Source: diffusers, loaders/lora_base; peft, tuners/lora.
/// </summary>
internal sealed class PeftMetadata
{
    private const string Key = "lora_adapter_metadata";
    private static readonly string[] _prefixes = ["unet.", "text_encoder."];
    private readonly string _path;
    private readonly double?[] _alpha = new double?[2];
    private readonly bool[] _squareRoot = new bool[2];
    private readonly Dictionary<string, double>[] _patterns = [[], []];

    /// <summary>Reads a file's metadata.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <exception cref="InvalidModelException">The JSON is damaged, or names what cannot be merged.</exception>
    public PeftMetadata(string path, IReadOnlyDictionary<string, string> metadata)
    {
        _path = path;
        if (!metadata.TryGetValue(Key, out string? json))
        {
            return;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Damaged("it is no object");
            }

            for (int component = 0; component < _prefixes.Length; component++)
            {
                Read(document.RootElement, component);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what half a surrogate pair in a name gives.
            throw Damaged(e.Message, e);
        }
    }

    /// <summary>α of a module, null if the metadata has none.</summary>
    public double? Alpha(LoraComponent component, string module)
    {
        foreach ((string pattern, double alpha) in _patterns[(int)component])
        {
            if (module == pattern || module.EndsWith("." + pattern, StringComparison.Ordinal))
            {
                return alpha;
            }
        }

        return _alpha[(int)component];
    }

    /// <summary>What α is divided by.</summary>
    public double Divisor(LoraComponent component, long rank) => _squareRoot[(int)component] ? Math.Sqrt(rank) : rank;

    private void Read(JsonElement root, int component)
    {
        if (Flag(root, _prefixes[component] + "use_dora"))
        {
            throw new InvalidModelException($"LoRA {_path}: its metadata '{Key}' says use_dora; weight decomposition (DoRA) is not merged. Take a plain LoRA.");
        }

        _squareRoot[component] = Flag(root, _prefixes[component] + "use_rslora");
        if (root.TryGetProperty(_prefixes[component] + "lora_alpha", out JsonElement alpha) && alpha.ValueKind != JsonValueKind.Null)
        {
            _alpha[component] = Number(alpha, "lora_alpha");
        }

        if (root.TryGetProperty(_prefixes[component] + "alpha_pattern", out JsonElement patterns) && patterns.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty pattern in patterns.EnumerateObject())
            {
                // Regular expressions are allowed there; diffusers itself writes names.
                string name = pattern.Name;
                _patterns[component][Regex.IsMatch(name, @"^[\w.]+$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
                    ? name
                    : throw Damaged($"alpha_pattern names '{name}', expected a module's name")] = Number(pattern.Value, "alpha_pattern");
            }
        }
    }

    private static bool Flag(JsonElement root, string name) => root.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;

    private double Number(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Damaged($"{name} is {value.GetRawText()}, expected a number");

    private InvalidModelException Damaged(string problem, Exception? cause = null)
    {
        string message = $"LoRA {_path}: its metadata '{Key}' cannot be used: {problem.TrimEnd('.')}. Download the file again.";
        return cause is null ? new InvalidModelException(message) : new InvalidModelException(message, cause);
    }
}
