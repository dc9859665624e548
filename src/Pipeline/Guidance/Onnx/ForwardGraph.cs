using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// A graph whose one input has a fixed shape. Everything that does not depend on the input's elements is folded to a constant,
/// shapes of intermediate values included; a node that draws normal numbers becomes an input of the graph; what the output
/// does not use is dropped.
/// <para>
/// Values are then constant, or <em>varying</em> (floating-point and computed from the input by floating-point values, so that
/// a gradient exists), or neither, such as a noise input or the outcome of a comparison.
/// </para>
/// </summary>
internal sealed class ForwardGraph
{
    // Versions whose definitions of the operators are those that the gradients follow.
    private const long OldestOpset = 13;
    private const long NewestOpset = 21;
    private readonly OnnxModel _source;
    private readonly ModelProto _model;
    private readonly NodeProbe _probe;
    private readonly GraphMemory _memory;
    private readonly List<NodeProto> _nodes = [];
    private readonly List<string> _noise = [];
    private readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _varying = new(StringComparer.Ordinal);

    /// <summary>Fixes the input's shape and folds the graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">Name of the input that gets the shape.</param>
    /// <param name="output">Name of the output that counts; others are dropped.</param>
    /// <param name="inputShape">Extents of the input.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses a node, a shape stays open, or a value is too large (see <see cref="GraphMemory"/>).</exception>
    public ForwardGraph(OnnxModel model, string input, string output, int[] inputShape)
    {
        Name = model.FilePath;
        Input = input;
        Output = output;
        _source = model;
        _model = model.Proto;
        Opset = model.Opset;
        if (Opset is < OldestOpset or > NewestOpset)
        {
            throw new InvalidModelException($"{Name}: the graph uses operator set {Opset}, expected 14 to 20. Export it with opset_version=17.");
        }

        if (_model.Graph.SparseInitializer.Count > 0)
        {
            throw new InvalidModelException($"{Name}: the weight '{_model.Graph.SparseInitializer[0].Values?.Name}' is sparse, which is not differentiated here. Export the encoder with dense weights.");
        }

        _probe = new NodeProbe(_model, Name);
        _memory = new GraphMemory(Name, GraphMemory.WeightBytes(model), inputShape.Aggregate(1L, (a, b) => a * b));
        foreach (TensorProto tensor in _model.Graph.Initializer)
        {
            _constants[tensor.Name] = model.Inline(tensor);
        }

        ValueInfoProto declared = _model.Graph.Input.FirstOrDefault(i => i.Name == input)
            ?? throw new InvalidModelException($"{Name}: the graph has no input '{input}', only {string.Join(", ", _model.Graph.Input.Select(i => i.Name))}. Export it again.");
        _types[input] = new TensorType((TensorProto.Types.DataType)declared.Type.TensorType.ElemType, inputShape);
        _varying.Add(input);
        foreach (NodeProto node in _model.Graph.Node)
        {
            Add(node);
        }
    }

    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>Name of the input.</summary>
    public string Input { get; }

    /// <summary>Name of the output.</summary>
    public string Output { get; private set; }

    /// <summary>Version of the default operator set.</summary>
    public long Opset { get; }

    /// <summary>Nodes that the output needs and that are not constant, in topological order.</summary>
    public IReadOnlyList<NodeProto> Nodes => _nodes;

    /// <summary>Inputs that take the place of nodes drawing standard normal numbers.</summary>
    public IReadOnlyList<string> Noise => _noise;

    /// <summary>Whether a value has a gradient with respect to the input.</summary>
    /// <param name="value">Name of a value.</param>
    /// <returns>True if it does.</returns>
    public bool Varies(string value) => _varying.Contains(value);

    /// <summary>A constant value.</summary>
    /// <param name="value">Name of a value.</param>
    /// <returns>The constant, or null if the value is not constant.</returns>
    public TensorProto? Constant(string value) => _constants.GetValueOrDefault(value);

    /// <summary>Type of a value, constant or not.</summary>
    /// <param name="value">Name of a value.</param>
    /// <returns>Element type and extents.</returns>
    public TensorType Type(string value) => _constants.TryGetValue(value, out TensorProto? constant) ? Tensors.TypeOf(constant) : _types[value];

