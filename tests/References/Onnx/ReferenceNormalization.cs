using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>
/// Instance, group and layer normalisation and batch normalisation of inference in double precision, and their derivatives.
/// </summary>
internal static class ReferenceNormalization
{
    public static bool Knows(ReferenceNode node) =>
        node.Operator is "InstanceNormalization" or "GroupNormalization" or "LayerNormalization" or "BatchNormalization";

    public static DoubleTensor Forward(ReferenceNode node, DoubleTensor?[] x)
    {
        DoubleTensor y = DoubleTensor.Zeros(x[0]!.Shape);
        int area = Area(y.Shape);
        ForEachGroup(node, x, (start, count, mean, sigma) =>
        {
            for (int k = start; k < start + count; k++)
            {
                y.Values[k] = (Parameter(node, x, 1, k, area) * (x[0]!.Values[k] - mean) / sigma) + (x.Length > 2 && x[2] is not null ? Parameter(node, x, 2, k, area) : 0);
            }
        });
        return y;
    }

    // y_k = c_k·(x_k - m)/σ + b with m = Σx/n and σ² = Σ(x - m)²/n + ε, so ∂y_k/∂x_j = c_k/σ·(δ_kj - 1/n - u_k·u_j/n), u = (x - m)/σ.
    public static DoubleTensor Backward(ReferenceNode node, DoubleTensor?[] x, DoubleTensor g)
    {
        DoubleTensor gradient = DoubleTensor.Zeros(x[0]!.Shape);
        int area = Area(gradient.Shape);
        ForEachGroup(node, x, (start, count, mean, sigma) =>
        {
            double sum = 0;
            double projection = 0;
            for (int k = start; k < start + count && node.Operator != "BatchNormalization"; k++)
            {
                double h = g.Values[k] * Parameter(node, x, 1, k, area);
                sum += h;
                projection += h * (x[0]!.Values[k] - mean) / sigma;
            }

            for (int j = start; j < start + count; j++)
            {
                double u = (x[0]!.Values[j] - mean) / sigma;
                gradient.Values[j] = ((g.Values[j] * Parameter(node, x, 1, j, area)) - (sum / count) - (u * projection / count)) / sigma;
            }
        });
        return gradient;
    }

    private static int Area(int[] shape) => ReferenceBroadcast.Count([.. shape.Skip(2)]);

    // Scale or bias of element k: per channel; per group for GroupNormalization below opset 21; per element of the normalised axes for a layer.
    private static double Parameter(ReferenceNode node, DoubleTensor?[] x, int input, int k, int area)
    {
        int[] shape = x[0]!.Shape;
        DoubleTensor parameter = x[input]!;
        if (node.Operator == "LayerNormalization")
        {
            return parameter.Values[k % parameter.Values.Length];
        }

        int channel = k / area % shape[1];
        return parameter.Values[channel * parameter.Values.Length / shape[1]];
    }

    private static void ForEachGroup(ReferenceNode node, DoubleTensor?[] x, Action<int, int, double, double> body)
    {
        DoubleTensor data = x[0]!;
        int channel = Area(data.Shape);
        int count = node.Operator switch
        {
            "GroupNormalization" => channel * data.Shape[1] / (int)node.Whole("num_groups", 1),
            "LayerNormalization" => ReferenceBroadcast.Count(data.Shape[(int)((node.Whole("axis", -1) + data.Shape.Length) % data.Shape.Length)..]),
            _ => channel,
        };
        double epsilon = node.Number("epsilon", 1e-5f);
        for (int start = 0; start < data.Values.Length; start += count)
        {
            if (node.Operator == "BatchNormalization")
            {
                body(start, count, Parameter(node, x, 3, start, channel), Math.Sqrt(Parameter(node, x, 4, start, channel) + epsilon));
                continue;
            }

            double[] values = data.Values.AsSpan(start, count).ToArray();
            double mean = values.Average();
            body(start, count, mean, Math.Sqrt(values.Average(v => (v - mean) * (v - mean)) + epsilon));
        }
    }
}
