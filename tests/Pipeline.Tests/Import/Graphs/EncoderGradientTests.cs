using System;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.References.Onnx;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>The VAE encoder as written here through our own differentiation, against double precision.</summary>
public sealed class EncoderGradientTests(ITestOutputHelper output)
{
    [Fact]
    public void TheWrittenEncoderCanBeDifferentiated()
    {
        TinyNetwork network = TinyNetwork.Find("vae", "vae_encoder");
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions());
        string path = folder.File("model.onnx");
        int[] shape = [1, 3, TinyNetwork.Height, TinyNetwork.Width];
        float[] picture = network.Floats("sample").Values[..(3 * TinyNetwork.Height * TinyNetwork.Width)];
        float[] cotangent = FormulaWeights.Values("cotangent", 8 * TinyNetwork.Height * TinyNetwork.Width / 4);
        ForwardGraph forward = new(OnnxModel.Load(path, folder.Path), "sample", network.Output, shape);
        using DifferentiableSession session = DifferentiableSession.Load(GraphDifferentiator.Differentiate(forward), "vae_encoder");
        using Activations activations = session.Run(picture, []);
        float[] gradient = session.Gradient(activations, cotangent);

        ReferenceGraph reference = ReferenceGraph.Load(path);
        DoubleTensor x = DoubleTensor.From(shape, picture);
        DoubleTensor weights = DoubleTensor.From([1, 8, TinyNetwork.Height / 2, TinyNetwork.Width / 2], cotangent);
        float[] exact = [.. reference.Gradient("sample", x, network.Output, weights).Values.Select(v => (float)v)];
        double error = GraphGoldens.Error(gradient, exact);
        DoubleTensor direction = DoubleTensor.From(shape, FormulaWeights.Values("direction", picture.Length));
        double difference = reference.DirectionalDifference("sample", x, network.Output, weights, direction, 1e-5);
        double slope = gradient.Zip(direction.Values, (g, d) => g * d).Sum();
        output.WriteLine($"off by {error:g3}; along one direction {slope:g9}, by central differences {difference:g9}");
        Assert.True(error <= 1e-5, $"off by {error}");
        Assert.True(Math.Abs(slope - difference) <= 1e-5 * Math.Abs(difference), $"{slope}, by central differences {difference}");
    }
}
