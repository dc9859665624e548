using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>Reductions over axes, softmax, and their derivatives in double precision.</summary>
internal static class ReferenceReduction
{
    private static readonly Dictionary<string, Func<double[], double>> _reductions = new()
    {
        ["ReduceSum"] = v => v.Sum(),
        ["ReduceMean"] = v => v.Average(),
        ["ReduceMax"] = v => v.Max(),
        ["ReduceMin"] = v => v.Min(),
        ["ReduceProd"] = v => v.Aggregate(1.0, (a, b) => a * b),
        ["ReduceL1"] = v => v.Sum(Math.Abs),
        ["ReduceL2"] = v => Math.Sqrt(v.Sum(a => a * a)),
        ["ReduceSumSquare"] = v => v.Sum(a => a * a),
        ["ReduceLogSum"] = v => Math.Log(v.Sum()),
        ["ReduceLogSumExp"] = v => Math.Log(v.Sum(Math.Exp)),
    };

    // d r(v)/d v_k.
    private static readonly Dictionary<string, Func<double[], int, double>> _derivatives = new()
    {
        ["ReduceSum"] = (_, _) => 1,
        ["ReduceMean"] = (v, _) => 1.0 / v.Length,
        ["ReduceMax"] = (v, k) => v[k] == v.Max() ? 1.0 / v.Count(a => a == v.Max()) : 0,
        ["ReduceMin"] = (v, k) => v[k] == v.Min() ? 1.0 / v.Count(a => a == v.Min()) : 0,
        ["ReduceL1"] = (v, k) => Math.Sign(v[k]),
        ["ReduceL2"] = (v, k) => v[k] / Math.Sqrt(v.Sum(a => a * a)),
        ["ReduceSumSquare"] = (v, k) => 2 * v[k],
        ["ReduceLogSum"] = (v, _) => 1 / v.Sum(),
        ["ReduceLogSumExp"] = (v, k) => Math.Exp(v[k]) / v.Sum(Math.Exp),
    };

    public static bool Knows(ReferenceNode node) => _reductions.ContainsKey(node.Operator);

    public static DoubleTensor Forward(ReferenceNode node, DoubleTensor?[] x)
    {
        DoubleTensor data = x[0]!;
        int[] axes = Axes(node, x);
        double[] values = [.. Groups(data.Shape, axes).Select(g => _reductions[node.Operator]([.. g.Select(i => data.Values[i])]))];
        bool keep = node.Whole("keepdims", 1) != 0;
        int[] shape = [.. data.Shape.Select((d, a) => (Extent: axes.Contains(a) ? 1 : d, Dropped: !keep && axes.Contains(a))).Where(e => !e.Dropped).Select(e => e.Extent)];
        return new DoubleTensor(shape, values, data.Whole);
    }

    public static DoubleTensor Backward(ReferenceNode node, DoubleTensor?[] x, DoubleTensor g)
    {
        DoubleTensor gradient = DoubleTensor.Zeros(x[0]!.Shape);
        int group = 0;
        foreach (int[] members in Groups(gradient.Shape, Axes(node, x)))
        {
            double[] values = [.. members.Select(i => x[0]!.Values[i])];
            for (int k = 0; k < members.Length; k++)
            {
                gradient.Values[members[k]] = g.Values[group] * _derivatives[node.Operator](values, k);
            }

            group++;
        }

        return gradient;
    }

    public static DoubleTensor Softmax(ReferenceNode node, DoubleTensor x)
    {
        DoubleTensor y = DoubleTensor.Zeros(x.Shape);
        foreach (int[] members in Groups(x.Shape, [(int)((node.Whole("axis", -1) + x.Shape.Length) % x.Shape.Length)]))
        {
            double largest = members.Max(i => x.Values[i]);
            double sum = members.Sum(i => Math.Exp(x.Values[i] - largest));
            foreach (int i in members)
            {
                y.Values[i] = Math.Exp(x.Values[i] - largest) / sum;
            }
        }

        return y;
    }

    // ∂y_i/∂x_j = y_i(δ_ij - y_j).
    public static DoubleTensor SoftmaxBackward(ReferenceNode node, DoubleTensor y, DoubleTensor g)
    {
        DoubleTensor gradient = DoubleTensor.Zeros(y.Shape);
        foreach (int[] members in Groups(y.Shape, [(int)((node.Whole("axis", -1) + y.Shape.Length) % y.Shape.Length)]))
        {
            foreach (int j in members)
            {
                gradient.Values[j] = members.Sum(i => g.Values[i] * y.Values[i] * ((i == j ? 1 : 0) - y.Values[j]));
            }
        }

        return gradient;
    }

    private static int[] Axes(ReferenceNode node, DoubleTensor?[] x)
    {
        int rank = x[0]!.Shape.Length;
        long[] axes = node.List("axes", x.Length > 1 && x[1] is DoubleTensor given ? [.. given.Values.Select(v => (long)v)] : []);
        return axes.Length == 0 && node.Whole("noop_with_empty_axes", 0) == 0
            ? [.. Enumerable.Range(0, rank)]
            : [.. axes.Select(a => (int)((a + rank) % rank))];
    }

    // Flat indices that are reduced to one, group by group in the order of the results.
    private static IEnumerable<int[]> Groups(int[] shape, int[] axes)
    {
        int count = ReferenceBroadcast.Count(shape);
        Dictionary<int, List<int>> groups = [];
        for (int i = 0; i < count; i++)
        {
            int rest = i;
            int key = 0;
            int stride = 1;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                if (!axes.Contains(axis))
                {
                    key += rest % shape[axis] * stride;
                    stride *= shape[axis];
                }

                rest /= shape[axis];
            }

            if (!groups.TryGetValue(key, out List<int>? members))
            {
                groups[key] = members = [];
            }

            members.Add(i);
        }

        return groups.OrderBy(g => g.Key).Select(g => g.Value.ToArray());
    }
}
