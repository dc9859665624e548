using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Turns prompts into the ids that a model's text encoder was trained on: CLIP's byte pairs for Stable Diffusion, T5's
/// unigrams for pixel-space models. Every text has an encoding. Safe for several threads.
/// </summary>
public abstract class PromptTokenizer
{
    private readonly int[] _opening;

    private protected PromptTokenizer(int length, int[] opening, int endId, int paddingId)
    {
        (Length, _opening, EndId, PaddingId) = (length, opening, endId, paddingId);
    }

    /// <summary>Ids of every encoded prompt, start, end and padding included.</summary>
    public int Length { get; }

    /// <summary>Id that ends every prompt.</summary>
    public int EndId { get; }

    /// <summary>Id that fills a prompt up to <see cref="Length"/>.</summary>
    public int PaddingId { get; }

    /// <summary>Number of entries of the vocabulary, added tokens included.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Reads the tokenizer of a model folder and checks it against the text encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or tokenizer and text encoder disagree.</exception>
    public static PromptTokenizer Load(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        // DeepFloyd IF's own pipeline makes prompts lower case, which no file of its tokenizer says.
        string pipeline = JsonConfig.Load(Path.Combine(model.Folder, "model_index.json")).Text("_class_name", "");
        return Load(model.TokenizerFolder, model.TokenCount, model.VocabularySize, pipeline.StartsWith("IF", StringComparison.Ordinal));
    }

    /// <summary>Reads a tokenizer by the files it has: <c>spiece.model</c> is T5's, <c>vocab.json</c> CLIP's, <c>tokenizer.json</c> alone T5's.</summary>
    /// <param name="folder">Folder of the tokenizer's files.</param>
    /// <param name="tokenCount">Tokens the text encoder takes; null if it takes any number.</param>
    /// <param name="embeddingCount">Entries of the text encoder's table; no id may reach it.</param>
    /// <param name="lowerCase">Whether a T5 tokenizer makes prompts lower case first; CLIP's always does.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or the files disagree.</exception>
    public static PromptTokenizer Load(string folder, int? tokenCount, int embeddingCount, bool lowerCase = false)
    {
        return IsClip(folder) ? ClipTokenizer.Load(folder, tokenCount, embeddingCount) : T5Tokenizer.Load(folder, tokenCount, embeddingCount, lowerCase);
    }

    /// <summary>Whether a folder's files, as far as they are there, are those of CLIP's tokenizer.</summary>
    /// <param name="folder">Folder of a tokenizer's files.</param>
    /// <returns>False if they are T5's.</returns>
    public static bool IsClip(string folder)
    {
        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        return !Has(T5Tokenizer.SentencePieceFile) && (!Has(T5Tokenizer.JsonFile) || Has("vocab.json") || Has("merges.txt"));
    }

    /// <summary>Encodes a prompt; what does not fit is dropped from its end.</summary>
    /// <param name="text">Any text; empty is the unconditional prompt.</param>
    /// <returns>Framed and padded ids, and what was dropped.</returns>
    public TokenizedPrompt Encode(string text) => Encode(text, "");

    /// <summary>Encodes a prompt and its view words; if both do not fit, the prompt is shortened, never the view words.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="suffix">View words such as ", front view"; may be empty.</param>
    /// <returns>Framed and padded ids, and what was dropped.</returns>
    public TokenizedPrompt Encode(string prompt, string suffix)
    {
        int room = Length - _opening.Length - 1;
        TokenizedText whole = Tokenize(prompt + suffix, continues: false);
        bool fits = whole.Ids.Count <= room || suffix.Length == 0;
        TokenizedText head = fits ? whole : Tokenize(prompt, continues: false);
        TokenizedText tail = fits ? new TokenizedText([], [], []) : Tokenize(suffix, continues: true);
        int tailKept = Math.Min(tail.Ids.Count, room);
        int headKept = Math.Min(head.Ids.Count, room - tailKept);
        List<int> ids = [.. _opening, .. head.Ids.Take(headKept), .. tail.Ids.Take(tailKept), EndId];
        int used = ids.Count;
        ids.AddRange(Enumerable.Repeat(PaddingId, Length - used));
        return new TokenizedPrompt(
            ids, used, head.Ids.Count - headKept + tail.Ids.Count - tailKept, [.. WordsFrom(head, headKept), .. WordsFrom(tail, tailKept)]);
    }

    /// <summary>Token ids of a text, without start, end and padding.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>Ids in order.</returns>
    public IReadOnlyList<int> Tokens(string text) => Tokenize(text, continues: false).Ids;

    /// <summary>Token ids of a text and the words they come from, without start, end and padding.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="continues">Whether the text follows other text, so that it does not begin a word of itself.</param>
    /// <returns>Ids in order.</returns>
    public abstract TokenizedText Tokenize(string text, bool continues);

    /// <summary>Checks what both kinds of tokenizer must respect.</summary>
    private protected static int CheckedLength(string folder, int length, int least, int highestId, int embeddingCount)
    {
        if (length < least)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture, $"{folder}: model_max_length is {length}, expected at least {least}. Correct tokenizer_config.json."));
        }

        return highestId < embeddingCount ? length : throw new InvalidModelException(string.Create(
            CultureInfo.InvariantCulture,
            $"{folder}: the highest token id is {highestId}, but the text encoder knows {embeddingCount} (vocab_size). Tokenizer and text encoder come from different models; take both from one."));
    }

    private static IEnumerable<string> WordsFrom(TokenizedText text, int kept) =>
        kept < text.Ids.Count ? text.Words.Skip(text.WordOf[kept]) : [];
}
