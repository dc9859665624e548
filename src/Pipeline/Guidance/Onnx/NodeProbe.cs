using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// Asks ONNX Runtime about one node at a time: the types of its outputs, or their values if all its inputs are constant. Both
/// then follow the operators' definitions at the graph's operator-set version, without a second implementation of them here.
/// </summary>
internal sealed class NodeProbe
{
    // Shapes, axes, bounds and indices; anything longer is a weight, whose values no shape depends on.
    private const long LongestShapeOperand = 4096;
    private readonly ModelProto _model;
    private readonly string _name;
    private readonly Dictionary<ByteString, TensorType[]> _types = [];

    /// <summary>Creates a probe.</summary>
    /// <param name="model">The model whose operator sets count.</param>
    /// <param name="name">Name for messages.</param>
    public NodeProbe(ModelProto model, string name)
    {
        _model = model;
        _name = name;
    }

    /// <summary>The node's name, or its first output's if it has none.</summary>
    public static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault("");

    /// <summary>Operator with its domain, if that is not the default one.</summary>
    public static string OperatorOf(NodeProto node) => IsDefaultDomain(node) ? node.OpType : $"{node.Domain}.{node.OpType}";

    /// <summary>Whether the operator is one of ONNX itself.</summary>
    public static bool IsDefaultDomain(NodeProto node) => node.Domain is "" or "ai.onnx";

    /// <summary>Types of a node's outputs, in order; null for one that is left out.</summary>
    /// <param name="node">The node.</param>
    /// <param name="types">Types of its inputs that are not constant.</param>
    /// <param name="constants">Its constant inputs.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the node, or a shape stays open.</exception>
    public TensorType?[] InferTypes(NodeProto node, Func<string, TensorType> types, Func<string, TensorProto?> constants)
    {
        // Values are renamed by position, so that equal nodes of repeated blocks are asked about once.
        NodeProto probe = new() { OpType = node.OpType, Domain = node.Domain };
        probe.Attribute.AddRange(node.Attribute);
        GraphProto graph = new() { Name = "probe" };
        for (int i = 0; i < node.Input.Count; i++)
        {
            if (node.Input[i].Length == 0)
            {
                probe.Input.Add("");
                continue;
            }

            probe.Input.Add($"i{i}");
            TensorProto? constant = constants(node.Input[i]);
            TensorType type = constant is null ? types(node.Input[i]) : Tensors.TypeOf(constant);
            if (constant is not null && type.Count <= LongestShapeOperand)
            {
                graph.Initializer.Add(new TensorProto(constant) { Name = $"i{i}" });
            }
            else
            {
                graph.Input.Add(Tensors.Value($"i{i}", type));
            }
        }

        int[] used = [.. Enumerable.Range(0, node.Output.Count).Where(o => node.Output[o].Length > 0)];
        probe.Output.AddRange(node.Output.Select((name, o) => name.Length > 0 ? $"o{o}" : ""));
        graph.Output.AddRange(used.Select(o => new ValueInfoProto { Name = $"o{o}" }));
        graph.Node.Add(probe);
        byte[] bytes = Model(graph);
        ByteString key = UnsafeByteOperations.UnsafeWrap(bytes);
        if (!_types.TryGetValue(key, out TensorType[]? found))
        {
            _types[key] = found = Ask(node, graph, bytes, used);
        }

        TensorType?[] result = new TensorType?[node.Output.Count];
        for (int k = 0; k < used.Length; k++)
        {
            result[used[k]] = found[k];
        }

        return result;
    }

