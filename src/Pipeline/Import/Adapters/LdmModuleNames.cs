using System;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>
/// Names of the UNet's modules in the original (latent diffusion) code, which some adapter files use: a pure renaming, block by
/// block. Source: the order in which Rombach et al.'s openaimodel.py appends its blocks.
/// </summary>
internal static class LdmModuleNames
{
    /// <summary>The original name of a module.</summary>
    /// <param name="unet">Sizes of the network.</param>
    /// <param name="module">Canonical name of a linear layer or convolution, without <c>.weight</c>.</param>
    /// <returns>The name after <c>model.diffusion_model.</c></returns>
    public static string Of(UNetArchitecture unet, string module)
    {
        string[] names = module.Split('.');
        return names[0] switch
        {
            "conv_in" => "input_blocks.0.0",
            "conv_out" => "out.2",
            "time_embedding" => names[1] == "linear_1" ? "time_embed.0" : "time_embed.2",
            "mid_block" => "middle_block." + (names[1] == "attentions" ? "1" : names[2] == "0" ? "0" : "2") + Inner(names[1], names[3..]),
            "down_blocks" => Down(unet, Number(names[1]), names),
            "up_blocks" => Up(unet, Number(names[1]), names),
            _ => throw new ArgumentException($"LdmModuleNames: '{module}' is no module of the UNet.", nameof(module)),
        };
    }

    // Level i has R residual blocks and, but for the last level, a downsampler; input block 0 is conv_in.
    private static string Down(UNetArchitecture unet, int level, string[] names)
    {
        int first = ((unet.ResnetsPerLevel + 1) * level) + 1;
        return names[2] == "downsamplers"
            ? Name("input_blocks", first + unet.ResnetsPerLevel, 0, ".op")
            : Name("input_blocks", first + Number(names[3]), names[2] == "attentions" ? 1 : 0, Inner(names[2], names[4..]));
    }

    // On the way up an upsampler is the last layer of its level's last block, behind the transformer where there is one.
    private static string Up(UNetArchitecture unet, int block, string[] names)
    {
        int first = (unet.ResnetsPerLevel + 1) * block;
        return names[2] == "upsamplers"
            ? Name("output_blocks", first + unet.ResnetsPerLevel, unet.HasAttention(unet.Levels - 1 - block) ? 2 : 1, ".conv")
            : Name("output_blocks", first + Number(names[3]), names[2] == "attentions" ? 1 : 0, Inner(names[2], names[4..]));
    }

    private static string Inner(string kind, string[] names)
    {
        string inner = string.Concat(names.Select(name => "." + name));
        return kind == "attentions" ? inner : inner switch
        {
            ".conv1" => ".in_layers.2",
            ".time_emb_proj" => ".emb_layers.1",
            ".conv2" => ".out_layers.3",
            ".conv_shortcut" => ".skip_connection",
            _ => throw new ArgumentException($"LdmModuleNames: a residual block has no '{inner}'.", nameof(names)),
        };
    }

    private static string Name(string list, int block, int layer, string inner) =>
        string.Create(CultureInfo.InvariantCulture, $"{list}.{block}.{layer}{inner}");

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
