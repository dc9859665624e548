using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>
/// A slow evaluator of ONNX graphs in double precision, with its own reverse mode. Weights are the file's float values.
/// It shares no code with the product: neither the file parser nor the operators.
/// </summary>
public sealed class ReferenceGraph
{
    private readonly List<ReferenceNode> _nodes = [];
    private readonly Dictionary<string, DoubleTensor> _weights = [];
    private readonly Dictionary<string, DoubleTensor> _noise = [];

    private ReferenceGraph(byte[] model, string folder)
    {
        ProtobufField graph = ProtobufField.Read(model).Single(f => f.Number == 7);
        foreach (ProtobufField field in ProtobufField.Read(graph.Bytes))
        {
            if (field.Number == 1)
            {
                _nodes.Add(new ReferenceNode(field.Bytes));
            }
            else if (field.Number == 5)
            {
                (string name, DoubleTensor tensor) = ReferenceTensor.Read(field.Bytes, folder);
                _weights[name] = tensor;
            }
        }
    }

    /// <summary>Reads a model whose weights are all in the message.</summary>
    public static ReferenceGraph Parse(byte[] model) => new(model, "");

    /// <summary>Reads a model file; its weights may lie in files beside it.</summary>
    public static ReferenceGraph Load(string path) => new(File.ReadAllBytes(path), Path.GetDirectoryName(path)!);

    /// <summary>Results of nodes that draw normal numbers, in their order in the graph.</summary>
    public IReadOnlyList<string> NoiseNames => [.. _nodes.Where(n => n.IsNoise).Select(n => n.Outputs[0])];

    /// <summary>Fixes what a node that draws normal numbers returns; zeros otherwise.</summary>
    public ReferenceGraph WithNoise(string name, DoubleTensor noise)
    {
        _noise[name] = noise;
        return this;
    }

    /// <summary>Fixes an input beside the one that is evaluated at.</summary>
    public ReferenceGraph WithInput(string name, DoubleTensor value)
    {
        _weights[name] = value;
        return this;
    }

    /// <summary>y = f(x).</summary>
    public DoubleTensor Evaluate(string input, DoubleTensor x, string output) => EvaluateAll(input, x)[output];

    /// <summary>Jᵀ(x)·ȳ by reverse mode.</summary>
    public DoubleTensor Gradient(string input, DoubleTensor x, string output, DoubleTensor cotangent)
    {
        Dictionary<string, DoubleTensor> values = EvaluateAll(input, x);
        HashSet<string> varying = [input];
        foreach (ReferenceNode node in _nodes.Where(n => !n.IsNoise && n.Inputs.Any(varying.Contains)))
        {
            varying.UnionWith(node.Outputs);
        }

        Dictionary<string, DoubleTensor> gradients = new() { [output] = cotangent };
        foreach (ReferenceNode node in Enumerable.Reverse(_nodes))
        {
            DoubleTensor?[] g = [.. node.Outputs.Select(o => gradients.GetValueOrDefault(o))];
            if (g.All(t => t is null) || node.IsNoise)
            {
                continue;
            }

            DoubleTensor?[] inputs = [.. node.Inputs.Select(name => name.Length > 0 ? values[name] : null)];
            DoubleTensor[] outputs = [.. node.Outputs.Where(values.ContainsKey).Select(name => values[name])];
            for (int i = 0; i < inputs.Length; i++)
            {
                if (varying.Contains(node.Inputs[i]) && !inputs[i]!.Whole)
                {
                    DoubleTensor part = ReferenceOperators.Backward(node, inputs, outputs, g, i);
                    string name = node.Inputs[i];
                    gradients[name] = gradients.TryGetValue(name, out DoubleTensor? sum) ? sum.Plus(part) : part;
                }
            }
        }

        return gradients[input];
    }

    /// <summary>d⟨ȳ, f(x + s·direction)⟩/ds at s = 0 by central differences.</summary>
    public double DirectionalDifference(string input, DoubleTensor x, string output, DoubleTensor cotangent, DoubleTensor direction, double step)
    {
        double ahead = Evaluate(input, x.Plus(direction, step), output).Dot(cotangent);
        double behind = Evaluate(input, x.Plus(direction, -step), output).Dot(cotangent);
        return (ahead - behind) / (2 * step);
    }

    /// <summary>d⟨ȳ, f(x)⟩/dx element by element by central differences.</summary>
    public DoubleTensor NumericGradient(string input, DoubleTensor x, string output, DoubleTensor cotangent, double step)
    {
        DoubleTensor gradient = DoubleTensor.Zeros(x.Shape);
        for (int i = 0; i < x.Values.Length; i++)
        {
            DoubleTensor direction = DoubleTensor.Zeros(x.Shape);
            direction.Values[i] = 1;
            gradient.Values[i] = DirectionalDifference(input, x, output, cotangent, direction, step);
        }

        return gradient;
    }

    private Dictionary<string, DoubleTensor> EvaluateAll(string input, DoubleTensor x)
    {
        Dictionary<string, DoubleTensor> values = new(_weights) { [input] = x };
        foreach (ReferenceNode node in _nodes)
        {
            DoubleTensor?[] inputs = [.. node.Inputs.Select(name => name.Length > 0 ? values[name] : null)];
            DoubleTensor[] outputs = node.IsNoise ? [Noise(node, inputs)] : ReferenceOperators.Forward(node, inputs);
            for (int o = 0; o < outputs.Length; o++)
            {
                values[node.Outputs[o]] = outputs[o];
            }
        }

        return values;
    }

    private DoubleTensor Noise(ReferenceNode node, DoubleTensor?[] inputs)
    {
        int[] shape = inputs.Length > 0 ? inputs[0]!.Shape : [.. node.List("shape").Select(d => (int)d)];
        DoubleTensor standard = _noise.TryGetValue(node.Outputs[0], out DoubleTensor? given) ? given : DoubleTensor.Zeros(shape);
        return standard.Map(n => node.Number("mean", 0) + (node.Number("scale", 1) * n));
    }
}
