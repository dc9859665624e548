using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Adapters;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Tokenizer;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Embeddings;

/// <summary>
/// Reads textual inversion files: one tensor, [W] or [n, W], under the word itself (diffusers) or under <c>emb_params</c> (kohya,
/// web interfaces), where the file's name is the word.
/// </summary>
public static class TextualInversion
{
    private const string TokenTable = "text_model.embeddings.token_embedding.weight";

    // Names that stand for no word.
    private static readonly string[] _nameless = ["emb_params", "string_to_param.*", "*"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="width">Width of the text encoder's vectors.</param>
    /// <returns>The word and its vectors.</returns>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>: no whole safetensors file, made for another width (both are named) or for Stable Diffusion
    /// XL, no single tensor, or a value that is not finite.
    /// </exception>
    public static AddedEmbedding Read(string path, int width)
    {
        using var reader = SafeTensorsReader.Open(path);
        RefuseTwoEncoders(path, reader, width);
        if (reader.Tensors is not [TensorEntry entry])
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"Embedding {path}: it holds {reader.Tensors.Count} tensors{string.Concat(reader.Tensors.Take(2).Select(t => $" '{t.Name}'"))}; expected one, the vectors of one word. A LoRA is given with --lora, a checkpoint as the model."));
        }

        if (entry.Shape.Length is not (1 or 2) || entry.Shape.Contains(0) || entry.Shape[^1] != width)
        {
            string got = entry.Shape.Length is 1 or 2 ? $" its vectors are {entry.Shape[^1]} wide, the text encoder's {width}" : " its vectors must be [n, width]";
            throw new InvalidModelException($"Embedding {path}: '{entry.Name}' is {entry.Describe()};{got}. It was trained for another base (768 is Stable Diffusion 1, 1024 is 2); take one made for this base.");
        }

        string token = _nameless.Contains(entry.Name) ? System.IO.Path.GetFileNameWithoutExtension(path) : entry.Name;
        return new AddedEmbedding(path, token.Trim(), Values(path, reader, entry), (int)(entry.Shape.Length == 1 ? 1 : entry.Shape[0]));
    }

    /// <summary>Reads several files and checks that their words can be told from the vocabulary's and from each other.</summary>
    /// <param name="paths">safetensors files.</param>
    /// <param name="text">The text encoder, without added rows.</param>
    /// <returns>The words in the files' order.</returns>
    /// <exception cref="DfkException">As <see cref="Read"/>, or two words collide.</exception>
    public static IReadOnlyList<AddedEmbedding> ReadAll(IReadOnlyList<string> paths, TextArchitecture text)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(text);
        AddedEmbedding[] embeddings = [.. paths.Select(path => Read(path, text.Width))];
        AddedTokenNames.Check(embeddings, text.VocabularySize);
        return embeddings;
    }

    /// <summary>A text encoder with a row for each vector.</summary>
    /// <param name="text">The text encoder of the base.</param>
    /// <param name="embeddings">The words.</param>
    /// <returns>The larger text encoder.</returns>
    public static TextArchitecture Enlarge(TextArchitecture text, IReadOnlyList<AddedEmbedding> embeddings)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(embeddings);
        return text with { VocabularySize = text.VocabularySize + embeddings.Sum(e => e.Count) };
    }

    /// <summary>Weights of a text encoder with the vectors behind the rows of the token table, in the order of the words.</summary>
    /// <param name="weights">Weights of the text encoder.</param>
    /// <param name="embeddings">The words.</param>
    /// <returns>The weights; <paramref name="weights"/> itself without words.</returns>
    public static IWeightSource Append(IWeightSource weights, IReadOnlyList<AddedEmbedding> embeddings)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(embeddings);
        return embeddings.Count == 0 ? weights : new AppendedRows(weights, embeddings);
    }

    private static void RefuseTwoEncoders(string path, SafeTensorsReader reader, int width)
    {
        TensorEntry[] keys = [.. reader.Tensors.Where(t => t.Name is "clip_l" or "clip_g" || t.Name.StartsWith("text_encoders_", StringComparison.Ordinal))];
        if (keys.Length > 0)
        {
            throw new InvalidModelException(
                $"Embedding {path}: {string.Join(" and ", keys.Select(t => $"'{t.Name}' {t.Describe()}"))} are for the two text encoders of Stable Diffusion XL, 768 and 1280 wide; this model has one, {width} wide. Take an embedding made for this base.");
        }
    }

    private static float[] Values(string path, SafeTensorsReader reader, TensorEntry entry)
    {
        float[] values = AdapterValues.Read($"Embedding {path}", reader, entry);
        return AdapterValues.IsFinite(values)
            ? values
            : throw new InvalidModelException($"Embedding {path}: '{entry.Name}' holds NaN or infinity. Its training failed or the file is damaged; take another.");
    }

    private sealed class AppendedRows(IWeightSource weights, IReadOnlyList<AddedEmbedding> embeddings) : IWeightSource
    {
        public bool Contains(string name) => weights.Contains(name);

        public long[] Shape(string name)
        {
            long[] shape = weights.Shape(name);
            return name == TokenTable ? [shape[0] + embeddings.Sum(e => e.Count), shape[1]] : shape;
        }

        public float[] Read(string name)
        {
            float[] values = weights.Read(name);
            if (name != TokenTable)
            {
                return values;
            }

            int length = values.Length;
            Array.Resize(ref values, length + embeddings.Sum(e => e.Values.Length));
            foreach (AddedEmbedding embedding in embeddings)
            {
                embedding.Values.Span.CopyTo(values.AsSpan(length));
                length += embedding.Values.Length;
            }

            return values;
        }
    }
}
