using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>Text states of one prompt, as the UNet takes them.</summary>
/// <param name="Text">The encoded text, view words included.</param>
/// <param name="States">Text states [L, D], row-major.</param>
/// <param name="TokenCount">L.</param>
/// <param name="Width">D.</param>
public sealed record TextEmbedding(string Text, float[] States, int TokenCount, int Width);

/// <summary>
/// The text encoder of a model folder. Embeddings are computed once per prompt and view before training; dispose it then,
/// its weights are not needed again.
/// </summary>
public sealed class TextEncoder : IDisposable
{
    private readonly PromptTokenizer _tokenizer;
    private readonly OnnxSession _session;
    private readonly TextEncoderSignature _signature;
    private readonly bool _masksPadding;
    private readonly Dictionary<string, TextEmbedding> _cache = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TokenizedPrompt> _shortened = new(StringComparer.Ordinal);

    /// <summary>Loads the tokenizer and the text encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="device">Where the network runs; null for one thread of the CPU.</param>
    /// <exception cref="InvalidModelException">The tokenizer's files disagree, or ONNX Runtime refuses the graph.</exception>
    public TextEncoder(ModelFolder model, GuidanceDevice? device = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _tokenizer = PromptTokenizer.Load(model);
        _signature = TextEncoderSignature.Of(model.TextEncoder);
        // CLIP attends to padding, as Stable Diffusion was trained, unless its configuration says otherwise; T5 does not.
        _masksPadding = _tokenizer is T5Tokenizer || model.TextEncoder.Config.Flag("use_attention_mask");
        _session = OnnxSession.Load(model.TextEncoder, device);
    }

    /// <summary>The tokenizer in use.</summary>
    public PromptTokenizer Tokenizer => _tokenizer;

    /// <summary>One line per prompt that had to be shortened, however many view words it was encoded with.</summary>
    public IReadOnlyList<string> Warnings => [.. _shortened.Select(s => Warning(s.Key, s.Value))];

    /// <summary>Encodes a prompt with its view words; a prompt that is too long is shortened before its view words.</summary>
    /// <param name="prompt">The prompt; empty for the unconditional one.</param>
    /// <param name="suffix">View words with their comma, such as ", front view"; may be empty.</param>
    /// <returns>The text states; the same object for the same text.</returns>
    public TextEmbedding Encode(string prompt, string suffix = "")
    {
        string text = prompt + suffix;
        if (_cache.TryGetValue(text, out TextEmbedding? known))
        {
            return known;
        }

        TokenizedPrompt tokens = _tokenizer.Encode(prompt, suffix);
        if (tokens.DroppedTokens > (_shortened.GetValueOrDefault(prompt)?.DroppedTokens ?? 0))
        {
            _shortened[prompt] = tokens;
        }

        using OrtValue ids = TensorValue.FromIntegers(_signature.Ids.Element, tokens.Ids, 1, tokens.Ids.Count);
        using OrtValue? mask = _signature.Mask is null ? null : TensorValue.FromIntegers(_signature.Mask.Element, Mask(tokens), 1, tokens.Ids.Count);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            mask is null ? [(_signature.Ids.Name, ids)] : [(_signature.Ids.Name, ids), (_signature.Mask!.Name, mask)], [_signature.States.Name]);
        long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
        TextEmbedding embedding = new(text, TensorValue.ToFloats(outputs[0]), (int)shape[1], (int)shape[2]);
        _cache[text] = embedding;
        return embedding;
    }

    private int[] Mask(TokenizedPrompt tokens) => [.. tokens.Ids.Select((_, i) => _masksPadding && i >= tokens.Length ? 0 : 1)];

    private static string Warning(string prompt, TokenizedPrompt tokens)
    {
        const int ShownWords = 8;
        const int ShownCharacters = 80;
        string words = string.Join(' ', tokens.DroppedWords.Take(ShownWords));
        string more = tokens.DroppedWords.Count > ShownWords ? " …" : "";
        return $"The prompt \"{Shown(prompt)}\" is too long: {tokens.DroppedTokens} of {tokens.Length + tokens.DroppedTokens} tokens do not fit and were dropped before the view words: \"{Shown(words)}{more}\". Shorten the prompt.";

        static string Shown(string text) => text.Length > ShownCharacters ? text[..ShownCharacters] + "…" : text;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
