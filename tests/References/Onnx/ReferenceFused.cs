using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>
/// Doubling of pictures, and the fused operators of ONNX Runtime's CUDA provider, in double precision. Written from ONNX's
/// Operators.md and ONNX Runtime's ContribOperators.md; forward only.
/// </summary>
internal static class ReferenceFused
{
    public static bool Knows(ReferenceNode node) => node.Operator is "Resize" or "GroupNorm" or "MultiHeadAttention" or "BiasSplitGelu";

    public static DoubleTensor Forward(ReferenceNode node, DoubleTensor?[] x) => node.Operator switch
    {
        "Resize" => Nearest(x[0]!, x[2]!),
        "GroupNorm" => GroupNorm(node, x[0]!, x[1]!, x[2]!),
        "MultiHeadAttention" => Attention(x[0]!, x[1]!, x[2]!, (int)node.Whole("num_heads", 0)),
        _ => SplitGelu(x[0]!, x[1]!),
    };

    // y[i] = x[floor(i / scale)] on every axis.
    private static DoubleTensor Nearest(DoubleTensor x, DoubleTensor scales)
    {
        int[] shape = [.. x.Shape.Zip(scales.Values, (d, s) => (int)Math.Floor(d * s))];
        DoubleTensor y = DoubleTensor.Zeros(shape);
        for (int i = 0; i < y.Values.Length; i++)
        {
            int source = 0;
            int rest = i;
            int stride = 1;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                source += (int)Math.Floor(rest % shape[axis] / scales.Values[axis]) * stride;
                stride *= x.Shape[axis];
                rest /= shape[axis];
            }

            y.Values[i] = x.Values[source];
        }

        return y;
    }

    // [B, H, W, C], statistics over pixels and the channels of a group; activation 1 is y·sigmoid(y).
    private static DoubleTensor GroupNorm(ReferenceNode node, DoubleTensor x, DoubleTensor gamma, DoubleTensor beta)
    {
        (int batch, int pixels, int channels) = (x.Shape[0], x.Shape[1] * x.Shape[2], x.Shape[3]);
        int width = channels / (int)node.Whole("groups", 1);
        DoubleTensor y = DoubleTensor.Zeros(x.Shape);
        for (int b = 0; b < batch; b++)
        {
            for (int first = 0; first < channels; first += width)
            {
                int[] members = [.. from pixel in Enumerable.Range(0, pixels) from c in Enumerable.Range(first, width) select (((b * pixels) + pixel) * channels) + c];
                double mean = members.Average(m => x.Values[m]);
                double sigma = Math.Sqrt(members.Average(m => Math.Pow(x.Values[m] - mean, 2)) + node.Number("epsilon", 1e-5));
                foreach (int m in members)
                {
                    double value = (gamma.Values[m % channels] * (x.Values[m] - mean) / sigma) + beta.Values[m % channels];
                    y.Values[m] = node.Whole("activation", 0) == 1 ? value / (1 + Math.Exp(-value)) : value;
                }
            }
        }

        return y;
    }

    // Query [B, N, h·d], key and value [B, M, h·d]; softmax(q kᵀ/√d) v for each head.
    private static DoubleTensor Attention(DoubleTensor q, DoubleTensor k, DoubleTensor v, int heads)
    {
        (int batch, int queries, int width) = (q.Shape[0], q.Shape[1], q.Shape[2]);
        int keys = k.Shape[1];
        int d = width / heads;
        DoubleTensor y = DoubleTensor.Zeros(q.Shape);
        for (int b = 0; b < batch; b++)
        {
            for (int n = 0; n < queries; n++)
            {
                for (int head = 0; head < heads; head++)
                {
                    int row = (((b * queries) + n) * width) + (head * d);
                    int Column(int m) => (((b * keys) + m) * width) + (head * d);
                    double[] scores = [.. Enumerable.Range(0, keys).Select(m => Enumerable.Range(0, d).Sum(i => q.Values[row + i] * k.Values[Column(m) + i]) / Math.Sqrt(d))];
                    double[] weights = [.. scores.Select(s => Math.Exp(s - scores.Max()))];
                    for (int i = 0; i < d; i++)
                    {
                        y.Values[row + i] = Enumerable.Range(0, keys).Sum(m => weights[m] * v.Values[Column(m) + i]) / weights.Sum();
                    }
                }
            }
        }

        return y;
    }

    // [a | b] = x + bias over the last axis; a·b·Φ(b).
    private static DoubleTensor SplitGelu(DoubleTensor x, DoubleTensor bias)
    {
        int half = x.Shape[^1] / 2;
        Func<double, double> erf = ReferenceFunction.Erf;
        DoubleTensor y = DoubleTensor.Zeros([.. x.Shape[..^1], half]);
        for (int i = 0; i < y.Values.Length; i++)
        {
            int row = i / half * 2 * half;
            double a = x.Values[row + (i % half)] + bias.Values[i % half];
            double b = x.Values[row + half + (i % half)] + bias.Values[half + (i % half)];
            y.Values[i] = a * 0.5 * b * (1 + erf(b / Math.Sqrt(2)));
        }

        return y;
    }
}
