using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>NumPy's broadcasting, and its transpose: sums over the repeated axes.</summary>
internal static class ReferenceBroadcast
{
    public static DoubleTensor Apply(DoubleTensor a, DoubleTensor b, Func<double, double, double> f)
    {
        int[] shape = Shape(a.Shape, b.Shape);
        DoubleTensor y = new(shape, new double[Count(shape)], a.Whole && b.Whole);
        double[] left = To(a, shape).Values;
        double[] right = To(b, shape).Values;
        for (int i = 0; i < y.Values.Length; i++)
        {
            y.Values[i] = f(left[i], right[i]);
        }

        return y;
    }

    public static DoubleTensor To(DoubleTensor x, int[] shape)
    {
        if (x.Shape.SequenceEqual(shape))
        {
            return x;
        }

        double[] values = new double[Count(shape)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = x.Values[x.Values.Length == 1 ? 0 : Source(i, shape, x.Shape)];
        }

        return new DoubleTensor(shape, values, x.Whole);
    }

    public static DoubleTensor SumTo(DoubleTensor g, int[] shape)
    {
        if (g.Shape.SequenceEqual(shape))
        {
            return g;
        }

        DoubleTensor sum = DoubleTensor.Zeros(shape);
        for (int i = 0; i < g.Values.Length; i++)
        {
            sum.Values[Source(i, g.Shape, shape)] += g.Values[i];
        }

        return sum;
    }

    public static int[] Shape(int[] a, int[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        int Extent(int[] t, int axis) => axis < rank - t.Length ? 1 : t[axis - rank + t.Length];
        return [.. Enumerable.Range(0, rank).Select(axis => Extent(a, axis) == 1 ? Extent(b, axis) : Extent(a, axis))];
    }

    public static int Count(int[] shape) => shape.Aggregate(1, (a, b) => a * b);

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
}
