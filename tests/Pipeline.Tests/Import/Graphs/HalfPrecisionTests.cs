using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Import.Graphs;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>Graphs with weights in half precision, on the CPU, which computes most of their operators in float32.</summary>
public sealed class HalfPrecisionTests(ITestOutputHelper output)
{
    // Half precision rounds at 2^-11 = 5e-4; some thirty roundings lie in a row.
    private const double Tolerance = 1e-2;

    [Theory]
    [InlineData("sd1", "unet")]
    [InlineData("sd2", "unet")]
    [InlineData("sd1", "text_encoder")]
    [InlineData("sd2", "text_encoder")]
    public void HalfGraphsRunOnTheCpuAndAreClose(string golden, string name)
    {
        TinyNetwork network = TinyNetwork.Find(golden, name);
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions(WeightPrecision.Float16));
        using OnnxSession session = OnnxSession.LoadFile(folder.File("model.onnx"), name);
        double error = GraphGoldens.Error(network.Run(session)[0], GraphGoldens.Whole(network));
        output.WriteLine($"{golden} {name}: off by {error:g3} of the largest value");
        Assert.InRange(error, 1e-6, Tolerance);
    }

    [Fact]
    public void StatisticsAndTimeEmbeddingStayInFloat()
    {
        ModelProto model = Half("sd1");
        var types = model.Graph.Initializer.ToDictionary(t => t.Name, t => (TensorProto.Types.DataType)t.DataType);
        Assert.All(types.Where(t => t.Key.StartsWith("time_embedding.", StringComparison.Ordinal)), t => Assert.Equal(TensorProto.Types.DataType.Float, t.Value));
        Assert.Equal(TensorProto.Types.DataType.Float, types["mid_block.resnets.0.norm1.weight"]);
        Assert.Equal(TensorProto.Types.DataType.Float16, types["mid_block.resnets.0.conv1.weight"]);
        Assert.Equal(TensorProto.Types.DataType.Float16, types["mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight"]);
    }

    // The scores of Stable Diffusion 2.1 overflow in half precision: pictures come out black.
    [Fact]
    public void ScoresOfStableDiffusion2AreComputedInFloat()
    {
        NodeProto softmax = Half("sd2").Graph.Node.First(n => n.OpType == "Softmax");
        Assert.Contains(Half("sd2").Graph.Node, n => n.OpType == "Cast" && n.Input[0] == softmax.Output[0]);
        NodeProto of1 = Half("sd1").Graph.Node.First(n => n.OpType == "Softmax");
        Assert.DoesNotContain(Half("sd1").Graph.Node, n => n.OpType == "Cast" && n.Input[0] == of1.Output[0]);
    }

    // Queries and keys of 300 times the usual size: their products pass 65504, and only the upcast graph stays finite.
    [Fact]
    public void LargeScoresDoNotOverflowWhereAttentionIsUpcast()
    {
        TinyNetwork network = TinyNetwork.Find("sd2", "unet");
        FormulaWeights weights = new(network.Shapes);
        foreach (string name in network.Shapes.Keys.Where(n => n.EndsWith(".attn1.to_q.weight", StringComparison.Ordinal) || n.EndsWith(".attn1.to_k.weight", StringComparison.Ordinal)))
        {
            weights.With(name, values => [.. values.Select(v => 300 * v)]);
        }

        using TemporaryFolder folder = new();
        network.Write(folder.Path, weights, new GraphOptions(WeightPrecision.Float16));
        using OnnxSession session = OnnxSession.LoadFile(folder.File("model.onnx"), "unet");
        Assert.All(network.Run(session)[0], v => Assert.True(float.IsFinite(v)));
    }

    private static ModelProto Half(string golden)
    {
        using TemporaryFolder folder = new();
        TinyNetwork network = TinyNetwork.Find(golden, "unet");
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions(WeightPrecision.Float16));
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("model.onnx")));
    }
}
