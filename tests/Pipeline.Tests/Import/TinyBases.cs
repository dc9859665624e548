using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Tests.Import;

/// <summary>Two bases that differ as Stable Diffusion 1 and 2 do, with all four levels, in a few megabytes.</summary>
internal static class TinyBases
{
    private static readonly VaeArchitecture _vae = StableDiffusionArchitecture.StableDiffusion1.Vae with { Channels = [32, 32, 64, 64] };

    public static StableDiffusionArchitecture One { get; } = StableDiffusionArchitecture.StableDiffusion1 with
    {
        Name = "tiny 1",
        UNet = StableDiffusionArchitecture.StableDiffusion1.UNet with { Channels = [32, 32, 64, 64], HeadsPerLevel = [4, 4, 4, 4], CrossAttentionWidth = 24 },
        Vae = _vae,
        Text = StableDiffusionArchitecture.StableDiffusion1.Text with
        {
            Layers = 3,
            Width = 24,
            Heads = 4,
            MlpWidth = 40,
            VocabularySize = 600,
            BeginTokenId = 598,
            EndTokenId = 599,
            PaddingTokenId = 599,
        },
    };

    public static StableDiffusionArchitecture Two { get; } = StableDiffusionArchitecture.StableDiffusion2 with
    {
        Name = "tiny 2",
        UNet = StableDiffusionArchitecture.StableDiffusion2.UNet with { Channels = [32, 32, 64, 64], HeadsPerLevel = [2, 2, 4, 4], CrossAttentionWidth = 32 },
        Vae = _vae,
        Text = StableDiffusionArchitecture.StableDiffusion2.Text with
        {
            Layers = 3,
            Width = 32,
            Heads = 4,
            MlpWidth = 48,
            VocabularySize = 600,
            BeginTokenId = 598,
            EndTokenId = 599,
        },
    };

    public static StableDiffusionArchitecture[] Both => [One, Two];

    public static StableDiffusionArchitecture Of(int version) => version == 1 ? One : Two;
}