    /// <summary>The node that computes a value.</summary>
    /// <param name="value">Name of a value.</param>
    /// <returns>The node, or null for constants and inputs.</returns>
    public NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>Adds nodes behind the graph.</summary>
    /// <param name="tail">The nodes in topological order, and their constants.</param>
    /// <param name="output">Name of the value that takes the output's place.</param>
    public void Append(GraphProto tail, string output)
    {
        foreach (TensorProto tensor in tail.Initializer)
        {
            _constants[tensor.Name] = tensor;
        }

        foreach (NodeProto node in tail.Node)
        {
            Add(node);
        }

        Output = output;
    }

    /// <summary>Drops what the output does not need.</summary>
    /// <exception cref="InvalidModelException">The output does not depend on the input.</exception>
    public void Prune()
    {
        HashSet<string> needed = [Output];
        for (int n = _nodes.Count - 1; n >= 0; n--)
        {
            if (_nodes[n].Output.Any(needed.Contains))
            {
                needed.UnionWith(_nodes[n].Input);
            }
            else
            {
                _nodes.RemoveAt(n);
            }
        }

        _noise.RemoveAll(name => !needed.Contains(name));
        if (!_varying.Contains(Output))
        {
            throw new InvalidModelException($"{Name}: '{Output}' does not depend on '{Input}', so it has no gradient. Export the graph again.");
        }
    }

    /// <summary>The folded graph with the output and further values to return.</summary>
    /// <param name="alsoReturned">Values that are not constant and are returned after the output.</param>
    /// <returns>The model.</returns>
    public ModelProto ToModel(IEnumerable<string> alsoReturned)
    {
        GraphProto graph = new() { Name = _model.Graph.Name.Length > 0 ? _model.Graph.Name : "forward" };
        graph.Input.AddRange(((string[])[Input, .. _noise]).Select(name => Tensors.Value(name, _types[name])));
        graph.Node.AddRange(_nodes);
        graph.Initializer.AddRange(_nodes.SelectMany(n => n.Input).Distinct().Where(_constants.ContainsKey)
            .Select(name => _constants[name].Name == name ? _constants[name] : new TensorProto(_constants[name]) { Name = name }));
        graph.Output.AddRange(((string[])[Output, .. alsoReturned]).Select(name => Tensors.Value(name, _types[name])));
        return NewModel(graph);
    }

    /// <summary>A model of the same operator sets.</summary>
    /// <param name="graph">Its graph.</param>
    /// <returns>The model.</returns>
    public ModelProto NewModel(GraphProto graph)
    {
        ModelProto model = new() { IrVersion = _model.IrVersion, ProducerName = "DreamFusion.Kernels", Graph = graph };
        model.OpsetImport.AddRange(_model.OpsetImport);
        return model;
    }

    private void Add(NodeProto node)
    {
        if (node.Input.FirstOrDefault(i => i.Length > 0 && !_constants.ContainsKey(i) && !_types.ContainsKey(i)) is string missing)
        {
            throw new InvalidModelException($"{Name}: node '{NodeProbe.NameOf(node)}' ({NodeProbe.OperatorOf(node)}) reads '{missing}', which no weight, input or earlier node is called. The file is damaged; copy or export it again.");
        }

        bool standard = NodeProbe.IsDefaultDomain(node);
        if (standard && node.OpType is "RandomNormal" or "RandomNormalLike")
        {
            AddNoise(node);
        }
        else if (standard && node.OpType is "Shape" or "Size")
        {
            FoldShape(node);
        }
        else if (standard && node.OpType.StartsWith("Random", StringComparison.Ordinal))
        {
            throw new InvalidModelException(
                $"{Name}: node '{NodeProbe.NameOf(node)}' ({node.OpType}) draws random numbers, of which only normal ones (RandomNormal, RandomNormalLike) can be replaced by a seeded input. Export the encoder so that it returns latent_parameters.");
        }
        else if (node.Attribute.Any(a => a.G is not null || a.Graphs.Count > 0))
        {
            throw new InvalidModelException(
                $"{Name}: node '{NodeProbe.NameOf(node)}' ({NodeProbe.OperatorOf(node)}) runs a graph of its own, which is not differentiated here. Export the encoder with static height and width by tracing (torch.onnx.export).");
        }
        else if (node.Input.All(i => i.Length == 0 || _constants.ContainsKey(i)))
        {
            Fold(node);
        }
        else
        {
            TensorType?[] types = _probe.InferTypes(node, value => _types[value], Constant);
            bool varies = node.Input.Any(_varying.Contains);
            for (int o = 0; o < types.Length; o++)
            {
                if (types[o] is TensorType type)
                {
                    Define(node, node.Output[o], type, varies && type.IsFloat);
                }
            }

            _nodes.Add(node);
        }
    }

