using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// A graph whose one input has a fixed shape: which values depend on the input, the shape of each of these, and the
/// constant value of everything else. ONNX Runtime infers the shapes and computes the constants, so both follow the
/// operators' definitions without a second implementation of them here.
/// </summary>
internal sealed class ForwardGraph
{
    private readonly ModelProto _model;
    private readonly HashSet<string> _varying = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> _shapes = new(StringComparer.Ordinal);

    /// <summary>Fixes the input's shape and analyses the graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">Name of the input that gets the shape.</param>
    /// <param name="output">Name of the output that counts; others are dropped.</param>
    /// <param name="inputShape">Extents of the input.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph, or a shape stays open.</exception>
    public ForwardGraph(OnnxModel model, string input, string output, int[] inputShape)
    {
        Name = model.FilePath;
        Input = input;
        Output = output;
        _model = model.Proto.Clone();
        foreach (TensorProto tensor in _model.Graph.Initializer.Where(t => t.DataLocation == TensorProto.Types.DataLocation.External))
        {
            tensor.RawData = ByteString.CopyFrom(model.RawData(tensor).Span);
            tensor.DataLocation = TensorProto.Types.DataLocation.Default;
            tensor.ExternalData.Clear();
        }

        HashSet<string> weights = [.. _model.Graph.Initializer.Select(t => t.Name)];
        _model.Graph.Input.Clear();
        _model.Graph.Input.Add(Tensors.Value(input, inputShape));
        _model.Graph.ValueInfo.Clear();
        _shapes[input] = inputShape;
        _varying.Add(input);
        foreach (NodeProto node in _model.Graph.Node.Where(n => n.Input.Any(_varying.Contains)))
        {
            _varying.UnionWith(node.Output.Where(o => o.Length > 0));
        }

        FindConstants();
        FindShapes();
    }

    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>Name of the input.</summary>
    public string Input { get; }

    /// <summary>Name of the output.</summary>
    public string Output { get; }

    /// <summary>Nodes that depend on the input, in topological order.</summary>
    public IEnumerable<NodeProto> VaryingNodes => _model.Graph.Node.Where(n => n.Output.Any(_varying.Contains));

    /// <summary>Whether a value depends on the input.</summary>
    /// <param name="value">Name of a value.</param>
    /// <returns>True if it does.</returns>
    public bool Varies(string value) => _varying.Contains(value);

    /// <summary>A value that does not depend on the input.</summary>
    /// <param name="value">Name of a value.</param>
    /// <returns>Its constant, or null if there is none.</returns>
    public TensorProto? Constant(string value) => _constants.GetValueOrDefault(value);

    /// <summary>Shape of a value that depends on the input.</summary>
    /// <param name="value">Name of a value.</param>
    /// <returns>Extents.</returns>
    public int[] Shape(string value) => _shapes[value];

    /// <summary>The graph with the output and further values to return.</summary>
    /// <param name="alsoReturned">Values that depend on the input and are returned after the output.</param>
    /// <returns>The serialised model.</returns>
    public byte[] Serialize(IEnumerable<string> alsoReturned)
    {
        _model.Graph.Output.Clear();
        _model.Graph.Output.AddRange(((string[])[Output, .. alsoReturned]).Select(name => Tensors.Value(name, _shapes[name])));
        return _model.ToByteArray();
    }

    private void FindConstants()
    {
        foreach (TensorProto tensor in _model.Graph.Initializer)
        {
            _constants[tensor.Name] = tensor;
        }

        List<NodeProto> computed = [];
        foreach (NodeProto node in _model.Graph.Node.Where(n => !n.Output.Any(_varying.Contains)))
        {
            AttributeProto? value = node.OpType == "Constant" ? node.Attribute.FirstOrDefault(a => a.Name == "value") : null;
            if (value is not null)
            {
                _constants[node.Output[0]] = value.T;
            }
            else
            {
                computed.Add(node);
            }
        }

        // Only floating-point results can be needed: shapes come from the shape inference, not from integer constants.
        HashSet<string> used = [.. VaryingNodes.SelectMany(n => n.Input)];
        string[] wanted = [.. computed.SelectMany(n => n.Output).Where(used.Contains)];
        if (wanted.Length > 0)
        {
            Fold(wanted);
        }
    }

    private void Fold(string[] wanted)
    {
        ModelProto folding = _model.Clone();
        folding.Graph.Node.Clear();
        folding.Graph.Node.AddRange(_model.Graph.Node.Where(n => !n.Output.Any(_varying.Contains)));
        folding.Graph.Input.Clear();
        folding.Graph.Output.Clear();
        folding.Graph.Output.AddRange(wanted.Select(name => new ValueInfoProto { Name = name }));
        using OnnxSession session = OnnxSession.Load(folding.ToByteArray(), Name);
        string[] floats = [.. wanted.Where(session.IsFloatOutput)];
        if (floats.Length == 0)
        {
            return;
        }

        using IDisposableReadOnlyCollection<OrtValue> values = session.Run([], floats);
        for (int i = 0; i < floats.Length; i++)
        {
            _constants[floats[i]] = Tensors.Floats(floats[i], values[i].GetTensorDataAsSpan<float>(), values[i].GetTensorTypeAndShape().Shape);
        }
    }

    private void FindShapes()
    {
        ModelProto probe = _model.Clone();
        string[] values = [.. VaryingNodes.SelectMany(n => n.Output).Where(o => o.Length > 0)];
        probe.Graph.Output.Clear();
        probe.Graph.Output.AddRange(values.Select(name => new ValueInfoProto { Name = name }));
        using OnnxSession session = OnnxSession.Load(probe.ToByteArray(), Name);
        foreach (string value in values)
        {
            int[] shape = session.OutputShape(value);
            if (shape.Any(d => d < 0))
            {
                throw new InvalidModelException(
                    $"{Name}: the shape of '{value}' stays open ([{string.Join(", ", shape)}]) although the input's is fixed to [{string.Join(", ", _shapes[Input])}]. Export the graph with static height and width.");
            }

            _shapes[value] = shape;
        }
    }
}
