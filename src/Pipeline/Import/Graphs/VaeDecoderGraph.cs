using System;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs.Blocks;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>
/// The decoder of the VAE: post_quant_conv, conv_in, resnet, attention, resnet, levels of residual blocks each doubled but the
/// last, then <c>GN, s, conv_out</c>. Source: Rombach et al. 2022; diffusers, autoencoder_kl.
/// </summary>
public static class VaeDecoderGraph
{
    /// <summary>Writes <c>model.onnx</c>, <c>model.onnx_data</c> and <c>config.json</c>.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="vae">The architecture.</param>
    /// <param name="weights">Weights of the whole VAE; those of the decoder and post_quant_conv are read.</param>
    /// <param name="options">Without effect: the VAE is float32 and plain.</param>
    /// <param name="bytesWritten">Told the bytes of weights written so far; null for nobody.</param>
    /// <exception cref="DfkException">A weight cannot be stored.</exception>
    public static void Write(string folder, VaeArchitecture vae, IWeightSource weights, GraphOptions options, IProgress<long>? bytesWritten = null)
    {
        ArgumentNullException.ThrowIfNull(vae);
        ArgumentNullException.ThrowIfNull(options);
        using GraphWriter g = new(folder, "vae_decoder", weights, TensorElement.Float32, TensorElement.Float32, bytesWritten);
        Value h = g.Input("latent_sample", TensorElement.Float32, "batch", vae.LatentChannels, "latent_height", "latent_width");
        PlainOperators operators = new();
        h = g.Conv("decoder.conv_in", g.Conv("post_quant_conv", h, "post_quant_conv"), "decoder.conv_in");
        h = VaeMiddle.Apply(g, operators, "decoder.mid_block", h, vae);
        for (int block = 0; block < vae.Levels; block++)
        {
            string name = $"decoder.up_blocks.{block}";
            for (int resnet = 0; resnet <= vae.ResnetsPerLevel; resnet++)
            {
                h = ResnetBlock.Apply(g, operators, $"{name}.resnets.{resnet}", h, activatedTime: null, vae.Groups, vae.NormEpsilon);
            }

            h = block < vae.Levels - 1 ? g.Upsample(name + ".upsamplers.0", h) : h;
        }

        h = operators.GroupNormSilu(g, "decoder.conv_norm_out", h, vae.Groups, vae.NormEpsilon);
        g.Output(g.Conv("decoder.conv_out", h, "sample"), "batch", 3, "height", "width");
        g.Finish();
        ComponentConfig.Write(folder, vae);
    }
}
