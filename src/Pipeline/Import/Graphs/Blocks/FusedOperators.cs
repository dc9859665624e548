using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs.Blocks;

/// <summary>
/// Operators of ONNX Runtime's CUDA provider (domain com.microsoft): one kernel for each norm, attention and gate.
/// Source: ONNX Runtime, ContribOperators.md.
/// </summary>
internal sealed class FusedOperators : IUNetOperators
{
    /// <inheritdoc/>
    public Value GroupNorm(GraphWriter g, string name, Value x, int groups, float epsilon) => Norm(g, name, x, groups, epsilon, silu: false);

    /// <inheritdoc/>
    public Value GroupNormSilu(GraphWriter g, string name, Value x, int groups, float epsilon) => Norm(g, name, x, groups, epsilon, silu: true);

    /// <inheritdoc/>
    /// <remarks>The operator scales by 1/√d itself. Upcasting takes the values along, as it has one type for all three.</remarks>
    public Value Attend(GraphWriter g, Value q, Value k, Value v, int heads, int width, bool upcast)
    {
        TensorElement element = upcast ? TensorElement.Float32 : q.Element;
        Value attended = g.Add(
            "MultiHeadAttention", [g.Cast(q, element), g.Cast(k, element), g.Cast(v, element)],
            new NodeOptions(Domain: GraphWriter.FusedDomain), Operators.Integer("num_heads", heads));
        return g.Cast(attended, q.Element);
    }

    /// <inheritdoc/>
    /// <remarks>BiasSplitGelu(x, b): the first half of x + b times the GELU of the second.</remarks>
    public Value GeGlu(GraphWriter g, string name, Value x) => g.Add(
        "BiasSplitGelu", [Linear.WithoutBias(g, name, x), g.Weight(name + ".bias")], new NodeOptions(Domain: GraphWriter.FusedDomain));

    // The kernel has the channels last and γ, β in float32; neighbouring transpositions cancel in the runtime.
    private static Value Norm(GraphWriter g, string name, Value x, int groups, float epsilon, bool silu)
    {
        using var _ = g.Module(name);
        Value normal = g.Add(
            "GroupNorm", [g.Transpose(x, 0, 2, 3, 1), g.FloatWeight(name + ".weight"), g.FloatWeight(name + ".bias")],
            new NodeOptions(Domain: GraphWriter.FusedDomain),
            Operators.Integer("groups", groups), Operators.Number("epsilon", epsilon), Operators.Integer("activation", silu ? 1 : 0), Operators.Integer("channels_last", 1));
        return g.Transpose(normal, 0, 3, 1, 2);
    }
}
