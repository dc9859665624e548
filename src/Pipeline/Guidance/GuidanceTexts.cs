using System.Collections.Generic;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>The texts of one step.</summary>
/// <param name="Positive">The prompt with the words of the camera's view.</param>
/// <param name="Unconditional">The empty prompt, or the user's negative one.</param>
public sealed record GuidanceTexts(TextEmbedding Positive, TextEmbedding Unconditional)
{
    /// <summary>p_neg of <see cref="DistillationMethod.NoiseFree"/>; that method needs it.</summary>
    public TextEmbedding? NoiseFreeNegative { get; init; }

    /// <summary>Perp-Neg's negative view prompts with their weights; none by default.</summary>
    public IReadOnlyList<(TextEmbedding Text, double Weight)> ViewNegatives { get; init; } = [];
}
