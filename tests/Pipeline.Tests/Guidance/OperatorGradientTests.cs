using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.References.Onnx;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>
/// Each operator's vector-Jacobian product, built by the product and run in ONNX Runtime (float32), against central
/// differences of the double-precision evaluator in tests/References.
/// </summary>
public sealed class OperatorGradientTests
{
    private const double Step = 1e-5;
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Cases => [.. OperatorGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void MatchesCentralDifferences(string name)
    {
        GraphModel model = OperatorGraphs.All[name]();
        double error = Compare(model, model.Differentiate());
        Assert.True(error <= Tolerance, $"{name}: relative error {error}.");
    }

    [Fact]
    public void EveryRegisteredOperatorIsTested()
    {
        HashSet<string> tested = [.. OperatorGraphs.All.Keys.SelectMany(k => k.Split(' ', ','))];
        Assert.Empty(OperatorGradients.Names.Split(", ").Except(tested));
    }

    [Fact]
    public void TheComparisonNoticesAWrongGradient()
    {
        // The gradient of a function that differs in one weight's sign.
        GraphModel right = new GraphModel([2, 3], 2).Weight(Tensors.Floats("w", [1, 2, 3], 3)).Node("Mul", ["x", "w"], "y");
        GraphModel wrong = new GraphModel([2, 3], 2).Weight(Tensors.Floats("w", [1, -2, 3], 3)).Node("Mul", ["x", "w"], "y");
        double error = Compare(right, right.Differentiate() with { Backward = wrong.Differentiate().Backward });
        Assert.False(error <= Tolerance);
    }

    [Fact]
    public void UnknownOperatorThatTheOutputIgnoresDoesNotMatter()
    {
        GraphModel model = new GraphModel([2, 3], 2).Node("Hardmax", ["x"], "unused").Node("Neg", ["x"], "y");
        float[] gradient = OnnxGradient.Run(model.Differentiate(), [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], out _);
        Assert.Equal([-1f, -2, -3, -4, -5, -6], gradient);
    }

    [Theory]
    [InlineData("Hardmax", "node_1", "Hardmax")]
    [InlineData("MaxPool", "node_1", "MaxPool")]
    public void UnknownOperatorIsNamed(string operatorType, string node, string named)
    {
        GraphModel model = new GraphModel([1, 2, 4, 4], 4).Node("Sigmoid", ["x"], "s")
            .Node(operatorType, ["s"], "y", operatorType == "MaxPool" ? [NodeAttributes.Of("kernel_shape", [2, 2])] : []);
        InvalidModelException e = Assert.Throws<InvalidModelException>(model.Differentiate);
        Assert.Contains(node, e.Message, StringComparison.Ordinal);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFusionOfOnnxRuntimeIsNamedWithTheExportThatAvoidsIt()
    {
        GraphModel model = new GraphModel([1, 2, 4], 3).Node("FastGelu", ["x"], "y").InDomain("com.microsoft");
        InvalidModelException e = Assert.Throws<InvalidModelException>(model.Differentiate);
        Assert.Contains("node_0", e.Message, StringComparison.Ordinal);
        Assert.Contains("com.microsoft.FastGelu", e.Message, StringComparison.Ordinal);
        Assert.Contains("without --optimize", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOperatorOfAnotherDomainIsNamed()
    {
        GraphModel model = new GraphModel([1, 2, 4], 3).Node("Magic", ["x"], "y").InDomain("com.example");
        InvalidModelException e = Assert.Throws<InvalidModelException>(model.Differentiate);
        Assert.Contains("node_0", e.Message, StringComparison.Ordinal);
        Assert.Contains("com.example.Magic", e.Message, StringComparison.Ordinal);
        Assert.Contains("custom operators", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(22)]
    public void AnOperatorSetOutsideTheRangeIsRefused(long opset)
    {
        GraphModel model = new GraphModel([2, 3], 2, opset).Node("Neg", ["x"], "y");
        Assert.Contains("expected 14 to 20", Assert.Throws<InvalidModelException>(model.Differentiate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsThatDependOnTheImageAreRefused()
    {
        GraphModel model = new GraphModel([1, 2, 3, 3], 4).Node("Sigmoid", ["x"], "w").Node("Conv", ["x", "w"], "y");
        Assert.Contains("weights must be constants", Assert.Throws<InvalidModelException>(model.Differentiate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OutputThatIgnoresTheImageIsRefused()
    {
        GraphModel model = new GraphModel([2, 3], 2).Weight("w", 2, 3).Node("Neg", ["w"], "y");
        Assert.Throws<InvalidModelException>(model.Differentiate);
    }

    private static double Compare(GraphModel model, DifferentiatedGraph graph)
    {
        ReferenceGraph reference = ReferenceGraph.Parse(model.ToBytes());
        float[] x = RandomValues.AwayFromZero(1, model.InputShape.Aggregate(1, (a, b) => a * b));
        DoubleTensor wide = DoubleTensor.From(model.InputShape, x);
        DoubleTensor y = reference.Evaluate("x", wide, "y");
        Assert.Equal(y.Shape, OnnxGradient.OutputShape(graph));
        float[] cotangent = RandomValues.AwayFromZero(2, y.Values.Length);
        DoubleTensor wideCotangent = DoubleTensor.From(y.Shape, cotangent);
        DoubleTensor expected = reference.NumericGradient("x", wide, "y", wideCotangent, Step);
        // The reference's own reverse mode is held to the same differences, and more tightly.
        double own = reference.Gradient("x", wide, "y", wideCotangent).Plus(expected, -1).Norm();
        Assert.True(own <= 1e-8 * (1 + expected.Norm()), $"The reference's gradient is off by {own}.");
        float[] gradient = OnnxGradient.Run(graph, x, cotangent, out float[] forward);
        Assert.True(DoubleTensor.From(y.Shape, forward).Plus(y, -1).Norm() <= Tolerance * y.Norm());
        return DoubleTensor.From(model.InputShape, gradient).Plus(expected, -1).Norm() / expected.Norm();
    }
}
