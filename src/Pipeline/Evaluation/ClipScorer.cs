using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
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
/// A judge (<see cref="ClipFolder"/>): embeds images and captions in one space and retrieves the caption of an
/// image (CLIP R-Precision; Park et al. 2021, as DreamFusion uses it). Images come four times as large as its input and
/// are box-filtered, so that edges look as in anti-aliased renders and photographs.
/// </summary>
public sealed class ClipScorer : IDisposable
{
    /// <summary>Image pixels per pixel of the judge's input, each way.</summary>
    public const int Oversampling = 4;

    private readonly ClipFolder _clip;
    private readonly ClipTokenizer _tokenizer;
    private readonly OnnxSession _imageSession;
    private readonly OnnxSession _textSession;

    /// <summary>Loads a model folder's judge, <c>clip/</c>.</summary>
    /// <param name="model">The model folder.</param>
    /// <exception cref="InvalidModelException">The folder has no <c>clip/</c>, or it cannot be used.</exception>
    public ClipScorer(ModelFolder model)
        : this(FolderOf(model))
    {
    }

    /// <summary>Loads a judge.</summary>
    /// <param name="clip">Its folder.</param>
    /// <exception cref="InvalidModelException">A graph or the tokenizer cannot be used.</exception>
    public ClipScorer(ClipFolder clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        _clip = clip;
        _tokenizer = ClipTokenizer.Load(clip.TokenizerFolder, clip.TokenCount, clip.VocabularySize);
        _imageSession = OnnxSession.Load(clip.Image);
        try
        {
            _textSession = clip.IsOneGraph ? _imageSession : OnnxSession.Load(clip.Text);
        }
        catch
        {
            _imageSession.Dispose();
            throw;
        }
    }

    /// <summary>Side of the square image that <see cref="EmbedImage"/> takes.</summary>
    public int ImageSize => InputSize * Oversampling;

    /// <summary>Side of the square image that the judge itself and <see cref="EmbedPixels"/> take.</summary>
    public int InputSize => _clip.ImageSize;

    /// <summary>Embeds a caption.</summary>
    /// <param name="caption">The caption.</param>
    /// <returns>Unit vector [D].</returns>
    public float[] EmbedText(string caption)
    {
        using ValueList inputs = new();
        AddText(inputs, caption);
        if (_clip.IsOneGraph)
        {
            AddImage(inputs, new float[3 * InputSize * InputSize]);
        }

        return Run(_textSession, inputs, _clip.TextEmbedding);
    }

    /// <summary>Embeds an image after averaging squares of 4 by 4 pixels.</summary>
    /// <param name="image">Image [S·S·3], HWC, in [0, 1], S = <see cref="ImageSize"/>.</param>
    /// <returns>Unit vector [D].</returns>
    public float[] EmbedImage(ReadOnlySpan<float> image)
    {
        RequireLength(image, ImageSize);
        return EmbedPixels(BoxFilter(image, ImageSize, Oversampling));
    }

    /// <summary>Embeds an image that already has the judge's size.</summary>
    /// <param name="pixels">Image [s·s·3], HWC, in [0, 1], s = <see cref="InputSize"/>.</param>
    /// <returns>Unit vector [D].</returns>
    public float[] EmbedPixels(ReadOnlySpan<float> pixels)
    {
        RequireLength(pixels, InputSize);
        int count = InputSize * InputSize;
        float[] planes = new float[pixels.Length];
        for (int c = 0; c < 3; c++)
        {
            // One multiplication and one addition, so that [0, 1] to [-1, 1] is exact.
            float scale = 1f / _clip.PixelDeviation[c], offset = -_clip.PixelMean[c] * scale;
            for (int p = 0; p < count; p++)
            {
                planes[(c * count) + p] = (scale * pixels[(3 * p) + c]) + offset;
            }
        }

        using ValueList inputs = new();
        AddImage(inputs, planes);
        if (_clip.IsOneGraph)
        {
            AddText(inputs, "");
        }

        return Run(_imageSession, inputs, _clip.ImageEmbedding);
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
        _imageSession.Dispose();
        _textSession.Dispose();
    }

    private static ClipFolder FolderOf(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Clip is null
            ? throw new InvalidModelException(
                $"{model.Folder} has no folder 'clip', so results cannot be scored. Add clip/image_encoder.onnx, clip/text_encoder.onnx and clip/config.json, or train without scores.")
            : ClipFolder.Open(Path.Combine(model.Folder, "clip"));
    }

    private void AddText(ValueList inputs, string caption)
    {
        TokenizedPrompt tokens = _tokenizer.Encode(caption);
        inputs.Add(_clip.Ids.Name, TensorValue.FromIntegers(_clip.Ids.Element, tokens.Ids, 1, tokens.Ids.Count));
        if (_clip.Mask is { } mask)
        {
            int[] ones = [.. tokens.Ids.Select((_, i) => i < tokens.Length ? 1 : 0)];
            inputs.Add(mask.Name, TensorValue.FromIntegers(mask.Element, ones, 1, ones.Length));
        }
    }

    private void AddImage(ValueList inputs, float[] planes) =>
        inputs.Add(_clip.Pixels.Name, TensorValue.FromFloats(_clip.Pixels.Element, planes, 1, 3, InputSize, InputSize));

    private static float[] Run(OnnxSession session, ValueList inputs, TensorSignature output)
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(inputs.Values, [output.Name]);
        return Normalized(TensorValue.ToFloats(outputs[0]));
    }

    private static void RequireLength(ReadOnlySpan<float> image, int side)
    {
        if (image.Length != side * side * 3)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The image has {image.Length} values, expected {side}·{side}·3."), nameof(image));
        }
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
            throw new InvalidModelException("The judge returned an embedding of length zero or NaN, expected a direction. Export the model again.");
        }

        return Array.ConvertAll(vector, v => v / length);
    }

    private sealed class ValueList : IDisposable
    {
        private readonly List<(string Name, OrtValue Value)> _values = [];

        public IReadOnlyList<(string Name, OrtValue Value)> Values => _values;

        public void Add(string name, OrtValue value) => _values.Add((name, value));

        public void Dispose() => _values.ForEach(value => value.Value.Dispose());
    }
}
