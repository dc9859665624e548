using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>
/// What the config.json files of a diffusers folder say beyond the weights: heads and activations, which weights do not show, must be the
/// base's; the size of the latent and the VAE's scale are taken over. Source: diffusers, unet_2d_condition.py (where attention_head_dim means the number of heads).
/// </summary>
internal static class FolderConfiguration
{
    /// <summary>The base with what the folder's configurations say.</summary>
    /// <param name="folder">A diffusers folder.</param>
    /// <param name="architecture">The base, found by the weights.</param>
    /// <exception cref="InvalidModelException">A configuration contradicts the base.</exception>
    public static StableDiffusionArchitecture Apply(string folder, StableDiffusionArchitecture architecture)
    {
        JsonConfig unet = Load(folder, "unet"), vae = Load(folder, "vae"), text = Load(folder, "text_encoder");
        UNetArchitecture sizes = architecture.UNet;
        RequireNumbers(unet, unet.Has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", sizes.HeadsPerLevel);
        RequireNumbers(unet, "block_out_channels", sizes.Channels);
        RequireNumbers(unet, "layers_per_block", [sizes.ResnetsPerLevel]);
        RequireNumbers(unet, "norm_num_groups", [sizes.Groups]);
        RequireNumbers(unet, "cross_attention_dim", [sizes.CrossAttentionWidth]);
        RequireNumbers(vae, "block_out_channels", architecture.Vae.Channels);
        RequireNumbers(vae, "norm_num_groups", [architecture.Vae.Groups]);
        RequireNumbers(text, "num_attention_heads", [architecture.Text.Heads]);
        RequireActivation(text, architecture.Text.Activation);
        return architecture with
        {
            UNet = sizes with { SampleSize = unet.Integer("sample_size", sizes.SampleSize) },
            Vae = architecture.Vae with { ScalingFactor = vae.Number("scaling_factor", architecture.Vae.ScalingFactor) },
        };
    }

    private static JsonConfig Load(string folder, string component) => JsonConfig.LoadIfThere(Path.Combine(folder, component, "config.json"));

    // One number stands for as many as there are levels.
    private static void RequireNumbers(JsonConfig config, string key, IReadOnlyList<int> expected)
    {
        if (!config.Has(key))
        {
            return;
        }

        JsonElement value = config.Root.GetProperty(key);
        int[] got = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Number)] : [.. Enumerable.Repeat(Number(value), expected.Count)];
        if (!got.SequenceEqual(expected))
        {
            throw new InvalidModelException(
                $"{config.FilePath}: {key} is {value.GetRawText().ReplaceLineEndings(" ")}, expected {string.Join(", ", expected.Select(n => n.ToString(CultureInfo.InvariantCulture)))}, as the base that the weights belong to has it. Use an unchanged base, or correct the file.");
        }
    }

    private static int Number(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : -1;

    private static void RequireActivation(JsonConfig text, TextActivation expected)
    {
        string name = expected == TextActivation.QuickGelu ? "quick_gelu" : "gelu";
        string got = text.Text("hidden_act", name);
        if (!string.Equals(got, name, StringComparison.Ordinal))
        {
            throw new InvalidModelException($"{text.FilePath}: hidden_act is {got}, expected {name}, as the base that the weights belong to has it. Use an unchanged base, or correct the file.");
        }
    }
}
