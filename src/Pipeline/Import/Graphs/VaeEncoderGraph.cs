using System;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs.Blocks;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>
/// The encoder of the VAE: conv_in, levels of residual blocks each halved but the last, resnet, attention, resnet, then
/// <c>GN, s, conv_out, quant_conv</c>. Its output are the posterior's parameters, means before logarithms of variances, not
/// clamped. All operators have a gradient here. Source: Rombach et al. 2022; diffusers, autoencoder_kl.
/// </summary>
public static class VaeEncoderGraph
{
    /// <summary>Writes <c>model.onnx</c>, <c>model.onnx_data</c> and <c>config.json</c>.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="vae">The architecture.</param>
    /// <param name="weights">Weights of the whole VAE; those of the encoder and quant_conv are read.</param>
    /// <param name="options">Without effect: the VAE is float32 and plain.</param>
    /// <param name="bytesWritten">Told the bytes of weights written so far; null for nobody.</param>
    /// <exception cref="DfkException">A weight cannot be stored.</exception>
    public static void Write(string folder, VaeArchitecture vae, IWeightSource weights, GraphOptions options, IProgress<long>? bytesWritten = null)
    {
        ArgumentNullException.ThrowIfNull(vae);
        ArgumentNullException.ThrowIfNull(options);
        using GraphWriter g = new(folder, "vae_encoder", weights, TensorElement.Float32, TensorElement.Float32, bytesWritten);
        Value h = g.Input("sample", TensorElement.Float32, "batch", 3, "height", "width");
        PlainOperators operators = new();
        h = g.Conv("encoder.conv_in", h, "encoder.conv_in");
        for (int level = 0; level < vae.Levels; level++)
        {
            string name = $"encoder.down_blocks.{level}";
            for (int resnet = 0; resnet < vae.ResnetsPerLevel; resnet++)
            {
                h = ResnetBlock.Apply(g, operators, $"{name}.resnets.{resnet}", h, activatedTime: null, vae.Groups, vae.NormEpsilon);
            }

            h = level < vae.Levels - 1 ? g.DownsampleVae(name + ".downsamplers.0", h) : h;
        }

        h = VaeMiddle.Apply(g, operators, "encoder.mid_block", h, vae);
        h = operators.GroupNormSilu(g, "encoder.conv_norm_out", h, vae.Groups, vae.NormEpsilon);
        g.Output(QuantizedConvOut(g, h), "batch", 2 * vae.LatentChannels, "latent_height", "latent_width");
        g.Finish();
        ComponentConfig.Write(folder, vae);
    }

    // quant_conv (1x1, Q and q) after conv_out (W and b) is one convolution: W' = Q W, b' = Q b + q, summed in double.
    private static Value QuantizedConvOut(GraphWriter g, Value h)
    {
        long[] shape = g.Shape("encoder.conv_out.weight");
        int channels = (int)shape[0];
        float[] w = g.Read("encoder.conv_out.weight");
        float[] b = g.Read("encoder.conv_out.bias");
        float[] q = g.Read("quant_conv.weight");
        float[] offset = g.Read("quant_conv.bias");
        int row = w.Length / channels;
        float[] weight = new float[w.Length];
        float[] bias = new float[channels];
        for (int o = 0; o < channels; o++)
        {
            double sum = offset[o];
            for (int m = 0; m < channels; m++)
            {
                sum += (double)q[(o * channels) + m] * b[m];
            }

            bias[o] = (float)sum;
            for (int k = 0; k < row; k++)
            {
                double product = 0;
                for (int m = 0; m < channels; m++)
                {
                    product += (double)q[(o * channels) + m] * w[(m * row) + k];
                }

                weight[(o * row) + k] = (float)product;
            }
        }

        return g.Conv(
            h, g.Constant("encoder.conv_out.quantized.weight", weight, shape), g.Constant("encoder.conv_out.quantized.bias", bias, channels),
            kernel: shape[2], stride: 1, [1, 1, 1, 1], "latent_parameters");
    }
}
