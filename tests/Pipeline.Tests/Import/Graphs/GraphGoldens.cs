using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

/// <summary>What tools/import/goldens.py computed: whole outputs, and every seventh element of each block's.</summary>
internal static class GraphGoldens
{
    public const int Stride = 7;

    public static float[] Whole(TinyNetwork network) => Read(network.Golden, $"{network.Name}/{network.Output}");

    public static float[] Read(string golden, string name)
    {
        using SafeTensorsReader reader = SafeTensorsReader.Open(PathOf(golden));
        return reader.Read(name).Values<float>().ToArray();
    }

    /// <summary>Names of a network's blocks with their thinned outputs.</summary>
    public static IReadOnlyList<(string Name, float[] Thinned)> Blocks(TinyNetwork network)
    {
        using SafeTensorsReader reader = SafeTensorsReader.Open(PathOf(network.Golden));
        string prefix = network.Name + "/";
        return
        [
            .. reader.Tensors.Select(t => t.Name).Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n != prefix + network.Output)
                .Select(n => (n[prefix.Length..], reader.Read(n).Values<float>().ToArray())),
        ];
    }

    /// <summary>A written model with more of its values as outputs.</summary>
    public static string WithOutputs(string folder, IEnumerable<string> values)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "model.onnx")));
        model.Graph.Output.AddRange(values.Select(name => new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } },
        }));
        string path = Path.Combine(folder, "blocks.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }

    /// <summary>max |a - b| / max |b|; not a number where one is.</summary>
    public static double Error(ReadOnlySpan<float> got, ReadOnlySpan<float> expected)
    {
        if (got.Length != expected.Length)
        {
            throw new ArgumentException($"{got.Length} values, expected {expected.Length}.", nameof(got));
        }

        double largest = 0;
        double worst = 0;
        for (int i = 0; i < got.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)expected[i]));
            worst = Math.Max(worst, Math.Abs((double)got[i] - expected[i]));
        }

        return worst / largest;
    }

    private static string PathOf(string golden) => Path.Combine(AppContext.BaseDirectory, "Golden", "import", golden + ".safetensors");
}
