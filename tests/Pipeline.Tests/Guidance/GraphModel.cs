using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>Builds small ONNX graphs for tests: one input "x", one output "y".</summary>
internal sealed class GraphModel
{
    private readonly GraphProto _graph = new() { Name = "test" };
    private readonly TensorProto.Types.DataType _element;
    private readonly long _opset;

    public GraphModel(int[] inputShape, int outputRank, long opset = 14, TensorProto.Types.DataType element = TensorProto.Types.DataType.Float)
    {
        InputShape = inputShape;
        _opset = opset;
        _element = element;
        _graph.Input.Add(Tensors.Value("x", new TensorType(element, inputShape)));
        TensorShapeProto open = new();
        for (int i = 0; i < outputRank; i++)
        {
            open.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = $"d{i}" });
        }

        _graph.Output.Add(new ValueInfoProto
        {
            Name = "y",
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)element, Shape = open } },
        });
    }

    public int[] InputShape { get; }

    public GraphModel Weight(TensorProto tensor)
    {
        _graph.Initializer.Add(tensor);
        return this;
    }

    /// <summary>A random weight of the graph's element type, away from zero.</summary>
    public GraphModel Weight(string name, params long[] shape) => Weight(Tensors.Floats(
        name, _element, RandomValues.AwayFromZero(name.Length + shape.Length + 7, (int)shape.Aggregate(1L, (a, b) => a * b)), shape));

    public GraphModel Integers(string name, params long[] values) => Weight(Tensors.Integers(name, values));

    public GraphModel Node(string operatorType, string[] inputs, string output, params AttributeProto[] attributes) =>
        Node(operatorType, inputs, [output], attributes);

    public GraphModel Node(string operatorType, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        NodeProto node = new() { Name = $"node_{_graph.Node.Count}", OpType = operatorType };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange((IEnumerable<AttributeProto>)attributes);
        _graph.Node.Add(node);
        return this;
    }

    public GraphModel InDomain(string domain)
    {
        _graph.Node[^1].Domain = domain;
        return this;
    }

    public ModelProto ToModel()
    {
        ModelProto model = new() { IrVersion = 8, Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = _opset });
        foreach (string domain in _graph.Node.Select(n => n.Domain).Where(d => d.Length > 0).Distinct())
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        }

        return model;
    }

    public byte[] ToBytes() => ToModel().ToByteArray();

    /// <summary>Differentiates the graph through a file, as a model folder's encoder is.</summary>
    public DifferentiatedGraph Differentiate()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        File.WriteAllBytes(path, ToBytes());
        return GraphDifferentiator.Differentiate(OnnxModel.Load(path, folder.Path), "x", "y", InputShape);
    }
}
