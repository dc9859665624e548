using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>
/// An ONNX graph under construction: nodes are kept, weights go to <c>model.onnx_data</c> as they are asked for, so that
/// memory holds one of them at a time. Operator set 17, IR version 8: ONNX Runtime 1.12 and newer.
/// </summary>
internal sealed class GraphWriter : IDisposable
{
    /// <summary>Domain of ONNX Runtime's own operators.</summary>
    public const string FusedDomain = "com.microsoft";

    private const int Opset = 17;
    private const int IrVersion = 8;
    private const string ModelName = "model.onnx";
    private const float LargestHalf = 65504;

    // Below this a constant stays in the model, where shape inference sees it.
    private const int SmallestExternal = 1024;

    private readonly string _folder;
    private readonly IWeightSource _weights;
    private readonly WeightFile _file;
    private readonly GraphProto _graph;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string _module = "";

    /// <summary>Begins a graph.</summary>
    /// <param name="folder">Existing folder that gets model.onnx and model.onnx_data.</param>
    /// <param name="name">Name of the graph.</param>
    /// <param name="weights">Where weights are read.</param>
    /// <param name="stored">Type of stored weights: Float32 or Float16.</param>
    /// <param name="computed">Type of values; weights stored otherwise are converted in the graph.</param>
    /// <param name="bytesWritten">Told the bytes of the weights so far.</param>
    public GraphWriter(string folder, string name, IWeightSource weights, TensorElement stored, TensorElement computed, IProgress<long>? bytesWritten)
    {
        _folder = folder;
        _weights = weights;
        _graph = new GraphProto { Name = name };
        Stored = stored;
        Computed = computed;
        _file = new WeightFile(Path.Combine(folder, ModelName + "_data"), bytesWritten);
    }

    /// <summary>Type in which weights are stored.</summary>
    public TensorElement Stored { get; }

    /// <summary>Type of most values.</summary>
    public TensorElement Computed { get; }

    /// <summary>Whether there is a weight.</summary>
    /// <param name="name">Canonical name.</param>
    public bool Has(string name) => _weights.Contains(name);

    /// <summary>Extents of a weight.</summary>
    /// <param name="name">Canonical name.</param>
    public long[] Shape(string name) => _weights.Shape(name);

    /// <summary>Elements of a weight, all of them finite.</summary>
    /// <param name="name">Canonical name.</param>
    /// <exception cref="InvalidModelException">One is not a number or infinite.</exception>
    public float[] Read(string name)
    {
        float[] values = _weights.Read(name);
        int bad = Array.FindIndex(values, v => !float.IsFinite(v));
        return bad < 0 ? values : throw new InvalidModelException(
            $"The weight '{name}' holds {values[bad]} at element {bad}, expected finite numbers. The checkpoint is damaged; copy or download it again.");
    }

    /// <summary>Nodes that follow are named after a module until the result is disposed.</summary>
    /// <param name="name">Path of the module, such as <c>down_blocks.0.resnets.0</c>.</param>
    public IDisposable Module(string name)
    {
        string outer = _module;
        _module = name;
        return new ModuleEnd(this, outer);
    }

    /// <summary>Declares an input.</summary>
    public Value Input(string name, TensorElement element, params Extent[] extents)
    {
        _graph.Input.Add(Declaration(name, element, extents));
        _names.Add(name);
        return new Value(name, element);
    }

    /// <summary>Declares the value of a given name an output.</summary>
    public void Output(Value value, params Extent[] extents) => _graph.Output.Add(Declaration(value.Name, value.Element, extents));

    /// <summary>Adds a node with one output of its first input's type.</summary>
    public Value Add(string op, Value[] inputs, params AttributeProto[] attributes) => Add(op, inputs, new NodeOptions(), attributes);

