namespace DreamFusion.Pipeline.Import.Architecture;

/// <summary>
/// CLIP's text transformer, as far as Stable Diffusion uses it. Source: Radford et al. 2021; transformers, modeling_clip.
/// </summary>
public sealed record TextArchitecture
{
    /// <summary>Layers that are used; 12 in Stable Diffusion 1, 23 of OpenCLIP's 24 in 2.</summary>
    public required int Layers { get; init; }

    /// <summary>Width W of the states.</summary>
    public required int Width { get; init; }

    /// <summary>Attention heads; they divide <see cref="Width"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of the MLPs' inner layer.</summary>
    public required int MlpWidth { get; init; }

    /// <summary>Activation of the MLPs.</summary>
    public required TextActivation Activation { get; init; }

    /// <summary>Rows of the token embedding; 49408, and more with added embeddings.</summary>
    public int VocabularySize { get; init; } = 49408;

    /// <summary>Tokens of a prompt, with begin, end and padding.</summary>
    public int Positions { get; init; } = 77;

    /// <summary>Id that begins every prompt.</summary>
    public int BeginTokenId { get; init; } = 49406;

    /// <summary>Id that ends every prompt.</summary>
    public int EndTokenId { get; init; } = 49407;

    /// <summary>Id that fills up a prompt: 49407 (the end) in Stable Diffusion 1, 0 (<c>!</c>) in 2.</summary>
    public required int PaddingTokenId { get; init; }

    /// <summary>ε of every LayerNorm.</summary>
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    /// <summary>The same encoder without its last layers; the final LayerNorm stays.</summary>
    /// <param name="clipSkip">Layers to leave out, 0 to <see cref="Layers"/> - 1.</param>
    /// <returns>The shorter encoder: what is read and written under <c>--clip-skip</c>.</returns>
    /// <exception cref="DfkException">No layer would be left.</exception>
    public TextArchitecture WithoutLast(int clipSkip) => clipSkip >= 0 && clipSkip < Layers
        ? this with { Layers = Layers - clipSkip }
        : throw new DfkException(
            ExitCode.BadInput, $"Clip-skip is {clipSkip}, expected 0 to {Layers - 1}: this text encoder uses {Layers} layers and one must be left. Pass a smaller --clip-skip.");
}
