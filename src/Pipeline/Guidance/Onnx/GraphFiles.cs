using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// A differentiated graph as files: two models, and beside each its weights as external data, because one protobuf message
/// holds less than 2 GiB.
/// </summary>
internal static class GraphFiles
{
    /// <summary>File name of the forward model.</summary>
    public const string Forward = "forward.onnx";

    /// <summary>File name of the backward model.</summary>
    public const string Backward = "backward.onnx";

    private const string WeightsExtension = ".weights";

    // Shape operands stay in the model, where ONNX Runtime's shape inference sees them.
    private const int SmallestExternal = 1024;

    // ONNX Runtime maps weights into memory if they begin at a page.
    private const int Alignment = 4096;

    /// <summary>Weights of one model, in bytes, from which on it goes by way of files.</summary>
    public const long LargestInMemory = 1L << 30;

    /// <summary>Whether both models can be handed over as byte arrays.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="limit">Bytes that the weights of each must stay below.</param>
    /// <returns>True if both do.</returns>
    public static bool FitInMemory(DifferentiatedGraph graph, long limit = LargestInMemory) =>
        ((ModelProto[])[graph.Forward, graph.Backward]).All(m => m.Graph.Initializer.Sum(t => (long)t.RawData.Length) < limit);

    /// <summary>Writes both models.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="folder">An existing folder.</param>
    public static void Write(DifferentiatedGraph graph, string folder)
    {
        Write(graph.Forward, folder, Forward);
        Write(graph.Backward, folder, Backward);
    }

    private static void Write(ModelProto model, string folder, string name)
    {
        string weights = Path.ChangeExtension(name, WeightsExtension);
        ModelProto written = new(model);
        using (FileStream stream = File.Create(Path.Combine(folder, weights)))
        {
            foreach (TensorProto tensor in written.Graph.Initializer.Where(t => t.RawData.Length >= SmallestExternal))
            {
                stream.Position = (stream.Position + Alignment - 1) / Alignment * Alignment;
                AddExternal(tensor, "location", weights);
                AddExternal(tensor, "offset", stream.Position.ToString(CultureInfo.InvariantCulture));
                AddExternal(tensor, "length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture));
                stream.Write(tensor.RawData.Span);
                tensor.RawData = ByteString.Empty;
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
            }

            stream.Flush(flushToDisk: true);
        }

        using FileStream file = File.Create(Path.Combine(folder, name));
        written.WriteTo(file);
        file.Flush(flushToDisk: true);
    }

    private static void AddExternal(TensorProto tensor, string key, string value) =>
        tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
}
