using System;
using System.Globalization;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>
/// Names of the UNet's weights in single-file checkpoints. The canonical names are diffusers'. Whole segments are translated:
/// <c>input_blocks.1</c> is also how <c>input_blocks.10</c> begins. Source: CompVis/stable-diffusion, openaimodel.py; diffusers, single_file_utils.py.
/// </summary>
public static class UNetKeys
{
    /// <summary>Prefix of the moving average's names.</summary>
    public const string AveragePrefix = "model_ema.";

    private const string InAverage = "diffusion_model.";

    /// <summary>The name after <c>model.diffusion_model.</c></summary>
    /// <param name="name">Canonical name, such as <c>down_blocks.0.resnets.1.conv1.weight</c>.</param>
    /// <param name="unet">The UNet, for its number of levels and blocks.</param>
    /// <returns>The name, such as <c>input_blocks.2.0.in_layers.2.weight</c>.</returns>
    /// <exception cref="ArgumentException">No name of a UNet.</exception>
    public static string Ldm(string name, UNetArchitecture unet)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(unet);
        // A level is its residual blocks and a convolution between the levels, down; one more residual block, up.
        int perLevel = unet.ResnetsPerLevel + 1;
        return name.Split('.') switch
        {
            ["conv_in", .. var rest] => Join("input_blocks.0.0", rest),
            ["time_embedding", "linear_1", .. var rest] => Join("time_embed.0", rest),
            ["time_embedding", "linear_2", .. var rest] => Join("time_embed.2", rest),
            ["down_blocks", var i, "resnets", var j, .. var rest] => Join(Block("input_blocks", (perLevel * Number(i)) + Number(j) + 1, 0), Resnet(rest)),
            ["down_blocks", var i, "attentions", var j, .. var rest] => Join(Block("input_blocks", (perLevel * Number(i)) + Number(j) + 1, 1), rest),
            ["down_blocks", var i, "downsamplers", "0", "conv", .. var rest] => Join(Block("input_blocks", perLevel * (Number(i) + 1), 0) + ".op", rest),
            ["mid_block", "resnets", var j, .. var rest] => Join(Block("middle_block", 2 * Number(j)), Resnet(rest)),
            ["mid_block", "attentions", "0", .. var rest] => Join(Block("middle_block", 1), rest),
            ["up_blocks", var i, "resnets", var j, .. var rest] => Join(Block("output_blocks", (perLevel * Number(i)) + Number(j), 0), Resnet(rest)),
            ["up_blocks", var i, "attentions", var j, .. var rest] => Join(Block("output_blocks", (perLevel * Number(i)) + Number(j), 1), rest),
            // Behind the last residual block of its level, and behind its transformer where there is one.
            ["up_blocks", var i, "upsamplers", "0", "conv", .. var rest] =>
                Join(Block("output_blocks", (perLevel * Number(i)) + perLevel - 1, unet.HasAttention(unet.Levels - 1 - Number(i)) ? 2 : 1) + ".conv", rest),
            ["conv_norm_out", .. var rest] => Join("out.0", rest),
            ["conv_out", .. var rest] => Join("out.2", rest),
            _ => throw new ArgumentException($"UNetKeys: '{name}' is no weight of a UNet.", nameof(name)),
        };
    }

    /// <summary>The whole name of the moving average's copy: without the dots behind <c>model_ema.</c> (ema.py).</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="unet">The UNet.</param>
    public static string Average(string name, UNetArchitecture unet) =>
        AveragePrefix + (InAverage + Ldm(name, unet)).Replace(".", "", StringComparison.Ordinal);

    private static string[] Resnet(string[] rest) => rest switch
    {
        ["norm1", .. var leaf] => ["in_layers", "0", .. leaf],
        ["conv1", .. var leaf] => ["in_layers", "2", .. leaf],
        ["time_emb_proj", .. var leaf] => ["emb_layers", "1", .. leaf],
        ["norm2", .. var leaf] => ["out_layers", "0", .. leaf],
        ["conv2", .. var leaf] => ["out_layers", "3", .. leaf],
        ["conv_shortcut", .. var leaf] => ["skip_connection", .. leaf],
        _ => throw new ArgumentException($"UNetKeys: '{string.Join('.', rest)}' is no part of a residual block.", nameof(rest)),
    };

    private static string Block(string name, params int[] numbers) => name + "." + string.Join('.', numbers);

    private static string Join(string prefix, string[] rest) => prefix + "." + string.Join('.', rest);

    private static int Number(string segment) => int.Parse(segment, NumberStyles.None, CultureInfo.InvariantCulture);
}
