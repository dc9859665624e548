using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// CLIP score and CLIP R-Precision of a prompt's pictures by the model folder's own judge (<c>clip/</c>). The score is the mean cosine
/// similarity of the colour pictures to the prompt. Retrieval is the share of pictures whose nearest caption of a <see cref="CaptionSet"/>
/// is a <see cref="WantedCaption"/>: colour pictures among all captions, textureless ones among those without colour. The verdicts compare
/// runs of one prior with each other, not with published numbers.
/// </summary>
public sealed class RetrievalScore : IDisposable
{
    /// <summary>Name of the mean similarity of the colour pictures to the prompt, -1 to 1.</summary>
    public const string ClipScore = "clip_score";

    /// <summary>Name of the share of colour pictures that are recognised.</summary>
    public const string ColourRetrieval = "colour_retrieval";

    /// <summary>Name of the share of textureless pictures that are recognised.</summary>
    public const string GeometryRetrieval = "geometry_retrieval";

    private readonly ClipScorer _scorer;
    private readonly CaptionRetrieval? _retrieval;

    private RetrievalScore(ModelFolder model)
    {
        _scorer = new ClipScorer(model);
        PromptVocabulary? vocabulary = PromptVocabulary.TryLoad(model);
        _retrieval = vocabulary is null ? null : CaptionRetrieval.Of(_scorer, vocabulary);
    }

    /// <summary>Loads a model folder's judge and embeds the captions; null where the folder has no judge.</summary>
    /// <param name="model">The model folder.</param>
    public static RetrievalScore? TryLoad(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Clip is null ? null : new RetrievalScore(model);
    }

    /// <summary>Scores an object's evaluation views.</summary>
    /// <param name="prompt">The prompt, without view words.</param>
    /// <param name="views">The views, at the judge's input size times <see cref="ClipScorer.Oversampling"/>.</param>
    /// <returns><see cref="ClipScore"/>; where <see cref="WantedCaption"/> knows what is right, also <see cref="ColourRetrieval"/> and <see cref="GeometryRetrieval"/>.</returns>
    public IReadOnlyList<KeyValuePair<string, double>> Evaluate(string prompt, IReadOnlyList<ViewLayers> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        float[][] colour = [.. views.Select(view => _scorer.EmbedImage(view.Colour.Data))];
        float[][] grey = [.. views.Select(view => _scorer.EmbedImage(ToRgb(view.Textureless).Data))];
        return [.. Colour(prompt, colour), .. Geometry(prompt, grey)];
    }

    /// <summary>Scores pictures in colour that have the judge's own input size, such as a prior's samples.</summary>
    /// <param name="prompt">The prompt, without view words.</param>
    /// <param name="pictures">RGB pictures.</param>
    /// <returns>As <see cref="Evaluate"/>, without geometry.</returns>
    public IReadOnlyList<KeyValuePair<string, double>> EvaluateSamples(string prompt, IReadOnlyList<FloatImage> pictures) =>
        Colour(prompt, [.. pictures.Select(picture => _scorer.EmbedPixels(picture.Data))]);

    /// <summary>The text of the caption that fits a picture of the judge's input size best.</summary>
    /// <param name="picture">An RGB picture.</param>
    /// <param name="withColours">Whether all captions compete, or those without colour alone.</param>
    /// <exception cref="InvalidOperationException">The model folder has no vocabulary.</exception>
    public string BestCaption(FloatImage picture, bool withColours = true)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return _retrieval is null
            ? throw new InvalidOperationException("The model folder has no vocabulary.json, so there are no captions to choose from.")
            : _retrieval.BestCaption(_scorer.EmbedPixels(picture.Data), withColours);
    }

    /// <inheritdoc/>
    public void Dispose() => _scorer.Dispose();

    private IReadOnlyList<KeyValuePair<string, double>> Colour(string prompt, float[][] images)
    {
        float[] text = _scorer.EmbedText(prompt);
        KeyValuePair<string, double> score = new(ClipScore, images.Average(image => (double)ClipScorer.Retrieve(image, [text]).Similarities[0]));
        return _retrieval?.InColour(prompt, images) is { } right ? [score, new(ColourRetrieval, Share(right))] : [score];
    }

    private IReadOnlyList<KeyValuePair<string, double>> Geometry(string prompt, float[][] images) =>
        _retrieval?.InGeometry(prompt, images) is { } right ? [new(GeometryRetrieval, Share(right))] : [];

    private static double Share(IReadOnlyList<bool> right) => right.Average(r => r ? 1d : 0d);

    internal static FloatImage ToRgb(FloatImage grey) =>
        new(grey.Width, grey.Height, 3, [.. grey.Data.SelectMany(value => new[] { value, value, value })]);
}
