using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>y = x: dL/dx = g.</summary>
internal sealed class IdentityGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Identity"];

    public void Differentiate(BackwardNode node) => node.Accumulate(0, node.OutputGradient);
}

/// <summary>The same elements in another shape: the gradient takes the input's shape again.</summary>
internal sealed class ReshapeGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Reshape", "Flatten", "Squeeze", "Unsqueeze"];

    public void Differentiate(BackwardNode node) =>
        node.Accumulate(0, node.Emit("Reshape", [node.OutputGradient, node.Integers("shape", node.InputShape(0).Select(d => (long)d))]));
}

/// <summary>Permuted axes: the gradient is permuted back.</summary>
internal sealed class TransposeGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Transpose"];

    public void Differentiate(BackwardNode node)
    {
        int rank = node.InputShape(0).Length;
        long[] permutation = node.Node.Integers("perm") ?? [.. Enumerable.Range(0, rank).Select(a => (long)(rank - 1 - a))];
        long[] inverse = [.. Enumerable.Range(0, rank).Select(a => (long)Array.IndexOf(permutation, a))];
        node.Accumulate(0, node.Emit("Transpose", [node.OutputGradient], NodeAttributes.Of("perm", inverse)));
    }
}
