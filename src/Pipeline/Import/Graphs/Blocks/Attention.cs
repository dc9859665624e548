namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// Attention of the UNet: <c>y = Lin_o(softmax(q kᵀ/√d) v)</c> with q from the picture, k and v from the context, all three
/// without bias. Source: Vaswani et al. 2017; diffusers, attention_processor.
/// </summary>
internal static class Attention
{
    /// <summary>Adds the attention.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="operators">Plain or fused attention.</param>
    /// <param name="name">Its module.</param>
    /// <param name="x">[B, N, C].</param>
    /// <param name="context">[B, M, W]: x itself, or the text states.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="upcast">Whether q kᵀ is computed in float32.</param>
    /// <returns>[B, N, C].</returns>
    public static Value Apply(GraphWriter g, IUNetOperators operators, string name, Value x, Value context, int heads, bool upcast)
    {
        using var _ = g.Module(name);
        int width = (int)g.Shape(name + ".to_q.weight")[0];
        Value q = Linear.WithoutBias(g, name + ".to_q", x);
        Value k = Linear.WithoutBias(g, name + ".to_k", context);
        Value v = Linear.WithoutBias(g, name + ".to_v", context);
        return Linear.Apply(g, name + ".to_out.0", operators.Attend(g, q, k, v, heads, width, upcast), name);
    }
}
