using System;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>A row-major tensor of doubles; integer tensors (shapes, axes) are held the same way.</summary>
public sealed class DoubleTensor
{
    public DoubleTensor(int[] shape, double[] values)
    {
        if (shape.Aggregate(1, (a, b) => a * b) != values.Length)
        {
            throw new ArgumentException($"[{string.Join(", ", shape)}] does not hold {values.Length} values.");
        }

        Shape = shape;
        Values = values;
    }

    public int[] Shape { get; }

    public double[] Values { get; }

    public static DoubleTensor Zeros(int[] shape) => new(shape, new double[shape.Aggregate(1, (a, b) => a * b)]);

    public DoubleTensor Map(Func<double, double> f) => new(Shape, Array.ConvertAll(Values, v => f(v)));

    public DoubleTensor Plus(DoubleTensor other, double factor = 1) => new(Shape, [.. Values.Select((v, i) => v + (factor * other.Values[i]))]);

    public double Dot(DoubleTensor other) => Values.Select((v, i) => v * other.Values[i]).Sum();

    public double Norm() => Math.Sqrt(Dot(this));
}
