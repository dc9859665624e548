using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>A row-major tensor of doubles; integer tensors (shapes, axes) are held the same way and marked as whole.</summary>
public sealed class DoubleTensor
{
    public DoubleTensor(int[] shape, double[] values, bool whole = false)
    {
        if (shape.Aggregate(1, (a, b) => a * b) != values.Length)
        {
            throw new ArgumentException($"[{string.Join(", ", shape)}] does not hold {values.Length} values.");
        }

        Shape = shape;
        Values = values;
        Whole = whole;
    }

    public int[] Shape { get; }

    public double[] Values { get; }

    /// <summary>Whether the element type is an integer or bool, so that a division truncates.</summary>
    public bool Whole { get; }

    public static DoubleTensor Zeros(int[] shape) => new(shape, new double[shape.Aggregate(1, (a, b) => a * b)]);

    public static DoubleTensor Integers(params long[] values) => new([values.Length], [.. values.Select(v => (double)v)], whole: true);

    public static DoubleTensor From(int[] shape, float[] values) => new(shape, Array.ConvertAll(values, v => (double)v));

    public DoubleTensor Map(Func<double, double> f) => new(Shape, Array.ConvertAll(Values, v => f(v)), Whole);

    public DoubleTensor As(bool whole) => whole == Whole ? this : new DoubleTensor(Shape, Values, whole);

    public DoubleTensor Plus(DoubleTensor other, double factor = 1) => new(Shape, [.. Values.Select((v, i) => v + (factor * other.Values[i]))]);

    public double Dot(DoubleTensor other) => Values.Select((v, i) => v * other.Values[i]).Sum();

    public double Norm() => Math.Sqrt(Dot(this));

    public int[] Integers() => [.. Values.Select(v => (int)v)];
}
