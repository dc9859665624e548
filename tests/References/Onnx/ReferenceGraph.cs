using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.References.Onnx;

/// <summary>
/// A slow evaluator of ONNX graphs in double precision, with its own reverse mode. Weights are the file's float32 values.
/// It shares no code with the product: neither the file parser nor the operators.
/// </summary>
public sealed class ReferenceGraph
{
    private readonly List<ReferenceNode> _nodes = [];
    private readonly Dictionary<string, DoubleTensor> _weights = [];

    private ReferenceGraph(byte[] model)
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
                (string name, DoubleTensor tensor) = ReferenceNode.ReadTensor(field.Bytes);
                _weights[name] = tensor;
            }
        }
    }

    public static ReferenceGraph Parse(byte[] model) => new(model);

    /// <summary>y = f(x).</summary>
    public DoubleTensor Evaluate(string input, DoubleTensor x, string output) => EvaluateAll(input, x)[output];

    /// <summary>Jᵀ(x)·ȳ by reverse mode.</summary>
    public DoubleTensor Gradient(string input, DoubleTensor x, string output, DoubleTensor cotangent)
    {
        Dictionary<string, DoubleTensor> values = EvaluateAll(input, x);
        HashSet<string> varying = [input];
        foreach (ReferenceNode node in _nodes.Where(n => n.Inputs.Any(varying.Contains)))
        {
            varying.UnionWith(node.Outputs);
        }

        Dictionary<string, DoubleTensor> gradients = new() { [output] = cotangent };
        foreach (ReferenceNode node in Enumerable.Reverse(_nodes))
        {
            if (!gradients.TryGetValue(node.Outputs[0], out DoubleTensor? g) || !node.Inputs.Any(varying.Contains))
            {
                continue;
            }

            DoubleTensor[] inputs = [.. node.Inputs.Select(name => values[name])];
            for (int i = 0; i < inputs.Length; i++)
            {
                if (varying.Contains(node.Inputs[i]))
                {
                    DoubleTensor part = ReferenceOperators.Backward(node, inputs, values[node.Outputs[0]], g, i);
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
            values[node.Outputs[0]] = ReferenceOperators.Forward(node, [.. node.Inputs.Select(name => values[name])]);
        }

        return values;
    }
}
