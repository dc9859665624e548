using System;
using System.Linq;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// Which caption is right for a prompt. One object in at most one colour: a caption that names this object and, where the prompt has a colour,
/// this colour; a caption may name a colour that the prompt leaves open. Several objects: the prompt itself, which joins the captions.
/// </summary>
public sealed class WantedCaption
{
    private WantedCaption(string? name, string? colour, string? coloured, string? colourless)
    {
        ObjectName = name;
        ColourName = colour;
        Coloured = coloured;
        Colourless = colourless;
    }

    /// <summary>The object that a right caption names; null for a prompt of several objects.</summary>
    public string? ObjectName { get; }

    /// <summary>The colour that a right caption names; null where the prompt names none, or several objects.</summary>
    public string? ColourName { get; }

    /// <summary>A prompt of several objects, as a caption of its own; null for one object.</summary>
    public string? Coloured { get; }

    /// <summary>The same without its colours, for images without colour; null for one object.</summary>
    public string? Colourless { get; }

    /// <summary>What is right for a prompt; null for a prompt without a known object, or of one object in several colours.</summary>
    /// <param name="vocabulary">Objects and colours.</param>
    /// <param name="prompt">The prompt.</param>
    public static WantedCaption? For(PromptVocabulary vocabulary, string prompt)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        PromptContent content = vocabulary.Describe(prompt);
        return content switch
        {
            { Objects.Count: 1, Colours.Count: <= 1 } => new WantedCaption(content.Objects[0], content.Colours.Count == 1 ? content.Colours[0] : null, null, null),
            { Objects.Count: > 1 } => new WantedCaption(null, null, prompt, WithoutColours(content, prompt)),
            _ => null,
        };
    }

    /// <summary>Whether a caption is right for an image in colour.</summary>
    public bool IsRight(RetrievalCaption caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        return ObjectName is not null && caption.ObjectName == ObjectName && (ColourName is null || caption.ColourName == ColourName);
    }

    /// <summary>Whether a caption without colour is right for an image without colour.</summary>
    public bool IsRightWithoutColour(RetrievalCaption caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        return ObjectName is not null && caption.ObjectName == ObjectName;
    }

    // The colour's place is the noun's now, so its article may change: "an orange cone" becomes "a cone".
    private static string WithoutColours(PromptContent content, string prompt)
    {
        string[] words = prompt.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var kept = words.Where(word => !content.Colours.Contains(word, StringComparer.OrdinalIgnoreCase)).ToList();
        for (int i = 0; i + 1 < kept.Count; i++)
        {
            if (kept[i] is "a" or "an")
            {
                kept[i] = PromptVocabulary.WithArticle(kept[i + 1]).Split(' ')[0];
            }
        }
        return string.Join(' ', kept);
    }
}
