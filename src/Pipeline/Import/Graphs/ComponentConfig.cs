using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>The <c>config.json</c> beside a graph, with the keys and class names of diffusers and transformers.</summary>
internal static class ComponentConfig
{
    /// <summary>Of a UNet: UNet2DConditionModel.</summary>
    public static void Write(string folder, UNetArchitecture unet) => Write(folder, json =>
    {
        json.WriteString("_class_name", "UNet2DConditionModel");
        json.WriteString("act_fn", "silu");
        // Its name notwithstanding, diffusers takes this for the number of heads.
        if (unet.HeadsPerLevel.Distinct().Count() == 1)
        {
            json.WriteNumber("attention_head_dim", unet.HeadsPerLevel[0]);
        }
        else
        {
            WriteList(json, "attention_head_dim", unet.HeadsPerLevel);
        }

        WriteList(json, "block_out_channels", unet.Channels);
        json.WriteBoolean("center_input_sample", false);
        json.WriteNumber("cross_attention_dim", unet.CrossAttentionWidth);
        WriteList(json, "down_block_types", Enumerable.Range(0, unet.Levels).Select(level => unet.HasAttention(level) ? "CrossAttnDownBlock2D" : "DownBlock2D"));
        json.WriteNumber("downsample_padding", 1);
        json.WriteBoolean("flip_sin_to_cos", true);
        json.WriteNumber("freq_shift", 0);
        json.WriteNumber("in_channels", unet.LatentChannels);
        json.WriteNumber("layers_per_block", unet.ResnetsPerLevel);
        json.WriteNumber("mid_block_scale_factor", 1);
        WriteNumber(json, "norm_eps", unet.ResnetEpsilon);
        json.WriteNumber("norm_num_groups", unet.Groups);
        json.WriteNumber("out_channels", unet.LatentChannels);
        json.WriteNumber("sample_size", unet.SampleSize);
        WriteList(json, "up_block_types", Enumerable.Range(0, unet.Levels).Reverse().Select(level => unet.HasAttention(level) ? "CrossAttnUpBlock2D" : "UpBlock2D"));
        json.WriteBoolean("upcast_attention", unet.ConfiguresUpcast);
        json.WriteBoolean("use_linear_projection", unet.LinearProjection);
    });

    /// <summary>Of a VAE, the same for encoder and decoder: AutoencoderKL.</summary>
    public static void Write(string folder, VaeArchitecture vae) => Write(folder, json =>
    {
        json.WriteString("_class_name", "AutoencoderKL");
        json.WriteString("act_fn", "silu");
        WriteList(json, "block_out_channels", vae.Channels);
        WriteList(json, "down_block_types", vae.Channels.Select(_ => "DownEncoderBlock2D"));
        json.WriteNumber("in_channels", 3);
        json.WriteNumber("latent_channels", vae.LatentChannels);
        json.WriteNumber("layers_per_block", vae.ResnetsPerLevel);
        json.WriteNumber("norm_num_groups", vae.Groups);
        json.WriteNumber("out_channels", 3);
        json.WriteNumber("sample_size", vae.SampleSize);
        json.WriteNumber("scaling_factor", vae.ScalingFactor);
        WriteList(json, "up_block_types", vae.Channels.Select(_ => "UpDecoderBlock2D"));
    });

    /// <summary>Of a text encoder: CLIPTextModel.</summary>
    public static void Write(string folder, TextArchitecture text, TensorElement stored) => Write(folder, json =>
    {
        WriteList(json, "architectures", ["CLIPTextModel"]);
        json.WriteNumber("bos_token_id", text.BeginTokenId);
        json.WriteNumber("eos_token_id", text.EndTokenId);
        json.WriteString("hidden_act", text.Activation == TextActivation.QuickGelu ? "quick_gelu" : "gelu");
        json.WriteNumber("hidden_size", text.Width);
        json.WriteNumber("intermediate_size", text.MlpWidth);
        WriteNumber(json, "layer_norm_eps", text.LayerNormEpsilon);
        json.WriteNumber("max_position_embeddings", text.Positions);
        json.WriteString("model_type", "clip_text_model");
        json.WriteNumber("num_attention_heads", text.Heads);
        json.WriteNumber("num_hidden_layers", text.Layers);
        json.WriteNumber("pad_token_id", text.PaddingTokenId);
        json.WriteString("torch_dtype", stored == TensorElement.Float16 ? "float16" : "float32");
        json.WriteNumber("vocab_size", text.VocabularySize);
    });

    // A float written as the double it is would read 9.999999747378752E-06.
    private static void WriteNumber(Utf8JsonWriter json, string key, float value) => json.WriteNumber(key, value);

    private static void WriteList(Utf8JsonWriter json, string key, IEnumerable<int> values)
    {
        json.WriteStartArray(key);
        foreach (int value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteList(Utf8JsonWriter json, string key, IEnumerable<string> values)
    {
        json.WriteStartArray(key);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void Write(string folder, Action<Utf8JsonWriter> members)
    {
        string path = Path.Combine(folder, "config.json");
        using (FileStream stream = File.Create(path + ".tmp"))
        {
            using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                json.WriteStartObject();
                members(json);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".tmp", path, overwrite: true);
    }
}
