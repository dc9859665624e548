using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Google.Protobuf;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Models;

/// <summary>Protocol buffers that the fuzz driver found, and their kin.</summary>
public sealed class DamagedProtobufTests : IDisposable
{
    // Tags of messages, texts and floats, a length, and bytes that go on.
    private static readonly byte[] _alphabet = [0x0A, 0x80, 0xFF, 0x03, 0x15, 0x1A];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_short_file_is_refused_with_the_documented_error()
    {
        string path = _folder.File("spiece.model");
        foreach (byte[] bytes in Strings(5))
        {
            File.WriteAllBytes(path, bytes);
            Assert.Throws<InvalidModelException>(() => SentencePieceModel.Load(path));
        }
    }

    [Fact]
    public void Weights_of_an_unknown_type_may_claim_any_number()
    {
        GraphProto graph = new() { Name = "g" };
        graph.Output.Add(new ValueInfoProto { Name = "y", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto() } } });
        for (int i = 0; i < 3; i++)
        {
            graph.Initializer.Add(new TensorProto { Name = FormattableString.Invariant($"w{i}"), DataType = 99, Dims = { int.MaxValue, int.MaxValue } });
        }

        string path = _folder.File("model.onnx");
        File.WriteAllBytes(path, new ModelProto { Graph = graph }.ToByteArray());
        Assert.Equal(long.MaxValue, OnnxModel.Load(path, _folder.Path).Facts().Weights.Single().Count);
    }

    [Fact]
    public void A_graph_in_a_graph_in_a_graph_ends_at_the_limit()
    {
        GraphProto graph = new() { Name = "g" };
        for (int depth = 0; depth < 200; depth++)
        {
            NodeProto node = new() { OpType = "If", Attribute = { new AttributeProto { Name = "then_branch", G = graph } } };
            graph = new GraphProto { Name = "g", Node = { node } };
        }

        string path = _folder.File("model.onnx");
        File.WriteAllBytes(path, new ModelProto { Graph = graph }.ToByteArray());
        Assert.Throws<InvalidModelException>(() => OnnxModel.Load(path, _folder.Path));
    }

    [Fact]
    public void A_type_given_again_and_again_costs_no_more_than_its_bytes()
    {
        const int Times = 5000;
        const int OutputField = 12;
        const int GraphField = 7;
        TensorShapeProto shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 2 } } };
        byte[] output = new ValueInfoProto { Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } } }.ToByteArray();
        // A message that is there again is merged with what was there before.
        byte[] model = Field(GraphField, Field(OutputField, [.. Enumerable.Repeat(output, Times).SelectMany(bytes => bytes)]));
        string path = _folder.File("model.onnx");
        File.WriteAllBytes(path, model);

        long before = GC.GetAllocatedBytesForCurrentThread();
        var read = OnnxModel.Load(path, _folder.Path);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Times, read.Signature().Outputs.Single().Rank);
        Assert.True(allocated < 200L * model.Length, FormattableString.Invariant($"{allocated} bytes for a file of {model.Length}"));
    }

    private static byte[] Field(int number, byte[] message)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
        }

        return stream.ToArray();
    }

    private static IEnumerable<byte[]> Strings(int length)
    {
        IEnumerable<byte[]> strings = [[]];
        for (int i = 0; i < length; i++)
        {
            strings = strings.SelectMany(_ => _alphabet, (start, b) => (byte[])[.. start, b]);
        }

        return strings;
    }
}
