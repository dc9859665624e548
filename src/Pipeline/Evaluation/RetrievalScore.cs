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
        PromptVocabulary? vocabulary = PromptVocabulary.TryLoad(model);
        if (model.Clip is null || vocabulary is null)
        {
            return [];
        }
        PromptContent content = vocabulary.Describe(prompt);
        if (content.Objects.Count != 1 || content.Colours.Count > 1)
        {
            return [];
        }
        using var scorer = new ClipScorer(model);
        float[][] captions = [.. vocabulary.Captions(content.Colours.Count == 1 ? content.Colours[0] : null).Select(scorer.EmbedText)];
        int wanted = vocabulary.ObjectNames.ToList().IndexOf(content.Objects[0]);
        return
        [
            new("colour_retrieval", Share(scorer, captions, wanted, views.Select(view => view.Colour))),
            new("geometry_retrieval", Share(scorer, captions, wanted, views.Select(view => ToRgb(view.Textureless)))),
        ];
    }

    private static double Share(ClipScorer scorer, float[][] captions, int wanted, IEnumerable<FloatImage> images) =>
        images.Average(image => ClipScorer.Retrieve(scorer.EmbedImage(image.Data), captions).Best == wanted ? 1d : 0d);

    private static FloatImage ToRgb(FloatImage grey) =>
        new(grey.Width, grey.Height, 3, [.. grey.Data.SelectMany(value => new[] { value, value, value })]);
}
