using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Import.Graphs;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>The graphs against an independent implementation of their equations in PyTorch, in double precision.</summary>
public sealed class GraphGoldenTests(ITestOutputHelper output)
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string, string> Networks
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (TinyNetwork network in TinyNetwork.All)
            {
                data.Add(network.Golden, network.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void EveryBlockAndTheWholeMatchPyTorch(string golden, string name)
    {
        TinyNetwork network = TinyNetwork.Find(golden, name);
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions());
        IReadOnlyList<(string Name, float[] Thinned)> blocks = GraphGoldens.Blocks(network);
        Assert.NotEmpty(blocks);
        using OnnxSession session = OnnxSession.LoadFile(GraphGoldens.WithOutputs(folder.Path, blocks.Select(b => b.Name)), name);
        float[][] values = network.Run(session, [network.Output, .. blocks.Select(b => b.Name)]);
        double whole = GraphGoldens.Error(values[0], GraphGoldens.Whole(network));
        output.WriteLine($"{network.Output}: {whole:g3}");
        Assert.True(whole <= Tolerance, $"{network.Output}: off by {whole} of the largest value.");
        for (int b = 0; b < blocks.Count; b++)
        {
            double error = GraphGoldens.Error([.. values[b + 1].Where((_, i) => i % GraphGoldens.Stride == 0)], blocks[b].Thinned);
            output.WriteLine($"{blocks[b].Name}: {error:g3}");
            Assert.True(error <= Tolerance, $"{blocks[b].Name}: off by {error} of the largest value.");
        }
    }

    [Theory]
    [InlineData("sd1")]
    [InlineData("sd2")]
    public void ClipSkipDropsTheLastLayerAndKeepsTheFinalNorm(string golden)
    {
        TinyNetwork network = TinyNetwork.Find(golden, "text_encoder");
        using TemporaryFolder folder = new();
        FormulaWeights weights = new(network.Shapes);
        network.Write(folder.Path, weights, new GraphOptions(ClipSkip: 1));
        using OnnxSession session = OnnxSession.LoadFile(folder.File("model.onnx"), "text_encoder");
        double error = GraphGoldens.Error(network.Run(session)[0], GraphGoldens.Read(golden, "text_encoder_skip_1/last_hidden_state"));
        Assert.True(error <= Tolerance, $"off by {error}");
        Assert.DoesNotContain(weights.Reads.Keys, n => n.Contains(".layers.2.", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void EveryWeightIsReadExactlyOnceAndNoOther(string golden, string name)
    {
        TinyNetwork network = TinyNetwork.Find(golden, name);
        using TemporaryFolder folder = new();
        FormulaWeights weights = new(network.Shapes);
        network.Write(folder.Path, weights, new GraphOptions());
        Assert.Equal(network.Used.Order(StringComparer.Ordinal), weights.Reads.Keys.Order(StringComparer.Ordinal));
        Assert.All(weights.Reads.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public void OneTimestepServesTheWholeBatch()
    {
        TinyNetwork network = TinyNetwork.Find("sd1", "unet");
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions());
        using OnnxSession session = OnnxSession.LoadFile(folder.File("model.onnx"), "unet");
        (float[] sample, long[] sampleShape) = network.Floats("sample");
        (float[] states, long[] statesShape) = network.Floats("encoder_hidden_states");
        float[] Predict(params int[] timesteps)
        {
            using OrtValue x = TensorValue.FromFloats(Pipeline.Models.TensorElement.Float32, sample, sampleShape);
            using OrtValue t = TensorValue.FromIntegers(Pipeline.Models.TensorElement.Int64, timesteps, timesteps.Length);
            using OrtValue text = TensorValue.FromFloats(Pipeline.Models.TensorElement.Float32, states, statesShape);
            using IDisposableReadOnlyCollection<OrtValue> result = session.Run([("sample", x), ("timestep", t), ("encoder_hidden_states", text)], ["out_sample"]);
            return TensorValue.ToFloats(result[0]);
        }

        Assert.Equal(Predict(20, 20), Predict(20));
        Assert.NotEqual(Predict(981, 20), Predict(20));
    }
}
