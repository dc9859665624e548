namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// Attention of the VAE, one head as wide as the channels: <c>y = x + Lin_o(softmax(q kᵀ/√C) v)</c> with q, k, v of GN(x), all
/// with bias. Source: diffusers, autoencoder_kl (mid block).
/// </summary>
internal static class VaeAttention
{
    /// <summary>Adds the attention.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Its module.</param>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="groups">Groups of the norm.</param>
    /// <param name="epsilon">ε of the norm.</param>
    /// <returns>[B, C, H, W].</returns>
    public static Value Apply(GraphWriter g, string name, Value x, int groups, float epsilon)
    {
        using var _ = g.Module(name);
        int channels = (int)g.Shape(name + ".to_q.weight")[0];
        Value h = Transformer2D.Flatten(g, GroupNorm.Apply(g, name + ".group_norm", x, groups, epsilon), channels);
        Value q = Linear.Apply(g, name + ".to_q", h);
        Value k = Linear.Apply(g, name + ".to_k", h);
        Value v = Linear.Apply(g, name + ".to_v", h);
        h = Linear.Apply(g, name + ".to_out.0", PlainOperators.Attend(g, q, k, v, heads: 1, channels, upcast: false, mask: null));
        return g.Sum(x, Transformer2D.Unflatten(g, h, x), name);
    }
}
