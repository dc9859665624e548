using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// <c>y = γ (x - μ)/√(σ² + ε) + β</c> with μ, σ² over each group of channels and all pixels, γ, β per channel
/// (Wu and He 2018). Always in float32: a sum over a million squares has no room in half precision.
/// </summary>
internal static class GroupNorm
{
    /// <summary>Normalises [B, C, H, W] as instances of G rows: the form that every provider runs, and that fuses offline.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Module with weight γ [C] and bias β [C].</param>
    /// <param name="x">[B, C, H, W].</param>
    /// <param name="groups">Groups G.</param>
    /// <param name="epsilon">ε.</param>
    /// <returns>[B, C, H, W] in the type of x.</returns>
    public static Value Apply(GraphWriter g, string name, Value x, int groups, float epsilon)
    {
        using var _ = g.Module(name);
        Value precise = g.Cast(x, TensorElement.Float32);
        Value rows = g.Reshape(precise, 0, groups, -1);
        Value normal = g.Add(
            "InstanceNormalization",
            [rows, g.Like(rows, [.. Enumerable.Repeat(1f, groups)], groups), g.Like(rows, new float[groups], groups)],
            Operators.Number("epsilon", epsilon));
        Value image = g.ReshapeLike(normal, precise);
        return g.Cast(g.Sum(g.Product(image, PerChannel(g, name + ".weight")), PerChannel(g, name + ".bias")), x.Element);
    }

    private static Value PerChannel(GraphWriter g, string name) => g.Constant(name, g.Read(name), [g.Shape(name)[0], 1, 1], TensorElement.Float32);
}
