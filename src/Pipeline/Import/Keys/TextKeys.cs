using System;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>
/// Names of the text encoder's weights. The canonical names are transformers'. Source: transformers, modeling_clip.py; OpenCLIP, model.py; diffusers, single_file_utils.py.
/// </summary>
public static class TextKeys
{
    /// <summary>First segment of the canonical names, which some files leave out.</summary>
    public const string Root = "text_model.";

    /// <summary>The name without <see cref="Root"/>.</summary>
    /// <param name="name">Canonical name.</param>
    public static string WithoutRoot(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(Root, StringComparison.Ordinal) ? name[Root.Length..] : throw Unknown(name);
    }

    /// <summary>Where OpenCLIP keeps a weight: queries, keys and values are thirds of one matrix, in this order.</summary>
    /// <param name="name">Canonical name, such as <c>text_model.encoder.layers.3.self_attn.k_proj.weight</c>.</param>
    /// <returns>The place, such as part 1 of 3 of <c>transformer.resblocks.3.attn.in_proj_weight</c>.</returns>
    /// <exception cref="ArgumentException">No name of a text encoder.</exception>
    public static KeyPart OpenClip(string name) => WithoutRoot(name).Split('.') switch
    {
        ["embeddings", "token_embedding", "weight"] => new("token_embedding.weight"),
        ["embeddings", "position_embedding", "weight"] => new("positional_embedding"),
        ["final_layer_norm", var leaf] => new($"ln_final.{leaf}"),
        ["encoder", "layers", var n, "self_attn", "q_proj", var leaf] => new($"transformer.resblocks.{n}.attn.in_proj_{leaf}", 0, 3),
        ["encoder", "layers", var n, "self_attn", "k_proj", var leaf] => new($"transformer.resblocks.{n}.attn.in_proj_{leaf}", 1, 3),
        ["encoder", "layers", var n, "self_attn", "v_proj", var leaf] => new($"transformer.resblocks.{n}.attn.in_proj_{leaf}", 2, 3),
        ["encoder", "layers", var n, "self_attn", "out_proj", var leaf] => new($"transformer.resblocks.{n}.attn.out_proj.{leaf}"),
        ["encoder", "layers", var n, "layer_norm1", var leaf] => new($"transformer.resblocks.{n}.ln_1.{leaf}"),
        ["encoder", "layers", var n, "layer_norm2", var leaf] => new($"transformer.resblocks.{n}.ln_2.{leaf}"),
        ["encoder", "layers", var n, "mlp", "fc1", var leaf] => new($"transformer.resblocks.{n}.mlp.c_fc.{leaf}"),
        ["encoder", "layers", var n, "mlp", "fc2", var leaf] => new($"transformer.resblocks.{n}.mlp.c_proj.{leaf}"),
        _ => throw Unknown(name),
    };

    private static ArgumentException Unknown(string name) => new($"TextKeys: '{name}' is no weight of a text encoder.", nameof(name));
}
