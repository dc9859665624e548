using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// Reverse-mode differentiation of an ONNX graph with respect to its input (weights are frozen): walks the nodes from the
/// output back and lets one <see cref="IOperatorGradient"/> per operator add its part of the backward graph.
/// <para>
/// An activation that cheap operators compute from a single other value is not handed over but computed again in the
/// backward graph: of each normalisation and SiLU only the input is kept, a third of the memory.
/// </para>
/// </summary>
internal sealed class GraphDifferentiator
{
    private static readonly HashSet<string> _cheap =
    [
        "Abs", "Add", "Cast", "Clip", "Div", "Equal", "Erf", "Exp", "Expand", "Flatten", "Gelu", "Greater", "GreaterOrEqual", "Identity",
        "InstanceNormalization", "LayerNormalization", "LeakyRelu", "Less", "LessOrEqual", "Log", "Max", "Min", "Mul", "Neg", "Not", "Pow", "Reciprocal", "Relu",
        "Reshape", "Sigmoid", "Softplus", "Sqrt", "Squeeze", "Sub", "Tanh", "Unsqueeze", "Where",
    ];

    private readonly ForwardGraph _forward;
    private readonly IOperatorGradient[] _instead;
    private readonly GraphProto _backward = new() { Name = "vector_jacobian_product" };
    private readonly Dictionary<string, string> _gradients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _roots = new(StringComparer.Ordinal);
    private readonly List<string> _saved = [];
    private readonly HashSet<string> _available = new(StringComparer.Ordinal);
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    private int _values;

    private GraphDifferentiator(ForwardGraph forward, IOperatorGradient[] instead)
    {
        _forward = forward;
        _instead = instead;
    }

    /// <summary>Differentiates a graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">Name of the input x.</param>
    /// <param name="output">Name of the output y.</param>
    /// <param name="inputShape">Extents of x.</param>
    /// <returns>Forward and backward model.</returns>
    /// <exception cref="Models.InvalidModelException">An operator without a gradient, named with its node, or a graph ONNX Runtime refuses.</exception>
    public static DifferentiatedGraph Differentiate(OnnxModel model, string input, string output, int[] inputShape) =>
        Differentiate(new ForwardGraph(model, input, output, inputShape));

    /// <summary>Differentiates a folded graph.</summary>
    /// <param name="forward">The graph; what its output does not need is dropped.</param>
    /// <param name="instead">Gradients that take the place of the usual ones, to compare them.</param>
    /// <returns>Forward and backward model.</returns>
    /// <exception cref="Models.InvalidModelException">An operator without a gradient, named with its node.</exception>
    public static DifferentiatedGraph Differentiate(ForwardGraph forward, params IOperatorGradient[] instead)
    {
        forward.Prune();
        return new GraphDifferentiator(forward, instead).Build();
    }

    /// <summary>The graph being differentiated.</summary>
    internal ForwardGraph Forward => _forward;

    /// <summary>Makes a forward value available in the backward graph: handed over, or computed again from one that is.</summary>
    internal string Save(string value)
    {
        if (!_available.Add(value))
        {
            return value;
        }

        if (Root(value) == value)
        {
            _saved.Add(value);
            return value;
        }

        NodeProto node = _forward.Producer(value)!;
        foreach (string input in node.Input.Where(i => i.Length > 0))
        {
            if (_forward.Constant(input) is TensorProto constant)
            {
                Constant(constant, input);
            }
            else
            {
                Save(input);
            }
        }

        _backward.Node.Add(node);
        return value;
    }

    /// <summary>Adds a constant to the backward graph, once per name.</summary>
    internal string Constant(TensorProto tensor, string name)
    {
        if (_initializers.Add(name))
        {
            _backward.Initializer.Add(tensor.Name == name ? tensor : new TensorProto(tensor) { Name = name });
        }

        return name;
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

    /// <summary>dL/dvalue += gradient; nothing for a value that has no gradient.</summary>
    internal void Accumulate(string value, string gradient)
    {
        if (_forward.Varies(value))
        {
            _gradients[value] = _gradients.TryGetValue(value, out string? sum) ? Emit("Add", [sum, gradient]) : gradient;
        }
    }

    // The only value that has to be kept for a value to be computed again cheaply; itself, if there is none.
    private string Root(string value)
    {
        if (!_roots.TryGetValue(value, out string? root))
        {
            root = value;
            if (_forward.Producer(value) is NodeProto node && node.Output.Count == 1 && NodeProbe.IsDefaultDomain(node) && _cheap.Contains(node.OpType))
            {
                string[] sources = [.. node.Input.Where(i => i.Length > 0 && _forward.Constant(i) is null).Select(Root).Distinct()];
                root = sources.Length == 1 ? sources[0] : value;
            }

            _roots[value] = root;
        }

        return root;
    }

    private DifferentiatedGraph Build()
    {
        string cotangent = NewName("cotangent");
        _gradients[_forward.Output] = cotangent;
        foreach (NodeProto node in _forward.Nodes.Reverse())
        {
            // Without a gradient: a node whose results are used only where there is none, such as by a comparison.
            string?[] gradients = [.. node.Output.Select(o => _gradients.GetValueOrDefault(o))];
            if (gradients.Any(g => g is not null))
            {
                BackwardNode context = new(this, node, gradients);
                (_instead.FirstOrDefault(g => g.Operators.Contains(node.OpType)) ?? OperatorGradients.For(context)).Differentiate(context);
            }
        }

        string gradient = Emit("Identity", [_gradients[_forward.Input]]);
        _backward.Input.Add(Tensors.Value(cotangent, _forward.Type(_forward.Output)));
        _backward.Input.AddRange(_saved.Select(name => Tensors.Value(name, _forward.Type(name))));
        _backward.Output.Add(Tensors.Value(gradient, _forward.Type(_forward.Input)));
        string[] returned = [.. _saved.Where(name => name != _forward.Input && name != _forward.Output && !_forward.Noise.Contains(name))];
        return new DifferentiatedGraph(_forward.ToModel(returned), _forward.NewModel(_backward));
    }
}
