namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// Gated feed-forward layer: <c>[a | b] = Lin(C → 8C)(x)</c>, <c>y = Lin(4C → C)(a·gelu(b))</c>; the value comes first, the gate
/// second. Source: Shazeer 2020 (GEGLU); diffusers, attention.
/// </summary>
internal static class FeedForward
{
    /// <summary>Adds the layer.</summary>
    public static Value Apply(GraphWriter g, IUNetOperators operators, string name, Value x)
    {
        using var _ = g.Module(name);
        return Linear.Apply(g, name + ".net.2", operators.GeGlu(g, name + ".net.0.proj", x), name);
    }
}
