using System.Collections.Generic;

namespace DreamFusion.Pipeline.Import.Architecture;

/// <summary>
/// The exact set of parameters of each component with their shapes, under the canonical names: those of diffusers (UNet, VAE)
/// and transformers (text encoder), without a component's prefix. Source: the modules of diffusers' unet_2d_condition,
/// unet_2d_blocks, transformer_2d, attention and autoencoder_kl, and of transformers' modeling_clip.
/// </summary>
public static class ParameterShapes
{
    /// <summary>Parameters of the UNet.</summary>
    /// <param name="unet">Its sizes.</param>
    /// <returns>Name to shape; 686 entries for Stable Diffusion 1 and 2.</returns>
    public static IReadOnlyDictionary<string, long[]> UNet(UNetArchitecture unet)
    {
        ShapeList list = new();
        IReadOnlyList<int> channels = unet.Channels;
        int deepest = channels[^1];
        list.Conv("conv_in", unet.LatentChannels, channels[0], 3);
        list.Linear("time_embedding.linear_1", unet.TimeTableWidth, unet.TimeEmbeddingWidth);
        list.Linear("time_embedding.linear_2", unet.TimeEmbeddingWidth, unet.TimeEmbeddingWidth);
        for (int level = 0; level < unet.Levels; level++)
        {
            DownLevel(list, unet, level);
        }

        list.Resnet("mid_block.resnets.0", deepest, deepest, unet.TimeEmbeddingWidth);
        Transformer(list, unet, "mid_block.attentions.0", deepest);
        list.Resnet("mid_block.resnets.1", deepest, deepest, unet.TimeEmbeddingWidth);
        Stack<int> skips = new(unet.SkipChannels);
        int previous = deepest;
        for (int block = 0; block < unet.Levels; block++)
        {
            previous = UpLevel(list, unet, block, previous, skips);
        }

        list.Norm("conv_norm_out", channels[0]);
        list.Conv("conv_out", channels[0], unet.LatentChannels, 3);
        return list.Shapes;
    }

    /// <summary>Parameters of the autoencoder, encoder and decoder.</summary>
    /// <param name="vae">Its sizes.</param>
    /// <returns>Name to shape; 248 entries for Stable Diffusion.</returns>
    public static IReadOnlyDictionary<string, long[]> Vae(VaeArchitecture vae)
    {
        ShapeList list = new();
        VaeEncoder(list, vae);
        list.Conv("quant_conv", 2 * vae.LatentChannels, 2 * vae.LatentChannels, 1);
        list.Conv("post_quant_conv", vae.LatentChannels, vae.LatentChannels, 1);
        VaeDecoder(list, vae);
        return list.Shapes;
    }

    /// <summary>Parameters of the text encoder.</summary>
    /// <param name="text">Its sizes.</param>
    /// <returns>Name to shape; 196 entries for Stable Diffusion 1, 372 for 2.</returns>
    public static IReadOnlyDictionary<string, long[]> Text(TextArchitecture text)
    {
        ShapeList list = new();
        list.Add("text_model.embeddings.token_embedding.weight", text.VocabularySize, text.Width);
        list.Add("text_model.embeddings.position_embedding.weight", text.Positions, text.Width);
        for (int layer = 0; layer < text.Layers; layer++)
        {
            string name = $"text_model.encoder.layers.{layer}";
            list.Norm(name + ".layer_norm1", text.Width);
            foreach (string projection in (string[])["q_proj", "k_proj", "v_proj", "out_proj"])
            {
                list.Linear($"{name}.self_attn.{projection}", text.Width, text.Width);
            }

            list.Norm(name + ".layer_norm2", text.Width);
            list.Linear(name + ".mlp.fc1", text.Width, text.MlpWidth);
            list.Linear(name + ".mlp.fc2", text.MlpWidth, text.Width);
        }

        list.Norm("text_model.final_layer_norm", text.Width);
        return list.Shapes;
    }

    private static void DownLevel(ShapeList list, UNetArchitecture unet, int level)
    {
        int channels = unet.Channels[level];
        string name = $"down_blocks.{level}";
        for (int resnet = 0; resnet < unet.ResnetsPerLevel; resnet++)
        {
            int inputs = resnet == 0 && level > 0 ? unet.Channels[level - 1] : channels;
            list.Resnet($"{name}.resnets.{resnet}", inputs, channels, unet.TimeEmbeddingWidth);
            if (unet.HasAttention(level))
            {
                Transformer(list, unet, $"{name}.attentions.{resnet}", channels);
            }
        }

        if (level < unet.Levels - 1)
        {
            list.Conv(name + ".downsamplers.0.conv", channels, channels, 3);
        }
    }

