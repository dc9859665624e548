using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Fuzz.Targets;

/// <summary>ONNX graphs: read, and differentiated.</summary>
internal static class OnnxTargets
{
    private const string File = "model.onnx";
    private const string Weights = "weights.bin";

    /// <summary>Reading a graph: signature, facts, weights beside it. ONNX Runtime takes no part.</summary>
    public static FuzzTarget Graph()
    {
        using MemoryStream weights = new();
        FuzzSeed[] seeds =
        [
            .. ((string[])["vae_encoder_dynamic_sample.onnx", "vae_encoder_static_parameters.onnx"]).Select(name => Outside(Path.Combine(AppContext.BaseDirectory, "Golden", "vae_encoder", name), weights)),
            Outside(Path.Combine(AppContext.BaseDirectory, "models", "toybox", "text_encoder", "model.onnx"), weights),
            new(File, SmallGraphs.EveryKindOfTensor().ToByteArray()),
            new(File, SmallGraphs.Encoder().ToByteArray()),
        ];
        // The small ones more often: a million inputs should take minutes.
        seeds = [.. seeds, .. Enumerable.Repeat(seeds[^2..], 20).SelectMany(small => small)];
        return new FuzzTarget
        {
            Name = "onnx",
            What = "an ONNX graph: structure, signature, weights inside and beside it",
            Seeds = seeds,
            Companions = new Dictionary<string, byte[]> { [Weights] = weights.ToArray() },
            Mutations = [ProtobufMutations.Any],
            Parse = Read,
            Error = typeof(InvalidModelException),
            Allocation = new AllocationBound(400, 4 << 20),
        };
    }

    /// <summary>Differentiating a graph, with ONNX Runtime asked about each node.</summary>
    public static FuzzTarget Gradient() => new()
    {
        Name = "onnx-gradient",
        What = "an encoder's graph, folded and differentiated",
        Seeds = [new(File, SmallGraphs.Encoder().ToByteArray())],
        Mutations = [ProtobufMutations.Any],
        Parse = (folder, file) =>
        {
            var model = OnnxModel.Load(Path.Combine(folder, file), folder);
            GraphDifferentiator.Differentiate(model, "sample", "latent_sample", [1, 3, 8, 8]);
        },
        Error = typeof(InvalidModelException),
        Allocation = new AllocationBound(4000, 64 << 20),
        MaxMilliseconds = 5000,
    };

    private static void Read(string folder, string file)
    {
        var model = OnnxModel.Load(Path.Combine(folder, file), folder);
        GraphSignature signature = model.Signature();
        model.Facts();
        foreach (TensorSignature input in signature.Inputs.Where(i => i.IsInteger))
        {
            model.TableRows(input.Name);
        }

        GraphMemory.WeightBytes(model);
        foreach (TensorProto tensor in model.Proto.Graph.Initializer)
        {
            model.Inline(tensor);
        }
    }

    // A real graph is nearly all weights; beside it they leave the structure to be changed.
    private static FuzzSeed Outside(string path, MemoryStream weights)
    {
        var model = ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(path));
        foreach (TensorProto tensor in model.Graph.Initializer.Where(t => t.RawData.Length > 64))
        {
            long offset = weights.Length % 4096;
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Weights });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{offset}" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{tensor.RawData.Length}" });
            // All in one place: what the weights are does not matter here.
            weights.SetLength(Math.Max(weights.Length, offset + tensor.RawData.Length));
            tensor.RawData = ByteString.Empty;
        }

        return new FuzzSeed(File, model.ToByteArray());
    }
}
