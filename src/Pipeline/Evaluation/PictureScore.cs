using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// What the model folder's own judge (<c>clip/</c>) says about single pictures: cosine similarity to the prompt, and, where the prior's
/// vocabulary knows the prompt's object, whether that object's caption is the nearest of all.
/// </summary>
public static class PictureScore
{
    /// <summary>Scores pictures; nothing where the folder has no judge.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="prompt">The prompt, without view words.</param>
    /// <param name="device">Where pictures are resized.</param>
    /// <param name="pictures">Names and RGB pictures, in [0, 1].</param>
    /// <returns><c>NAME_similarity</c>, -1 to 1, and <c>NAME_retrieval</c>, 0 or 1.</returns>
    public static IReadOnlyList<KeyValuePair<string, double>> Evaluate(
        ModelFolder model, string prompt, DeviceContext device, IReadOnlyList<(string Name, FloatImage Picture)> pictures)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(pictures);
        if (model.Clip is not { } clip)
        {
            return [];
        }
        using var scorer = new ClipScorer(model);
        float[] text = scorer.EmbedText(prompt);
        ObjectCaptions? captions = ObjectCaptions.For(scorer, PromptVocabulary.TryLoad(model), prompt);
        var scores = new List<KeyValuePair<string, double>>();
        foreach ((string name, FloatImage picture) in pictures)
        {
            float[] seen = scorer.EmbedPixels(Resized(device, picture, clip.ImageSize));
            scores.Add(new(name + "_similarity", ClipScorer.Retrieve(seen, [text]).Similarities[0]));
            if (captions is not null)
            {
                scores.Add(new(name + "_retrieval", captions.IsNearest(seen) ? 1 : 0));
            }
        }
        return scores;
    }

    private static float[] Resized(DeviceContext device, FloatImage picture, int size)
    {
        if (picture.Width == size && picture.Height == size)
        {
            return picture.Data;
        }
        using var tape = new Tape(device, recording: false);
        var pixels = tape.Scratch<float>(picture.Data.Length);
        pixels.CopyFromCPU(picture.Data);
        float[] resized = new float[size * size * 3];
        tape.Resize(tape.Constant(pixels, picture.Width * picture.Height, 3), picture.Height, picture.Width, size, size).Value.CopyToCPU(resized);
        return resized;
    }
}