    private void Define(NodeProto node, string value, TensorType type, bool varies)
    {
        _memory.RequireValue(node, value, type);
        _types[value] = type;
        _producers[value] = node;
        if (varies)
        {
            _varying.Add(value);
        }
    }

    private void Fold(NodeProto node)
    {
        if (!NodeProbe.IsDefaultDomain(node))
        {
            throw new InvalidModelException(
                $"{Name}: node '{NodeProbe.NameOf(node)}' ({NodeProbe.OperatorOf(node)}) computes a constant by an operator that is not ONNX's own. Export the graph again with torch.onnx.export, without fused or custom operators.");
        }

        AttributeProto? value = node.OpType == "Constant" ? node.Attribute.FirstOrDefault(a => a.Name == "value") : null;
        if (value is not null)
        {
            _constants[node.Output[0]] = _source.Inline(value.T);
            return;
        }

        foreach (TensorProto constant in _probe.Evaluate(node, Constant, (value, type) => _memory.RequireConstant(node, value, type)))
        {
            _constants[constant.Name] = constant;
        }
    }

    private void FoldShape(NodeProto node)
    {
        long[] shape = [.. Type(node.Input[0]).Shape.Select(d => (long)d)];
        string output = node.Output[0];
        if (node.OpType == "Size")
        {
            _constants[output] = Tensors.Integers(output, shape.Aggregate(1L, (a, b) => a * b));
            _constants[output].Dims.Clear();
            return;
        }

        int start = Clamp(node.Integer("start", 0), shape.Length);
        int end = Clamp(node.Integer("end", shape.Length), shape.Length);
        _constants[output] = Tensors.Integers(output, start < end ? shape[start..end] : []);
    }

    private static int Clamp(long axis, int rank) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);

    // y = mean + scale·n: n becomes an input; torch writes mean 0 and scale 1, which need no arithmetic.
    private void AddNoise(NodeProto node)
    {
        string output = node.Output[0];
        int[] shape = node.OpType == "RandomNormal"
            ? [.. (node.Integers("shape") ?? []).Select(d => (int)Math.Clamp(d, 0, int.MaxValue))]
            : Type(node.Input[0]).Shape;
        long absent = node.OpType == "RandomNormal" ? (long)TensorProto.Types.DataType.Float : (long)Type(node.Input[0]).Element;
        TensorType type = new((TensorProto.Types.DataType)node.Integer("dtype", absent), shape);
        _memory.RequireValue(node, output, type);
        float mean = node.Number("mean", 0);
        float scale = node.Number("scale", 1);
        if (mean == 0 && scale == 1)
        {
            _types[output] = type;
            _noise.Add(output);
            return;
        }

        string noise = output + "/standard";
        _types[noise] = type;
        _noise.Add(noise);
        AddAffine(noise, output, scale, mean, type.Element);
    }

    private void AddAffine(string input, string output, float scale, float offset, TensorProto.Types.DataType element)
    {
        string factor = output + "/scale";
        string mean = output + "/mean";
        _constants[factor] = Tensors.Floats(factor, element, [scale]);
        _constants[mean] = Tensors.Floats(mean, element, [offset]);
        Add(new NodeProto { Name = output + "/scaled", OpType = "Mul", Input = { input, factor }, Output = { output + "/scaled" } });
        Add(new NodeProto { Name = output + "/shifted", OpType = "Add", Input = { output + "/scaled", mean }, Output = { output } });
    }
}
