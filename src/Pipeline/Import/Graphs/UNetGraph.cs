using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs.Blocks;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>
/// The denoiser.
/// <code>
/// conv_in;  down: (resnet, transformer) x 2, downsample;  mid: resnet, transformer, resnet;
/// up: 3 x (concatenate the newest skip, resnet, transformer), upsample;  GN, s, conv_out
/// </code>
/// The output of conv_in and of everything on the way down is a skip; the deepest level has neither transformers nor
/// resampling. Source: Rombach et al. 2022; diffusers, unet_2d_condition and unet_2d_blocks.
/// </summary>
public static class UNetGraph
{
    /// <summary>Writes <c>model.onnx</c>, <c>model.onnx_data</c> and <c>config.json</c>.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="unet">The architecture.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="options">
    /// Float16 computes in half precision but for the time embedding, the GroupNorms and, where the architecture upcasts it,
    /// attention; inputs and outputs are then half precision too. Fused uses operators of the CUDA provider.
    /// </param>
    /// <param name="bytesWritten">Told the bytes of weights written so far; null for nobody.</param>
    /// <exception cref="DfkException">A weight cannot be stored.</exception>
    public static void Write(string folder, UNetArchitecture unet, IWeightSource weights, GraphOptions options, IProgress<long>? bytesWritten = null)
    {
        ArgumentNullException.ThrowIfNull(unet);
        ArgumentNullException.ThrowIfNull(options);
        TensorElement element = options.Precision == WeightPrecision.Float16 ? TensorElement.Float16 : TensorElement.Float32;
        using GraphWriter g = new(folder, "unet", weights, element, element, bytesWritten);
        Value sample = g.Input("sample", element, "batch", unet.LatentChannels, "height", "width");
        Value timestep = g.Input("timestep", TensorElement.Int64, "steps");
        Value text = g.Input("encoder_hidden_states", element, "batch", "sequence", unet.CrossAttentionWidth);
        IUNetOperators operators = options.Fused ? new FusedOperators() : new PlainOperators();
        Network network = new(g, operators, unet, TimeEmbedding.Apply(g, timestep, sample, unet.TimeTableWidth), text);
        g.Output(network.Predict(sample), "batch", unet.LatentChannels, "height", "width");
        g.Finish();
        ComponentConfig.Write(folder, unet);
    }

    private sealed class Network(GraphWriter g, IUNetOperators operators, UNetArchitecture unet, Value time, Value text)
    {
        private readonly Stack<Value> _skips = [];

        public Value Predict(Value sample)
        {
            Value h = Skip(g.Conv("conv_in", sample, "conv_in"));
            for (int level = 0; level < unet.Levels; level++)
            {
                h = Down(level, h);
            }

            int deepest = unet.Levels - 1;
            h = Resnet("mid_block.resnets.0", h);
            h = Transformer("mid_block.attentions.0", deepest, h);
            h = Resnet("mid_block.resnets.1", h);
            for (int block = 0; block < unet.Levels; block++)
            {
                h = Up(block, h);
            }

            return g.Conv("conv_out", operators.GroupNormSilu(g, "conv_norm_out", h, unet.Groups, unet.ResnetEpsilon), "out_sample");
        }

        private Value Down(int level, Value h)
        {
            string name = $"down_blocks.{level}";
            for (int resnet = 0; resnet < unet.ResnetsPerLevel; resnet++)
            {
                h = Resnet($"{name}.resnets.{resnet}", h);
                h = Skip(unet.HasAttention(level) ? Transformer($"{name}.attentions.{resnet}", level, h) : h);
            }

            return level < unet.Levels - 1 ? Skip(g.Downsample(name + ".downsamplers.0", h)) : h;
        }

        // Block 0 is the deepest level.
        private Value Up(int block, Value h)
        {
            int level = unet.Levels - 1 - block;
            string name = $"up_blocks.{block}";
            for (int resnet = 0; resnet <= unet.ResnetsPerLevel; resnet++)
            {
                h = Resnet($"{name}.resnets.{resnet}", g.Concat(h, _skips.Pop(), axis: 1));
                h = unet.HasAttention(level) ? Transformer($"{name}.attentions.{resnet}", level, h) : h;
            }

            return level > 0 ? g.Upsample(name + ".upsamplers.0", h) : h;
        }

        private Value Resnet(string name, Value h) => ResnetBlock.Apply(g, operators, name, h, time, unet.Groups, unet.ResnetEpsilon);

        private Value Transformer(string name, int level, Value h) => Transformer2D.Apply(g, operators, name, h, text, unet.HeadsPerLevel[level], unet);

        private Value Skip(Value h)
        {
            _skips.Push(h);
            return h;
        }
    }
}
