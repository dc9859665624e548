using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>No weight is without effect: a tolerance that a wrong or unused tensor could pass would be none.</summary>
public sealed class PerturbationTests(ITestOutputHelper output)
{
    // That of the goldens.
    private const double Tolerance = 1e-5;

    [Theory]
    [MemberData(nameof(GraphGoldenTests.Networks), MemberType = typeof(GraphGoldenTests))]
    public void ChangingAnyOneTensorChangesTheOutput(string golden, string name)
    {
        TinyNetwork network = TinyNetwork.Find(golden, name);
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions());
        var model = OnnxModel.Load(folder.File("model.onnx"), folder.Path);
        Dictionary<string, TensorProto> stored = model.Proto.Graph.Initializer.ToDictionary(t => t.Name);
        using OnnxSession session = Overridable(model, folder.File("overridable.onnx"));
        float[] expected = GraphGoldens.Whole(network);
        List<(string Name, double Change)> changes =
        [
            .. network.Used.Select(weight => (weight, GraphGoldens.Error(
                stored.TryGetValue(weight, out TensorProto? tensor) ? Replaced(network, session, model.Inline(tensor)) : WrittenAgain(network, weight), expected))),
        ];
        (string least, double smallest) = changes.Where(c => !IsCancelled(c.Name)).MinBy(c => c.Change);
        output.WriteLine($"{changes.Count} tensors, least change {smallest:g3} by {least}");
        Assert.All(changes, c => Assert.True(IsCancelled(c.Name) ? c.Change <= Tolerance : c.Change > Tolerance, $"{c.Name} changes the output by {c.Change}."));
    }

    // The same number is added to all scores of a query, which softmax takes out again.
    private static bool IsCancelled(string weight) =>
        weight.EndsWith("k_proj.bias", StringComparison.Ordinal) || weight.EndsWith("to_k.bias", StringComparison.Ordinal);

    // A weight that is also an input can be given another value in each run.
    private static OnnxSession Overridable(OnnxModel model, string path)
    {
        var overridable = model.Proto.Clone();
        overridable.Graph.Input.AddRange(overridable.Graph.Initializer.Where(t => t.DataType == (int)TensorProto.Types.DataType.Float).Select(t => Tensors.Value(t.Name, Tensors.TypeOf(t))));
        File.WriteAllBytes(path, overridable.ToByteArray());
        return OnnxSession.LoadFile(path, "overridable");
    }

    private static float[] Replaced(TinyNetwork network, OnnxSession session, TensorProto tensor)
    {
        using OrtValue value = TensorValue.FromFloats(TensorElement.Float32, Perturbed(tensor.Name, Tensors.AsFloats(tensor)!), [.. tensor.Dims]);
        return network.Run(session, [(tensor.Name, value)])[0];
    }

    // Weights that are folded into others have no tensor of their own.
    private static float[] WrittenAgain(TinyNetwork network, string weight)
    {
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes).With(weight, values => Perturbed(weight, values)), new GraphOptions());
        using OnnxSession session = OnnxSession.LoadFile(folder.File("model.onnx"), network.Name);
        return network.Run(session)[0];
    }

    // Each entry by its own amount: a bias moved as a whole can cancel in a norm.
    private static float[] Perturbed(string weight, float[] values) =>
        [.. values.Zip(FormulaWeights.Values("perturbation." + weight, values.Length, scale: 0.2), (v, d) => v + d)];
}
