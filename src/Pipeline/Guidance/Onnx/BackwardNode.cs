using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>A forward node while it is differentiated: its values on one side, the backward graph on the other.</summary>
internal sealed class BackwardNode
{
    private readonly GraphDifferentiator _graph;
    private readonly IReadOnlyList<string?> _outputGradients;

    public BackwardNode(GraphDifferentiator graph, NodeProto node, IReadOnlyList<string?> outputGradients)
    {
        _graph = graph;
        Node = node;
        _outputGradients = outputGradients;
    }

    /// <summary>The forward node.</summary>
    public NodeProto Node { get; }

    /// <summary>Version of the default operator set, which the backward graph shares.</summary>
    public long Opset => _graph.Forward.Opset;

    /// <summary>dL/dy of the first output.</summary>
    public string OutputGradient => _outputGradients[0] is string gradient && _outputGradients.Skip(1).All(g => g is null)
        ? gradient
        : throw Unsupported("only its first output can carry the result");

    /// <summary>dL/dy of an output, or null if the result does not use it.</summary>
    public string? OutputGradientOf(int output) => _outputGradients[output];

    /// <summary>Whether the node has this input.</summary>
    public bool Has(int input) => input < Node.Input.Count && Node.Input[input].Length > 0;

    /// <summary>Whether the node has this input and a gradient flows to it.</summary>
    public bool Varies(int input) => Has(input) && _graph.Forward.Varies(Node.Input[input]);

    /// <summary>Extents of an input.</summary>
    public int[] InputShape(int input) => _graph.Forward.Type(Node.Input[input]).Shape;

    /// <summary>Element type of an input.</summary>
    public TensorProto.Types.DataType InputElement(int input) => _graph.Forward.Type(Node.Input[input]).Element;

    /// <summary>Extents of an output.</summary>
    public int[] OutputShape(int output = 0) => _graph.Forward.Type(Node.Output[output]).Shape;

    /// <summary>Element type of the first output.</summary>
    public TensorProto.Types.DataType Element => _graph.Forward.Type(Node.Output[0]).Element;

    /// <summary>An input's value, for use in the backward graph.</summary>
    public string Input(int input)
    {
        string name = Node.Input[input];
        return _graph.Forward.Constant(name) is TensorProto constant ? _graph.Constant(constant, name) : _graph.Save(name);
    }

    /// <summary>The first output's value, for use in the backward graph.</summary>
    public string Output() => _graph.Save(Node.Output[0]);

    /// <summary>Elements of a constant floating-point input.</summary>
    /// <exception cref="InvalidModelException">The input is not constant or not a floating-point tensor.</exception>
    public float[] RequireFloats(int input) =>
        (_graph.Forward.Constant(Node.Input[input]) is TensorProto tensor ? Tensors.AsFloats(tensor) : null)
        ?? throw Unsupported($"its input '{Node.Input[input]}' must be a floating-point constant");

    /// <summary>Elements of a constant integer input.</summary>
    /// <exception cref="InvalidModelException">The input is not constant or not an integer tensor.</exception>
    public long[] RequireIntegers(int input) =>
        (_graph.Forward.Constant(Node.Input[input]) is TensorProto tensor ? Tensors.AsIntegers(tensor) : null)
        ?? throw Unsupported($"its input '{Node.Input[input]}' must be an integer constant");

    /// <summary>Elements of an optional constant integer input.</summary>
    public long[]? Integers(int input) => Has(input) ? RequireIntegers(input) : null;

    /// <summary>A scalar of the node's element type.</summary>
    public string Number(double value) => Number(value, Element);

    /// <summary>A scalar of an element type.</summary>
    public string Number(double value, TensorProto.Types.DataType element) => Add(Tensors.Floats(_graph.NewName("number"), element, [(float)value]));

    /// <summary>Adds a constant of an element type to the backward graph.</summary>
    public string Floats(string hint, TensorProto.Types.DataType element, float[] values, params IEnumerable<long> dimensions) =>
        Add(Tensors.Floats(_graph.NewName(hint), element, values, dimensions));

