using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.References.Onnx;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>The UNet with ONNX Runtime's fused operators, which only CUDA runs: here by their definitions, in double precision.</summary>
public sealed class FusedGraphTests
{
    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    public void FusedUNetMatchesPyTorch(string golden)
    {
        TinyNetwork network = TinyNetwork.Find(golden, "unet");
        using TemporaryFolder folder = new();
        FormulaWeights weights = new(network.Shapes);
        network.Write(folder.Path, weights, new GraphOptions(Fused: true));
        Assert.Equal(network.Shapes.Count, weights.Reads.Count);
        (float[] states, long[] statesShape) = network.Floats("encoder_hidden_states");
        (float[] sample, long[] sampleShape) = network.Floats("sample");
        ReferenceGraph reference = ReferenceGraph.Load(folder.File("model.onnx"))
            .WithInput("timestep", DoubleTensor.Integers(981, 20)).WithInput("encoder_hidden_states", DoubleTensor.From(Ints(statesShape), states));
        float[] got = [.. reference.Evaluate("sample", DoubleTensor.From(Ints(sampleShape), sample), network.Output).Values.Select(v => (float)v)];
        double error = GraphGoldens.Error(got, GraphGoldens.Whole(network));
        Assert.True(error <= 1e-5, $"off by {error}");
    }

    [Fact]
    public void EveryNormAttentionAndGateOfTheUNetIsFused()
    {
        using TemporaryFolder folder = new();
        TinyNetwork network = TinyNetwork.Find("sd2", "unet");
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions(Fused: true));
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("model.onnx")));
        Dictionary<string, int> operators = model.Graph.Node.Where(n => n.Domain == "com.microsoft").GroupBy(n => n.OpType).ToDictionary(g => g.Key, g => g.Count());
        int Weights(string suffix) => network.Shapes.Keys.Count(n => n.EndsWith(suffix, StringComparison.Ordinal));
        int transformers = Weights("proj_in.weight");
        Assert.Equal(2 * transformers, operators["MultiHeadAttention"]);
        Assert.Equal(transformers, operators["BiasSplitGelu"]);
        Assert.Equal((2 * Weights("conv1.weight")) + transformers + 1, operators["GroupNorm"]);
        Assert.DoesNotContain(model.Graph.Node, n => n.OpType is "InstanceNormalization" or "Softmax" or "Erf");
        Assert.Contains(model.OpsetImport, o => o.Domain == "com.microsoft" && o.Version == 1);
    }

    private static int[] Ints(long[] shape) => [.. shape.Select(d => (int)d)];
}
