using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Import.Architecture;

/// <summary>
/// The denoiser: a UNet with residual blocks and, on every level but the deepest, transformers that attend to the text.
/// Source: Rombach et al. 2022; diffusers, unet_2d_condition.
/// </summary>
public sealed record UNetArchitecture
{
    /// <summary>Channels of each level, finest first; multiples of <see cref="Groups"/>.</summary>
    public required IReadOnlyList<int> Channels { get; init; }

    /// <summary>Attention heads of each level; not derivable from the weights.</summary>
    public required IReadOnlyList<int> HeadsPerLevel { get; init; }

    /// <summary>Width of the text states.</summary>
    public required int CrossAttentionWidth { get; init; }

    /// <summary>Whether a transformer's proj_in and proj_out are linear layers (Stable Diffusion 2) and not 1x1 convolutions (1).</summary>
    public required bool LinearProjection { get; init; }

    /// <summary>
    /// Whether queries and keys are multiplied in float32 whatever the weights have. Without it Stable Diffusion 2.1 gives black
    /// pictures in half precision; in float32 it changes nothing.
    /// </summary>
    public required bool UpcastAttention { get; init; }

    /// <summary>
    /// upcast_attention of <c>config.json</c>, by which diffusers marks the 768-pixel model of the velocity and no other; what the
    /// graph computes is <see cref="UpcastAttention"/>.
    /// </summary>
    public bool ConfiguresUpcast { get; init; }

    /// <summary>Residual blocks of a level on the way down; on the way up there is one more.</summary>
    public int ResnetsPerLevel { get; init; } = 2;

    /// <summary>Groups of every GroupNorm.</summary>
    public int Groups { get; init; } = 32;

    /// <summary>Channels of the noisy latent and of the prediction.</summary>
    public int LatentChannels { get; init; } = 4;

    /// <summary>Side of the latent that the base was trained on.</summary>
    public int SampleSize { get; init; } = 64;

    /// <summary>ε of the residual blocks' GroupNorms and of conv_norm_out.</summary>
    public float ResnetEpsilon { get; init; } = 1e-5f;

    /// <summary>ε of the GroupNorm that a transformer begins with.</summary>
    public float TransformerEpsilon { get; init; } = 1e-6f;

    /// <summary>ε of every LayerNorm.</summary>
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    /// <summary>Width of the sinusoidal table of the timestep.</summary>
    public int TimeTableWidth => Channels[0];

    /// <summary>Width of the time embedding.</summary>
    public int TimeEmbeddingWidth => 4 * Channels[0];

    /// <summary>Number of levels.</summary>
    public int Levels => Channels.Count;

    /// <summary>Whether a level has transformers: all but the deepest.</summary>
    /// <param name="level">Level, 0 is the finest.</param>
    /// <returns>True if it does.</returns>
    public bool HasAttention(int level) => level < Levels - 1;

    /// <summary>Channels of everything that the way down leaves for the way up, conv_in's output first.</summary>
    public IReadOnlyList<int> SkipChannels =>
    [
        Channels[0],
        .. Enumerable.Range(0, Levels).SelectMany(level => Enumerable.Repeat(Channels[level], ResnetsPerLevel + (level < Levels - 1 ? 1 : 0))),
    ];
}
