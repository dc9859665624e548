using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>Matrix products in double precision, by one loop over all products, and their derivatives.</summary>
internal static class ReferenceMatrix
{
    public static DoubleTensor MatMul(DoubleTensor a, DoubleTensor b)
    {
        int[] shape = Shape(a, b, out int[] full);
        DoubleTensor y = DoubleTensor.Zeros(full);
        ForEachProduct(a, b, (left, right, product) => y.Values[product] += a.Values[left] * b.Values[right]);
        return new DoubleTensor(shape, y.Values);
    }

    public static DoubleTensor MatMulBackward(DoubleTensor a, DoubleTensor b, DoubleTensor g, int i)
    {
        DoubleTensor gradient = DoubleTensor.Zeros(i == 0 ? a.Shape : b.Shape);
        ForEachProduct(a, b, (left, right, product) =>
        {
            gradient.Values[i == 0 ? left : right] += g.Values[product] * (i == 0 ? b.Values[right] : a.Values[left]);
        });
        return gradient;
    }

    public static DoubleTensor Gemm(ReferenceNode node, DoubleTensor?[] x)
    {
        DoubleTensor product = MatMul(Turned(node, x, 0), Turned(node, x, 1)).Map(v => v * node.Number("alpha", 1));
        return x.Length > 2 && x[2] is DoubleTensor c ? ReferenceBroadcast.Apply(product, c, (p, v) => p + (node.Number("beta", 1) * v)) : product;
    }

    public static DoubleTensor GemmBackward(ReferenceNode node, DoubleTensor?[] x, DoubleTensor g, int i)
    {
        if (i == 2)
        {
            return ReferenceBroadcast.SumTo(g.Map(v => v * node.Number("beta", 1)), x[2]!.Shape);
        }

        DoubleTensor gradient = MatMulBackward(Turned(node, x, 0), Turned(node, x, 1), g, i).Map(v => v * node.Number("alpha", 1));
        return IsTurned(node, i) ? Transpose(gradient) : gradient;
    }

    private static bool IsTurned(ReferenceNode node, int input) => node.Whole(input == 0 ? "transA" : "transB", 0) != 0;

    private static DoubleTensor Turned(ReferenceNode node, DoubleTensor?[] x, int input) => IsTurned(node, input) ? Transpose(x[input]!) : x[input]!;

    private static DoubleTensor Transpose(DoubleTensor x)
    {
        (int rows, int columns) = (x.Shape[0], x.Shape[1]);
        return new DoubleTensor([columns, rows], [.. Enumerable.Range(0, rows * columns).Select(i => x.Values[(i % rows * columns) + (i / rows)])]);
    }

    // Vectors are a row on the left and a column on the right, whose axis the result leaves out.
    private static int[] Matrix(DoubleTensor t, bool left) => t.Shape.Length > 1 ? t.Shape : left ? [1, t.Shape[0]] : [t.Shape[0], 1];

    private static int[] Shape(DoubleTensor a, DoubleTensor b, out int[] full)
    {
        int[] left = Matrix(a, true);
        int[] right = Matrix(b, false);
        int[] batch = ReferenceBroadcast.Shape(left[..^2], right[..^2]);
        full = [.. batch, left[^2], right[^1]];
        return [.. batch, .. a.Shape.Length > 1 ? [left[^2]] : Array.Empty<int>(), .. b.Shape.Length > 1 ? [right[^1]] : Array.Empty<int>()];
    }

    private static void ForEachProduct(DoubleTensor a, DoubleTensor b, Action<int, int, int> product)
    {
        int[] left = Matrix(a, true);
        int[] right = Matrix(b, false);
        Shape(a, b, out int[] full);
        int[] batch = full[..^2];
        int[] starts = [.. Enumerable.Range(0, ReferenceBroadcast.Count(batch))];
        (int m, int k, int n) = (left[^2], left[^1], right[^1]);
        double[] leftStarts = Starts(left[..^2], batch);
        double[] rightStarts = Starts(right[..^2], batch);
        foreach (int s in starts)
        {
            for (int row = 0; row < m; row++)
            {
                for (int column = 0; column < n; column++)
                {
                    for (int inner = 0; inner < k; inner++)
                    {
                        product(((((int)leftStarts[s] * m) + row) * k) + inner, ((((int)rightStarts[s] * k) + inner) * n) + column, (((s * m) + row) * n) + column);
                    }
                }
            }
        }
    }

    private static double[] Starts(int[] own, int[] batch) =>
        ReferenceBroadcast.To(new DoubleTensor(own, [.. Enumerable.Range(0, ReferenceBroadcast.Count(own)).Select(i => (double)i)]), batch).Values;
}