    /// <summary>Values of a node's outputs, all of whose inputs are constant.</summary>
    /// <param name="node">The node.</param>
    /// <param name="constants">Its inputs.</param>
    /// <param name="allow">Told the name and inferred type of each output, with extent -1 where it is open, before any is computed; throws to refuse.</param>
    /// <returns>The outputs that are not left out, by name.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the node.</exception>
    public IReadOnlyList<TensorProto> Evaluate(NodeProto node, Func<string, TensorProto?> constants, Action<string, TensorType> allow)
    {
        GraphProto graph = new() { Name = "fold" };
        graph.Node.Add(node);
        graph.Initializer.AddRange(node.Input.Where(i => i.Length > 0).Distinct().Select(i => new TensorProto(constants(i)!) { Name = i }));
        string[] outputs = [.. node.Output.Where(o => o.Length > 0)];
        graph.Output.AddRange(outputs.Select(o => new ValueInfoProto { Name = o }));
        using OnnxSession session = Load(node, Model(graph));
        TensorType[] inferred = OutputTypes(node, graph, session, outputs);
        for (int k = 0; k < outputs.Length; k++)
        {
            allow(outputs[k], inferred[k]);
        }

        using IDisposableReadOnlyCollection<OrtValue> values = session.Run([], outputs);
        List<TensorProto> results = [];
        for (int k = 0; k < outputs.Length; k++)
        {
            OrtTensorTypeAndShapeInfo type = values[k].GetTensorTypeAndShape();
            results.Add(Tensors.Raw(outputs[k], (TensorProto.Types.DataType)type.ElementDataType, values[k].GetTensorMutableRawData(), type.Shape));
        }

        return results;
    }

    private TensorType[] Ask(NodeProto node, GraphProto graph, byte[] bytes, int[] used)
    {
        using OnnxSession session = Load(node, bytes);
        TensorType[] found = OutputTypes(node, graph, session, [.. used.Select(o => $"o{o}")]);
        for (int k = 0; k < used.Length; k++)
        {
            if (found[k].Shape.Any(d => d < 0))
            {
                throw new InvalidModelException(
                    $"{_name}: the shape of '{node.Output[used[k]]}', a result of node '{NameOf(node)}' ({OperatorOf(node)}), stays open ([{string.Join(", ", found[k].Shape)}]) although the input's shape is fixed. Export the graph with static height and width.");
            }
        }

        return found;
    }

    // ONNX Runtime's interface cuts extents to 32 bits. Every 2^32th element along an axis is one element, or none of none; where it
    // is more, bits were lost, and the extent becomes the largest one.
    private TensorType[] OutputTypes(NodeProto node, GraphProto graph, OnnxSession session, string[] outputs)
    {
        TensorType[] types = [.. outputs.Select(session.OutputType)];
        int[] sliced = [.. Enumerable.Range(0, outputs.Length).Where(k => types[k].Shape.Length > 0)];
        if (sliced.Length == 0)
        {
            return types;
        }

        GraphProto wide = graph.Clone();
        wide.Output.Clear();
        foreach (int k in sliced)
        {
            int rank = types[k].Shape.Length;
            string[] operands = [outputs[k], $"starts/{k}", $"ends/{k}", $"axes/{k}", $"steps/{k}"];
            long[][] values = [[.. Enumerable.Repeat(0L, rank)], [.. Enumerable.Repeat(long.MaxValue, rank)], [.. Enumerable.Range(0, rank)], [.. Enumerable.Repeat(1L << 32, rank)]];
            wide.Initializer.AddRange(values.Select((v, i) => Tensors.Integers(operands[i + 1], v)));
            wide.Node.Add(new NodeProto { OpType = "Slice", Input = { operands }, Output = { $"slice/{k}" } });
            wide.Output.Add(new ValueInfoProto { Name = $"slice/{k}" });
        }

        using OnnxSession slices = Load(node, Model(wide));
        foreach (int k in sliced)
        {
            int[] counts = slices.OutputType($"slice/{k}").Shape;
            types[k] = types[k] with { Shape = [.. types[k].Shape.Zip(counts, (extent, count) => count == Math.Sign(extent) ? extent : int.MaxValue)] };
        }

        return types;
    }

    private OnnxSession Load(NodeProto node, byte[] bytes)
    {
        try
        {
            return OnnxSession.LoadUnoptimized(bytes, _name);
        }
        catch (InvalidModelException e)
        {
            throw new InvalidModelException(
                $"{_name}: ONNX Runtime refuses node '{NameOf(node)}' ({OperatorOf(node)}): {e.InnerException?.Message ?? e.Message} Export the graph again with torch.onnx.export, without fused or custom operators.", e);
        }
    }

    private byte[] Model(GraphProto graph)
    {
        ModelProto model = new() { IrVersion = _model.IrVersion, Graph = graph };
        model.OpsetImport.AddRange(_model.OpsetImport);
        return model.ToByteArray();
    }
}
