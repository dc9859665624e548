namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// <c>y = γ (x - μ)/√(σ² + ε) + β</c> with μ, σ² over the last axis (Ba et al. 2016). The operator computes μ and σ² in
/// float32 whatever the type (its <c>stash_type</c> is 1).
/// </summary>
internal static class LayerNorm
{
    /// <summary>Normalises the last axis.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Module with weight γ [C] and bias β [C].</param>
    /// <param name="x">[…, C].</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="output">Name of the result; null for any.</param>
    public static Value Apply(GraphWriter g, string name, Value x, float epsilon, string? output = null) => g.Add(
        "LayerNormalization", [x, g.Weight(name + ".weight"), g.Weight(name + ".bias")], new NodeOptions(output),
        Operators.Integer("axis", -1), Operators.Number("epsilon", epsilon));
}
