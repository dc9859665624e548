namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>A network that a LoRA can change; none changes the autoencoder.</summary>
public enum LoraComponent
{
    /// <summary>The denoiser.</summary>
    UNet,

    /// <summary>The text encoder.</summary>
    TextEncoder,
}
