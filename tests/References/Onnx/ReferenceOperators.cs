using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>The operators of the ONNX specification that encoders use, in double precision, and their derivatives.</summary>
public static class ReferenceOperators
{
    public static DoubleTensor Forward(ReferenceNode node, DoubleTensor[] x) => node.Operator switch
    {
        "Constant" => node.Value!,
        "Identity" => x[0],
        "Add" => Broadcast(x[0], x[1], (a, b) => a + b),
        "Sub" => Broadcast(x[0], x[1], (a, b) => a - b),
        "Mul" => Broadcast(x[0], x[1], (a, b) => a * b),
        "Div" => Broadcast(x[0], x[1], (a, b) => a / b),
        "Neg" => x[0].Map(a => -a),
        "Sigmoid" => x[0].Map(a => 1 / (1 + Math.Exp(-a))),
        "Tanh" => x[0].Map(Math.Tanh),
        "Reshape" => Reshape(x[0], [.. x[1].Values.Select(d => (int)d)]),
        "Flatten" => Reshape(x[0], Flattened(x[0].Shape, (int)node.Whole("axis", 1))),
        "Unsqueeze" => Reshape(x[0], Unsqueezed(x[0].Shape, [.. x[1].Values.Select(a => (int)a)])),
        "Squeeze" => Reshape(x[0], [.. x[0].Shape.Where((_, a) => !x[1].Values.Contains(a))]),
        "Transpose" => Transpose(x[0], Permutation(node, x[0].Shape.Length)),
        "Conv" => ReferenceConvolution.Forward(node, x),
        "InstanceNormalization" => InstanceNormalization(node, x),
        _ => throw new NotSupportedException($"The reference does not know {node.Operator}."),
    };

    /// <summary>dL/dx_i of a node, given dL/dy.</summary>
    public static DoubleTensor Backward(ReferenceNode node, DoubleTensor[] x, DoubleTensor y, DoubleTensor g, int i) => node.Operator switch
    {
        "Identity" => g,
        "Add" => SumTo(g, x[i].Shape),
        "Sub" => SumTo(i == 0 ? g : g.Map(v => -v), x[i].Shape),
        "Mul" => SumTo(Broadcast(g, x[1 - i], (a, b) => a * b), x[i].Shape),
        "Div" when i == 0 => SumTo(Broadcast(g, x[1], (a, b) => a / b), x[0].Shape),
        "Div" => SumTo(Broadcast(g, Broadcast(x[0], x[1], (a, b) => -a / (b * b)), (a, b) => a * b), x[1].Shape),
        "Neg" => g.Map(v => -v),
        "Sigmoid" => Broadcast(g, y, (a, s) => a * s * (1 - s)),
        "Tanh" => Broadcast(g, y, (a, t) => a * (1 - (t * t))),
        "Reshape" or "Flatten" or "Unsqueeze" or "Squeeze" => new DoubleTensor(x[0].Shape, g.Values),
        "Transpose" => Transpose(g, Inverse(Permutation(node, g.Shape.Length))),
        "Conv" => ReferenceConvolution.BackwardData(node, x, g),
        "InstanceNormalization" => InstanceNormalizationBackward(node, x, g),
        _ => throw new NotSupportedException($"The reference does not know {node.Operator}."),
    };

    private static DoubleTensor Broadcast(DoubleTensor a, DoubleTensor b, Func<double, double, double> f)
    {
        int rank = Math.Max(a.Shape.Length, b.Shape.Length);
        int[] shape = [.. Enumerable.Range(0, rank).Select(axis => Math.Max(Extent(a, axis, rank), Extent(b, axis, rank)))];
        DoubleTensor y = DoubleTensor.Zeros(shape);
        for (int i = 0; i < y.Values.Length; i++)
        {
            y.Values[i] = f(a.Values[Source(i, shape, a.Shape)], b.Values[Source(i, shape, b.Shape)]);
        }

        return y;
    }

    private static DoubleTensor SumTo(DoubleTensor g, int[] shape)
    {
        DoubleTensor sum = DoubleTensor.Zeros(shape);
        for (int i = 0; i < g.Values.Length; i++)
        {
            sum.Values[Source(i, g.Shape, shape)] += g.Values[i];
        }

        return sum;
    }

    private static int Extent(DoubleTensor t, int axis, int rank) => axis < rank - t.Shape.Length ? 1 : t.Shape[axis - rank + t.Shape.Length];

