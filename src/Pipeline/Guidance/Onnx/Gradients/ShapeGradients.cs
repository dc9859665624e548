using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>y = x, as dropout is in inference: dL/dx = g.</summary>
internal sealed class IdentityGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Identity", "Dropout"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Has(2))
        {
            throw node.Unsupported("it may be in training mode; call eval() before the export");
        }

        node.Accumulate(0, node.OutputGradient);
    }
}

/// <summary>Another element type: the gradient takes the input's again.</summary>
internal sealed class CastGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Cast"];

    public void Differentiate(BackwardNode node) => node.Accumulate(0, node.Cast(node.OutputGradient, node.Element, node.InputElement(0)));
}

/// <summary>The same elements in another shape: the gradient takes the input's shape again.</summary>
internal sealed class ReshapeGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Reshape", "Flatten", "Squeeze", "Unsqueeze"];

    public void Differentiate(BackwardNode node) => node.Accumulate(0, node.Reshape(node.OutputGradient, node.InputShape(0)));
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

/// <summary>Elements repeated along axes of extent 1: the gradient is summed over them.</summary>
internal sealed class ExpandGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Expand"];

    public void Differentiate(BackwardNode node) => node.AccumulateBroadcast(0, node.OutputGradient);
}

/// <summary>Values side by side along an axis: each gets its piece of the gradient.</summary>
internal sealed class ConcatGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Concat"];

    public void Differentiate(BackwardNode node)
    {
        int rank = node.OutputShape().Length;
        int axis = (int)((node.Node.Integer("axis", 0) + rank) % rank);
        long start = 0;
        for (int input = 0; input < node.Node.Input.Count; input++)
        {
            long end = start + node.InputShape(input)[axis];
            if (node.Varies(input))
            {
                node.Accumulate(input, node.Emit(
                    "Slice", [node.OutputGradient, node.Integers("starts", start), node.Integers("ends", end), node.Integers("axes", axis)]));
            }

            start = end;
        }
    }
}

/// <summary>A value cut along an axis: the pieces' gradients side by side, with zeros for a piece that the result does not use.</summary>
internal sealed class SplitGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Split"];

    public void Differentiate(BackwardNode node)
    {
        int rank = node.InputShape(0).Length;
        int axis = (int)((node.Node.Integer("axis", 0) + rank) % rank);
        if (node.Node.Output.Any(o => o.Length == 0))
        {
            throw node.Unsupported("an output without a name leaves the pieces' sizes open");
        }

        string[] pieces = [.. Enumerable.Range(0, node.Node.Output.Count).Select(k => node.OutputGradientOf(k) ?? Zeros(node, node.OutputShape(k)))];
        node.Accumulate(0, pieces.Length == 1 ? pieces[0] : node.Emit("Concat", pieces, NodeAttributes.Of("axis", (long)axis)));
    }

    private static string Zeros(BackwardNode node, int[] shape)
    {
        TensorProto zero = Tensors.Floats("value", node.InputElement(0), [0], 1L);
        AttributeProto value = new() { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = zero };
        return node.Emit("ConstantOfShape", [node.Integers("shape", shape.Select(d => (long)d))], value);
    }
}
