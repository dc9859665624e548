using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>What the guidance computes besides the model: the formulas of <see cref="ScoreDistillation"/> and <see cref="DistillationScore"/>, as graphs.</summary>
internal static class GlueGraphs
{
    private const float Tiny = 1e-30f;

    /// <summary>Image x [S, S, 3] in [0, 1] to planes 2x - 1 [1, 3, S, S].</summary>
    public static GlueGraph ToPlanes(int size, Element element)
    {
        var graph = new GlueGraph("image to planes");
        string image = graph.Input("image", Element.Float, size, size, 3);
        string channelsFirst = graph.Node("Transpose", [image], NodeAttributes.Of("perm", [2L, 0, 1]));
        string range = graph.Sub(graph.Mul(channelsFirst, graph.Number(2)), graph.Number(1));
        string planes = graph.Node("Reshape", [range, graph.Integers(1, 3, size, size)]);
        graph.Output(graph.Cast(planes, element), "planes", element, 1, 3, size, size);
        return graph;
    }

    /// <summary>Encoded y to z_t = signal·(s·y) + sigma·ε, once and as a batch.</summary>
    /// <param name="encoded">Type of y.</param>
    /// <param name="scale">s.</param>
    /// <param name="element">Element type that the UNet takes.</param>
    /// <param name="count">Samples in the batch.</param>
    public static GlueGraph Noisy(TensorType encoded, float scale, Element element, int count)
    {
        int[] shape = encoded.Shape;
        var graph = new GlueGraph("noise");
        string y = graph.Cast(graph.Input("encoded", encoded.Element, shape), Element.Float);
        string noise = graph.Input("noise", Element.Float, shape);
        string latent = graph.Mul(y, graph.Number(scale));
        string noisy = graph.Add(graph.Mul(graph.Input("signal", Element.Float, 1), latent), graph.Mul(graph.Input("sigma", Element.Float, 1), noise));
        graph.Output(noisy, "noisy", Element.Float, shape);
        string batch = graph.Node("Concat", [.. Enumerable.Repeat(noisy, count)], NodeAttributes.Of("axis", 0));
        graph.Output(graph.Cast(batch, element), "batch", element, [count, .. shape[1..]]);
        return graph;
    }

    /// <summary>The UNet's outputs to dL/dz, with its sum of squares, its largest element and the sum of squares before it was clipped.</summary>
    /// <param name="options">Method, scale and limits.</param>
    /// <param name="prediction">What the UNet predicts.</param>
    /// <param name="element">Its element type.</param>
    /// <param name="latent">Extents of a latent, [1, C, h, w].</param>
    /// <param name="hasNegative">Whether the third text is the one that noise-free distillation takes off.</param>
    /// <param name="negatives">View texts that Perp-Neg pushes away from.</param>
    public static GlueGraph Score(GuidanceOptions options, PredictionType prediction, Element element, int[] latent, bool hasNegative, int negatives)
    {
        int count = 2 + (hasNegative ? 1 : 0) + negatives;
        var graph = new GlueGraph("score");
        string all = graph.Cast(graph.OpenInput("predictions", element, 1, [count, .. latent[1..]]), Element.Float);
        string noise = graph.Input("noise", Element.Float, latent);
        string noisy = graph.Input("noisy", Element.Float, latent);
        string signal = graph.Input("signal", Element.Float, 1);
        string sigma = graph.Input("sigma", Element.Float, 1);
        string factor = graph.Input("factor", Element.Float, 1);
        string Prediction(int i)
        {
            string own = graph.Node("Slice", [all, graph.Integers(i, 0), graph.Integers(i + 1, latent[1]), graph.Integers(0, 1)]);
            return prediction switch
            {
                PredictionType.Epsilon => own,
                PredictionType.Velocity => graph.Add(graph.Mul(signal, own), graph.Mul(sigma, noisy)),
                _ => graph.Div(graph.Sub(noisy, graph.Mul(signal, own)), sigma),
            };
        }

        string positive = Prediction(0);
        string unconditional = Prediction(1);
        string direction = Direction(graph, positive, unconditional, [.. Enumerable.Range(0, negatives).Select(i => (Prediction(count - negatives + i), graph.Input($"weight{i}", Element.Float, 1)))]);
        string guided = graph.Mul(direction, graph.Number(ClassifierFreeGuidance.Factor(options.Convention, options.Scale)));
        string delta = options.Method switch
        {
            DistillationMethod.ClassifierScore => guided,
            DistillationMethod.Sds => graph.Sub(Rescaled(graph, options.Rescale, positive, graph.Add(unconditional, guided)), noise),
            _ when hasNegative => graph.Sub(Rescaled(graph, options.Rescale, positive, graph.Add(unconditional, guided)), Prediction(2)),
            _ => Rescaled(graph, options.Rescale, positive, graph.Add(unconditional, guided)),
        };
        string weight = options.NormalizesGradient
            ? graph.Div(graph.Number(MathF.Sqrt(latent.Aggregate(1, (product, extent) => product * extent))), graph.Node("Max", [graph.Node("Sqrt", [graph.SumOfSquares(delta)]), graph.Number(Tiny)]))
            : factor;
        string gradient = graph.Mul(weight, delta);
        string unclipped = graph.SumOfSquares(gradient);
        if (options.GradientClip > 0)
        {
            gradient = graph.Node("Max", [graph.Node("Min", [gradient, graph.Number(options.GradientClip)]), graph.Number(-options.GradientClip)]);
        }

        graph.Output(gradient, "gradient", Element.Float, latent);
        string largest = graph.Node("ReduceMax", [graph.Node("Abs", [gradient])], NodeAttributes.Of("keepdims", 1));
        // The unused input would be dropped: it stays by a product with nothing.
        graph.Output(graph.Join(graph.SumOfSquares(gradient), largest, options.NormalizesGradient ? graph.Add(unclipped, graph.Mul(factor, graph.Number(0))) : unclipped), "statistics", Element.Float, 3);
        return graph;
    }

