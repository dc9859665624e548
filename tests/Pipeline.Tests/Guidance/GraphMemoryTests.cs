using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>A graph of a few hundred bytes that asks for more memory than there is must be refused before any is taken.</summary>
public sealed class GraphMemoryTests
{
    private const long Million = 1_000_000;

    private static Dictionary<string, (Func<GraphModel> Graph, string[] Named)> Hostile { get; } = new()
    {
        ["ConstantOfShape"] = (() => Added(Model().Integers("s", Million, Million).Node("ConstantOfShape", ["s"], "c")), ["ConstantOfShape", "1000000, 1000000", "limit"]),
        ["ConstantOfShape of more than 31 bits"] = (() => Added(Model().Integers("s", 1L << 40).Node("ConstantOfShape", ["s"], "c")), ["ConstantOfShape"]),
        ["ConstantOfShape of 2^32 and one"] = (() => Added(Model().Integers("s", (1L << 32) + 1).Node("ConstantOfShape", ["s"], "c")), ["ConstantOfShape"]),
        ["Range"] = (() => Added(Model().Weight(Number("a", 0)).Weight(Number("b", 1_000 * Million)).Weight(Number("d", 1)).Node("Range", ["a", "b", "d"], "r")
            .Node("Cast", ["r"], "c", NodeAttributes.Of("to", 1L))), ["Range", "1000000000", "limit"]),
        ["Expand"] = (() => Added(Model().Weight("w", 1).Integers("s", Million, 1000).Node("Expand", ["w", "s"], "c")), ["Expand", "limit"]),
        ["Tile"] = (() => Added(Model().Weight("w", 1, 1).Integers("s", 100_000, 100_000).Node("Tile", ["w", "s"], "c")), ["Tile", "limit"]),
        ["product of two vectors"] = (() => Added(Model().Weight("a", 100_000, 1).Weight("b", 1, 100_000).Node("MatMul", ["a", "b"], "c")), ["MatMul", "limit"]),
        ["broadcast of two vectors"] = (() => Added(Model().Weight("a", 100_000, 1).Weight("b", 1, 100_000).Node("Add", ["a", "b"], "c")), ["Add", "limit"]),
        ["many constants"] = (Many, ["ConstantOfShape", "limit", "before it"]),
        ["result of unknown size"] = (() => Added(Model().Integers("i", 0).Weight(Number("depth", 100_000 * Million)).Weight(Tensors.Floats("v", [0, 1], 2))
            .Node("OneHot", ["i", "depth", "v"], "c")), ["OneHot"]),
        ["Loop"] = (() => Added(Model().Weight(Number("n", Million)).Node("Loop", ["n", ""], "c", Body())), ["Loop", "graph of its own"]),
        ["Expand of the image"] = (() => Model(2).Integers("s", 1000 * Million, 3).Node("Reshape", ["x", "t"], "r").Integers("t", 1, 3).Node("Expand", ["r", "s"], "y"), ["Expand", "times the image"]),
        ["noise"] = (() => Model().Node("RandomNormal", [], "c", NodeAttributes.Of("shape", [Million, Million])).Node("Add", ["x", "c"], "y"), ["RandomNormal", "times the image"]),
        ["noise of more than 63 bits"] = (() => Model().Node("RandomNormal", [], "c", NodeAttributes.Of("shape", [1L << 40, 1L << 40, 1L << 40])).Node("Add", ["x", "c"], "y"), ["RandomNormal", "times the image"]),
        ["sequence"] = (() => Added(Model().Weight("w", 4).Node("SplitToSequence", ["w"], "c")), ["'c'", "sequences"]),
    };

    public static TheoryData<string> Names => [.. Hostile.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void IsRefusedBeforeMemoryIsTaken(string name)
    {
        (Func<GraphModel> graph, string[] named) = Hostile[name];
        InvalidModelException e = Assert.Throws<InvalidModelException>(graph().Differentiate);
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.All(named, text => Assert.Contains(text, e.Message, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void ASparseWeightAndAValueThatNothingComputesAreClearErrors()
    {
        GraphModel missing = Model().Node("Add", ["x", "nothing"], "y");
        Assert.Contains("'nothing'", Assert.Throws<InvalidModelException>(missing.Differentiate).Message, StringComparison.Ordinal);
        ModelProto sparse = Model().Node("Neg", ["x"], "y").ToModel();
        sparse.Graph.SparseInitializer.Add(new SparseTensorProto { Values = Tensors.Floats("w", [1], 1), Indices = Tensors.Integers("i", 0), Dims = { 3 } });
        InvalidModelException e = Assert.Throws<InvalidModelException>(() => new ForwardGraph(OnnxModel.Of(sparse, "test"), "x", "y", [3]));
        Assert.Contains("'w' is sparse", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ConstantsUpToTheLimitAreFolded()
    {
        // 60 MiB of 64, and an index of what is not zero, whose number only the values tell.
        GraphModel model = Model().Integers("s", 15, 1 << 20).Node("ConstantOfShape", ["s"], "big").Integers("axes", 0, 1)
            .Node("ReduceSum", ["big", "axes"], "sum", NodeAttributes.Of("keepdims", 0L)).Weight("w", 3).Node("NonZero", ["w"], "index")
            .Node("Cast", ["index"], "f", NodeAttributes.Of("to", 1L)).Node("Add", ["f", "sum"], "c").Integers("flat", 3).Node("Reshape", ["c", "flat"], "cc")
            .Node("Add", ["x", "cc"], "y");
        float[] gradient = OnnxGradient.Run(model.Differentiate(), [1, 1, 1], [1, 2, 3], out float[] y);
        Assert.Equal([1f, 2, 3], y);
        Assert.Equal([1f, 2, 3], gradient);
    }

    private static GraphModel Model(int outputRank = 1) => new([3], outputRank);

    private static GraphModel Added(GraphModel model) => model.Node("ReduceSum", ["c"], "sum", NodeAttributes.Of("keepdims", 0L)).Node("Add", ["x", "sum"], "y");

    // Each of 8 MiB.
    private static GraphModel Many()
    {
        GraphModel model = Model().Integers("s", 1 << 21);
        foreach (int i in Enumerable.Range(0, 9))
        {
            model.Node("ConstantOfShape", ["s"], $"c{i}").Node("ReduceSum", [$"c{i}"], $"r{i}", NodeAttributes.Of("keepdims", 0L));
        }

        return model.Node("Sum", ["x", .. Enumerable.Range(0, 9).Select(i => $"r{i}")], "y");
    }

    private static TensorProto Number(string name, long value)
    {
        TensorProto tensor = Tensors.Integers(name, value);
        tensor.Dims.Clear();
        return tensor;
    }

    // Adds up nothing; what counts is that a loop may compute anything, for any time.
    private static AttributeProto Body()
    {
        GraphProto body = new() { Name = "body" };
        body.Input.Add(Tensors.Value("i", new TensorType(TensorProto.Types.DataType.Int64, [])));
        body.Input.Add(Tensors.Value("go", new TensorType(TensorProto.Types.DataType.Bool, [])));
        body.Output.Add(Tensors.Value("go", new TensorType(TensorProto.Types.DataType.Bool, [])));
        body.Output.Add(Tensors.Value("f", new TensorType(TensorProto.Types.DataType.Float, [])));
        body.Node.Add(new NodeProto { OpType = "Cast", Input = { "i" }, Output = { "f" }, Attribute = { NodeAttributes.Of("to", 1L) } });
        return new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body };
    }
}
