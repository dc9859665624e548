using System.IO;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>A graph too large for one message goes by way of files; here the limit is small instead of the graph large.</summary>
public sealed class GraphFilesTests
{
    [Theory]
    [InlineData(400, 400, 400, 1200, false)]
    [InlineData(400, 400, 400, 1201, true)]
    [InlineData(1200, 0, 0, 1201, true)]
    [InlineData(0, 0, 1200, 1200, false)]
    public void TheWeightsOfEachModelMustStayBelowTheLimit(int a, int b, int c, long limit, bool fit)
    {
        ModelProto large = new() { Graph = new GraphProto { Initializer = { Weight(a), Weight(b), Weight(c) } } };
        ModelProto small = new() { Graph = new GraphProto { Initializer = { Weight(10) } } };
        Assert.Equal(fit, GraphFiles.FitInMemory(new DifferentiatedGraph(large, small), limit));
        Assert.Equal(fit, GraphFiles.FitInMemory(new DifferentiatedGraph(small, large), limit));
    }

    // One array of half a GiB stands for two weights.
    [Fact]
    public void TheLimitIsAGibibyte()
    {
        Assert.Equal(1L << 30, GraphFiles.LargestInMemory);
        ByteString half = UnsafeByteOperations.UnsafeWrap(new byte[(1 << 29) + 1]);
        GraphProto graph = new() { Initializer = { new TensorProto { RawData = half }, new TensorProto { RawData = half } } };
        ModelProto empty = new() { Graph = new GraphProto() };
        Assert.False(GraphFiles.FitInMemory(new DifferentiatedGraph(new ModelProto { Graph = graph }, empty)));
        graph.Initializer.RemoveAt(0);
        Assert.True(GraphFiles.FitInMemory(new DifferentiatedGraph(new ModelProto { Graph = graph }, empty)));
    }

    [Fact]
    public void FilesGiveTheSameBitsAndGoWithTheSession()
    {
        DifferentiatedGraph graph = GraphDifferentiator.Differentiate(EncoderGoldens.Graph("static_parameters", LatentPosterior.Mean).Fold());
        using DifferentiableSession memory = DifferentiableSession.Load(graph, "test");
        DifferentiableSession files = DifferentiableSession.Load(graph, "test", largestInMemory: 1);
        string folder = Assert.IsType<string>(files.TemporaryFolder);
        try
        {
            Assert.Null(memory.TemporaryFolder);
            Assert.Equal(4, Directory.GetFiles(folder).Length);
            Assert.Equal(Gradient(memory), Gradient(files));
        }
        finally
        {
            files.Dispose();
        }

        Assert.False(Directory.Exists(folder));
    }

    private static float[] Gradient(DifferentiableSession session)
    {
        using Activations activations = session.Run(EncoderGoldens.Image, []);
        return session.Gradient(activations, EncoderGoldens.Cotangent);
    }

    private static TensorProto Weight(int bytes) => new() { Name = "w", RawData = UnsafeByteOperations.UnsafeWrap(new byte[bytes]) };
}
