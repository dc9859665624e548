using System;
using System.Globalization;
using System.IO;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Models;

/// <summary>The dual encoder of a model folder (<c>clip/</c>): image and text to unit vectors of one space.</summary>
public sealed class ClipParts
{
    private const int LargestSize = 16_384;

    private ClipParts(ModelPart image, ModelPart text, JsonConfig config, string folder)
    {
        string own = Path.Combine(folder, "clip", "tokenizer");
        string shared = Path.Combine(folder, "tokenizer");
        OwnsTokenizer = Directory.Exists(own);
        TokenizerFolder = OwnsTokenizer ? own : PromptTokenizer.IsClip(shared) ? shared : null;
        ImageEncoder = image;
        TextEncoder = text;
        ImageSize = config.Integer("image_size");
        EmbeddingWidth = config.Integer("projection_dim");
        TokenCount = config.Integer("max_position_embeddings");
        foreach ((string key, int value) in (ReadOnlySpan<(string, int)>)[("image_size", ImageSize), ("projection_dim", EmbeddingWidth), ("max_position_embeddings", TokenCount)])
        {
            if (value is < 1 or > LargestSize)
            {
                throw new InvalidModelException(string.Create(CultureInfo.InvariantCulture, $"{config.FilePath}: {key} is {value}, expected 1 to {LargestSize}. Correct it there."));
            }
        }

        (PixelMinimum, PixelMaximum) = PixelRange(config);
        image.RequireElement(image.Input("image", 4), TensorElement.Float32);
        image.RequireExtent(image.Input("image", 4), 2, ImageSize, "image_size of clip/config.json");
        image.RequireExtent(image.Input("image", 4), 3, ImageSize, "image_size of clip/config.json");
        image.RequireExtent(image.Output("embedding", 2, "image_embeds"), 1, EmbeddingWidth, "projection_dim of clip/config.json");
        text.RequireElement(text.Input("token ids", 2), TensorElement.Int32, TensorElement.Int64);
        text.RequireExtent(text.Input("token ids", 2), 1, TokenCount, "max_position_embeddings of clip/config.json");
        text.RequireExtent(text.Output("embedding", 2, "text_embeds"), 1, EmbeddingWidth, "projection_dim of clip/config.json");
    }

    /// <summary>Image [1, 3, S, S] to embedding [1, D].</summary>
    public ModelPart ImageEncoder { get; }

    /// <summary>Token ids [1, L] to embedding [1, D].</summary>
    public ModelPart TextEncoder { get; }

    /// <summary>Folder of the tokenizer: <c>clip/tokenizer</c> if there is one, else the model's own; null if that is not CLIP's, as a T5 model's is not.</summary>
    public string? TokenizerFolder { get; }

    /// <summary>Whether the tokenizer is <c>clip/tokenizer</c>.</summary>
    public bool OwnsTokenizer { get; }

    /// <summary>Side S of the judge's square image.</summary>
    public int ImageSize { get; }

    /// <summary>Entries of the text encoder's table; the largest integer if the graph shows none.</summary>
    public int VocabularySize => (int)Math.Min(TextEncoder.TableRows ?? int.MaxValue, int.MaxValue);

    /// <summary>Width D of the embeddings.</summary>
    public int EmbeddingWidth { get; }

    /// <summary>Tokens the text encoder takes.</summary>
    public int TokenCount { get; }

    /// <summary>Value that black has in the judge's image.</summary>
    public float PixelMinimum { get; }

    /// <summary>Value that white has in the judge's image.</summary>
    public float PixelMaximum { get; }

    /// <summary>Reads the dual encoder of a model folder.</summary>
    /// <param name="folder">The model folder.</param>
    /// <returns>The checked parts.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged, or the parts do not fit each other.</exception>
    public static ClipParts Load(string folder)
    {
        string clip = Path.Combine(folder, "clip");
        var config = JsonConfig.Load(Path.Combine(clip, "config.json"));
        return new ClipParts(
            ModelPart.Load("clip image encoder", Path.Combine(clip, "image_encoder.onnx"), config, folder),
            ModelPart.Load("clip text encoder", Path.Combine(clip, "text_encoder.onnx"), config, folder),
            config,
            folder);
    }

    private static (float Minimum, float Maximum) PixelRange(JsonConfig config)
    {
        if (config.Root.TryGetProperty("pixel_range", out System.Text.Json.JsonElement range)
            && range.ValueKind == System.Text.Json.JsonValueKind.Array && range.GetArrayLength() == 2
            && range[0].TryGetSingle(out float minimum) && range[1].TryGetSingle(out float maximum) && minimum < maximum)
        {
            return (minimum, maximum);
        }

        throw new InvalidModelException($"{config.FilePath} has no 'pixel_range' of two increasing numbers, such as [-1, 1]. Add it there.");
    }
}