    // Index in a tensor that was broadcast, for a flat index of the result.
    private static int Source(int flat, int[] shape, int[] source)
    {
        int index = 0;
        int stride = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            int position = flat % shape[axis];
            flat /= shape[axis];
            int own = axis - shape.Length + source.Length;
            if (own >= 0)
            {
                index += (source[own] == 1 ? 0 : position) * stride;
                stride *= source[own];
            }
        }

        return index;
    }

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

    private static int[] Flattened(int[] shape, int axis) =>
        [shape.Take(axis).Aggregate(1, (a, b) => a * b), shape.Skip(axis).Aggregate(1, (a, b) => a * b)];

    private static int[] Unsqueezed(int[] shape, int[] axes)
    {
        int next = 0;
        return [.. Enumerable.Range(0, shape.Length + axes.Length).Select(a => axes.Contains(a) ? 1 : shape[next++])];
    }

    private static int[] Permutation(ReferenceNode node, int rank) =>
        [.. node.List("perm", [.. Enumerable.Range(0, rank).Select(a => (long)(rank - 1 - a))]).Select(a => (int)a)];

    private static int[] Inverse(int[] permutation) => [.. Enumerable.Range(0, permutation.Length).Select(a => Array.IndexOf(permutation, a))];

    private static DoubleTensor Transpose(DoubleTensor x, int[] permutation)
    {
        DoubleTensor y = DoubleTensor.Zeros([.. permutation.Select(a => x.Shape[a])]);
        int[] position = new int[permutation.Length];
        for (int i = 0; i < y.Values.Length; i++)
        {
            int rest = i;
            for (int axis = permutation.Length - 1; axis >= 0; axis--)
            {
                position[permutation[axis]] = rest % y.Shape[axis];
                rest /= y.Shape[axis];
            }

            y.Values[i] = x.Values[position.Select((p, a) => p * x.Shape.Skip(a + 1).Aggregate(1, (u, v) => u * v)).Sum()];
        }

        return y;
    }

    private static DoubleTensor InstanceNormalization(ReferenceNode node, DoubleTensor[] x)
    {
        DoubleTensor y = DoubleTensor.Zeros(x[0].Shape);
        ForEachInstance(x[0], (start, count, channel) =>
        {
            (double mean, double sigma) = Moments(node, x[0], start, count);
            for (int k = start; k < start + count; k++)
            {
                y.Values[k] = (x[1].Values[channel] * (x[0].Values[k] - mean) / sigma) + x[2].Values[channel];
            }
        });
        return y;
    }

    // y_k = c·(x_k - m)/σ + b with m = Σx/n and σ² = Σ(x - m)²/n + ε, so ∂y_k/∂x_j = c/σ·(δ_kj - 1/n - u_k·u_j/n), u = (x - m)/σ.
    private static DoubleTensor InstanceNormalizationBackward(ReferenceNode node, DoubleTensor[] x, DoubleTensor g)
    {
        DoubleTensor gradient = DoubleTensor.Zeros(x[0].Shape);
        ForEachInstance(x[0], (start, count, channel) =>
        {
            (double mean, double sigma) = Moments(node, x[0], start, count);
            double sum = 0;
            double projection = 0;
            for (int k = start; k < start + count; k++)
            {
                sum += g.Values[k];
                projection += g.Values[k] * (x[0].Values[k] - mean) / sigma;
            }

            for (int j = start; j < start + count; j++)
            {
                double u = (x[0].Values[j] - mean) / sigma;
                gradient.Values[j] = x[1].Values[channel] / sigma * (g.Values[j] - (sum / count) - (u * projection / count));
            }
        });
        return gradient;
    }

    private static (double Mean, double Sigma) Moments(ReferenceNode node, DoubleTensor x, int start, int count)
    {
        double mean = x.Values.AsSpan(start, count).ToArray().Average();
        double variance = x.Values.AsSpan(start, count).ToArray().Average(v => (v - mean) * (v - mean));
        return (mean, Math.Sqrt(variance + node.Number("epsilon", 1e-5)));
    }

    private static void ForEachInstance(DoubleTensor x, Action<int, int, int> body)
    {
        int count = x.Shape.Skip(2).Aggregate(1, (a, b) => a * b);
        for (int i = 0; i < x.Shape[0] * x.Shape[1]; i++)
        {
            body(i * count, count, i % x.Shape[1]);
        }
    }
}
