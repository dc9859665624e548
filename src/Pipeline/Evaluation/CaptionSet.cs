using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>A caption among which an image's own is looked for, and what it names.</summary>
/// <param name="Text">The caption, with its article.</param>
/// <param name="ObjectName">The object that it names.</param>
/// <param name="ColourName">The colour that it names; null for none.</param>
public sealed record RetrievalCaption(string Text, string ObjectName, string? ColourName);

/// <summary>
/// The captions that compete for an image of a prior's objects: <c>a K</c>, then <c>a C K</c>, for every object K and colour C of its
/// vocabulary (55 and 12 of the embedded prior: 715 captions). Images without colour compete among the first 55 alone.
/// </summary>
public sealed class CaptionSet
{
    /// <summary>The captions of a vocabulary.</summary>
    /// <param name="vocabulary">Objects and colours.</param>
    public CaptionSet(PromptVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Colourless = Captions(vocabulary, null);
        All = [.. Colourless, .. vocabulary.ColourNames.SelectMany(colour => Captions(vocabulary, colour))];
    }

    /// <summary>Every caption; those of <see cref="Colourless"/> come first.</summary>
    public IReadOnlyList<RetrievalCaption> All { get; }

    /// <summary>One caption for each object, without a colour.</summary>
    public IReadOnlyList<RetrievalCaption> Colourless { get; }

    private static RetrievalCaption[] Captions(PromptVocabulary vocabulary, string? colour) =>
        [.. vocabulary.ObjectNames.Zip(vocabulary.Captions(colour), (name, text) => new RetrievalCaption(text, name, colour))];
}
