namespace DreamFusion.Pipeline.Import.Architecture;

/// <summary>A base model: the three networks of Stable Diffusion and their sizes.</summary>
public sealed record StableDiffusionArchitecture
{
    private static readonly VaeArchitecture _vae = new() { Channels = [128, 256, 512, 512] };

    /// <summary>Stable Diffusion 1.x, with OpenAI's CLIP ViT-L/14 as text encoder.</summary>
    public static StableDiffusionArchitecture StableDiffusion1 { get; } = new()
    {
        Name = "Stable Diffusion 1",
        UNet = new()
        {
            Channels = [320, 640, 1280, 1280],
            HeadsPerLevel = [8, 8, 8, 8],
            CrossAttentionWidth = 768,
            LinearProjection = false,
            UpcastAttention = false,
        },
        Vae = _vae,
        Text = new()
        {
            Layers = 12,
            Width = 768,
            Heads = 12,
            MlpWidth = 3072,
            Activation = TextActivation.QuickGelu,
            PaddingTokenId = 49407,
        },
    };

    /// <summary>
    /// Stable Diffusion 2.x, with OpenCLIP's ViT-H/14 without its last layer as text encoder. The 768-pixel models differ in
    /// <see cref="UNetArchitecture.SampleSize"/> 96 and in the prediction, which is the scheduler's.
    /// </summary>
    public static StableDiffusionArchitecture StableDiffusion2 { get; } = new()
    {
        Name = "Stable Diffusion 2",
        UNet = new()
        {
            Channels = [320, 640, 1280, 1280],
            HeadsPerLevel = [5, 10, 20, 20],
            CrossAttentionWidth = 1024,
            LinearProjection = true,
            UpcastAttention = true,
        },
        Vae = _vae,
        Text = new()
        {
            Layers = 23,
            Width = 1024,
            Heads = 16,
            MlpWidth = 4096,
            Activation = TextActivation.Gelu,
            PaddingTokenId = 0,
        },
    };

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The denoiser.</summary>
    public required UNetArchitecture UNet { get; init; }

    /// <summary>The autoencoder.</summary>
    public required VaeArchitecture Vae { get; init; }

    /// <summary>The text encoder.</summary>
    public required TextArchitecture Text { get; init; }
}
