using System;
using System.Globalization;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>
/// Names of the VAE's weights. The canonical names are diffusers'. Source: CompVis/stable-diffusion, model.py; diffusers, single_file_utils.py and modeling_utils.py.
/// </summary>
public static class VaeKeys
{
    /// <summary>The name after <c>first_stage_model.</c>, and in a file with nothing but a VAE.</summary>
    /// <param name="name">Canonical name, such as <c>decoder.up_blocks.0.resnets.0.conv1.weight</c>.</param>
    /// <param name="vae">The VAE, for its number of levels: the decoder's are counted from the finest there.</param>
    /// <returns>The name, such as <c>decoder.up.3.block.0.conv1.weight</c>.</returns>
    /// <exception cref="ArgumentException">No name of a VAE.</exception>
    public static string Ldm(string name, VaeArchitecture vae)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(vae);
        return name.Split('.') switch
        {
            ["quant_conv" or "post_quant_conv", _] => name,
            ["encoder" or "decoder", "conv_in" or "conv_out", _] => name,
            [var side, "conv_norm_out", var leaf] => $"{side}.norm_out.{leaf}",
            ["encoder", "down_blocks", var i, "resnets", var j, .. var rest] => Join($"encoder.down.{i}.block.{j}", Resnet(rest)),
            ["encoder", "down_blocks", var i, "downsamplers", "0", "conv", var leaf] => $"encoder.down.{i}.downsample.conv.{leaf}",
            ["decoder", "up_blocks", var i, "resnets", var j, .. var rest] => Join($"decoder.up.{Level(i, vae)}.block.{j}", Resnet(rest)),
            ["decoder", "up_blocks", var i, "upsamplers", "0", "conv", var leaf] => $"decoder.up.{Level(i, vae)}.upsample.conv.{leaf}",
            [var side, "mid_block", "resnets", "0", .. var rest] => Join($"{side}.mid.block_1", Resnet(rest)),
            [var side, "mid_block", "resnets", "1", .. var rest] => Join($"{side}.mid.block_2", Resnet(rest)),
            [var side, "mid_block", "attentions", "0", .. var rest] => Join($"{side}.mid.attn_1", Attention(rest, ["norm", "q", "k", "v", "proj_out"])),
            _ => throw new ArgumentException($"VaeKeys: '{name}' is no weight of a VAE.", nameof(name)),
        };
    }

    /// <summary>The name in diffusers' folders of 2022, whose attention is called otherwise.</summary>
    /// <param name="name">Canonical name.</param>
    public static string OldDiffusers(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split('.') is [var side, "mid_block", "attentions", "0", .. var rest]
            ? Join($"{side}.mid_block.attentions.0", Attention(rest, ["group_norm", "query", "key", "value", "proj_attn"]))
            : name;
    }

    private static string[] Resnet(string[] rest) => rest is ["conv_shortcut", .. var leaf] ? ["nin_shortcut", .. leaf] : rest;

    private static string[] Attention(string[] rest, string[] names) => rest switch
    {
        ["group_norm", .. var leaf] => [names[0], .. leaf],
        ["to_q", .. var leaf] => [names[1], .. leaf],
        ["to_k", .. var leaf] => [names[2], .. leaf],
        ["to_v", .. var leaf] => [names[3], .. leaf],
        ["to_out", "0", .. var leaf] => [names[4], .. leaf],
        _ => throw new ArgumentException($"VaeKeys: '{string.Join('.', rest)}' is no part of the VAE's attention.", nameof(rest)),
    };

    private static int Level(string block, VaeArchitecture vae) => vae.Levels - 1 - int.Parse(block, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Join(string prefix, string[] rest) => prefix + "." + string.Join('.', rest);
}
