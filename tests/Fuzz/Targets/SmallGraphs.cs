using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Fuzz.Targets;

/// <summary>Small ONNX graphs that are valid, with as many kinds of content as fit.</summary>
internal static class SmallGraphs
{
    /// <summary>An encoder that halves an image of 8x8 and maps it to four channels.</summary>
    public static ModelProto Encoder()
    {
        GraphProto graph = new() { Name = "encoder" };
        graph.Input.Add(Value("sample", TensorElement.Float32, null, 3, null, null));
        graph.Output.Add(Value("latent_sample", TensorElement.Float32, null, 4, null, null));
        graph.Initializer.Add(Tensors.Floats("kernel", Numbers(4 * 3 * 9), 4, 3, 3, 3));
        graph.Initializer.Add(Tensors.Floats("bias", Numbers(4), 4));
        graph.Initializer.Add(Tensors.Integers("same", 0, 4, -1));
        Add(graph, "Conv", ["sample", "kernel", "bias"], "convolved", NodeAttributes.Of("pads", [1L, 1, 1, 1]), NodeAttributes.Of("strides", [2L, 2]));
        Add(graph, "Sigmoid", ["convolved"], "gate");
        Add(graph, "Mul", ["convolved", "gate"], "activated");
        Add(graph, "Shape", ["activated"], "shape");
        Add(graph, "Reshape", ["activated", "same"], "flat");
        Add(graph, "Reshape", ["flat", "shape"], "latent_sample");
        return Model(graph);
    }

    /// <summary>A graph that is only read: typed lists, raw data, sparse weights, inner graphs, functions.</summary>
    public static ModelProto EveryKindOfTensor()
    {
        GraphProto graph = new() { Name = "tensors" };
        graph.Input.Add(Value("input_ids", TensorElement.Int64, null, 16));
        graph.Output.Add(Value("out", TensorElement.Float32, null, null));
        graph.Initializer.Add(new TensorProto { Name = "floats", DataType = 1, Dims = { 2, 2 }, FloatData = { 1, 2, 3, 4 } });
        graph.Initializer.Add(new TensorProto { Name = "halves", DataType = 10, Dims = { 3 }, Int32Data = { 1, 2, 3 } });
        graph.Initializer.Add(new TensorProto { Name = "longs", DataType = 7, Dims = { 2 }, Int64Data = { -1, 5 } });
        graph.Initializer.Add(new TensorProto { Name = "texts", DataType = 8, Dims = { 1 }, StringData = { ByteString.CopyFromUtf8("x") } });
        graph.Initializer.Add(Tensors.Floats("table", Numbers(6), 3, 2));
        graph.SparseInitializer.Add(new SparseTensorProto { Values = Tensors.Floats("sparse", [1f], 1), Indices = Tensors.Integers("at", 0), Dims = { 4 } });
        Add(graph, "Cast", ["input_ids"], "ids", NodeAttributes.Of("to", 7L));
        Add(graph, "Gather", ["table", "ids"], "rows");
        GraphProto inner = new() { Name = "then" };
        inner.Initializer.Add(new TensorProto { Name = "deep", DataType = 1, FloatData = { 1 } });
        inner.Output.Add(Value("y", TensorElement.Float32));
        AttributeProto branch = new() { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = inner };
        AttributeProto constant = new() { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = Tensors.Integers("c", 1, 2, 3) };
        Add(graph, "If", ["rows"], "branch", branch);
        Add(graph, "Constant", [], "constant", constant);
        Add(graph, "Identity", ["rows"], "out");
        ModelProto model = Model(graph);
        FunctionProto function = new() { Name = "f", Domain = "local" };
        function.Node.Add(new NodeProto { OpType = "Constant", Output = { "k" }, Attribute = { constant.Clone() } });
        model.Functions.Add(function);
        model.ProducerName = "fuzz";
        return model;
    }

    /// <summary>A graph with inputs and outputs and nothing between them.</summary>
    public static byte[] Signature(IEnumerable<ValueInfoProto> inputs, IEnumerable<ValueInfoProto> outputs, params IEnumerable<TensorProto> weights)
    {
        GraphProto graph = new() { Name = "signature" };
        graph.Input.AddRange(inputs);
        graph.Output.AddRange(outputs);
        graph.Initializer.AddRange(weights);
        if (graph.Initializer.Count > 0)
        {
            Add(graph, "Gather", [graph.Initializer[0].Name, graph.Input[0].Name], "rows");
        }

        return Model(graph).ToByteArray();
    }

    /// <summary>An input or output; null for an open extent.</summary>
    public static ValueInfoProto Value(string name, TensorElement element, params long?[] extents)
    {
        TensorShapeProto shape = new();
        shape.Dim.AddRange(extents.Select((extent, axis) => extent is long size
            ? new TensorShapeProto.Types.Dimension { DimValue = size }
            : new TensorShapeProto.Types.Dimension { DimParam = $"{name}_{axis}" }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)element, Shape = shape } } };
    }

    private static ModelProto Model(GraphProto graph) => new() { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } };

    private static void Add(GraphProto graph, string operatorType, string[] inputs, string output, params AttributeProto[] attributes)
    {
        NodeProto node = new() { Name = output, OpType = operatorType, Output = { output } };
        node.Input.AddRange(inputs);
        node.Attribute.AddRange((IEnumerable<AttributeProto>)attributes);
        graph.Node.Add(node);
    }

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => ((i * 7) % 11) - 5f)];
}
