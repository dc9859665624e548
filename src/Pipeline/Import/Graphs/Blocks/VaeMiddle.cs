using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>The coarsest level of the VAE: resnet, attention, resnet. Source: diffusers, UNetMidBlock2D.</summary>
internal static class VaeMiddle
{
    /// <summary>Adds the three blocks.</summary>
    public static Value Apply(GraphWriter g, IUNetOperators operators, string name, Value h, VaeArchitecture vae)
    {
        h = ResnetBlock.Apply(g, operators, name + ".resnets.0", h, activatedTime: null, vae.Groups, vae.NormEpsilon);
        h = VaeAttention.Apply(g, name + ".attentions.0", h, vae.Groups, vae.NormEpsilon);
        return ResnetBlock.Apply(g, operators, name + ".resnets.1", h, activatedTime: null, vae.Groups, vae.NormEpsilon);
    }
}
