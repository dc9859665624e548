namespace DreamFusion.Pipeline.Models;

/// <summary>What a diffusion model adds noise to.</summary>
public enum ModelKind
{
    /// <summary>The latent of a VAE: Stable Diffusion.</summary>
    LatentSpace,

    /// <summary>The image itself, in [-1, 1]: DeepFloyd IF's first stage, Imagen.</summary>
    PixelSpace,
}