    /// <summary>Adds a node with one output.</summary>
    public Value Add(string op, Value[] inputs, NodeOptions options, params AttributeProto[] attributes)
    {
        string name = options.Output is string given && _names.Add(given) ? given : Unused($"{_module}/{op}");
        NodeProto node = new() { OpType = op, Name = name, Domain = options.Domain, Output = { name } };
        node.Input.AddRange(inputs.Select(i => i.Name));
        node.Attribute.AddRange(attributes);
        _graph.Node.Add(node);
        return new Value(name, options.Element ?? inputs[0].Element);
    }

    /// <summary>A weight as it stands, in the type of the graph's values.</summary>
    public Value Weight(string name) => Constant(name, Read(name), Shape(name));

    /// <summary>A weight that stays float32.</summary>
    public Value FloatWeight(string name) => Constant(name, Read(name), Shape(name), TensorElement.Float32);

    /// <summary>A constant in the type of the graph's values.</summary>
    public Value Constant(string name, float[] values, params long[] shape)
    {
        Value stored = Constant(name, values, shape, Stored);
        return Stored == Computed ? stored : this.Cast(stored, Computed);
    }

    /// <summary>A constant of a given floating-point type.</summary>
    /// <exception cref="InvalidModelException">Half precision cannot hold an element.</exception>
    public Value Constant(string name, float[] values, long[] shape, TensorElement element)
    {
        float large = element == TensorElement.Float16 ? Array.Find(values, v => MathF.Abs(v) > LargestHalf && float.IsFinite(v)) : 0;
        if (large != 0)
        {
            throw new InvalidModelException($"The weight '{name}' holds {large}, more than half precision's {LargestHalf}. Import with --precision fp32.");
        }

        TensorProto tensor = new() { Name = Unused(name), DataType = (int)element };
        tensor.Dims.AddRange(shape);
        if (values.Length * sizeof(float) >= SmallestExternal)
        {
            _file.Append(tensor, values);
        }
        else
        {
            tensor = Tensors.Floats(tensor.Name, (TensorProto.Types.DataType)element, values, shape);
        }

        _graph.Initializer.Add(tensor);
        return new Value(tensor.Name, element);
    }

    /// <summary>A small constant in the type of another value.</summary>
    public Value Like(Value value, float[] values, params long[] shape) => Constant($"{_module}/constant", values, shape, value.Element);

    /// <summary>An int64 list, such as a shape.</summary>
    public Value Integers(params long[] values)
    {
        // Shapes recur in every block; each is stored once.
        string name = "integers_" + string.Join('_', values).Replace('-', 'm');
        if (_names.Add(name))
        {
            _graph.Initializer.Add(Tensors.Integers(name, values));
        }

        return new Value(name, TensorElement.Int64);
    }

    /// <summary>Writes the model beside its weights.</summary>
    public void Finish()
    {
        _file.Finish();
        ModelProto model = new()
        {
            IrVersion = IrVersion,
            ProducerName = "DreamFusion.Kernels",
            ProducerVersion = typeof(GraphWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
            Graph = _graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        if (_graph.Node.Any(n => n.Domain == FusedDomain))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = FusedDomain, Version = 1 });
        }

        string path = Path.Combine(_folder, ModelName);
        using (FileStream stream = File.Create(path + ".tmp"))
        {
            model.WriteTo(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static ValueInfoProto Declaration(string name, TensorElement element, Extent[] extents)
    {
        TensorShapeProto shape = new();
        shape.Dim.AddRange(extents.Select(e => e.Open.Length > 0
            ? new TensorShapeProto.Types.Dimension { DimParam = e.Open }
            : new TensorShapeProto.Types.Dimension { DimValue = e.Fixed }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)element, Shape = shape } } };
    }

    private string Unused(string name)
    {
        string candidate = name;
        for (int n = 2; !_names.Add(candidate); n++)
        {
            candidate = $"{name}_{n}";
        }

        return candidate;
    }

    private sealed class ModuleEnd(GraphWriter writer, string outer) : IDisposable
    {
        public void Dispose() => writer._module = outer;
    }
}
