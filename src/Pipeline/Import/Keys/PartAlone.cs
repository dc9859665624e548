using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Reading;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>Says what a file without a whole UNet is.</summary>
internal static partial class PartAlone
{
    private const int MostNamed = 3;

    /// <summary>The message.</summary>
    /// <param name="files">A checkpoint in which the UNet's telling weight is not found.</param>
    /// <param name="architecture">Any base; the names are the same.</param>
    public static string Explain(WeightFiles files, StableDiffusionArchitecture architecture)
    {
        if (ShardPattern().IsMatch(files.FilePath))
        {
            return $"{files.FilePath} is one of several files of a checkpoint. Name their index, the .safetensors.index.json beside it.";
        }

        bool Has(IEnumerable<KeyLayout> layouts, bool alone, IEnumerable<string> names)
        {
            string[] all = [.. names];
            return layouts.Where(layout => layout.Prefix.Length == 0 == alone).Any(layout => all.Count(name => files.Contains(layout.Of(name).Key)) > all.Length / 2);
        }

        IEnumerable<string> unet = ParameterShapes.UNet(architecture.UNet).Keys, vae = ParameterShapes.Vae(architecture.Vae).Keys, text = ParameterShapes.Text(architecture.Text).Keys;
        IReadOnlyList<KeyLayout> unetLayouts = KeyLayout.UNet(architecture.UNet), vaeLayouts = KeyLayout.Vae(architecture.Vae);
        string problem = Has(unetLayouts, alone: true, unet) ? "holds a UNet alone, expected a VAE and a text encoder as well. Use a whole checkpoint."
            : Has(vaeLayouts, alone: true, vae) ? "holds a VAE alone. Give it with --vae beside a checkpoint."
            : Has(KeyLayout.Text, alone: true, text) ? "holds a text encoder alone. Use a whole checkpoint."
            : files.Keys.Any(key => key.EndsWith("attn2.to_k.weight", StringComparison.Ordinal)) ? "is a distilled Stable Diffusion, with fewer blocks, or a part of one: Stable Diffusion 1.x and 2.x for text to image are imported. Use such a checkpoint."
            : Has(vaeLayouts, alone: false, vae) || Has(KeyLayout.Text, alone: false, text) ? "has no UNet: it was cut down to its other parts. Use a whole checkpoint."
            : $"is no checkpoint of Stable Diffusion: {Some(files.Keys)}. Use one of Stable Diffusion 1.x or 2.x.";
        return $"{files.FilePath} {problem}";
    }

    private static string Some(IReadOnlyCollection<string> keys) => keys.Count == 0
        ? "it holds no tensors"
        : $"its tensors are {string.Join(", ", keys.Order(StringComparer.Ordinal).Take(MostNamed).Select(key => $"'{key}'"))}{(keys.Count > MostNamed ? ", …" : "")}";

    [GeneratedRegex(@"-\d{5}-of-\d{5}\.safetensors\z")]
    private static partial Regex ShardPattern();
}
