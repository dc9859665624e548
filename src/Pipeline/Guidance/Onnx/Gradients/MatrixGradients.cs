using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>
/// Y = A·B over the last two axes, with NumPy's broadcasting of the others and of vectors: dL/dA = G·Bᵀ, dL/dB = Aᵀ·G, summed
/// over broadcast axes.
/// </summary>
internal sealed class MatMulGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["MatMul"];

    public void Differentiate(BackwardNode node)
    {
        // A vector on the left is a row, on the right a column; the product then has an axis that ONNX leaves out.
        int[] a = node.InputShape(0) is [int row] ? [1, row] : node.InputShape(0);
        int[] b = node.InputShape(1) is [int column] ? [column, 1] : node.InputShape(1);
        int[] batch = Broadcast(a[..^2], b[..^2]);
        string g = node.OutputGradient;
        if (a.Length != node.InputShape(0).Length || b.Length != node.InputShape(1).Length)
        {
            g = node.Reshape(g, [.. batch, a[^2], b[^1]]);
        }

        if (node.Varies(0))
        {
            string gradient = node.Emit("MatMul", [g, Transposed(node, 1, b)]);
            Accumulate(node, 0, gradient, a, [.. batch, .. a[^2..]]);
        }

        if (node.Varies(1))
        {
            string gradient = node.Emit("MatMul", [Transposed(node, 0, a), g]);
            Accumulate(node, 1, gradient, b, [.. batch, .. b[^2..]]);
        }
    }

    private static void Accumulate(BackwardNode node, int input, string gradient, int[] matrix, int[] from)
    {
        if (matrix.Length == node.InputShape(input).Length)
        {
            node.AccumulateBroadcast(input, gradient, from);
            return;
        }

        long[] axes = [.. Enumerable.Range(0, from.Length - 2).Select(axis => (long)axis)];
        node.Accumulate(input, node.Reshape(axes.Length == 0 ? gradient : node.ReduceSum(gradient, axes), node.InputShape(input)));
    }

    private static string Transposed(BackwardNode node, int input, int[] shape)
    {
        string value = node.Input(input);
        if (shape.Length != node.InputShape(input).Length)
        {
            return node.Reshape(value, [.. shape.Reverse()]);
        }

        long[] swap = [.. Enumerable.Range(0, shape.Length - 2).Select(axis => (long)axis), shape.Length - 1, shape.Length - 2];
        return node.Emit("Transpose", [value], NodeAttributes.Of("perm", swap));
    }

    private static int[] Broadcast(int[] a, int[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        int Extent(int[] shape, int axis) => axis < rank - shape.Length ? 1 : shape[axis - rank + shape.Length];
        return [.. Enumerable.Range(0, rank).Select(axis => Math.Max(Extent(a, axis), Extent(b, axis)))];
    }
}

/// <summary>
/// Y = α·A'·B' + β·C, where A' and B' are A and B or their transposes: dL/dA' = α·G·B'ᵀ, dL/dB' = α·A'ᵀ·G, dL/dC = β·G summed
/// over broadcast axes.
/// </summary>
internal sealed class GemmGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Gemm"];

    public void Differentiate(BackwardNode node)
    {
        long a = node.Node.Integer("transA", 0);
        long b = node.Node.Integer("transB", 0);
        string g = node.OutputGradient;
        if (node.Varies(0))
        {
            node.Accumulate(0, a == 0 ? Product(node, g, 0, node.Input(1), 1 - b) : Product(node, node.Input(1), b, g, 1));
        }

        if (node.Varies(1))
        {
            node.Accumulate(1, b == 0 ? Product(node, node.Input(0), 1 - a, g, 0) : Product(node, g, 1, node.Input(0), a));
        }

        if (node.Varies(2))
        {
            node.AccumulateBroadcast(2, node.Mul(g, node.Number(node.Node.Number("beta", 1))));
        }
    }

    private static string Product(BackwardNode node, string left, long transposeLeft, string right, long transposeRight) => node.Emit(
        "Gemm", [left, right], NodeAttributes.Of("alpha", node.Node.Number("alpha", 1)), NodeAttributes.Of("transA", transposeLeft),
        NodeAttributes.Of("transB", transposeRight));
}

/// <summary>y = softmax(x) along an axis: dL/dx = y·(g - Σ g·y).</summary>
internal sealed class SoftmaxGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Softmax"];

    public void Differentiate(BackwardNode node)
    {
        string y = node.Output();
        string weighted = node.Mul(node.OutputGradient, y);
        string total = node.ReduceSum(weighted, node.Node.Integer("axis", -1));
        node.Accumulate(0, node.Sub(weighted, node.Mul(y, total)));
    }
}
