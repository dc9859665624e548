using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Embeddings;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Import.Tokenizer;

/// <summary>
/// Writes the <c>tokenizer</c> folder of an imported model, which checkpoint files lack: CLIP's vocabulary and merges, the base's
/// padding, and the words of added embeddings. Our own reader and Hugging Face's take it.
/// </summary>
public static class TokenizerFolder
{
    private static readonly JsonWriterOptions _dense = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions _indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };

    /// <summary>Writes vocab.json, merges.txt, tokenizer_config.json, special_tokens_map.json and, with embeddings, added_tokens.json.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="architecture">
    /// The base, without added rows. A text encoder of tests with fewer than 49,408 tokens gets the vocabulary of the first merges; start
    /// and end are always the last two.
    /// </param>
    /// <param name="embeddings">Words to add; their ids follow the base's, in order, one for each vector.</param>
    /// <exception cref="DfkException">A word collides (exit code 3), or a file cannot be written.</exception>
    /// <exception cref="ArgumentException">The base's special ids are not those of its vocabulary.</exception>
    public static void Write(string folder, StableDiffusionArchitecture architecture, IReadOnlyList<AddedEmbedding> embeddings)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(embeddings);
        TextArchitecture text = architecture.Text;
        var vocabulary = ClipVocabulary.Load(text.VocabularySize);
        IReadOnlyList<string> tokens = vocabulary.Tokens;
        if (text.BeginTokenId != tokens.Count - 2 || text.EndTokenId != tokens.Count - 1 || text.PaddingTokenId < 0 || text.PaddingTokenId >= tokens.Count)
        {
            throw new ArgumentException(
                $"TokenizerFolder: {architecture.Name} begins prompts with {text.BeginTokenId}, ends them with {text.EndTokenId} and pads with {text.PaddingTokenId}; its vocabulary of {tokens.Count} ends with these two.", nameof(architecture));
        }

        AddedTokenNames.Check(embeddings, text.VocabularySize);
        WriteJson(folder, "vocab.json", _dense, json => WriteIds(json, tokens, 0));
        WholeFile.Write(Path.Combine(folder, "merges.txt"), string.Concat(vocabulary.MergeLines.Prepend("#version: 0.2").Select(line => line + "\n")));
        string padding = tokens[text.PaddingTokenId];
        WriteJson(folder, "special_tokens_map.json", _indented, json => WriteSpecials(json, padding));
        WriteJson(folder, "tokenizer_config.json", _indented, json =>
        {
            json.WriteString("tokenizer_class", "CLIPTokenizer");
            json.WriteNumber("model_max_length", text.Positions);
            json.WriteBoolean("do_lower_case", true);
            json.WriteBoolean("add_prefix_space", false);
            json.WriteString("errors", "replace");
            WriteSpecials(json, padding);
        });
        string[] added = [.. embeddings.SelectMany(e => e.TokenNames)];
        if (added.Length > 0)
        {
            WriteJson(folder, "added_tokens.json", _indented, json => WriteIds(json, added, text.VocabularySize));
        }
    }

    private static void WriteSpecials(Utf8JsonWriter json, string padding)
    {
        json.WriteString("bos_token", ClipVocabulary.Start);
        json.WriteString("eos_token", ClipVocabulary.End);
        json.WriteString("pad_token", padding);
        json.WriteString("unk_token", ClipVocabulary.End);
    }

    private static void WriteIds(Utf8JsonWriter json, IReadOnlyList<string> tokens, int firstId)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            json.WriteNumber(tokens[i], firstId + i);
        }
    }

    private static void WriteJson(string folder, string name, JsonWriterOptions options, Action<Utf8JsonWriter> write) =>
        WholeFile.Write(Path.Combine(folder, name), stream =>
        {
            using (Utf8JsonWriter json = new(stream, options))
            {
                json.WriteStartObject();
                write(json);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        });
}
