using System.Collections.Generic;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.RandomCheckpoints;

/// <summary>
/// The weights of the three networks with both names, found by building them as the original code does: blocks are appended to lists and counted.
/// Uses neither names nor shapes of the importer, whose rules go from one name to the other. Sources: openaimodel.py and model.py of
/// CompVis/stable-diffusion, model.py of OpenCLIP.
/// </summary>
public static class NetworkWeights
{
    /// <summary>All weights of a base.</summary>
    public static IReadOnlyList<Weight> Of(StableDiffusionArchitecture architecture) =>
        [.. UNet(architecture.UNet), .. Vae(architecture.Vae), .. Text(architecture.Text, isOpenClip: architecture.Text.Activation == TextActivation.Gelu)];

    /// <summary>Weights of the UNet.</summary>
    public static IReadOnlyList<Weight> UNet(UNetArchitecture unet)
    {
        WeightList list = new("unet");
        int width = unet.Channels[0], time = 4 * width, channels = width;
        list.Linear("time_embed.0", "time_embedding.linear_1", width, time);
        list.Linear("time_embed.2", "time_embedding.linear_2", time, time);
        list.Conv("input_blocks.0.0", "conv_in", unet.LatentChannels, width, 3);
        Stack<int> skips = new([width]);
        int block = 1;
        for (int level = 0; level < unet.Channels.Count; level++)
        {
            for (int i = 0; i < unet.ResnetsPerLevel; i++, block++)
            {
                list.Resnet($"input_blocks.{block}.0", $"down_blocks.{level}.resnets.{i}", channels, unet.Channels[level], time);
                channels = unet.Channels[level];
                if (level != unet.Channels.Count - 1)
                {
                    list.Transformer($"input_blocks.{block}.1", $"down_blocks.{level}.attentions.{i}", channels, unet);
                }

                skips.Push(channels);
            }

            if (level != unet.Channels.Count - 1)
            {
                list.Conv($"input_blocks.{block}.0.op", $"down_blocks.{level}.downsamplers.0.conv", channels, channels, 3);
                skips.Push(channels);
                block++;
            }
        }

        list.Resnet("middle_block.0", "mid_block.resnets.0", channels, channels, time);
        list.Transformer("middle_block.1", "mid_block.attentions.0", channels, unet);
        list.Resnet("middle_block.2", "mid_block.resnets.1", channels, channels, time);
        block = 0;
        for (int level = unet.Channels.Count - 1; level >= 0; level--)
        {
            int up = unet.Channels.Count - 1 - level;
            for (int i = 0; i <= unet.ResnetsPerLevel; i++, block++)
            {
                int layer = 0;
                list.Resnet($"output_blocks.{block}.{layer++}", $"up_blocks.{up}.resnets.{i}", channels + skips.Pop(), unet.Channels[level], time);
                channels = unet.Channels[level];
                if (level != unet.Channels.Count - 1)
                {
                    list.Transformer($"output_blocks.{block}.{layer++}", $"up_blocks.{up}.attentions.{i}", channels, unet);
                }

                if (level > 0 && i == unet.ResnetsPerLevel)
                {
                    list.Conv($"output_blocks.{block}.{layer}.conv", $"up_blocks.{up}.upsamplers.0.conv", channels, channels, 3);
                }
            }
        }

        list.Norm("out.0", "conv_norm_out", channels);
        list.Conv("out.2", "conv_out", channels, unet.LatentChannels, 3);
        return list.Weights;
    }