    /// <summary>Adds a list of integers, such as a shape, to the backward graph.</summary>
    public string Integers(string hint, params IEnumerable<long> values) => Add(Tensors.Integers(_graph.NewName(hint), [.. values]));

    /// <summary>Adds a node to the backward graph and returns its output.</summary>
    public string Emit(string operatorType, string[] inputs, params AttributeProto[] attributes) => _graph.Emit(operatorType, inputs, attributes);

    /// <summary>a·b.</summary>
    public string Mul(string a, string b) => Emit("Mul", [a, b]);

    /// <summary>a + b.</summary>
    public string Sum(string a, string b) => Emit("Add", [a, b]);

    /// <summary>a - b.</summary>
    public string Sub(string a, string b) => Emit("Sub", [a, b]);

    /// <summary>a/b.</summary>
    public string Div(string a, string b) => Emit("Div", [a, b]);

    /// <summary>-a.</summary>
    public string Neg(string a) => Emit("Neg", [a]);

    /// <summary>The same elements in another shape.</summary>
    public string Reshape(string value, params IEnumerable<int> shape) => Emit("Reshape", [value, Integers("shape", shape.Select(d => (long)d))]);

    /// <summary>The value as another element type.</summary>
    public string Cast(string value, TensorProto.Types.DataType from, TensorProto.Types.DataType to) =>
        from == to ? value : Emit("Cast", [value], NodeAttributes.Of("to", (long)to));

    /// <summary>A sum over axes that keeps them with extent 1.</summary>
    public string ReduceSum(string value, params IEnumerable<long> axes) =>
        Emit("ReduceSum", [value, Integers("axes", axes)], NodeAttributes.Of("keepdims", 1));

    /// <summary>A mean over axes that keeps them with extent 1; the axes moved from attribute to input with opset 18.</summary>
    public string ReduceMean(string value, params IEnumerable<long> axes) => Opset < 18
        ? Emit("ReduceMean", [value], NodeAttributes.Of("axes", [.. axes]), NodeAttributes.Of("keepdims", 1))
        : Emit("ReduceMean", [value, Integers("axes", axes)], NodeAttributes.Of("keepdims", 1));

    /// <summary>dL/dinput += gradient, which has the input's shape.</summary>
    public void Accumulate(int input, string gradient) => _graph.Accumulate(Node.Input[input], gradient);

    /// <summary>dL/dinput += gradient summed over the axes along which the input was broadcast to the output.</summary>
    public void AccumulateBroadcast(int input, string gradient) => AccumulateBroadcast(input, gradient, OutputShape());

    /// <summary>dL/dinput += gradient summed over the axes along which the input was broadcast to another shape.</summary>
    public void AccumulateBroadcast(int input, string gradient, int[] from)
    {
        int[] to = InputShape(input);
        int lead = from.Length - to.Length;
        long[] axes = [.. Enumerable.Range(0, from.Length).Where(a => a < lead || (to[a - lead] == 1 && from[a] != 1)).Select(a => (long)a)];
        string sum = axes.Length == 0 ? gradient : ReduceSum(gradient, axes);
        Accumulate(input, lead == 0 ? sum : Reshape(sum, to));
    }

    /// <summary>The error for a node that cannot be differentiated.</summary>
    public InvalidModelException Unsupported(string reason) => new(
        $"{_graph.Forward.Name}: no image gradient for node '{NodeProbe.NameOf(Node)}' ({NodeProbe.OperatorOf(Node)}): {reason}. Differentiable are {OperatorGradients.Names}; {Advice}");

    // What makes an exporter write something else.
    private string Advice => Node.Domain switch
    {
        "" or "ai.onnx" => "export the encoder alone with torch.onnx.export (opset 14 to 20).",
        "com.microsoft" => "the graph went through ONNX Runtime's optimizer; export it without (optimum-cli export onnx without --optimize, no optimize_model or ORTOptimizer), or take the file from before.",
        _ => "custom operators and local functions are not followed; export with torch.onnx.export(..., dynamo=False, opset_version=17) and no custom_opsets.",
    };

    private string Add(TensorProto tensor) => _graph.Constant(tensor, tensor.Name);
}
