using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.References.Onnx;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>Encoders of Stable Diffusion's structure as torch.onnx.export writes them, in its four forms.</summary>
public sealed class ExportedEncoderTests
{
    public static TheoryData<string, LatentPosterior> Forms
    {
        get
        {
            TheoryData<string, LatentPosterior> data = [];
            foreach (string form in EncoderGoldens.Forms)
            {
                data.Add(form, LatentPosterior.Mean);
                data.Add(form, LatentPosterior.Sample);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void LatentAndGradientMatchPyTorch(string form, LatentPosterior posterior)
    {
        using DifferentiableSession session = EncoderGoldens.Graph(form, posterior).Load(cache: null);
        (DoubleTensor latent, DoubleTensor gradient) = Run(session, posterior);
        Assert.True(WorstChannel(latent, EncoderGoldens.Expected(posterior, "latent")) <= 1e-5);
        Assert.True(RelativeError(gradient, EncoderGoldens.Expected(posterior, "gradient")) <= 1e-5);
    }

    [Theory]
    [InlineData("static_sample")]
    [InlineData("dynamic_sample")]
    public void TheEvaluatorMatchesPyTorch(string form)
    {
        string output = "latent_" + form.Split('_')[1];
        DoubleTensor image = DoubleTensor.From([1, 3, EncoderGoldens.Size, EncoderGoldens.Size], EncoderGoldens.Image);
        DoubleTensor cotangent = DoubleTensor.From(EncoderGoldens.LatentShape, EncoderGoldens.Cotangent);
        ReferenceGraph reference = ReferenceGraph.Load(EncoderGoldens.ModelPath(form));
        reference.WithNoise(Assert.Single(reference.NoiseNames), DoubleTensor.From(EncoderGoldens.LatentShape, EncoderGoldens.Noise));
        Assert.True(WorstChannel(reference.Evaluate("sample", image, output), EncoderGoldens.Expected(LatentPosterior.Sample, "latent")) <= 1e-6);
        Assert.True(RelativeError(reference.Gradient("sample", image, output, cotangent), EncoderGoldens.Expected(LatentPosterior.Sample, "gradient")) <= 1e-6);
    }

    [Fact]
    public void EverythingThatFollowsFromTheShapeIsFolded()
    {
        foreach (string form in EncoderGoldens.Forms)
        {
            DifferentiatedGraph graph = GraphDifferentiator.Differentiate(EncoderGoldens.Graph(form, LatentPosterior.Sample).Fold());
            HashSet<string> operators = [.. graph.Forward.Graph.Node.Select(n => n.OpType)];
            Assert.Empty(operators.Intersect(["Shape", "Constant", "ConstantOfShape", "Gather", "Concat", "RandomNormal", "RandomNormalLike", "Cast", "Unsqueeze"]));
            Assert.Equal(2, graph.Forward.Graph.Input.Count);
        }
    }

    [Fact]
    public void OfANormalisationAndSiluOnlyTheInputIsKept()
    {
        DifferentiatedGraph graph = GraphDifferentiator.Differentiate(EncoderGoldens.Graph("static_parameters", LatentPosterior.Mean).Fold());
        // Two normalisations in each of 10 residual blocks, one before the attention, one at the end: an input each; and of the
        // attention its weights, and queries, keys and values.
        Assert.Equal(1 + 22 + 4, graph.Backward.Graph.Input.Count);
    }

    [Theory]
    [InlineData("dynamic_sample")]
    [InlineData("dynamic_parameters")]
    public void OpenAxesTakeAnotherSize(string form)
    {
        using DifferentiableSession session = EncoderGoldens.Graph(form, LatentPosterior.Mean, size: 48).Load(cache: null);
        Assert.Equal([1, 4, 6, 6], session.Output.Shape);
    }

    [Fact]
    public void CachedGraphsGiveTheSameBitsAndAreKeyedByContent()
    {
        using TemporaryFolder folder = new();
        DiskCache cache = new(folder.Path);
        EncoderGraph graph = EncoderGoldens.Graph("dynamic_parameters", LatentPosterior.Sample);
        using DifferentiableSession fresh = graph.Load(cache: null);
        using DifferentiableSession stored = graph.Load(cache);
        string entry = Assert.Single(Directory.EnumerateDirectories(folder.File("gradients")));
        Assert.Equal(graph.Key(), Path.GetFileName(entry));
        using DifferentiableSession cached = graph.Load(cache);
        double[] expected = Run(fresh, LatentPosterior.Sample).Gradient.Values;
        Assert.Equal(expected, Run(stored, LatentPosterior.Sample).Gradient.Values);
        Assert.Equal(expected, Run(cached, LatentPosterior.Sample).Gradient.Values);
        Assert.Empty(cache.Warnings);

        string[] keys = [graph.Key(), (graph with { Posterior = LatentPosterior.Mean }).Key(), (graph with { ImageSize = 64 }).Key(), EncoderGoldens.Graph("dynamic_sample", LatentPosterior.Sample).Key()];
        Assert.Equal(4, keys.Distinct().Count());
    }

    [Fact]
    public void ACachedGraphThatOnnxRuntimeRefusesIsWrittenAgain()
    {
        using TemporaryFolder folder = new();
        DiskCache cache = new(folder.Path);
        EncoderGraph graph = EncoderGoldens.Graph("static_parameters", LatentPosterior.Mean);
        cache.Add("gradients", graph.Key(), path => File.WriteAllText(Path.Combine(path, "forward.onnx"), "no graph"));
        using (graph.Load(cache))
        {
            Assert.True(File.Exists(Path.Combine(folder.File("gradients"), graph.Key(), "backward.onnx")));
        }
    }

    [Fact]
    public void WeightsInAnotherFileCountForTheKeyAndGiveTheSameGradient()
    {
        using TemporaryFolder folder = new();
        EncoderGraph inline = EncoderGoldens.Graph("static_parameters", LatentPosterior.Mean);
        DifferentiatedGraph graph = GraphDifferentiator.Differentiate(inline.Fold());
        // The writer of gradient graphs makes a model with external data of any model.
        GraphFiles.Write(new DifferentiatedGraph(inline.Model.Proto, graph.Backward), folder.Path);
        EncoderGraph external = inline with { Model = OnnxModel.Load(folder.File("forward.onnx"), folder.Path) };
        Assert.Equal(folder.File("forward.weights"), Assert.Single(external.Model.ExternalFiles()));
        using (DifferentiableSession a = inline.Load(cache: null))
        using (DifferentiableSession b = external.Load(cache: null))
        {
            Assert.Equal(Run(a, LatentPosterior.Mean).Gradient.Values, Run(b, LatentPosterior.Mean).Gradient.Values);
        }

        string key = external.Key();
        byte[] weights = File.ReadAllBytes(folder.File("forward.weights"));
        weights[0] ^= 1;
        File.WriteAllBytes(folder.File("forward.weights"), weights);
        Assert.NotEqual(key, external.Key());
    }

    [Fact]
    public void AnotherRandomOperatorIsNamed()
    {
        GraphModel model = new GraphModel([2, 3], 2).Node("RandomUniformLike", ["x"], "u").Node("Add", ["x", "u"], "y");
        InvalidModelException e = Assert.Throws<InvalidModelException>(model.Differentiate);
        Assert.Contains("node_0", e.Message, StringComparison.Ordinal);
        Assert.Contains("RandomUniformLike", e.Message, StringComparison.Ordinal);
        Assert.Contains("latent_parameters", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoiseOfAnotherMeanAndScaleIsShiftedAndScaled()
    {
        GraphModel model = new GraphModel([3], 1).Node("RandomNormal", [], "n", NodeAttributes.Of("shape", [3]), NodeAttributes.Of("mean", 2f), NodeAttributes.Of("scale", 0.5f))
            .Node("Mul", ["x", "n"], "y");
        float[] gradient = OnnxGradient.Run(model.Differentiate(), [1, 1, 1], [1, 1, 1], out float[] y, [0, 2, -2]);
        Assert.Equal([2f, 3, 1], y);
        Assert.Equal([2f, 3, 1], gradient);
    }

    private static (DoubleTensor Latent, DoubleTensor Gradient) Run(DifferentiableSession session, LatentPosterior posterior)
    {
        float[] noise = posterior == LatentPosterior.Mean ? new float[EncoderGoldens.LatentLength] : EncoderGoldens.Noise;
        using Activations activations = session.Run(EncoderGoldens.Image, [.. session.Noise.Select(_ => noise)]);
        float[] gradient = session.Gradient(activations, EncoderGoldens.Cotangent);
        return (DoubleTensor.From(session.Output.Shape, activations.Result), DoubleTensor.From(session.Input.Shape, gradient));
    }

    private static double RelativeError(DoubleTensor actual, DoubleTensor expected) => actual.Plus(expected, -1).Norm() / expected.Norm();

    // Of the latent's channels, whose sizes differ by orders of magnitude.
    private static double WorstChannel(DoubleTensor actual, DoubleTensor expected)
    {
        int area = expected.Values.Length / EncoderGoldens.Channels;
        DoubleTensor Channel(DoubleTensor t, int c) => new([area], t.Values[(c * area)..((c + 1) * area)]);
        double[] errors = [.. Enumerable.Range(0, EncoderGoldens.Channels).Select(c => RelativeError(Channel(actual, c), Channel(expected, c)))];
        return errors.Any(double.IsNaN) ? double.NaN : errors.Max();
    }
}