    // Block 0 is the deepest level; every residual block takes the newest skip beside its input.
    private static int UpLevel(ShapeList list, UNetArchitecture unet, int block, int previous, Stack<int> skips)
    {
        int level = unet.Levels - 1 - block;
        int channels = unet.Channels[level];
        string name = $"up_blocks.{block}";
        for (int resnet = 0; resnet <= unet.ResnetsPerLevel; resnet++)
        {
            list.Resnet($"{name}.resnets.{resnet}", previous + skips.Pop(), channels, unet.TimeEmbeddingWidth);
            previous = channels;
            if (unet.HasAttention(level))
            {
                Transformer(list, unet, $"{name}.attentions.{resnet}", channels);
            }
        }

        if (level > 0)
        {
            list.Conv(name + ".upsamplers.0.conv", channels, channels, 3);
        }

        return channels;
    }

    private static void Transformer(ShapeList list, UNetArchitecture unet, string name, int channels)
    {
        string block = name + ".transformer_blocks.0";
        list.Norm(name + ".norm", channels);
        Projection(list, unet, name + ".proj_in", channels);
        list.Norm(block + ".norm1", channels);
        Attention(list, block + ".attn1", channels, channels);
        list.Norm(block + ".norm2", channels);
        Attention(list, block + ".attn2", channels, unet.CrossAttentionWidth);
        list.Norm(block + ".norm3", channels);
        list.Linear(block + ".ff.net.0.proj", channels, 8 * channels);
        list.Linear(block + ".ff.net.2", 4 * channels, channels);
        Projection(list, unet, name + ".proj_out", channels);
    }

    private static void Projection(ShapeList list, UNetArchitecture unet, string name, int channels)
    {
        if (unet.LinearProjection)
        {
            list.Linear(name, channels, channels);
        }
        else
        {
            list.Conv(name, channels, channels, 1);
        }
    }

    private static void Attention(ShapeList list, string name, int channels, int contextWidth)
    {
        list.Linear(name + ".to_q", channels, channels, bias: false);
        list.Linear(name + ".to_k", contextWidth, channels, bias: false);
        list.Linear(name + ".to_v", contextWidth, channels, bias: false);
        list.Linear(name + ".to_out.0", channels, channels);
    }

    private static void VaeEncoder(ShapeList list, VaeArchitecture vae)
    {
        list.Conv("encoder.conv_in", 3, vae.Channels[0], 3);
        for (int level = 0; level < vae.Levels; level++)
        {
            int channels = vae.Channels[level];
            for (int resnet = 0; resnet < vae.ResnetsPerLevel; resnet++)
            {
                int inputs = resnet == 0 && level > 0 ? vae.Channels[level - 1] : channels;
                list.Resnet($"encoder.down_blocks.{level}.resnets.{resnet}", inputs, channels, 0);
            }

            if (level < vae.Levels - 1)
            {
                list.Conv($"encoder.down_blocks.{level}.downsamplers.0.conv", channels, channels, 3);
            }
        }

        VaeMiddle(list, "encoder.mid_block", vae.Channels[^1]);
        list.Norm("encoder.conv_norm_out", vae.Channels[^1]);
        list.Conv("encoder.conv_out", vae.Channels[^1], 2 * vae.LatentChannels, 3);
    }

    private static void VaeDecoder(ShapeList list, VaeArchitecture vae)
    {
        int previous = vae.Channels[^1];
        list.Conv("decoder.conv_in", vae.LatentChannels, previous, 3);
        VaeMiddle(list, "decoder.mid_block", previous);
        for (int block = 0; block < vae.Levels; block++)
        {
            int channels = vae.Channels[vae.Levels - 1 - block];
            for (int resnet = 0; resnet <= vae.ResnetsPerLevel; resnet++)
            {
                list.Resnet($"decoder.up_blocks.{block}.resnets.{resnet}", previous, channels, 0);
                previous = channels;
            }

            if (block < vae.Levels - 1)
            {
                list.Conv($"decoder.up_blocks.{block}.upsamplers.0.conv", channels, channels, 3);
            }
        }

        list.Norm("decoder.conv_norm_out", previous);
        list.Conv("decoder.conv_out", previous, 3, 3);
    }

    private static void VaeMiddle(ShapeList list, string name, int channels)
    {
        list.Resnet(name + ".resnets.0", channels, channels, 0);
        list.Norm(name + ".attentions.0.group_norm", channels);
        foreach (string projection in (string[])["to_q", "to_k", "to_v", "to_out.0"])
        {
            list.Linear($"{name}.attentions.0.{projection}", channels, channels);
        }

        list.Resnet(name + ".resnets.1", channels, channels, 0);
    }
}
