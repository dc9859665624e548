using System;
using System.Linq;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>Captions of all objects that a prior knows, in the prompt's colour if it names one, and which of them is the prompt's.</summary>
internal sealed class ObjectCaptions
{
    private readonly float[][] _embeddings;
    private readonly int _wanted;

    private ObjectCaptions(float[][] embeddings, int wanted)
    {
        _embeddings = embeddings;
        _wanted = wanted;
    }

    /// <summary>Embeds the captions; null without a vocabulary, or where the prompt does not name exactly one known object in at most one colour.</summary>
    public static ObjectCaptions? For(ClipScorer scorer, PromptVocabulary? vocabulary, string prompt)
    {
        if (vocabulary?.Describe(prompt) is not { Objects.Count: 1, Colours.Count: <= 1 } content)
        {
            return null;
        }
        string? colour = content.Colours.Count == 1 ? content.Colours[0] : null;
        return new ObjectCaptions([.. vocabulary.Captions(colour).Select(scorer.EmbedText)], vocabulary.ObjectNames.ToList().IndexOf(content.Objects[0]));
    }

    /// <summary>Whether the prompt's object is the nearest caption of an embedded image.</summary>
    public bool IsNearest(ReadOnlySpan<float> imageEmbedding) => ClipScorer.Retrieve(imageEmbedding, _embeddings).Best == _wanted;
}
