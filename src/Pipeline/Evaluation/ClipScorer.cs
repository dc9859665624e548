using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>Which of several captions fits an image best.</summary>
/// <param name="Best">Index of the caption with the highest similarity; the first of equals.</param>
/// <param name="Similarities">Cosine similarity to each caption, -1 to 1.</param>
public sealed record Retrieval(int Best, IReadOnlyList<float> Similarities);

/// <summary>
/// The judge of a model folder (<c>clip/</c>): embeds images and captions in one space and retrieves the caption of an
/// image (CLIP R-Precision; Park et al. 2021, as DreamFusion uses it). Images come four times as large as its input and
/// are box-filtered, so that edges look as in the anti-aliased renders it knows.
/// </summary>
public sealed class ClipScorer : IDisposable
{
    /// <summary>Image pixels per pixel of the judge's input, each way.</summary>
    public const int Oversampling = 4;

    private readonly ClipParts _parts;
    private readonly ClipTokenizer _tokenizer;
    private readonly OnnxSession _imageEncoder;
    private readonly OnnxSession _textEncoder;
    private readonly TensorSignature _pixels;
    private readonly TensorSignature _imageEmbedding;
    private readonly TensorSignature _ids;
    private readonly TensorSignature _textEmbedding;

    /// <summary>Loads the judge.</summary>
    /// <param name="model">The model folder.</param>
    /// <exception cref="InvalidModelException">The folder has no <c>clip/</c>, or it cannot be used.</exception>
    public ClipScorer(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _parts = model.Clip ?? throw new InvalidModelException(
            $"{model.Folder} has no folder 'clip', so results cannot be scored. Add clip/image_encoder.onnx, clip/text_encoder.onnx and clip/config.json, or train without scores.");
        _tokenizer = ClipTokenizer.Load(_parts.TokenizerFolder!, _parts.TokenCount, _parts.OwnsTokenizer ? _parts.VocabularySize : model.VocabularySize);
        _pixels = _parts.ImageEncoder.Input("image", 4);
        _imageEmbedding = _parts.ImageEncoder.Output("embedding", 2, "image_embeds");
        _ids = _parts.TextEncoder.Input("token ids", 2);
        _textEmbedding = _parts.TextEncoder.Output("embedding", 2, "text_embeds");
        _imageEncoder = OnnxSession.Load(_parts.ImageEncoder);
        try
        {
            _textEncoder = OnnxSession.Load(_parts.TextEncoder);
        }
        catch
        {
            _imageEncoder.Dispose();
            throw;
        }
    }

    /// <summary>Side of the square image that <see cref="EmbedImage"/> takes.</summary>
    public int ImageSize => _parts.ImageSize * Oversampling;

    /// <summary>Embeds a caption.</summary>
    /// <param name="caption">The caption.</param>
    /// <returns>Unit vector [D].</returns>
    public float[] EmbedText(string caption)
    {
        TokenizedPrompt tokens = _tokenizer.Encode(caption);
        using OrtValue ids = TensorValue.FromIntegers(_ids.Element, tokens.Ids, 1, tokens.Ids.Count);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _textEncoder.Run([(_ids.Name, ids)], [_textEmbedding.Name]);
        return Normalized(TensorValue.ToFloats(outputs[0]));
    }

    /// <summary>Embeds an image after averaging squares of 4 by 4 pixels.</summary>
    /// <param name="image">Image [S·S·3], HWC, in [0, 1], S = <see cref="ImageSize"/>.</param>
    /// <returns>Unit vector [D].</returns>
    public float[] EmbedImage(ReadOnlySpan<float> image)
    {
        if (image.Length != ImageSize * ImageSize * 3)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The image has {image.Length} values, expected {ImageSize}·{ImageSize}·3 (four times the judge's {_parts.ImageSize})."),
                nameof(image));
        }

        return EmbedPixels(BoxFilter(image, ImageSize, Oversampling));
    }

    /// <summary>Embeds an image that already has the judge's size.</summary>
    /// <param name="pixels">Image [s·s·3], HWC, in [0, 1], s = <see cref="ImageSize"/> / 4.</param>
    /// <returns>Unit vector [D].</returns>
    public float[] EmbedPixels(ReadOnlySpan<float> pixels)
    {
        float[] planes = new float[pixels.Length];
        ImagePlanes.ToPlanes(pixels, planes, _parts.PixelMaximum - _parts.PixelMinimum, _parts.PixelMinimum);
        using OrtValue input = TensorValue.FromFloats(_pixels.Element, planes, 1, 3, _parts.ImageSize, _parts.ImageSize);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _imageEncoder.Run([(_pixels.Name, input)], [_imageEmbedding.Name]);
        return Normalized(TensorValue.ToFloats(outputs[0]));
    }

    /// <summary>Finds the caption that fits an image best.</summary>
    /// <param name="imageEmbedding">Embedded image.</param>
    /// <param name="captionEmbeddings">Embedded captions, at least one.</param>
    /// <returns>The best caption and all similarities.</returns>
    public static Retrieval Retrieve(ReadOnlySpan<float> imageEmbedding, IReadOnlyList<float[]> captionEmbeddings)
    {
        ArgumentNullException.ThrowIfNull(captionEmbeddings);
        float[] similarities = new float[captionEmbeddings.Count];
        for (int i = 0; i < similarities.Length; i++)
        {
            similarities[i] = Dot(imageEmbedding, captionEmbeddings[i]);
        }

        return new Retrieval(Array.IndexOf(similarities, similarities.Max()), similarities);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _imageEncoder.Dispose();
        _textEncoder.Dispose();
    }

    internal static float[] BoxFilter(ReadOnlySpan<float> image, int size, int factor)
    {
        int small = size / factor;
        float[] filtered = new float[small * small * 3];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                int target = (((y / factor) * small) + (x / factor)) * 3;
                int source = ((y * size) + x) * 3;
                for (int c = 0; c < 3; c++)
                {
                    filtered[target + c] += image[source + c] / (factor * factor);
                }
            }
        }

        return filtered;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static float[] Normalized(float[] vector)
    {
        float length = MathF.Sqrt(Dot(vector, vector));
        if (!(length > 0) || !float.IsFinite(length))
        {
            throw new InvalidModelException("The judge in clip/ returned an embedding of length zero or NaN, expected a direction. Export clip/ again.");
        }

        return Array.ConvertAll(vector, v => v / length);
    }
}
