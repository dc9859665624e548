using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Guidance.Onnx.Gradients;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>The gradient of one ONNX operator.</summary>
internal interface IOperatorGradient
{
    /// <summary>Operator names of the default domain that it differentiates.</summary>
    IReadOnlyList<string> Operators { get; }

    /// <summary>Adds dL/dinput for every input that depends on the graph's input.</summary>
    /// <param name="node">The node and the backward graph.</param>
    void Differentiate(BackwardNode node);
}

/// <summary>All operators that can be differentiated.</summary>
internal static class OperatorGradients
{
    private static readonly Dictionary<string, IOperatorGradient> _byOperator = ((IOperatorGradient[])
        [
            new ConvGradient(),
            new InstanceNormalizationGradient(),
            new GroupNormalizationGradient(),
            new LayerNormalizationGradient(),
            new BatchNormalizationGradient(),
            new MatMulGradient(),
            new GemmGradient(),
            new SoftmaxGradient(),
            new AddGradient(),
            new SubGradient(),
            new MulGradient(),
            new DivGradient(),
            new PowGradient(),
            new WhereGradient(),
            new ExtremumGradient(),
            new IdentityGradient(),
            new CastGradient(),
            new ReshapeGradient(),
            new TransposeGradient(),
            new ExpandGradient(),
            new ConcatGradient(),
            new SplitGradient(),
            new SliceGradient(),
            new GatherGradient(),
            new TileGradient(),
            new PadGradient(),
            .. UnaryGradient.All,
            .. ReduceGradient.All,
        ])
        .SelectMany(g => g.Operators.Select(name => (name, g))).ToDictionary(e => e.name, e => e.g);

    /// <summary>Names of all differentiable operators, for messages and tests.</summary>
    public static string Names => string.Join(", ", _byOperator.Keys.Order());

    /// <summary>Whether a node's operator has a gradient.</summary>
    /// <param name="node">The node.</param>
    /// <returns>True if it does.</returns>
    public static bool Knows(NodeProto node) => NodeProbe.IsDefaultDomain(node) && _byOperator.ContainsKey(node.OpType);

    /// <summary>The gradient for a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>Its operator's gradient.</returns>
    /// <exception cref="Models.InvalidModelException">There is none.</exception>
    public static IOperatorGradient For(BackwardNode node) =>
        NodeProbe.IsDefaultDomain(node.Node) && _byOperator.TryGetValue(node.Node.OpType, out IOperatorGradient? gradient)
            ? gradient
            : throw node.Unsupported("the operator is not known here");
}
