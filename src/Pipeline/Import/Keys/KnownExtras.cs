using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>Tensors that checkpoints hold beside the weights and that nothing needs. Source: CompVis/stable-diffusion, ddpm.py; AUTOMATIC1111's webui.</summary>
internal static class KnownExtras
{
    // The buffers of DDPM.register_schedule, and what training leaves beside them.
    private static readonly HashSet<string> _names =
    [
        "betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod", "log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod",
        "sqrt_recipm1_alphas_cumprod", "posterior_variance", "posterior_log_variance_clipped", "posterior_mean_coef1", "posterior_mean_coef2",
        "lvlb_weights", "logvar", "scale_factor", "global_step", "epoch", "denoiser.sigmas", "model_ema.decay", "model_ema.num_updates",
    ];

    private static readonly string[] _prefixes = ["loss.", "first_stage_model.loss.", "vae.loss."];

    /// <summary>Whether a tensor is left aside without a word.</summary>
    /// <param name="key">Its whole name.</param>
    public static bool Contains(string key) =>
        _names.Contains(key) || _prefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal)) || key.Split('.')[^1] == "position_ids";

    /// <summary>Whether a tensor belongs to a text encoder but not to what Stable Diffusion uses of it: the projection, and the layer behind the last one used.</summary>
    /// <param name="rest">The name behind the encoder's prefix.</param>
    /// <param name="text">The encoder.</param>
    public static bool OfText(string rest, TextArchitecture text) => rest.Split('.') switch
    {
        ["text_projection" or "logit_scale" or "attn_mask"] or ["text_projection", "weight"] => true,
        ["transformer", "resblocks", var n, ..] => n == Next(text),
        ["encoder", "layers", var n, ..] => n == Next(text) && text.Activation == TextActivation.Gelu,
        ["text_model", "encoder", "layers", var n, ..] => n == Next(text) && text.Activation == TextActivation.Gelu,
        _ => false,
    };

    private static string Next(TextArchitecture text) => text.Layers.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
