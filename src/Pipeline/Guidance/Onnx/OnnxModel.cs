using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>An ONNX model file, parsed; its external data is checked to lie inside the model folder.</summary>
internal sealed class OnnxModel
{
    private OnnxModel(string path, string folder, ModelProto proto)
    {
        FilePath = path;
        ModelRoot = folder;
        Proto = proto;
    }

    /// <summary>Full path of the .onnx file.</summary>
    public string FilePath { get; }

    /// <summary>Full path of the model folder; external data may lie in it and nowhere else.</summary>
    public string ModelRoot { get; }

    /// <summary>The parsed model.</summary>
    public ModelProto Proto { get; }

    /// <summary>Version of the default operator set, 0 if none is imported.</summary>
    public long Opset => Proto.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 0;

    /// <summary>Reads a model file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="modelRoot">The model folder that bounds external data.</param>
    /// <returns>The parsed model; weights in external files are not loaded yet.</returns>
    /// <exception cref="InvalidModelException">Missing, empty, truncated, not ONNX, or external data outside the folder.</exception>
    public static OnnxModel Load(string path, string modelRoot)
    {
        FileInfo file = new(path);
        if (!file.Exists)
        {
            throw new InvalidModelException($"{path} is missing. Export the model again; a model folder needs this file.");
        }

        if (file.Length == 0)
        {
            throw new InvalidModelException($"{path} has zero bytes; expected an ONNX graph. Copy or export it again.");
        }

        ModelProto proto;
        try
        {
            using FileStream stream = file.OpenRead();
            proto = ModelProto.Parser.ParseFrom(stream);
        }
        catch (Exception e) when (ProtobufFile.IsDamage(e))
        {
            throw new InvalidModelException(
                $"{path} is not a complete ONNX graph ({file.Length.ToString(CultureInfo.InvariantCulture)} bytes): {e.Message.TrimEnd('.')}. Copy or export it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {e.Message.TrimEnd('.')}. Make the file readable, or copy it again.", e);
        }

        if (proto.Graph is null || proto.Graph.Output.Count == 0)
        {
            throw new InvalidModelException($"{path} holds no graph with outputs; expected an ONNX model. Copy or export it again.");
        }

        OnnxModel model = new(Path.GetFullPath(path), Path.GetFullPath(modelRoot), proto);
        foreach (TensorProto tensor in model.Tensors())
        {
            StoredTensor.Check(tensor, model.FilePath, model.ModelRoot);
        }

        return model;
    }

    /// <summary>A model that no file holds.</summary>
    /// <param name="proto">The model, with all weights in it.</param>
    /// <param name="name">Name for messages.</param>
    /// <returns>The model.</returns>
    public static OnnxModel Of(ModelProto proto, string name) => new(name, "", proto);

    /// <summary>Inputs that are not weights, and outputs.</summary>
    /// <returns>The graph's signature.</returns>
    /// <exception cref="InvalidModelException">An input or output is not a tensor with a known rank.</exception>
    public GraphSignature Signature()
    {
        HashSet<string> weights = [.. Proto.Graph.Initializer.Select(t => t.Name)];
        return new GraphSignature(
            [.. Proto.Graph.Input.Where(i => !weights.Contains(i.Name)).Select(Describe)],
            [.. Proto.Graph.Output.Select(Describe)]);
    }

    /// <summary>What the file holds besides its inputs and outputs.</summary>
    /// <returns>Versions, weights, operators, files.</returns>
    public GraphFacts Facts() => new(
        Opset,
        Proto.ProducerName.Length > 0 ? $"{Proto.ProducerName} {Proto.ProducerVersion}".TrimEnd() : null,
        [
            .. Proto.Graph.Initializer.GroupBy(t => (TensorElement)t.DataType).OrderBy(g => g.Key)
                .Select(g => new WeightCount(g.Key, g.Aggregate(0L, (sum, t) => (long)UInt128.Min((UInt128)sum + (UInt128)StoredTensor.Count(t, FilePath), long.MaxValue)))),
        ],
        [.. Proto.Graph.Node.Select(NodeProbe.OperatorOf).Distinct().Order(StringComparer.Ordinal)],
        [.. ExternalFiles()]);

