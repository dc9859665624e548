using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>The operators of the ONNX specification that encoders use, in double precision, and their derivatives.</summary>
public static class ReferenceOperators
{
    private const int Bool = 9;

    /// <summary>Outputs of a node; an optional input that is left out is null.</summary>
    public static DoubleTensor[] Forward(ReferenceNode node, DoubleTensor?[] x)
    {
        if (ReferenceMovement.Knows(node))
        {
            return ReferenceMovement.Forward(node, x);
        }

        return [Single(node, x)];
    }

    /// <summary>dL/dx_i of a node, given dL/dy of its outputs, null where the result does not use one.</summary>
    public static DoubleTensor Backward(ReferenceNode node, DoubleTensor?[] x, DoubleTensor[] y, DoubleTensor?[] gradients, int i)
    {
        if (ReferenceMovement.Knows(node))
        {
            return ReferenceMovement.Backward(node, x, gradients, i);
        }

        DoubleTensor g = gradients[0]!;
        if (ReferenceReduction.Knows(node))
        {
            return ReferenceReduction.Backward(node, x, g);
        }

        if (ReferenceNormalization.Knows(node))
        {
            return ReferenceNormalization.Backward(node, x, g);
        }

        return ReferenceFunction.Find(node) is (_, Func<double, double> derivative)
            ? ReferenceBroadcast.Apply(g, x[0]!, (a, v) => a * derivative(v))
            : Backward(node, x, y[0], g, i);
    }

    private static DoubleTensor Backward(ReferenceNode node, DoubleTensor?[] x, DoubleTensor y, DoubleTensor g, int i) => node.Operator switch
    {
        "Cast" => IsWhole(node) ? DoubleTensor.Zeros(x[0]!.Shape) : g,
        "Add" => ReferenceBroadcast.SumTo(g, x[i]!.Shape),
        "Sub" => ReferenceBroadcast.SumTo(i == 0 ? g : g.Map(v => -v), x[i]!.Shape),
        "Mul" => Product(g, x[1 - i]!, x[i]!),
        "Div" when i == 0 => Product(g, x[1]!.Map(b => 1 / b), x[0]!),
        "Div" => Product(g, ReferenceBroadcast.Apply(x[0]!, x[1]!, (a, b) => -a / (b * b)), x[1]!),
        "Pow" when i == 0 => Product(g, ReferenceBroadcast.Apply(x[0]!, x[1]!, (a, p) => p * Math.Pow(a, p - 1)), x[0]!),
        "Pow" => Product(g, ReferenceBroadcast.Apply(x[0]!, x[1]!, (a, p) => Math.Pow(a, p) * Math.Log(a)), x[1]!),
        "Max" or "Min" => Product(g, Share(x!, y, i), x[i]!),
        "Clip" => ReferenceBroadcast.Apply(g, ReferenceBroadcast.Apply(x[0]!, y, (a, b) => a == b ? 1 : 0), (a, b) => a * b),
        "MatMul" => ReferenceMatrix.MatMulBackward(x[0]!, x[1]!, g, i),
        "Gemm" => ReferenceMatrix.GemmBackward(node, x, g, i),
        "Softmax" => ReferenceReduction.SoftmaxBackward(node, y, g),
        "Conv" => ReferenceConvolution.BackwardData(node, x!, g),
        "Shape" or "Size" or "Equal" or "Less" or "Greater" or "LessOrEqual" or "GreaterOrEqual" or "ConstantOfShape" => DoubleTensor.Zeros(x[i]!.Shape),
        _ => throw new NotSupportedException($"The reference does not know the derivative of {node.Operator}."),
    };

    private static DoubleTensor Single(ReferenceNode node, DoubleTensor?[] x)
    {
        if (ReferenceReduction.Knows(node))
        {
            return ReferenceReduction.Forward(node, x);
        }

        if (ReferenceNormalization.Knows(node))
        {
            return ReferenceNormalization.Forward(node, x);
        }

        if (ReferenceFused.Knows(node))
        {
            return ReferenceFused.Forward(node, x!);
        }

        return ReferenceFunction.Find(node) is (Func<double, double> function, _) ? x[0]!.Map(function) : Other(node, x);
    }

