using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>
/// A reduction y = r(x) over axes: dL/dx = g·∂r/∂x, with g and y spread over the axes again.
/// </summary>
internal sealed class ReduceGradient : IOperatorGradient
{
    private readonly Func<Reduction, string> _slope;

    private ReduceGradient(string operatorType, Func<Reduction, string> slope)
    {
        Operators = [operatorType];
        _slope = slope;
    }

    /// <summary>All reductions, each with its ∂r/∂x.</summary>
    public static IEnumerable<IOperatorGradient> All { get; } =
    [
        new ReduceGradient("ReduceSum", r => r.Node.Number(1)),
        new ReduceGradient("ReduceMean", r => r.Node.Number(1.0 / r.Count)),
        // 2x
        new ReduceGradient("ReduceSumSquare", r => r.Node.Mul(r.Node.Number(2), r.X)),
        new ReduceGradient("ReduceL1", r => r.Node.Emit("Sign", [r.X])),
        // x/y
        new ReduceGradient("ReduceL2", r => r.Node.Div(r.X, r.Y)),
        // y = ln Σx: exp(-y)
        new ReduceGradient("ReduceLogSum", r => r.Node.Emit("Exp", [r.Node.Neg(r.Y)])),
        // y = ln Σ exp(x): exp(x - y)
        new ReduceGradient("ReduceLogSumExp", r => r.Node.Emit("Exp", [r.Node.Sub(r.X, r.Y)])),
        new ReduceGradient("ReduceMax", Chosen),
        new ReduceGradient("ReduceMin", Chosen),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Operators { get; }

    /// <inheritdoc/>
    public void Differentiate(BackwardNode node)
    {
        Reduction reduction = new(node);
        string product = node.Mul(node.Reshape(node.OutputGradient, reduction.Kept), _slope(reduction));
        node.Accumulate(0, node.Emit("Expand", [product, node.Integers("shape", node.InputShape(0).Select(d => (long)d))]));
    }

    // 1 at the extremum, in equal parts among equal ones.
    private static string Chosen(Reduction r)
    {
        string chosen = r.Node.Cast(r.Node.Emit("Equal", [r.X, r.Y]), TensorProto.Types.DataType.Bool, r.Node.Element);
        return r.Node.Div(chosen, r.Node.ReduceSum(chosen, r.Axes));
    }

    private sealed class Reduction
    {
        public Reduction(BackwardNode node)
        {
            Node = node;
            int[] shape = node.InputShape(0);
            int rank = shape.Length;
            // The axes moved from attribute to input with opset 13 for sums and 18 for the others.
            long[] axes = node.Node.Integers("axes") ?? node.Integers(1) ?? [];
            if (axes.Length == 0 && node.Node.Integer("noop_with_empty_axes", 0) == 0)
            {
                axes = [.. Enumerable.Range(0, rank).Select(a => (long)a)];
            }

            Axes = [.. axes.Select(a => (a + rank) % rank)];
            Kept = [.. shape.Select((d, a) => Axes.Contains(a) ? 1 : d)];
            Count = Axes.Aggregate(1L, (product, a) => product * shape[a]);
        }

        public BackwardNode Node { get; }

        public long[] Axes { get; }

        /// <summary>Shape of the result if reduced axes are kept.</summary>
        public int[] Kept { get; }

        public long Count { get; }

        public string X => Node.Input(0);

        public string Y => Node.Reshape(Node.Output(), Kept);
    }
}
