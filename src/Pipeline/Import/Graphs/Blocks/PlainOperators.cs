using System;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>Operators of ONNX's own operator set: every provider runs them.</summary>
internal sealed class PlainOperators : IUNetOperators
{
    /// <inheritdoc/>
    public Value GroupNorm(GraphWriter g, string name, Value x, int groups, float epsilon) => Blocks.GroupNorm.Apply(g, name, x, groups, epsilon);

    /// <inheritdoc/>
    public Value GroupNormSilu(GraphWriter g, string name, Value x, int groups, float epsilon) =>
        g.Silu(Blocks.GroupNorm.Apply(g, name, x, groups, epsilon));

    /// <inheritdoc/>
    /// <remarks>q is scaled rather than the product: d numbers a row and not M, and half precision keeps its distance to overflow.</remarks>
    public Value Attend(GraphWriter g, Value q, Value k, Value v, int heads, int width, bool upcast) => Attend(g, q, k, v, heads, width, upcast, mask: null);

    /// <summary>Attention with a mask that is added to q kᵀ/√d.</summary>
    public static Value Attend(GraphWriter g, Value q, Value k, Value v, int heads, int width, bool upcast, Value? mask)
    {
        long d = width / heads;
        Value queries = g.Scale(Upcast(g, g.Transpose(g.Reshape(q, 0, -1, heads, d), 0, 2, 1, 3), upcast), 1 / MathF.Sqrt(d));
        Value keys = Upcast(g, g.Transpose(g.Reshape(k, 0, -1, heads, d), 0, 2, 3, 1), upcast);
        Value values = g.Transpose(g.Reshape(v, 0, -1, heads, d), 0, 2, 1, 3);
        Value scores = g.MatMul(queries, keys);
        Value probabilities = g.Cast(g.Softmax(mask is Value m ? g.Sum(scores, m) : scores), v.Element);
        return g.Reshape(g.Transpose(g.MatMul(probabilities, values), 0, 2, 1, 3), 0, -1, width);
    }

    /// <inheritdoc/>
    public Value GeGlu(GraphWriter g, string name, Value x)
    {
        long width = g.Shape(name + ".weight")[0] / 2;
        Value both = Linear.Apply(g, name, x);
        return g.Product(g.SliceLast(both, 0, width), g.Gelu(g.SliceLast(both, width, 2 * width)));
    }

    private static Value Upcast(GraphWriter g, Value x, bool upcast) => upcast ? g.Cast(x, TensorElement.Float32) : x;
}