    /// <summary>Weights of the VAE.</summary>
    public static IReadOnlyList<Weight> Vae(VaeArchitecture vae)
    {
        WeightList list = new("vae");
        int levels = vae.Channels.Count, channels = vae.Channels[0], deepest = vae.Channels[^1];
        list.Conv("encoder.conv_in", "encoder.conv_in", 3, channels, 3);
        for (int level = 0; level < levels; level++)
        {
            for (int i = 0; i < vae.ResnetsPerLevel; i++)
            {
                list.VaeResnet($"encoder.down.{level}.block.{i}", $"encoder.down_blocks.{level}.resnets.{i}", channels, vae.Channels[level]);
                channels = vae.Channels[level];
            }

            if (level != levels - 1)
            {
                list.Conv($"encoder.down.{level}.downsample.conv", $"encoder.down_blocks.{level}.downsamplers.0.conv", channels, channels, 3);
            }
        }

        list.VaeMiddle("encoder", deepest);
        list.Norm("encoder.norm_out", "encoder.conv_norm_out", deepest);
        list.Conv("encoder.conv_out", "encoder.conv_out", deepest, 2 * vae.LatentChannels, 3);
        list.Conv("decoder.conv_in", "decoder.conv_in", vae.LatentChannels, deepest, 3);
        list.VaeMiddle("decoder", deepest);
        channels = deepest;
        for (int level = levels - 1; level >= 0; level--)
        {
            for (int i = 0; i <= vae.ResnetsPerLevel; i++)
            {
                list.VaeResnet($"decoder.up.{level}.block.{i}", $"decoder.up_blocks.{levels - 1 - level}.resnets.{i}", channels, vae.Channels[level]);
                channels = vae.Channels[level];
            }

            if (level != 0)
            {
                list.Conv($"decoder.up.{level}.upsample.conv", $"decoder.up_blocks.{levels - 1 - level}.upsamplers.0.conv", channels, channels, 3);
            }
        }

        list.Norm("decoder.norm_out", "decoder.conv_norm_out", channels);
        list.Conv("decoder.conv_out", "decoder.conv_out", channels, 3, 3);
        list.Conv("quant_conv", "quant_conv", 2 * vae.LatentChannels, 2 * vae.LatentChannels, 1);
        list.Conv("post_quant_conv", "post_quant_conv", vae.LatentChannels, vae.LatentChannels, 1);
        return list.Weights;
    }

    /// <summary>Weights of the text encoder. In OpenCLIP's form q, k and v are one matrix; they are listed apart here, with the matrix's name.</summary>
    public static IReadOnlyList<Weight> Text(TextArchitecture text, bool isOpenClip)
    {
        WeightList list = new("text_encoder");
        string Ldm(string openClip, string huggingFace) => isOpenClip ? openClip : huggingFace;
        const string Root = "text_model.";
        list.Add(Ldm("token_embedding.weight", Root + "embeddings.token_embedding.weight"), Root + "embeddings.token_embedding.weight", text.VocabularySize, text.Width);
        list.Add(Ldm("positional_embedding", Root + "embeddings.position_embedding.weight"), Root + "embeddings.position_embedding.weight", text.Positions, text.Width);
        for (int n = 0; n < text.Layers; n++)
        {
            string open = $"transformer.resblocks.{n}", layer = $"{Root}encoder.layers.{n}";
            list.Norm(Ldm(open + ".ln_1", layer + ".layer_norm1"), layer + ".layer_norm1", text.Width);
            foreach (string projection in (string[])["q_proj", "k_proj", "v_proj"])
            {
                list.Add(Ldm(open + ".attn.in_proj_weight", $"{layer}.self_attn.{projection}.weight"), $"{layer}.self_attn.{projection}.weight", text.Width, text.Width);
                list.Add(Ldm(open + ".attn.in_proj_bias", $"{layer}.self_attn.{projection}.bias"), $"{layer}.self_attn.{projection}.bias", text.Width);
            }

            list.Linear(Ldm(open + ".attn.out_proj", layer + ".self_attn.out_proj"), layer + ".self_attn.out_proj", text.Width, text.Width);
            list.Norm(Ldm(open + ".ln_2", layer + ".layer_norm2"), layer + ".layer_norm2", text.Width);
            list.Linear(Ldm(open + ".mlp.c_fc", layer + ".mlp.fc1"), layer + ".mlp.fc1", text.Width, text.MlpWidth);
            list.Linear(Ldm(open + ".mlp.c_proj", layer + ".mlp.fc2"), layer + ".mlp.fc2", text.MlpWidth, text.Width);
        }

        list.Norm(Ldm("ln_final", Root + "final_layer_norm"), Root + "final_layer_norm", text.Width);
        return list.Weights;
    }
}
