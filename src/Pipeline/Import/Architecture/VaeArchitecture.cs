using System.Collections.Generic;

namespace DreamFusion.Pipeline.Import.Architecture;

/// <summary>The autoencoder between pictures and latents, the same in all bases. Source: Rombach et al. 2022; diffusers, autoencoder_kl.</summary>
public sealed record VaeArchitecture
{
    /// <summary>Channels of each level, finest first; multiples of <see cref="Groups"/>.</summary>
    public required IReadOnlyList<int> Channels { get; init; }

    /// <summary>Residual blocks of a level of the encoder; the decoder has one more.</summary>
    public int ResnetsPerLevel { get; init; } = 2;

    /// <summary>Channels of the latent; the encoder gives twice as many, means and logarithms of variances.</summary>
    public int LatentChannels { get; init; } = 4;

    /// <summary>Groups of every GroupNorm.</summary>
    public int Groups { get; init; } = 32;

    /// <summary>Side of the picture that the base was trained on.</summary>
    public int SampleSize { get; init; } = 512;

    /// <summary>ε of every GroupNorm.</summary>
    public float NormEpsilon { get; init; } = 1e-6f;

    /// <summary>Scale of the latent, applied outside the graphs.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Number of levels.</summary>
    public int Levels => Channels.Count;
}
