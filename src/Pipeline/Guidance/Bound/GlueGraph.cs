using System.Collections.Generic;
using System.Globalization;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>A small graph of our own that ONNX Runtime runs between the model's graphs, so that what lies between them stays on its device.</summary>
internal sealed class GlueGraph(string name)
{
    private const int OperatorSet = 13;
    private const int FormatVersion = 8;

    private readonly GraphProto _graph = new() { Name = name };
    private int _count;

    /// <summary>An input of fixed shape.</summary>
    public string Input(string input, Element element, params int[] shape)
    {
        _graph.Input.Add(Tensors.Value(input, new TensorType(element, shape)));
        return input;
    }

    /// <summary>An input one of whose extents is open.</summary>
    public string OpenInput(string input, Element element, int open, params int[] shape)
    {
        ValueInfoProto value = Tensors.Value(input, new TensorType(element, shape));
        value.Type.TensorType.Shape.Dim[open] = new TensorShapeProto.Types.Dimension { DimParam = "open" };
        _graph.Input.Add(value);
        return input;
    }

    /// <summary>A node with one output.</summary>
    public string Node(string operatorType, string[] inputs, params AttributeProto[] attributes)
    {
        string output = NewName();
        NodeProto node = new() { Name = output, OpType = operatorType };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        _graph.Node.Add(node);
        return output;
    }

    public string Mul(string a, string b) => Node("Mul", [a, b]);

    public string Add(string a, string b) => Node("Add", [a, b]);

    public string Sub(string a, string b) => Node("Sub", [a, b]);

    public string Div(string a, string b) => Node("Div", [a, b]);

    public string Cast(string value, Element to) => Node("Cast", [value], NodeAttributes.Of("to", (long)to));

    /// <summary>The sum of all elements, with all axes kept.</summary>
    public string Sum(string value) => Node("ReduceSum", [value], NodeAttributes.Of("keepdims", 1));

    /// <summary>The sum of all squares, with all axes kept.</summary>
    public string SumOfSquares(string value) => Sum(Mul(value, value));

    /// <summary>The sum over one axis, which goes.</summary>
    public string SumOver(string value, int axis) => Node("ReduceSum", [value, Integers(axis)], NodeAttributes.Of("keepdims", 0));

    /// <summary>A number.</summary>
    public string Number(float value) => Numbers([value], 1);

    /// <summary>Numbers of some shape.</summary>
    public string Numbers(float[] values, params long[] shape)
    {
        string output = NewName();
        _graph.Initializer.Add(Tensors.Floats(output, values, shape));
        return output;
    }

    /// <summary>A list of integers.</summary>
    public string Integers(params long[] values)
    {
        string output = NewName();
        _graph.Initializer.Add(Tensors.Integers(output, values));
        return output;
    }

    /// <summary>Several one-element values side by side, of shape [n].</summary>
    public string Join(params string[] values)
    {
        List<string> flat = [];
        foreach (string value in values)
        {
            flat.Add(Node("Reshape", [value, Integers(1)]));
        }

        return Node("Concat", [.. flat], NodeAttributes.Of("axis", 0));
    }

    /// <summary>Makes a value an output.</summary>
    public void Output(string value, string output, Element element, params int[] shape)
    {
        NodeProto node = new() { Name = output, OpType = "Identity" };
        node.Input.Add(value);
        node.Output.Add(output);
        _graph.Node.Add(node);
        _graph.Output.Add(Tensors.Value(output, new TensorType(element, shape)));
    }

    /// <summary>Loads the graph.</summary>
    /// <param name="device">Where it runs.</param>
    public OnnxSession Load(GuidanceDevice device)
    {
        ModelProto model = new() { IrVersion = FormatVersion, ProducerName = "DreamFusion.Kernels", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorSet });
        return OnnxSession.Load(model.ToByteArray(), $"dfk {_graph.Name}", device);
    }

    private string NewName() => string.Create(CultureInfo.InvariantCulture, $"v{_count++}");
}
