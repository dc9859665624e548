using System;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>Activations, spelled out of plain operators: those of their own come only with later operator sets.</summary>
internal static class Activations
{
    /// <summary><c>s(x) = x·sigmoid(x)</c> (Elfwing et al. 2017).</summary>
    public static Value Silu(this GraphWriter g, Value x) => g.Product(x, g.Sigmoid(x));

    /// <summary><c>x·sigmoid(1.702 x)</c> (Hendrycks and Gimpel 2016, the approximation that CLIP was trained with).</summary>
    public static Value QuickGelu(this GraphWriter g, Value x) => g.Product(x, g.Sigmoid(g.Scale(x, 1.702f)));

    /// <summary><c>x·Φ(x) = ½ x (1 + erf(x/√2))</c> (Hendrycks and Gimpel 2016).</summary>
    public static Value Gelu(this GraphWriter g, Value x)
    {
        Value erf = g.Add("Erf", [g.Add("Div", [x, g.Like(x, [MathF.Sqrt(2)])])]);
        return g.Scale(g.Product(x, g.Sum(erf, g.Like(x, [1]))), 0.5f);
    }
}
