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
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidModelException(
                $"{path} is not a complete ONNX graph ({file.Length.ToString(CultureInfo.InvariantCulture)} bytes): {e.Message} Copy or export it again.", e);
        }

        if (proto.Graph is null || proto.Graph.Output.Count == 0)
        {
            throw new InvalidModelException($"{path} holds no graph with outputs; expected an ONNX model. Copy or export it again.");
        }

        OnnxModel model = new(Path.GetFullPath(path), Path.GetFullPath(modelRoot), proto);
        foreach (TensorProto tensor in model.Tensors())
        {
            model.CheckExternalData(tensor);
        }

        return model;
    }

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

    /// <summary>All constant tensors of the file: weights and the values of Constant nodes.</summary>
    /// <returns>The tensors.</returns>
    public IEnumerable<TensorProto> Tensors() =>
        Proto.Graph.Initializer.Concat(Proto.Graph.Node.SelectMany(n => n.Attribute).Where(a => a.T is not null).Select(a => a.T));

    /// <summary>Files beside this one that hold weights.</summary>
    /// <returns>Their full paths, each once.</returns>
    public IEnumerable<string> ExternalFiles() =>
        Tensors().Where(t => t.DataLocation == TensorProto.Types.DataLocation.External).Select(t => ExternalData(t).Path).Distinct(StringComparer.Ordinal);

    /// <summary>Bytes of a weight, little-endian, wherever they are stored.</summary>
    /// <param name="tensor">An initializer of this model.</param>
    /// <returns>The raw bytes.</returns>
    /// <exception cref="InvalidModelException">External data ends too early.</exception>
    public ReadOnlyMemory<byte> RawData(TensorProto tensor)
    {
        if (tensor.DataLocation != TensorProto.Types.DataLocation.External)
        {
            return tensor.RawData.Memory;
        }

        (string path, long offset, long? length) = ExternalData(tensor);
        using FileStream stream = File.OpenRead(path);
        byte[] bytes = new byte[length ?? (stream.Length - offset)];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A weight with its bytes in the tensor itself.</summary>
    /// <param name="tensor">An initializer of this model.</param>
    /// <returns>The same tensor, or a copy that no longer refers to a file.</returns>
    /// <exception cref="InvalidModelException">External data ends too early.</exception>
    public TensorProto Inline(TensorProto tensor)
    {
        if (tensor.DataLocation != TensorProto.Types.DataLocation.External)
        {
            return tensor;
        }

        TensorProto copy = tensor.Clone();
        copy.RawData = UnsafeByteOperations.UnsafeWrap(RawData(tensor));
        copy.DataLocation = TensorProto.Types.DataLocation.Default;
        copy.ExternalData.Clear();
        return copy;
    }

    private void CheckExternalData(TensorProto tensor)
    {
        if (tensor.DataLocation != TensorProto.Types.DataLocation.External)
        {
            return;
        }

        (string path, long offset, long? length) = ExternalData(tensor);
        FileInfo file = new(path);
        if (!file.Exists)
        {
            throw new InvalidModelException($"{FilePath}: the weights of '{tensor.Name}' are in {path}, which is missing. Copy it into the model folder.");
        }

        if (offset < 0 || length < 0 || offset + (length ?? 0) > file.Length)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{FilePath}: the weights of '{tensor.Name}' are bytes {offset} to {offset + (length ?? 0)} of {path}, which has {file.Length}. The file is truncated; copy it again."));
        }
    }

    private (string Path, long Offset, long? Length) ExternalData(TensorProto tensor)
    {
        Dictionary<string, string> entries = tensor.ExternalData.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
        string location = entries.GetValueOrDefault("location", "");
        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(FilePath)!, location));
        string root = ModelRoot.EndsWith(Path.DirectorySeparatorChar) ? ModelRoot : ModelRoot + Path.DirectorySeparatorChar;
        if (location.Length == 0 || Path.IsPathRooted(location) || !path.StartsWith(root, StringComparison.Ordinal))
        {
            throw new InvalidModelException(
                $"{FilePath}: the weights of '{tensor.Name}' point to '{location}', outside the model folder {ModelRoot}. External data must lie inside it; export the model again.");
        }

        long? length = null;
        if (!TryNumber(entries, "offset", out long? offset) || !TryNumber(entries, "length", out length))
        {
            throw new InvalidModelException($"{FilePath}: the external data of '{tensor.Name}' has an offset or length that is no number. Export the model again.");
        }

        return (path, offset ?? 0, length);
    }

    private static bool TryNumber(Dictionary<string, string> entries, string key, out long? value)
    {
        value = null;
        if (!entries.TryGetValue(key, out string? text))
        {
            return true;
        }

        bool ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        value = number;
        return ok;
    }

    private TensorSignature Describe(ValueInfoProto value)
    {
        if (value.Type?.TensorType?.Shape is not TensorShapeProto shape)
        {
            throw new InvalidModelException($"{FilePath}: '{value.Name}' states no tensor type and rank. Export the model with typed inputs and outputs.");
        }

        return new TensorSignature(
            value.Name,
            (TensorElement)value.Type.TensorType.ElemType,
            [.. shape.Dim.Select(d => d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? d.DimValue : (long?)null)]);
    }
}
