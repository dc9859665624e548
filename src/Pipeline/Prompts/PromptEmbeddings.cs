using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>
/// Everything training needs of the text: one embedding per row of the view table and the unconditional one. The text
/// encoder is loaded, run once per text and released.
/// </summary>
public sealed class PromptEmbeddings
{
    private const float OverheadElevation = 60;

    private readonly TextEmbedding[] _views;
    private PerpNegWeighting? _perpNeg;

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

    /// <summary>Text states of noise-free distillation's negative prompt; null if the method is another.</summary>
    public TextEmbedding? NoiseFreeNegative { get; private init; }

    /// <summary>Lines for the log: prompts that had to be shortened.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>What the guidance takes for a camera: the view's text, and the negative ones that the configuration asks for.</summary>
    /// <param name="azimuthDegrees">Azimuth, degrees; 0 is the front, growing towards +X.</param>
    /// <param name="elevationDegrees">Elevation, degrees, -90 to 90.</param>
    /// <returns>The texts of a step.</returns>
    public GuidanceTexts TextsFor(float azimuthDegrees, float elevationDegrees)
    {
        var texts = new GuidanceTexts(For(azimuthDegrees, elevationDegrees), Unconditional) { NoiseFreeNegative = NoiseFreeNegative };
        // threestudio: an overhead view is neither front nor side, and nothing is pushed away.
        if (_perpNeg is not { } weighting || (weighting == PerpNegWeighting.Threestudio && elevationDegrees > OverheadElevation))
        {
            return texts;
        }

        PerpNegWeights weights = PerpNeg.WeightsFor(weighting, azimuthDegrees);
        return texts with { ViewNegatives = [(For(0, 0), weights.Front), (For(90, 0), weights.Side)] };
    }

    /// <summary>Encodes a prompt for every view.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="negativePrompt">What to steer away from; empty for the unconditional prompt.</param>
    /// <param name="views">The view table.</param>
    /// <param name="guidance">Which negative texts are needed; none by default.</param>
    /// <param name="device">Where the text encoder runs; null for one thread of the CPU.</param>
    /// <returns>All embeddings.</returns>
    /// <exception cref="InvalidModelException">Tokenizer or text encoder cannot be used.</exception>
    public static PromptEmbeddings Compute(
        ModelFolder model, string prompt, string negativePrompt, ViewPrompts views, GuidanceConfiguration? guidance = null, GuidanceDevice? device = null)
    {
        ArgumentNullException.ThrowIfNull(views);
        guidance ??= new GuidanceConfiguration();
        using TextEncoder encoder = new(model, device);
        TextEmbedding[] embeddings = [.. views.Rows.Select(row => encoder.Encode(prompt, row.Suffix))];
        TextEmbedding unconditional = encoder.Encode(negativePrompt);
        TextEmbedding? negative = guidance.Method == SdsMethod.Nfsd ? encoder.Encode(guidance.NoiseFreeNegative) : null;
        return new PromptEmbeddings(prompt, views, embeddings, unconditional, encoder.Warnings)
        {
            NoiseFreeNegative = negative,
            _perpNeg = guidance.PerpNeg switch
            {
                PerpNegKind.None => null,
                PerpNegKind.StableDreamFusion => PerpNegWeighting.StableDreamFusion,
                PerpNegKind.Threestudio => PerpNegWeighting.Threestudio,
                _ => throw new ArgumentOutOfRangeException(nameof(guidance), guidance.PerpNeg, "No Perp-Neg weighting of that name."),
            },
        };
    }

    /// <summary>Text states for a camera: those of its row of the view table, or two rows' mixed, as the table's choice says.</summary>
    /// <param name="azimuthDegrees">Azimuth, degrees; 0 is the front, growing towards +X.</param>
    /// <param name="elevationDegrees">Elevation, degrees, -90 to 90.</param>
    /// <returns>The embedding.</returns>
    public TextEmbedding For(float azimuthDegrees, float elevationDegrees)
    {
        (int first, float firstWeight, int second, float secondWeight) = Views.WeightsFor(azimuthDegrees, elevationDegrees);
        TextEmbedding a = _views[first];
        TextEmbedding b = _views[second];
        if (ReferenceEquals(a, b) || secondWeight == 0)
        {
            return a;
        }

        float[] states = new float[a.States.Length];
        for (int i = 0; i < states.Length; i++)
        {
            states[i] = (firstWeight * a.States[i]) + (secondWeight * b.States[i]);
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"{firstWeight:0.00} of \"{a.Text}\" and {secondWeight:0.00} of \"{b.Text}\"");
        return new TextEmbedding(text, states, a.TokenCount, a.Width);
    }
}
