using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// <c>y = x Wᵀ + b</c> over the last axis. Wᵀ [in, out] is what is stored, so that no Transpose is left for the runtime.
/// </summary>
internal static class Linear
{
    /// <summary>With bias.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Module with weight [out, in] and bias [out].</param>
    /// <param name="x">[…, in].</param>
    /// <param name="output">Name of the result; null for any.</param>
    public static Value Apply(GraphWriter g, string name, Value x, string? output = null) =>
        g.Sum(WithoutBias(g, name, x), g.Weight(name + ".bias"), output);

    /// <summary>Without bias.</summary>
    public static Value WithoutBias(GraphWriter g, string name, Value x) => g.MatMul(x, Transposed(g, name));

    /// <summary>With bias, in float32 whatever the graph's type.</summary>
    public static Value ApplyInFloat(GraphWriter g, string name, Value x)
    {
        (float[] weight, long[] shape) = Transpose(g, name + ".weight");
        Value product = g.MatMul(x, g.Constant(name + ".weight", weight, shape, TensorElement.Float32));
        return g.Sum(product, g.FloatWeight(name + ".bias"));
    }

    private static Value Transposed(GraphWriter g, string name)
    {
        (float[] weight, long[] shape) = Transpose(g, name + ".weight");
        return g.Constant(name + ".weight", weight, shape);
    }

    private static (float[] Values, long[] Shape) Transpose(GraphWriter g, string name)
    {
        long[] shape = g.Shape(name);
        (int rows, int columns) = ((int)shape[0], (int)shape[1]);
        float[] source = g.Read(name);
        float[] values = new float[source.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                values[(c * rows) + r] = source[(r * columns) + c];
            }
        }

        return (values, [columns, rows]);
    }
}
