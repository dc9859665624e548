using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>
/// Instance normalisation with constant scale and bias; means run over the spatial axes of each channel.
/// <code>
/// x̂ = (x - mean(x)) / σ,  σ = √(var(x) + ε),  y = scale·x̂ + bias
/// dL/dx = (h - mean(h) - x̂·mean(h·x̂)) / σ,    h = scale·dL/dy
/// </code>
/// Source: Ioffe and Szegedy 2015, section 3, with the batch of one instance and channel.
/// </summary>
internal sealed class InstanceNormalizationGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["InstanceNormalization"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Varies(1) || node.Varies(2))
        {
            throw node.Unsupported("scale and bias must be constants");
        }

        int rank = node.InputShape(0).Length;
        long[] axes = [.. Enumerable.Range(2, rank - 2).Select(a => (long)a)];
        string Mean(string value) => node.Emit("ReduceMean", [value], NodeAttributes.Of("axes", axes), NodeAttributes.Of("keepdims", 1));

        string x = node.Input(0);
        string centred = node.Emit("Sub", [x, Mean(x)]);
        string variance = Mean(node.Emit("Mul", [centred, centred]));
        string epsilon = node.Floats("epsilon", [node.Node.Number("epsilon", 1e-5f)]);
        string sigma = node.Emit("Sqrt", [node.Emit("Add", [variance, epsilon])]);
        string normalized = node.Emit("Div", [centred, sigma]);

        float[] scale = Tensors.AsFloats(node.RequireConstant(1))!;
        string h = node.OutputGradient;
        if (scale.Any(s => s != 1))
        {
            h = node.Emit("Mul", [h, node.Floats("scale", scale, [scale.Length, .. axes.Select(_ => 1L)])]);
        }

        string projection = node.Emit("Mul", [normalized, Mean(node.Emit("Mul", [h, normalized]))]);
        node.Accumulate(0, node.Emit("Div", [node.Emit("Sub", [node.Emit("Sub", [h, Mean(h)]), projection]), sigma]));
    }
}
