using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// <c>h += attn1(LN1 h)</c> over the picture, <c>h += attn2(LN2 h, text)</c>, <c>h += FF(LN3 h)</c>.
/// Source: diffusers, BasicTransformerBlock.
/// </summary>
internal static class TransformerBlock
{
    /// <summary>Adds the block.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="operators">Plain or fused operators.</param>
    /// <param name="name">Its module.</param>
    /// <param name="h">[B, N, C].</param>
    /// <param name="text">Text states [B, M, W].</param>
    /// <param name="heads">Heads.</param>
    /// <param name="unet">Sizes and ε.</param>
    /// <returns>[B, N, C].</returns>
    public static Value Apply(GraphWriter g, IUNetOperators operators, string name, Value h, Value text, int heads, UNetArchitecture unet)
    {
        using var _ = g.Module(name);
        Value self = LayerNorm.Apply(g, name + ".norm1", h, unet.LayerNormEpsilon);
        h = g.Sum(h, Attention.Apply(g, operators, name + ".attn1", self, self, heads, unet.UpcastAttention));
        Value cross = LayerNorm.Apply(g, name + ".norm2", h, unet.LayerNormEpsilon);
        h = g.Sum(h, Attention.Apply(g, operators, name + ".attn2", cross, text, heads, unet.UpcastAttention));
        return g.Sum(h, FeedForward.Apply(g, operators, name + ".ff", LayerNorm.Apply(g, name + ".norm3", h, unet.LayerNormEpsilon)), name);
    }
}
