using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// A layer of the text encoder: <c>x += attn(LN1 x)</c> under the causal mask, <c>x += fc2(act(fc1(LN2 x)))</c>.
/// Source: Radford et al. 2021; transformers, CLIPEncoderLayer.
/// </summary>
internal static class ClipLayer
{
    /// <summary>Adds the layer.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Its module.</param>
    /// <param name="x">States [B, N, W].</param>
    /// <param name="mask">0 where a token may look, -∞ where not [N, N].</param>
    /// <param name="text">Sizes and activation.</param>
    /// <returns>States [B, N, W].</returns>
    public static Value Apply(GraphWriter g, string name, Value x, Value mask, TextArchitecture text)
    {
        using var _ = g.Module(name);
        string attention = name + ".self_attn";
        Value h = LayerNorm.Apply(g, name + ".layer_norm1", x, text.LayerNormEpsilon);
        Value q = Linear.Apply(g, attention + ".q_proj", h);
        Value k = Linear.Apply(g, attention + ".k_proj", h);
        Value v = Linear.Apply(g, attention + ".v_proj", h);
        h = PlainOperators.Attend(g, q, k, v, text.Heads, text.Width, upcast: false, mask);
        x = g.Sum(x, Linear.Apply(g, attention + ".out_proj", h));
        h = Linear.Apply(g, name + ".mlp.fc1", LayerNorm.Apply(g, name + ".layer_norm2", x, text.LayerNormEpsilon));
        h = text.Activation == TextActivation.QuickGelu ? g.QuickGelu(h) : g.Gelu(h);
        return g.Sum(x, Linear.Apply(g, name + ".mlp.fc2", h), name);
    }
}
