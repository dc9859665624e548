using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>A forward node while it is differentiated: its values on one side, the backward graph on the other.</summary>
internal sealed class BackwardNode
{
    private readonly GraphDifferentiator _graph;
    private readonly string? _outputGradient;

    public BackwardNode(GraphDifferentiator graph, NodeProto node, string? outputGradient)
    {
        _graph = graph;
        Node = node;
        _outputGradient = outputGradient;
    }

    /// <summary>The forward node.</summary>
    public NodeProto Node { get; }

    /// <summary>dL/dy of the first output.</summary>
    public string OutputGradient => _outputGradient ?? throw Unsupported("only its first output can carry the result");

    /// <summary>Whether the node has this input and it depends on the graph's input.</summary>
    public bool Varies(int input) => input < Node.Input.Count && _graph.Forward.Varies(Node.Input[input]);

    /// <summary>Extents of an input, constant or not.</summary>
    public int[] InputShape(int input) => Varies(input)
        ? _graph.Forward.Shape(Node.Input[input])
        : [.. RequireConstant(input).Dims.Select(d => (int)d)];

    /// <summary>Extents of the first output.</summary>
    public int[] OutputShape() => _graph.Forward.Shape(Node.Output[0]);

    /// <summary>An input's value, for use in the backward graph.</summary>
    public string Input(int input) => Varies(input) ? _graph.Save(Node.Input[input]) : Constant(RequireConstant(input));

    /// <summary>The first output's value, for use in the backward graph.</summary>
    public string Output() => _graph.Save(Node.Output[0]);

    /// <summary>A constant float32 input's tensor.</summary>
    /// <exception cref="InvalidModelException">The input is not constant or not float32.</exception>
    public TensorProto RequireConstant(int input)
    {
        TensorProto? tensor = _graph.Forward.Constant(Node.Input[input]);
        return tensor?.DataType == (int)TensorProto.Types.DataType.Float
            ? tensor
            : throw Unsupported($"its input '{Node.Input[input]}' must be a float32 constant");
    }

    /// <summary>Adds a constant to the backward graph.</summary>
    public string Constant(TensorProto tensor) => _graph.Constant(tensor);

    /// <summary>Adds a float constant to the backward graph.</summary>
    public string Floats(string hint, ReadOnlySpan<float> values, params IEnumerable<long> dimensions) =>
        _graph.Constant(Tensors.Floats(_graph.NewName(hint), values, dimensions));

    /// <summary>Adds a list of integers, such as a shape, to the backward graph.</summary>
    public string Integers(string hint, params IEnumerable<long> values) => _graph.Constant(Tensors.Integers(_graph.NewName(hint), [.. values]));

    /// <summary>Adds a node to the backward graph and returns its output.</summary>
    public string Emit(string operatorType, string[] inputs, params AttributeProto[] attributes) => _graph.Emit(operatorType, inputs, attributes);

    /// <summary>dL/dinput += gradient, which has the input's shape.</summary>
    public void Accumulate(int input, string gradient) => _graph.Accumulate(Node.Input[input], gradient);

    /// <summary>dL/dinput += gradient summed over the axes along which the input was broadcast to the output.</summary>
    public void AccumulateBroadcast(int input, string gradient)
    {
        int[] from = OutputShape();
        int[] to = InputShape(input);
        int lead = from.Length - to.Length;
        long[] axes = [.. Enumerable.Range(0, from.Length).Where(a => a < lead || (to[a - lead] == 1 && from[a] != 1)).Select(a => (long)a)];
        string sum = axes.Length == 0 ? gradient : Emit("ReduceSum", [gradient, Integers("axes", axes)], NodeAttributes.Of("keepdims", 1));
        Accumulate(input, lead == 0 ? sum : Emit("Reshape", [sum, Integers("shape", to.Select(d => (long)d))]));
    }

    /// <summary>The error for a node that cannot be differentiated.</summary>
    public InvalidModelException Unsupported(string reason) => new(
        $"{_graph.Forward.Name}: no image gradient for node '{(Node.Name.Length > 0 ? Node.Name : Node.Output.FirstOrDefault())}' ({(Node.Domain.Length > 0 ? Node.Domain + "." : "")}{Node.OpType}): {reason}. Differentiable are {OperatorGradients.Names}; export the encoder with torch.onnx.export (opset 14 to 17, float32, no fused operators).");
}
