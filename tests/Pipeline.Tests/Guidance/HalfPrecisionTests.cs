using System;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.References.Onnx;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>
/// Graphs in float16. ONNX Runtime's CPU provider has no float16 convolution on x64 and puts casts to float32 around the
/// nodes instead; values between nodes are float16 all the same, so cotangents underflow there as they do on a GPU.
/// </summary>
public sealed class HalfPrecisionTests
{
    // Eleven bits of mantissa, through four layers.
    private const double Tolerance = 5e-3;

    [Theory]
    [InlineData(1)]
    [InlineData(1e-6)]
    [InlineData(1e-12)]
    [InlineData(1e12)]
    public void GradientMatchesTheEvaluatorForCotangentsOfAnySize(double size)
    {
        GraphModel model = Layers();
        ReferenceGraph reference = ReferenceGraph.Parse(model.ToBytes());
        float[] x = [.. RandomValues.AwayFromZero(1, 2 * 8 * 8).Select(v => (float)(Half)v)];
        DoubleTensor wide = DoubleTensor.From(model.InputShape, x);
        DoubleTensor y = reference.Evaluate("x", wide, "y");
        float[] cotangent = [.. RandomValues.AwayFromZero(2, y.Values.Length).Select(v => (float)(v * size))];
        DoubleTensor expected = reference.Gradient("x", wide, "y", DoubleTensor.From(y.Shape, cotangent));
        float[] gradient = OnnxGradient.Run(model.Differentiate(), x, cotangent, out float[] latent);
        double error = DoubleTensor.From(wide.Shape, gradient).Plus(expected, -1).Norm() / expected.Norm();
        Assert.True(error <= Tolerance, $"Relative error {error}.");
        Assert.True(DoubleTensor.From(y.Shape, latent).Plus(y, -1).Norm() <= Tolerance * y.Norm());
    }

    [Fact]
    public void AnOverflowIsMetWithASmallerScale()
    {
        // 16·2^13 leaves the range of float16, 16·2^13/64 does not.
        GraphModel model = new GraphModel([4], 1, element: TensorProto.Types.DataType.Float16)
            .Weight(Tensors.Floats("w", TensorProto.Types.DataType.Float16, [8192], 1)).Node("Mul", ["x", "w"], "m")
            .Weight(Tensors.Floats("v", TensorProto.Types.DataType.Float16, [1f / 8192], 1)).Node("Mul", ["m", "v"], "n").Node("Mul", ["n", "w"], "y");
        float[] gradient = OnnxGradient.Run(model.Differentiate(), [0.5f, 1, 0.25f, 2], [1, 0.5f, 0.25f, 2], out _);
        Assert.Equal([8192f, 4096, 2048, 16384], gradient);
    }

    [Theory]
    [InlineData(1e-20f)]
    [InlineData(3f)]
    [InlineData(1e30f)]
    public void ScaleIsAPowerOfTwoThatPutsTheLargestBetween8And16(float largest)
    {
        float[] cotangent = [0, -largest, largest / 3];
        CotangentScale scale = CotangentScale.For(cotangent);
        Assert.Equal(0, scale.Factor - MathF.ScaleB(1, MathF.ILogB(scale.Factor)));
        float[] scaled = scale.Apply(cotangent);
        Assert.InRange(-scaled[1], 8, 16);
        scale.Undo(scaled);
        Assert.Equal(cotangent, scaled);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void WithoutAFiniteLargestElementTheScaleIsOne(float value) => Assert.Equal(1, CotangentScale.For([value, 0]).Factor);

    private static GraphModel Layers() => new GraphModel([1, 2, 8, 8], 4, element: TensorProto.Types.DataType.Float16)
        .Weight("w1", 4, 2, 3, 3).Weight("b1", 4).Node("Conv", ["x", "w1", "b1"], "c1", NodeAttributes.Of("pads", [1, 1, 1, 1]))
        .Integers("grouped", 0, 2, -1).Node("Reshape", ["c1", "grouped"], "g")
        .Weight(Tensors.Floats("one", TensorProto.Types.DataType.Float16, [1, 1], 2)).Weight(Tensors.Floats("zero", TensorProto.Types.DataType.Float16, [0, 0], 2))
        .Node("InstanceNormalization", ["g", "one", "zero"], "n", NodeAttributes.Of("epsilon", 1e-6f))
        .Integers("flat", 1, 4, 8, 8).Node("Reshape", ["n", "flat"], "r").Weight("scale", 4, 1, 1).Node("Mul", ["r", "scale"], "m")
        .Node("Sigmoid", ["m"], "s").Node("Mul", ["m", "s"], "a")
        .Weight("w2", 3, 4, 3, 3).Node("Conv", ["a", "w2"], "y", NodeAttributes.Of("strides", [2, 2]), NodeAttributes.Of("pads", [0, 0, 1, 1]));
}