    /// <summary>Rows of the table that token ids are looked up in.</summary>
    /// <param name="ids">Name of the input with the ids.</param>
    /// <returns>Entries of the vocabulary that the graph knows; null if no Gather of a weight by the ids is found.</returns>
    public long? TableRows(string ids)
    {
        HashSet<string> names = new(StringComparer.Ordinal) { ids };
        var weights = Proto.Graph.Initializer.GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (NodeProto node in Proto.Graph.Node.Where(n => n.Input.Count > 0 && n.Output.Count > 0))
        {
            if (node.OpType == "Gather" && node.Input.Count > 1 && names.Contains(node.Input[1]) && weights.TryGetValue(node.Input[0], out TensorProto? table))
            {
                return table.Dims.Count == 2 ? table.Dims[0] : null;
            }

            if (node.OpType is "Cast" or "Identity" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze")
            {
                // Half-precision weights are widened by a Cast.
                if (weights.TryGetValue(node.Input[0], out TensorProto? weight))
                {
                    weights.TryAdd(node.Output[0], weight);
                }
                else if (names.Contains(node.Input[0]))
                {
                    names.Add(node.Output[0]);
                }
            }
        }

        return null;
    }

    /// <summary>All constant tensors of the file: weights, sparse ones too, and attributes of nodes, those of inner graphs and of local functions included.</summary>
    /// <returns>The tensors.</returns>
    public IEnumerable<TensorProto> Tensors() =>
    [
        .. Tensors(Proto.Graph),
        .. Proto.Functions.SelectMany(f => f.Node.SelectMany(n => n.Attribute).Concat(f.AttributeProto)).SelectMany(Tensors),
        .. Proto.TrainingInfo.SelectMany(t => (GraphProto?[])[t.Initialization, t.Algorithm]).OfType<GraphProto>().SelectMany(Tensors),
    ];

    /// <summary>Files beside this one that hold weights.</summary>
    /// <returns>Their full paths, each once.</returns>
    public IEnumerable<string> ExternalFiles() =>
        Tensors().Where(StoredTensor.IsExternal).Select(t => StoredTensor.Place(t, FilePath, ModelRoot).Path).Distinct(StringComparer.Ordinal);

    /// <summary>Bytes of a weight, little-endian, wherever they are stored.</summary>
    /// <param name="tensor">An initializer of this model.</param>
    /// <returns>The raw bytes.</returns>
    /// <exception cref="InvalidModelException">External data ends too early.</exception>
    public ReadOnlyMemory<byte> RawData(TensorProto tensor)
    {
        if (!StoredTensor.IsExternal(tensor))
        {
            return tensor.RawData.Memory;
        }

        (string path, long offset, long? length) = StoredTensor.Place(tensor, FilePath, ModelRoot);
        try
        {
            using FileStream stream = File.OpenRead(path);
            long count = length ?? (stream.Length - offset);
            if (count < 0 || count > Array.MaxLength)
            {
                throw new InvalidModelException(string.Create(
                    CultureInfo.InvariantCulture, $"{FilePath}: the weights of '{tensor.Name}' in {path} have {count} bytes, expected 0 to {Array.MaxLength}. Export the model again."));
            }

            byte[] bytes = new byte[count];
            stream.Position = offset;
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{FilePath}: the weights of '{tensor.Name}' in {path} cannot be read: {e.Message.TrimEnd('.')}. Make the file readable, or copy it again.", e);
        }
    }

    /// <summary>A weight with its bytes in the tensor itself.</summary>
    /// <param name="tensor">An initializer of this model.</param>
    /// <returns>The same tensor, or a copy that no longer refers to a file.</returns>
    /// <exception cref="InvalidModelException">External data ends too early.</exception>
    public TensorProto Inline(TensorProto tensor)
    {
        if (!StoredTensor.IsExternal(tensor))
        {
            return tensor;
        }

        TensorProto copy = tensor.Clone();
        copy.RawData = UnsafeByteOperations.UnsafeWrap(RawData(tensor));
        copy.DataLocation = TensorProto.Types.DataLocation.Default;
        copy.ExternalData.Clear();
        return copy;
    }

    private static IEnumerable<TensorProto> Tensors(GraphProto graph) =>
        graph.Initializer.Concat(graph.SparseInitializer.SelectMany(Tensors)).Concat(graph.Node.SelectMany(n => n.Attribute).SelectMany(Tensors));

    private static IEnumerable<TensorProto> Tensors(SparseTensorProto sparse) => ((TensorProto?[])[sparse.Values, sparse.Indices]).OfType<TensorProto>();

    private static IEnumerable<TensorProto> Tensors(AttributeProto attribute) =>
    [
        .. attribute.T is TensorProto tensor ? [tensor] : (TensorProto[])[],
        .. attribute.Tensors,
        .. attribute.G is GraphProto graph ? Tensors(graph) : [],
        .. attribute.Graphs.SelectMany(Tensors),
        .. attribute.SparseTensor is SparseTensorProto sparse ? Tensors(sparse) : [],
        .. attribute.SparseTensors.SelectMany(Tensors),
    ];

    private TensorSignature Describe(ValueInfoProto value)
    {
        if (value.Type?.TensorType?.Shape is not TensorShapeProto shape)
        {
            throw new InvalidModelException($"{FilePath}: '{value.Name}' states no tensor type and rank. Export the model with typed inputs and outputs.");
        }

        return new TensorSignature(
            value.Name,
            (TensorElement)value.Type.TensorType.ElemType,
            // Some exporters write an open extent as 0 or -1.
            [.. shape.Dim.Select(d => d.DimValue > 0 ? d.DimValue : (long?)null)]);
    }
}