    private static DoubleTensor Other(ReferenceNode node, DoubleTensor?[] x) => node.Operator switch
    {
        "Constant" => node.Value!,
        "Shape" => Shape(node, x[0]!.Shape),
        "Size" => new DoubleTensor([], [x[0]!.Values.Length], whole: true),
        "ConstantOfShape" => Filled(x[0]!.Integers(), node.Value),
        "Range" => Range(x[0]!.Values[0], x[1]!.Values[0], x[2]!.Values[0], x[0]!.Whole),
        "Cast" => IsWhole(node) ? x[0]!.Map(v => node.Whole("to", 0) == Bool ? (v != 0 ? 1 : 0) : Math.Truncate(v)).As(true) : x[0]!.As(false),
        "Add" => Apply(x, (a, b) => a + b),
        "Sub" => Apply(x, (a, b) => a - b),
        "Mul" => Apply(x, (a, b) => a * b),
        "Div" => x[0]!.Whole && x[1]!.Whole ? Apply(x, (a, b) => Math.Truncate(a / b)) : Apply(x, (a, b) => a / b),
        "Pow" => ReferenceBroadcast.Apply(x[0]!, x[1]!, Math.Pow).As(x[0]!.Whole),
        "Max" => x.Aggregate((a, b) => ReferenceBroadcast.Apply(a!, b!, Math.Max))!,
        "Min" => x.Aggregate((a, b) => ReferenceBroadcast.Apply(a!, b!, Math.Min))!,
        "Equal" => Apply(x, (a, b) => a == b ? 1 : 0).As(true),
        "Less" => Apply(x, (a, b) => a < b ? 1 : 0).As(true),
        "Greater" => Apply(x, (a, b) => a > b ? 1 : 0).As(true),
        "LessOrEqual" => Apply(x, (a, b) => a <= b ? 1 : 0).As(true),
        "GreaterOrEqual" => Apply(x, (a, b) => a >= b ? 1 : 0).As(true),
        "Clip" => Clip(x),
        "MatMul" => ReferenceMatrix.MatMul(x[0]!, x[1]!),
        "Gemm" => ReferenceMatrix.Gemm(node, x),
        "Softmax" => ReferenceReduction.Softmax(node, x[0]!),
        "Conv" => ReferenceConvolution.Forward(node, x!),
        _ => throw new NotSupportedException($"The reference does not know {node.Operator}."),
    };

    private static DoubleTensor Apply(DoubleTensor?[] x, Func<double, double, double> f) => ReferenceBroadcast.Apply(x[0]!, x[1]!, f);

    private static DoubleTensor Product(DoubleTensor g, DoubleTensor slope, DoubleTensor input) =>
        ReferenceBroadcast.SumTo(ReferenceBroadcast.Apply(g, slope, (a, b) => a * b), input.Shape);

    private static DoubleTensor Share(DoubleTensor[] x, DoubleTensor y, int i)
    {
        DoubleTensor[] chosen = [.. x.Select(t => ReferenceBroadcast.Apply(t, y, (a, b) => a == b ? 1 : 0))];
        return ReferenceBroadcast.Apply(chosen[i], chosen.Aggregate((a, b) => ReferenceBroadcast.Apply(a, b, (u, v) => u + v)), (a, b) => a / b);
    }

    private static DoubleTensor Clip(DoubleTensor?[] x)
    {
        double smallest = x.Length > 1 && x[1] is DoubleTensor low ? low.Values[0] : double.NegativeInfinity;
        double largest = x.Length > 2 && x[2] is DoubleTensor high ? high.Values[0] : double.PositiveInfinity;
        return x[0]!.Map(v => Math.Min(Math.Max(v, smallest), largest));
    }

    // The element type of a cast: float, float16, double, bfloat16; anything else is an integer or bool.
    private static bool IsWhole(ReferenceNode node) => node.Whole("to", 0) is not (1 or 10 or 11 or 16);

    private static DoubleTensor Shape(ReferenceNode node, int[] shape)
    {
        int rank = shape.Length;
        int Axis(long axis) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
        return DoubleTensor.Integers([.. shape.Select(d => (long)d).Take(Axis(node.Whole("end", rank))).Skip(Axis(node.Whole("start", 0)))]);
    }

    private static DoubleTensor Filled(int[] shape, DoubleTensor? value)
    {
        double[] values = new double[ReferenceBroadcast.Count(shape)];
        Array.Fill(values, value?.Values[0] ?? 0);
        return new DoubleTensor(shape, values, value?.Whole ?? false);
    }

    private static DoubleTensor Range(double start, double limit, double step, bool whole)
    {
        int count = (int)Math.Max(0, Math.Ceiling((limit - start) / step));
        return new DoubleTensor([count], [.. Enumerable.Range(0, count).Select(i => start + (i * step))], whole);
    }
}
