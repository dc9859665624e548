using System;
using System.Linq;

namespace DreamFusion.Pipeline.Import.Adapters;

/// <summary>
/// A tensor's name in an adapter file, cut into the module that it belongs to and its part. Forms: kohya and LyCORIS
/// (<c>lora_unet_…_to_q.lora_down.weight</c>), PEFT (<c>unet.….to_q.lora_A.weight</c>), diffusers (<c>….to_q.lora.down.weight</c>,
/// <c>….lora_linear_layer.down.weight</c>) and its oldest one (<c>….attn1.processor.to_q_lora.down.weight</c>).
/// </summary>
/// <param name="Module">The module's name, as the file has it without <c>processor</c>.</param>
/// <param name="Part">What the tensor is to the module.</param>
internal sealed record LoraKey(string Module, LoraPart Part)
{
    private static readonly (string Suffix, LoraPart Part)[] _suffixes =
    [
        (".alpha", LoraPart.Alpha),
        (".lora_down.weight", LoraPart.Down), (".lora_up.weight", LoraPart.Up), (".lora_mid.weight", LoraPart.Mid),
        (".lora_A.weight", LoraPart.Down), (".lora_B.weight", LoraPart.Up),
        (".lora.down.weight", LoraPart.Down), (".lora.up.weight", LoraPart.Up),
        (".lora_linear_layer.down.weight", LoraPart.Down), (".lora_linear_layer.up.weight", LoraPart.Up),
        ("_lora.down.weight", LoraPart.Down), ("_lora.up.weight", LoraPart.Up),
        (".hada_w1_a", LoraPart.Hadamard1A), (".hada_w1_b", LoraPart.Hadamard1B),
        (".hada_w2_a", LoraPart.Hadamard2A), (".hada_w2_b", LoraPart.Hadamard2B),
        (".hada_t1", LoraPart.HadamardCore1), (".hada_t2", LoraPart.HadamardCore2),
        (".lokr_w1", LoraPart.Kronecker1), (".lokr_w1_a", LoraPart.Kronecker1A), (".lokr_w1_b", LoraPart.Kronecker1B),
        (".lokr_w2", LoraPart.Kronecker2), (".lokr_w2_a", LoraPart.Kronecker2A), (".lokr_w2_b", LoraPart.Kronecker2B),
        (".lokr_t2", LoraPart.KroneckerCore2),
    ];

    // What is known and not merged, by what its keys hold.
    private static readonly (string Mark, string Name)[] _refused =
    [
        ("dora_scale", "weight decomposition (DoRA)"), ("lora_magnitude_vector", "weight decomposition (DoRA)"),
        ("oft_blocks", "an orthogonal adapter (OFT)"), ("oft_diag", "an orthogonal adapter (OFT)"), ("oft_r", "an orthogonal adapter (OFT)"),
        ("boft_", "an orthogonal adapter (BOFT)"), ("ia3_l", "an activation scale (IA3)"), (".on_input", "an activation scale (IA3)"),
        ("bundle_emb", "an embedding inside a LoRA"), ("lora_embedding_", "a LoRA of an embedding"),
        ("lora_te1_", "part of a LoRA for Stable Diffusion XL"), ("lora_te2_", "part of a LoRA for Stable Diffusion XL"),
        ("text_encoder_2.", "part of a LoRA for Stable Diffusion XL"),
        ("double_blocks", "part of a LoRA for Flux"), ("single_blocks", "part of a LoRA for Flux"), ("joint_blocks", "part of a LoRA for Stable Diffusion 3"),
        ("transformer.", "part of a LoRA for a transformer model such as Flux or Stable Diffusion 3"),
    ];

    /// <summary>Cuts a name; null if it has none of the forms.</summary>
    public static LoraKey? Parse(string key)
    {
        foreach ((string suffix, LoraPart part) in _suffixes)
        {
            if (key.Length > suffix.Length && key.EndsWith(suffix, StringComparison.Ordinal))
            {
                return new LoraKey(key[..^suffix.Length].Replace(".processor.", ".", StringComparison.Ordinal), part);
            }
        }

        return null;
    }

    /// <summary>What a key of a kind that cannot be merged is called; null if it is merely unknown.</summary>
    public static string? RefusedKind(string key) =>
        _refused.FirstOrDefault(r => r.Mark == "transformer." ? key.StartsWith(r.Mark, StringComparison.Ordinal) : key.Contains(r.Mark, StringComparison.Ordinal)).Name;
}
