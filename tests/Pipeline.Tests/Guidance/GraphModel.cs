using System.Collections.Generic;
using System.IO;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>Builds small ONNX graphs for tests: one input "x", one output "y".</summary>
internal sealed class GraphModel
{
    private readonly GraphProto _graph = new() { Name = "test" };

    public GraphModel(int[] inputShape, int outputRank)
    {
        InputShape = inputShape;
        _graph.Input.Add(Tensors.Value("x", inputShape));
        TensorShapeProto open = new();
        for (int i = 0; i < outputRank; i++)
        {
            open.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = $"d{i}" });
        }

        _graph.Output.Add(new ValueInfoProto
        {
            Name = "y",
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = open } },
        });
    }

    public int[] InputShape { get; }

    public GraphModel Weight(TensorProto tensor)
    {
        _graph.Initializer.Add(tensor);
        return this;
    }

    public GraphModel Node(string operatorType, string[] inputs, string output, params AttributeProto[] attributes)
    {
        NodeProto node = new() { Name = $"node_{_graph.Node.Count}", OpType = operatorType };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange((IEnumerable<AttributeProto>)attributes);
        _graph.Node.Add(node);
        return this;
    }

    public byte[] ToBytes()
    {
        ModelProto model = new() { IrVersion = 7, Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 14 });
        return model.ToByteArray();
    }

    /// <summary>Differentiates the graph through a file, as a model folder's encoder is.</summary>
    public DifferentiatedGraph Differentiate()
    {
        string folder = Directory.CreateTempSubdirectory("dfk-graph-").FullName;
        try
        {
            string path = Path.Combine(folder, "model.onnx");
            File.WriteAllBytes(path, ToBytes());
            return GraphDifferentiator.Differentiate(OnnxModel.Load(path, folder), "x", "y", InputShape);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
