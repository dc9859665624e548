using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>
/// Operators that move elements without changing them. Their derivative needs no formula of its own: the operator is applied
/// to the positions 0, 1, 2 ... in place of one input's elements, and each gradient goes back to the position that arrived.
/// </summary>
internal static class ReferenceMovement
{
    private static readonly HashSet<string> _operators =
    [
        "Identity", "Dropout", "Reshape", "Flatten", "Unsqueeze", "Squeeze", "Transpose", "Slice", "Split", "Concat", "Gather", "Expand", "Pad", "Tile", "Where",
    ];

    public static bool Knows(ReferenceNode node) => _operators.Contains(node.Operator);

    public static DoubleTensor[] Forward(ReferenceNode node, DoubleTensor?[] x)
    {
        DoubleTensor data = x[node.Operator == "Where" ? 1 : 0]!;
        DoubleTensor[] y = node.Operator switch
        {
            "Identity" or "Dropout" => [data],
            "Reshape" => [Reshape(data, x[1]!.Integers())],
            "Flatten" => [Reshape(data, Flattened(data.Shape, (int)node.Whole("axis", 1)))],
            "Unsqueeze" => [Reshape(data, Unsqueezed(data.Shape, x[1]!.Integers()))],
            "Squeeze" => [Reshape(data, Squeezed(data.Shape, x.Length > 1 ? x[1]?.Integers() : null))],
            "Transpose" => [Transpose(data, node.List("perm", [.. Enumerable.Range(0, data.Shape.Length).Reverse().Select(a => (long)a)]))],
            "Slice" => [Slice(x)],
            "Split" => Split(node, x),
            "Concat" => [Concat(x!, (int)node.Whole("axis", 0))],
            "Gather" => [Gather(data, x[1]!, (int)node.Whole("axis", 0))],
            "Expand" => [ReferenceBroadcast.To(data, ReferenceBroadcast.Shape(data.Shape, x[1]!.Integers()))],
            "Pad" => [Pad(node, x)],
            "Tile" => [Along(data, [.. data.Shape.Zip(x[1]!.Integers(), (d, r) => Enumerable.Range(0, d * r).Select(i => i % d).ToArray())])],
            "Where" => [Where(x[0]!, x[1]!, x[2]!)],
            _ => throw new NotSupportedException(node.Operator),
        };
        return [.. y.Select(t => t.As(data.Whole))];
    }

    public static DoubleTensor Backward(ReferenceNode node, DoubleTensor?[] x, DoubleTensor?[] g, int i)
    {
        DoubleTensor?[] traced = [.. x];
        for (int k = 0; k < x.Length; k++)
        {
            bool data = node.Operator switch { "Concat" => true, "Where" => k > 0, "Pad" => k is 0 or 2, _ => k == 0 };
            if (data && x[k] is DoubleTensor other)
            {
                traced[k] = other.Map(_ => -1);
            }
        }

        if (node.Operator == "Pad" && (x.Length < 3 || x[2] is null))
        {
            traced = [traced[0], traced[1], new DoubleTensor([], [-1]), x.Length > 3 ? x[3] : null];
        }

        DoubleTensor gradient = DoubleTensor.Zeros(x[i]!.Shape);
        traced[i] = new DoubleTensor(gradient.Shape, [.. Enumerable.Range(0, gradient.Values.Length).Select(p => (double)p)]);
        DoubleTensor[] positions = Forward(node, traced);
        for (int output = 0; output < positions.Length; output++)
        {
            for (int p = 0; g[output] is DoubleTensor piece && p < piece.Values.Length; p++)
            {
                if (positions[output].Values[p] >= 0)
                {
                    gradient.Values[(int)positions[output].Values[p]] += piece.Values[p];
                }
            }
        }

        return gradient;
    }

