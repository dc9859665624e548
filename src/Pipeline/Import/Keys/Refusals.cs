using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>
/// Recognises by their keys the models that look like Stable Diffusion and are none, or not its text-to-image form. Source: diffusers'
/// single_file_utils.py, AUTOMATIC1111's sd_models_config.py, ComfyUI's model_detection.py.
/// </summary>
internal static class Refusals
{
    private const string OnlyBases = "Stable Diffusion 1.x and 2.x for text to image are imported";
    private const string Context = "attn2.to_k.weight";
    private const int LatentChannels = 4;
    private const int RefinerWidth = 1280;
    private const int XlWidth = 2048;

    // Where the UNet's names begin: in a whole checkpoint, in a diffusers file with several components, in a file of its own.
    private static readonly string[] _unetPrefixes = ["model.diffusion_model.", "unet.", ""];

    private static readonly (string Name, string[] Segments)[] _bySegment =
    [
        ("a LoRA", ["lora_down", "lora_up", "lora_A", "lora_B", "lora", "lora_linear_layer", "hada_w1_a", "lokr_w1", "lokr_w1_a"]),
        ("a textual inversion", ["emb_params", "string_to_param"]),
        ("Stable Diffusion 3", ["joint_blocks", "context_embedder"]),
        ("Flux", ["double_blocks", "single_blocks", "single_transformer_blocks"]),
        ("Stable Video Diffusion", ["time_stack", "temporal_transformer_blocks"]),
        ("Stable Cascade", ["clip_txt_mapper"]),
        ("AnimateDiff's motion module", ["motion_modules"]),
        ("GLIGEN", ["position_net", "fuser"]),
        ("AltDiffusion", ["roberta"]),
        ("zero123 (pictures from a picture and a pose)", ["cc_projection"]),
        ("a ControlNet", ["control_model", "input_hint_block", "controlnet_cond_embedding"]),
        ("a depth-to-image model", ["depth_model"]),
        ("a latent consistency model (LCM)", ["cond_proj"]),
    ];

    /// <summary>Refuses what is recognised.</summary>
    /// <param name="files">A checkpoint, or a component of one.</param>
    /// <exception cref="InvalidModelException">It is none of what is imported; the message names it.</exception>
    public static void Check(WeightFiles files)
    {
        HashSet<string> segments = [.. files.Keys.SelectMany(key => key.Split('.'))];
        string? name = _bySegment.Where(entry => entry.Segments.Any(segments.Contains)).Select(entry => entry.Name).FirstOrDefault()
            ?? ByText(files) ?? ByChannels(files) ?? ByConditions(files, segments);
        if (name is not null)
        {
            throw Named(files.FilePath, name);
        }
    }

    /// <summary>A checkpoint with too few blocks: a distilled model, or a piece of one; null if whole blocks are not what is missing.</summary>
    /// <param name="missing">Canonical names of the UNet's weights that are not there.</param>
    /// <param name="all">All canonical names.</param>
    public static string? Distilled(IReadOnlyCollection<string> missing, IEnumerable<string> all)
    {
        string[] blocks = [.. all.GroupBy(BlockOf).Where(block => block.Key.Length > 0 && block.All(missing.Contains)).Select(block => block.Key)];
        return blocks.Length == 0 ? null : $"a distilled Stable Diffusion, with fewer blocks, or a part of one (there is no {string.Join(", ", blocks.Take(4))}{(blocks.Length > 4 ? ", …" : "")})";
    }

    /// <summary>The message for a model that is named.</summary>
    public static InvalidModelException Named(string path, string name) => new(name switch
    {
        "a LoRA" => $"{path} is {name}, no checkpoint. Give it with --lora beside one.",
        "a textual inversion" => $"{path} is {name}, no checkpoint. Give it with --embedding beside one.",
        _ => $"{path} is {name}: {OnlyBases}. Use such a checkpoint.",
    });

    private static string BlockOf(string name) => name.Split('.') switch
    {
        ["down_blocks" or "up_blocks", var i, "resnets" or "attentions", var j, ..] and [var side, _, var kind, ..] => $"{side}.{i}.{kind}.{j}",
        ["mid_block", "resnets" or "attentions", var j, ..] and [_, var kind, ..] => $"mid_block.{kind}.{j}",
        _ => "",
    };

    private static string? ByText(WeightFiles files)
    {
        bool Any(string prefix) => files.Keys.Any(key => key.StartsWith(prefix, StringComparison.Ordinal));
        return Any("conditioner.embedders.1.") || Any("text_encoder_2.") ? "Stable Diffusion XL"
            : Any("conditioner.embedders.0.model.") && ContextWidth(files) == RefinerWidth ? "the refiner of Stable Diffusion XL"
            : null;
    }

    private static string? ByChannels(WeightFiles files)
    {
        long? channels = _unetPrefixes.SelectMany(prefix => (string[])[prefix + "input_blocks.0.0.weight", prefix + "conv_in.weight"])
            .Select(files.Entry).FirstOrDefault(entry => entry is { Shape.Length: 4 })?.Shape[1];
        return channels switch
        {
            null or LatentChannels => null,
            9 => "an inpainting model (its UNet takes 9 channels)",
            8 => "instruct-pix2pix or another model that edits a picture (its UNet takes 8 channels)",
            7 => "the 4x upscaler (its UNet takes 7 channels)",
            5 => "a depth-to-image model (its UNet takes 5 channels)",
            _ => FormattableString.Invariant($"a model whose UNet takes {channels} channels"),
        };
    }

    private static string? ByConditions(WeightFiles files, HashSet<string> segments) =>
        !segments.Overlaps(["label_emb", "add_embedding", "class_embedding"]) ? null
        : ContextWidth(files) switch
        {
            XlWidth => "Stable Diffusion XL",
            RefinerWidth => "the refiner of Stable Diffusion XL",
            _ => "unCLIP (pictures from a picture's embedding)",
        };

    private static long? ContextWidth(WeightFiles files) =>
        files.Keys.Where(key => key.EndsWith(Context, StringComparison.Ordinal)).Select(files.Entry).FirstOrDefault(entry => entry is { Shape.Length: > 1 })?.Shape[^1];
}
