using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// CLIP R-Precision on the evaluation views: the share of views whose nearest caption, among one for every object that the
/// prior knows, names the prompt's object. The judge is the model folder's own <c>clip/</c>: its verdicts compare runs of one
/// prior with each other, not with published numbers.
/// </summary>
public static class RetrievalScore
{
    /// <summary>Scores the views, or nothing where the folder has no judge or the prompt does not name exactly one known object.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="views">The evaluation views, at the judge's input size times <see cref="ClipScorer.Oversampling"/>.</param>
    public static IReadOnlyList<KeyValuePair<string, double>> Evaluate(ModelFolder model, string prompt, IReadOnlyList<ViewLayers> views)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(views);
        if (model.Clip is null)
        {
            return [];
        }
        using var scorer = new ClipScorer(model);
        return ObjectCaptions.For(scorer, PromptVocabulary.TryLoad(model), prompt) is { } captions
            ?
            [
                new("colour_retrieval", Share(scorer, captions, views.Select(view => view.Colour))),
                new("geometry_retrieval", Share(scorer, captions, views.Select(view => ToRgb(view.Textureless)))),
            ]
            : [];
    }

    private static double Share(ClipScorer scorer, ObjectCaptions captions, IEnumerable<FloatImage> images) =>
        images.Average(image => captions.IsNearest(scorer.EmbedImage(image.Data)) ? 1d : 0d);

    private static FloatImage ToRgb(FloatImage grey) =>
        new(grey.Width, grey.Height, 3, [.. grey.Data.SelectMany(value => new[] { value, value, value })]);
}