    // y[..., j, ...] = x[..., sources[axis][j], ...] on every axis.
    private static DoubleTensor Along(DoubleTensor x, int[][] sources, double outside = 0)
    {
        int[] shape = [.. sources.Select(s => s.Length)];
        double[] values = new double[ReferenceBroadcast.Count(shape)];
        for (int i = 0; i < values.Length; i++)
        {
            int rest = i;
            int index = 0;
            int stride = 1;
            bool inside = true;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                int source = sources[axis][rest % shape[axis]];
                inside &= source >= 0;
                index += source * stride;
                rest /= shape[axis];
                stride *= x.Shape[axis];
            }

            values[i] = inside ? x.Values[index] : outside;
        }

        return new DoubleTensor(shape, values);
    }

    private static int[][] Everything(int[] shape) => [.. shape.Select(d => Enumerable.Range(0, d).ToArray())];

    private static DoubleTensor Reshape(DoubleTensor x, int[] shape)
    {
        int[] resolved = [.. shape.Select((d, a) => d == 0 ? x.Shape[a] : d)];
        int open = Array.IndexOf(resolved, -1);
        if (open >= 0)
        {
            resolved[open] = x.Values.Length / resolved.Where(d => d != -1).Aggregate(1, (a, b) => a * b);
        }

        return new DoubleTensor(resolved, x.Values);
    }

    private static int[] Flattened(int[] shape, int axis) => [ReferenceBroadcast.Count(shape[..axis]), ReferenceBroadcast.Count(shape[axis..])];

    private static int[] Unsqueezed(int[] shape, int[] axes)
    {
        int rank = shape.Length + axes.Length;
        HashSet<int> inserted = [.. axes.Select(a => a < 0 ? a + rank : a)];
        int next = 0;
        return [.. Enumerable.Range(0, rank).Select(a => inserted.Contains(a) ? 1 : shape[next++])];
    }

    private static int[] Squeezed(int[] shape, int[]? axes)
    {
        HashSet<int>? dropped = axes is null ? null : [.. axes.Select(a => a < 0 ? a + shape.Length : a)];
        return [.. shape.Where((d, a) => dropped is null ? d != 1 : !dropped.Contains(a))];
    }

    private static DoubleTensor Transpose(DoubleTensor x, long[] permutation)
    {
        int[] strides = [.. Enumerable.Range(0, x.Shape.Length).Select(a => ReferenceBroadcast.Count(x.Shape[(a + 1)..]))];
        int[] shape = [.. permutation.Select(a => x.Shape[a])];
        double[] values = new double[x.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int rest = i;
            int index = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                index += rest % shape[axis] * strides[permutation[axis]];
                rest /= shape[axis];
            }

            values[i] = x.Values[index];
        }

        return new DoubleTensor(shape, values);
    }

    private static DoubleTensor Slice(DoubleTensor?[] x)
    {
        DoubleTensor data = x[0]!;
        int[][] sources = Everything(data.Shape);
        long[] starts = [.. x[1]!.Values.Select(v => (long)v)];
        long[] ends = [.. x[2]!.Values.Select(v => (long)Math.Clamp(v, -1e12, 1e12))];
        for (int k = 0; k < starts.Length; k++)
        {
            int axis = x.Length > 3 && x[3] is DoubleTensor axes ? (int)axes.Values[k] : k;
            axis = axis < 0 ? axis + data.Shape.Length : axis;
            long step = x.Length > 4 && x[4] is DoubleTensor steps ? (long)steps.Values[k] : 1;
            long extent = data.Shape[axis];
            long start = Math.Clamp(starts[k] < 0 ? starts[k] + extent : starts[k], 0, step > 0 ? extent : extent - 1);
            long end = Math.Clamp(ends[k] < 0 ? ends[k] + extent : ends[k], step > 0 ? 0 : -1, extent);
            List<int> picked = [];
            for (long p = start; step > 0 ? p < end : p > end; p += step)
            {
                picked.Add((int)p);
            }

            sources[axis] = [.. picked];
        }

        return Along(data, sources);
    }

    private static DoubleTensor[] Split(ReferenceNode node, DoubleTensor?[] x)
    {
        DoubleTensor data = x[0]!;
        int axis = (int)((node.Whole("axis", 0) + data.Shape.Length) % data.Shape.Length);
        int count = node.Outputs.Count;
        int piece = (data.Shape[axis] + count - 1) / count;
        int[] sizes = x.Length > 1 && x[1] is DoubleTensor given
            ? given.Integers()
            : [.. Enumerable.Range(0, count).Select(k => Math.Min(piece, data.Shape[axis] - (k * piece)))];
        int start = 0;
        List<DoubleTensor> pieces = [];
        foreach (int size in sizes)
        {
            int[][] sources = Everything(data.Shape);
            sources[axis] = [.. Enumerable.Range(start, size)];
            pieces.Add(Along(data, sources));
            start += size;
        }

        return [.. pieces];
    }

    private static DoubleTensor Concat(DoubleTensor[] x, int axis)
    {
        axis = axis < 0 ? axis + x[0].Shape.Length : axis;
        int[] shape = [.. x[0].Shape];
        shape[axis] = x.Sum(t => t.Shape[axis]);
        int blocks = ReferenceBroadcast.Count(shape[..axis]);
        List<double> values = [];
        for (int block = 0; block < blocks; block++)
        {
            foreach (DoubleTensor t in x)
            {
                int length = t.Values.Length / blocks;
                values.AddRange(t.Values.AsSpan(block * length, length));
            }
        }

        return new DoubleTensor(shape, [.. values]);
    }

    private static DoubleTensor Gather(DoubleTensor x, DoubleTensor indices, int axis)
    {
        axis = axis < 0 ? axis + x.Shape.Length : axis;
        int[][] sources = Everything(x.Shape);
        sources[axis] = [.. indices.Integers().Select(i => i < 0 ? i + x.Shape[axis] : i)];
        return new DoubleTensor([.. x.Shape[..axis], .. indices.Shape, .. x.Shape[(axis + 1)..]], Along(x, sources).Values);
    }

    private static DoubleTensor Pad(ReferenceNode node, DoubleTensor?[] x)
    {
        DoubleTensor data = x[0]!;
        int[] pads = x[1]!.Integers();
        int[][] sources = Everything(data.Shape);
        string mode = node.Text("mode", "constant");
        for (int k = 0; k < pads.Length / 2; k++)
        {
            int axis = x.Length > 3 && x[3] is DoubleTensor axes ? (int)axes.Values[k] : k;
            axis = axis < 0 ? axis + data.Shape.Length : axis;
            int extent = data.Shape[axis];
            sources[axis] = [.. Enumerable.Range(-pads[k], extent + pads[k] + pads[k + (pads.Length / 2)]).Select(p => p >= 0 && p < extent ? p : mode switch
            {
                "edge" => p < 0 ? 0 : extent - 1,
                "reflect" => p < 0 ? -p : extent - 2 - (p - extent),
                "wrap" => p < 0 ? p + extent : p - extent,
                _ => -1,
            })];
        }

        return Along(data, sources, x.Length > 2 && x[2] is DoubleTensor value ? value.Values[0] : 0);
    }

    private static DoubleTensor Where(DoubleTensor condition, DoubleTensor a, DoubleTensor b)
    {
        int[] shape = ReferenceBroadcast.Shape(condition.Shape, ReferenceBroadcast.Shape(a.Shape, b.Shape));
        double[] c = ReferenceBroadcast.To(condition, shape).Values;
        double[] first = ReferenceBroadcast.To(a, shape).Values;
        double[] second = ReferenceBroadcast.To(b, shape).Values;
        return new DoubleTensor(shape, [.. c.Select((v, i) => v != 0 ? first[i] : second[i])]);
    }
}
