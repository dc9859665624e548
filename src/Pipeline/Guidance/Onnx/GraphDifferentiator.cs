using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// A graph y = f(x) and its vector-Jacobian product g = Jᵀ(x)·ȳ, as two models: the forward one returns y and the
/// activations that the backward one takes, so nothing is computed twice.
/// </summary>
/// <param name="Forward">Serialised model: x to y and <paramref name="Saved"/>.</param>
/// <param name="Backward">Serialised model: ȳ and <paramref name="Saved"/> to g.</param>
/// <param name="Saved">Names of the activations handed over; the input itself may be among them.</param>
/// <param name="Input">Name of x.</param>
/// <param name="Output">Name of y.</param>
/// <param name="Cotangent">Name of ȳ.</param>
/// <param name="Gradient">Name of g.</param>
/// <param name="OutputShape">Extents of y.</param>
internal sealed record DifferentiatedGraph(
    byte[] Forward, byte[] Backward, IReadOnlyList<string> Saved, string Input, string Output, string Cotangent, string Gradient, IReadOnlyList<int> OutputShape);

/// <summary>
/// Reverse-mode differentiation of an ONNX graph with respect to its input (weights are frozen): walks the nodes from the
/// output back and lets one <see cref="IOperatorGradient"/> per operator add its part of the backward graph.
/// </summary>
internal sealed class GraphDifferentiator
{
    private const int BackwardOpset = 17;
    private const int BackwardIrVersion = 8;
    private readonly ForwardGraph _forward;
    private readonly GraphProto _backward = new() { Name = "vector_jacobian_product" };
    private readonly Dictionary<string, string> _gradients = new(StringComparer.Ordinal);
    private readonly List<string> _saved = [];
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    private int _values;

    private GraphDifferentiator(ForwardGraph forward) => _forward = forward;

    /// <summary>Differentiates a graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">Name of the input x.</param>
    /// <param name="output">Name of the output y.</param>
    /// <param name="inputShape">Extents of x.</param>
    /// <returns>Forward and backward model.</returns>
    /// <exception cref="InvalidModelException">An operator without a gradient, named with its node, or a graph ONNX Runtime refuses.</exception>
    public static DifferentiatedGraph Differentiate(OnnxModel model, string input, string output, int[] inputShape) =>
        new GraphDifferentiator(new ForwardGraph(model, input, output, inputShape)).Build();

    /// <summary>The graph being differentiated.</summary>
    internal ForwardGraph Forward => _forward;

    /// <summary>Makes a forward value available in the backward graph.</summary>
    internal string Save(string value)
    {
        if (!_saved.Contains(value))
        {
            _saved.Add(value);
        }

        return value;
    }

    /// <summary>Adds a constant to the backward graph, once per name.</summary>
    internal string Constant(TensorProto tensor)
    {
        if (_initializers.Add(tensor.Name))
        {
            _backward.Initializer.Add(tensor);
        }

        return tensor.Name;
    }

    /// <summary>A name that no other value has.</summary>
    internal string NewName(string hint) => $"grad/{_values++}/{hint}";

    /// <summary>Adds a node to the backward graph and returns its output.</summary>
    internal string Emit(string operatorType, string[] inputs, params AttributeProto[] attributes)
    {
        string output = NewName(operatorType);
        NodeProto node = new() { Name = output, OpType = operatorType };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        _backward.Node.Add(node);
        return output;
    }

    /// <summary>dL/dvalue += gradient.</summary>
    internal void Accumulate(string value, string gradient) =>
        _gradients[value] = _gradients.TryGetValue(value, out string? sum) ? Emit("Add", [sum, gradient]) : gradient;

    private DifferentiatedGraph Build()
    {
        string cotangent = NewName("cotangent");
        _gradients[_forward.Output] = cotangent;
        foreach (NodeProto node in _forward.VaryingNodes.Reverse())
        {
            // A node whose output the result does not use has no gradient.
            if (!node.Output.Any(_gradients.ContainsKey))
            {
                continue;
            }

            BackwardNode context = new(this, node, _gradients.GetValueOrDefault(node.Output[0]));
            OperatorGradients.For(context).Differentiate(context);
        }

        if (!_gradients.TryGetValue(_forward.Input, out string? gradient))
        {
            throw new InvalidModelException($"{_forward.Name}: '{_forward.Output}' does not depend on '{_forward.Input}', so it has no gradient. Export the graph again.");
        }

        _backward.Input.Add(Tensors.Value(cotangent, _forward.Shape(_forward.Output)));
        _backward.Input.AddRange(_saved.Select(name => Tensors.Value(name, _forward.Shape(name))));
        _backward.Output.Add(Tensors.Value(gradient, _forward.Shape(_forward.Input)));
        ModelProto model = new() { IrVersion = BackwardIrVersion, ProducerName = "DreamFusion.Kernels", Graph = _backward };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = BackwardOpset });
        return new DifferentiatedGraph(
            _forward.Serialize(_saved.Where(name => name != _forward.Input && name != _forward.Output)),
            model.ToByteArray(), _saved, _forward.Input, _forward.Output, cotangent, gradient, _forward.Shape(_forward.Output));
    }
}
