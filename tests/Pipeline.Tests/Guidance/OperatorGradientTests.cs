using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
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

    public static TheoryData<string> Cases => [.. Graphs.Keys];

    private static Dictionary<string, Func<GraphModel>> Graphs { get; } = new()
    {
        ["Conv 3x3"] = () => Conv([1, 3, 6, 5], 4, 3, 3, 1),
        ["Conv 1x1"] = () => Conv([1, 3, 4, 5], 2, 1, 1, 1),
        ["Conv no padding, even kernel"] = () => Conv([1, 2, 6, 7], 3, 4, 2, 1, Of("pads", 0, 0, 0, 0)),
        ["Conv uneven padding"] = () => Conv([1, 2, 5, 6], 3, 3, 4, 1, Of("pads", 0, 2, 1, 1)),
        ["Conv padding wider than kernel"] = () => Conv([1, 2, 4, 4], 3, 1, 2, 1, Of("pads", 1, 2, 1, 2)),
        ["Conv stride 2, 4x4"] = () => Conv([1, 3, 8, 8], 4, 4, 4, 1, Of("strides", 2, 2), Of("pads", 1, 1, 1, 1)),
        ["Conv stride that cuts off rows"] = () => Conv([1, 2, 8, 9], 3, 3, 3, 1, Of("strides", 2, 3), Of("pads", 0, 1, 0, 1)),
        ["Conv asymmetric padding as in Stable Diffusion"] = () => Conv([1, 2, 8, 8], 3, 3, 3, 1, Of("strides", 2, 2), Of("pads", 0, 0, 1, 1)),
        ["Conv dilated"] = () => Conv([1, 2, 9, 8], 3, 3, 3, 1, Of("dilations", 2, 3), Of("pads", 2, 1, 2, 1)),
        ["Conv dilated and strided"] = () => Conv([1, 2, 9, 8], 3, 3, 2, 1, Of("dilations", 2, 1), Of("strides", 2, 2), Of("pads", 1, 0, 1, 1)),
        ["Conv grouped"] = () => Conv([1, 4, 5, 5], 6, 3, 3, 2, Of("pads", 1, 1, 1, 1)),
        ["Conv grouped and strided"] = () => Conv([1, 4, 6, 6], 6, 3, 3, 2, Of("strides", 2, 2), Of("pads", 1, 1, 1, 1)),
        ["Conv depthwise"] = () => Conv([1, 3, 5, 5], 3, 3, 3, 3, Of("pads", 1, 1, 1, 1)),
        ["Conv SAME_UPPER"] = () => Conv([1, 2, 5, 6], 3, 4, 4, 1, NodeAttributes.Of("auto_pad", "SAME_UPPER")),
        ["Conv SAME_LOWER strided"] = () => Conv([1, 2, 7, 7], 3, 3, 4, 1, NodeAttributes.Of("auto_pad", "SAME_LOWER"), Of("strides", 2, 2)),
        ["Conv VALID"] = () => Conv([1, 2, 5, 6], 3, 3, 3, 1, NodeAttributes.Of("auto_pad", "VALID")),
        ["Conv batch of two"] = () => Conv([2, 2, 4, 4], 3, 3, 3, 1, Of("pads", 1, 1, 1, 1)),
        ["InstanceNormalization"] = () => Normalization([1, 3, 4, 5], 1e-5f, [1, -2, 0.5f]),
        ["InstanceNormalization unit scale, rank 3"] = () => Normalization([2, 4, 12], 1e-3f, [1, 1, 1, 1]),
        ["Add constant"] = () => Binary("Add", [1, 3, 2, 2], "w"),
        ["Add both"] = () => new GraphModel([2, 3], 2).Node("Sigmoid", ["x"], "s").Node("Add", ["x", "s"], "y"),
        ["Add itself"] = () => new GraphModel([2, 3], 2).Node("Add", ["x", "x"], "y"),
        ["Sub from constant"] = () => new GraphModel([1, 3, 2, 2], 4).Weight(Random("w", 1, 3, 1, 1)).Node("Sub", ["w", "x"], "y"),
        ["Sub constant"] = () => Binary("Sub", [1, 3, 2, 2], "w"),
        ["Mul constant"] = () => Binary("Mul", [1, 3, 2, 2], "w"),
        ["Mul both (SiLU)"] = () => new GraphModel([2, 3], 2).Node("Sigmoid", ["x"], "s").Node("Mul", ["x", "s"], "y"),
        ["Mul broadcasts x over channels"] = () => new GraphModel([1, 1, 2, 3], 4).Weight(Random("w", 1, 4, 1, 1)).Node("Mul", ["x", "w"], "y"),
        ["Mul broadcasts x to a higher rank"] = () => new GraphModel([3], 3).Weight(Random("w", 2, 4, 3)).Node("Mul", ["w", "x"], "y"),
        ["Div by constant"] = () => Binary("Div", [1, 3, 2, 2], "w"),
        ["Div both"] = () => new GraphModel([2, 3], 2).Node("Sigmoid", ["x"], "s").Node("Div", ["x", "s"], "y"),
        ["Div by x, broadcast"] = () => new GraphModel([1, 3], 3).Weight(Random("w", 2, 4, 3)).Node("Sigmoid", ["x"], "s").Node("Div", ["w", "s"], "y"),
        ["Neg"] = () => new GraphModel([2, 3], 2).Node("Neg", ["x"], "y"),
        ["Sigmoid"] = () => new GraphModel([2, 3], 2).Node("Sigmoid", ["x"], "y"),
        ["Tanh"] = () => new GraphModel([2, 3], 2).Node("Tanh", ["x"], "y"),
        ["Identity"] = () => new GraphModel([2, 3], 2).Node("Identity", ["x"], "y"),
        ["Reshape"] = () => Scaled(new GraphModel([1, 4, 3], 3).Weight(Tensors.Integers("s", 0, 2, -1)).Node("Reshape", ["x", "s"], "r"), 1, 2, 6),
        ["Flatten"] = () => Scaled(new GraphModel([2, 2, 3], 2).Node("Flatten", ["x"], "r", NodeAttributes.Of("axis", 2L)), 4, 3),
        ["Unsqueeze"] = () => Scaled(new GraphModel([2, 3], 4).Weight(Tensors.Integers("a", 0, 2)).Node("Unsqueeze", ["x", "a"], "r"), 1, 2, 1, 3),
        ["Squeeze"] = () => Scaled(new GraphModel([1, 2, 1, 3], 2).Weight(Tensors.Integers("a", 0, 2)).Node("Squeeze", ["x", "a"], "r"), 2, 3),
        ["Transpose"] = () => Scaled(new GraphModel([2, 3, 4], 3).Node("Transpose", ["x"], "r", Of("perm", 2, 0, 1)), 4, 2, 3),
        ["Transpose by default"] = () => Scaled(new GraphModel([2, 3], 2).Node("Transpose", ["x"], "r"), 3, 2),
        ["Folded constant"] = () => new GraphModel([2, 3], 2).Weight(Random("a", 3)).Weight(Random("b", 3)).Node("Add", ["a", "b"], "w").Node("Mul", ["x", "w"], "y"),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void MatchesCentralDifferences(string name)
    {
        GraphModel model = Graphs[name]();
        double error = Compare(model, model.Differentiate());
        Assert.True(error <= Tolerance, $"{name}: relative error {error}.");
    }

    [Fact]
    public void EveryRegisteredOperatorIsTested()
    {
        HashSet<string> tested = [.. Graphs.Keys.Select(k => k.Split(' ')[0])];
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
        GraphModel model = new GraphModel([2, 3], 2).Node("Softmax", ["x"], "unused").Node("Neg", ["x"], "y");
        float[] gradient = OnnxGradient.Run(model.Differentiate(), [1, 2, 3, 4, 5, 6], [2, 3], [1, 2, 3, 4, 5, 6], out _);
        Assert.Equal([-1f, -2, -3, -4, -5, -6], gradient);
    }

    [Theory]
    [InlineData("Softmax", "node_1", "Softmax")]
    [InlineData("MaxPool", "node_1", "MaxPool")]
    public void UnknownOperatorIsNamed(string operatorType, string node, string named)
    {
        GraphModel model = new GraphModel([1, 2, 4, 4], 4).Node("Sigmoid", ["x"], "s")
            .Node(operatorType, ["s"], "y", operatorType == "MaxPool" ? [Of("kernel_shape", 2, 2)] : []);
        InvalidModelException e = Assert.Throws<InvalidModelException>(model.Differentiate);
        Assert.Contains(node, e.Message, StringComparison.Ordinal);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export", e.Message, StringComparison.Ordinal);
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
        GraphModel model = new GraphModel([2, 3], 2).Weight(Random("w", 2, 3)).Node("Neg", ["w"], "y");
        Assert.Throws<InvalidModelException>(model.Differentiate);
    }

    private static double Compare(GraphModel model, DifferentiatedGraph graph)
    {
        ReferenceGraph reference = ReferenceGraph.Parse(model.ToBytes());
        float[] x = RandomValues(1, model.InputShape.Aggregate(1, (a, b) => a * b));
        DoubleTensor wide = new(model.InputShape, Array.ConvertAll(x, v => (double)v));
        DoubleTensor y = reference.Evaluate("x", wide, "y");
        Assert.Equal(y.Shape, graph.OutputShape);
        float[] cotangent = RandomValues(2, y.Values.Length);
        DoubleTensor wideCotangent = new(y.Shape, Array.ConvertAll(cotangent, v => (double)v));
        DoubleTensor expected = reference.NumericGradient("x", wide, "y", wideCotangent, Step);
        // The reference's own reverse mode is held to the same differences, and more tightly.
        Assert.True(reference.Gradient("x", wide, "y", wideCotangent).Plus(expected, -1).Norm() <= 1e-8 * (1 + expected.Norm()));
        float[] gradient = OnnxGradient.Run(graph, x, model.InputShape, cotangent, out float[] forward);
        Assert.True(new DoubleTensor(y.Shape, Array.ConvertAll(forward, v => (double)v)).Plus(y, -1).Norm() <= Tolerance * y.Norm());
        double difference = new DoubleTensor(model.InputShape, Array.ConvertAll(gradient, v => (double)v)).Plus(expected, -1).Norm();
        return difference / expected.Norm();
    }

    private static GraphModel Conv(int[] shape, int outputs, int height, int width, int group, params AttributeProto[] attributes)
    {
        List<AttributeProto> all = [.. attributes, NodeAttributes.Of("group", group), NodeAttributes.Of("kernel_shape", [height, width])];
        return new GraphModel(shape, 4).Weight(Random("w", outputs, shape[1] / group, height, width)).Weight(Random("b", outputs))
            .Node("Conv", ["x", "w", "b"], "y", [.. all]);
    }

    private static GraphModel Normalization(int[] shape, float epsilon, float[] scale) => new GraphModel(shape, shape.Length)
        .Weight(Tensors.Floats("s", scale, scale.Length)).Weight(Random("b", scale.Length))
        .Node("InstanceNormalization", ["x", "s", "b"], "y", NodeAttributes.Of("epsilon", epsilon));

    private static GraphModel Binary(string operatorType, int[] shape, string weight) => new GraphModel(shape, shape.Length)
        .Weight(Random(weight, 1, shape[1], 1, 1)).Node(operatorType, ["x", weight], "y");

    // Multiplies by weights, so that a permutation of the elements would show.
    private static GraphModel Scaled(GraphModel model, params long[] shape) => model.Weight(Random("w", shape)).Node("Mul", ["r", "w"], "y");

    private static AttributeProto Of(string name, params long[] values) => NodeAttributes.Of(name, values);

    private static TensorProto Random(string name, params long[] shape) =>
        Tensors.Floats(name, RandomValues(name.Length + shape.Length + 7, (int)shape.Aggregate(1L, (a, b) => a * b)), shape);

    private static float[] RandomValues(int seed, int count)
    {
        Random random = new(seed);
        // Away from zero, so that division is well conditioned.
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() + 0.2) * (random.Next(2) == 0 ? 1 : -1)))];
    }
}