    /// <summary>dL/dz to the encoder's scaled cotangent s·scale·dL/dz.</summary>
    public static GlueGraph Seed(TensorType seed, float scale)
    {
        var graph = new GlueGraph("cotangent");
        string gradient = graph.Input("gradient", Element.Float, seed.Shape);
        string scaled = graph.Mul(graph.Mul(gradient, graph.Number(scale)), graph.Input("factor", Element.Float, 1));
        graph.Output(graph.Cast(scaled, seed.Element), "seed", seed.Element, seed.Shape);
        return graph;
    }

    /// <summary>Planes of a scaled gradient to weight·dL/dx [S, S, 3], with the sum of squares of dL/dx.</summary>
    public static GlueGraph FromPlanes(int size, Element element)
    {
        var graph = new GlueGraph("planes to image");
        string planes = graph.Cast(graph.Input("planes", element, 1, 3, size, size), Element.Float);
        // 2: the image's range is half the planes'.
        string gradient = graph.Mul(graph.Mul(planes, graph.Number(2)), graph.Input("undo", Element.Float, 1));
        string image = graph.Node("Transpose", [graph.Node("Reshape", [gradient, graph.Integers(3, size, size)])], NodeAttributes.Of("perm", [1L, 2, 0]));
        graph.Output(graph.Mul(image, graph.Input("weight", Element.Float, 1)), "image", Element.Float, size, size, 3);
        graph.Output(graph.Join(graph.SumOfSquares(gradient)), "statistics", Element.Float, 1);
        return graph;
    }

    // As PerpNeg.Direction.
    private static string Direction(GlueGraph graph, string positive, string unconditional, (string Prediction, string Weight)[] negatives)
    {
        string direction = graph.Sub(positive, unconditional);
        if (negatives.Length == 0)
        {
            return direction;
        }

        string square = graph.Node("Max", [graph.SumOfSquares(direction), graph.Number((float)PerpNeg.SmallestSquare)]);
        List<string> parts = [direction];
        foreach ((string prediction, string weight) in negatives)
        {
            string other = graph.Sub(prediction, unconditional);
            string along = graph.Div(graph.Sum(graph.Mul(other, direction)), square);
            parts.Add(graph.Mul(weight, graph.Sub(other, graph.Mul(along, direction))));
        }

        return graph.Node("Sum", [.. parts]);
    }

    // As ClassifierFreeGuidance.Rescale.
    private static string Rescaled(GlueGraph graph, float share, string positive, string guided)
    {
        if (share <= 0)
        {
            return guided;
        }

        string Deviation(string value)
        {
            string centred = graph.Sub(value, graph.Node("ReduceMean", [value], NodeAttributes.Of("keepdims", 1)));
            return graph.Node("Sqrt", [graph.Node("ReduceMean", [graph.Mul(centred, centred)], NodeAttributes.Of("keepdims", 1))]);
        }

        string ratio = graph.Div(Deviation(positive), graph.Node("Max", [Deviation(guided), graph.Number(Tiny)]));
        return graph.Mul(guided, graph.Add(graph.Mul(ratio, graph.Number(share)), graph.Number(1 - share)));
    }
}
