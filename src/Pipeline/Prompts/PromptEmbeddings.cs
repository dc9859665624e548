using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Everything training needs of the text: one embedding per row of the view table and the unconditional one. The text
/// encoder is loaded, run once per text and released.
/// </summary>
public sealed class PromptEmbeddings
{
    private readonly TextEmbedding[] _views;

    private PromptEmbeddings(string prompt, ViewPrompts views, TextEmbedding[] embeddings, TextEmbedding unconditional, IReadOnlyList<string> warnings)
    {
        Prompt = prompt;
        Views = views;
        _views = embeddings;
        Unconditional = unconditional;
        Warnings = warnings;
    }

    /// <summary>The prompt without view words.</summary>
    public string Prompt { get; }

    /// <summary>The view table.</summary>
    public ViewPrompts Views { get; }

    /// <summary>Text states of the negative prompt, which is empty by default.</summary>
    public TextEmbedding Unconditional { get; }

    /// <summary>Lines for the log: prompts that had to be shortened.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Encodes a prompt for every view.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="negativePrompt">What to steer away from; empty for the unconditional prompt.</param>
    /// <param name="views">The view table.</param>
    /// <returns>All embeddings.</returns>
    /// <exception cref="InvalidModelException">Tokenizer or text encoder cannot be used.</exception>
    public static PromptEmbeddings Compute(ModelFolder model, string prompt, string negativePrompt, ViewPrompts views)
    {
        ArgumentNullException.ThrowIfNull(views);
        using TextEncoder encoder = new(model);
        TextEmbedding[] embeddings = [.. views.Rows.Select(row => encoder.Encode(prompt, row.Suffix))];
        TextEmbedding unconditional = encoder.Encode(negativePrompt);
        return new PromptEmbeddings(prompt, views, embeddings, unconditional, encoder.Warnings);
    }

    /// <summary>Text states for a camera, by its nearest row of the view table.</summary>
    /// <param name="azimuthDegrees">Azimuth, degrees; 0 is the front, growing towards +X.</param>
    /// <param name="elevationDegrees">Elevation, degrees, -90 to 90.</param>
    /// <returns>The embedding.</returns>
    public TextEmbedding For(float azimuthDegrees, float elevationDegrees) => _views[Views.IndexFor(azimuthDegrees, elevationDegrees)];
}
