namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>Square convolutions over [B, C, H, W] with bias.</summary>
internal static class Convolution
{
    /// <summary><c>y = W * x + b</c> with zero padding that keeps height and width.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Module with weight [Co, Ci, k, k] and bias [Co]; k = 1 or 3.</param>
    /// <param name="x">[B, Ci, H, W].</param>
    /// <param name="output">Name of the result; null for any.</param>
    public static Value Conv(this GraphWriter g, string name, Value x, string? output = null)
    {
        long pad = g.Shape(name + ".weight")[2] / 2;
        return g.Conv(name, x, stride: 1, [pad, pad, pad, pad], output);
    }

    /// <summary>A convolution with any stride and padding.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Module with weight and bias.</param>
    /// <param name="x">[B, Ci, H, W].</param>
    /// <param name="stride">Stride in both directions.</param>
    /// <param name="pads">Zeros above, left, below, right.</param>
    /// <param name="output">Name of the result; null for any.</param>
    public static Value Conv(this GraphWriter g, string name, Value x, long stride, long[] pads, string? output = null) =>
        g.Conv(x, g.Weight(name + ".weight"), g.Weight(name + ".bias"), g.Shape(name + ".weight")[2], stride, pads, output);

    /// <summary>A convolution with a given kernel.</summary>
    public static Value Conv(this GraphWriter g, Value x, Value weight, Value bias, long kernel, long stride, long[] pads, string? output) => g.Add(
        "Conv", [x, weight, bias], new NodeOptions(output),
        Operators.Integers("kernel_shape", kernel, kernel), Operators.Integers("strides", stride, stride), Operators.Integers("pads", pads));
}
