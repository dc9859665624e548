using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>
/// What normalisations share: x̂ = (x - mean(x))/σ, σ = √(var(x) + ε), y = scale·x̂ + bias, with constant scale and bias.
/// <code>
/// dL/dx = (h - mean(h) - x̂·mean(h·x̂)) / σ,    h = scale·dL/dy
/// </code>
/// Computed in float32 whatever the graph's type: sums over a whole channel leave the range of float16.
/// Source: Ioffe and Szegedy 2015, section 3, with the mean over one instance.
/// </summary>
internal static class Normalization
{
    public const TensorProto.Types.DataType Wide = TensorProto.Types.DataType.Float;

    /// <summary>dL/dx for x and h of type <see cref="Wide"/>.</summary>
    public static string Backward(BackwardNode node, string x, string h, long[] axes)
    {
        string centred = node.Sub(x, node.ReduceMean(x, axes));
        string variance = node.ReduceMean(node.Mul(centred, centred), axes);
        string sigma = node.Emit("Sqrt", [node.Sum(variance, node.Number(node.Node.Number("epsilon", 1e-5f), Wide))]);
        string normalized = node.Div(centred, sigma);
        string projection = node.Mul(normalized, node.ReduceMean(node.Mul(h, normalized), axes));
        return node.Div(node.Sub(node.Sub(h, node.ReduceMean(h, axes)), projection), sigma);
    }

    /// <summary>scale·value, unless the scale is 1 throughout.</summary>
    public static string Scale(BackwardNode node, string value, float[] scale, params IEnumerable<long> dimensions) =>
        scale.All(s => s == 1) ? value : node.Mul(value, node.Floats("scale", Wide, scale, dimensions));

    /// <summary>Refuses a scale or bias that depends on the image.</summary>
    public static void RequireFrozen(BackwardNode node)
    {
        if (node.Varies(1) || node.Varies(2))
        {
            throw node.Unsupported("scale and bias must be constants");
        }
    }
}

/// <summary>Instance normalisation: the mean runs over the spatial axes of each channel.</summary>
internal sealed class InstanceNormalizationGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["InstanceNormalization"];

    public void Differentiate(BackwardNode node)
    {
        Normalization.RequireFrozen(node);
        int rank = node.InputShape(0).Length;
        long[] axes = [.. Enumerable.Range(2, rank - 2).Select(a => (long)a)];
        float[] scale = node.RequireFloats(1);
        string x = node.Cast(node.Input(0), node.Element, Normalization.Wide);
        string g = node.Cast(node.OutputGradient, node.Element, Normalization.Wide);
        string h = Normalization.Scale(node, g, scale, [scale.Length, .. axes.Select(_ => 1L)]);
        node.Accumulate(0, node.Cast(Normalization.Backward(node, x, h, axes), Normalization.Wide, node.Element));
    }
}

/// <summary>
/// Group normalisation: the mean runs over the channels of a group and the spatial axes. Scale and bias are per group at
/// opset 18 to 20 and per channel from opset 21.
/// </summary>
internal sealed class GroupNormalizationGradient : IOperatorGradient
{
    private const int PerChannelOpset = 21;

    public IReadOnlyList<string> Operators { get; } = ["GroupNormalization"];

    public void Differentiate(BackwardNode node)
    {
        Normalization.RequireFrozen(node);
        int[] shape = node.InputShape(0);
        int groups = (int)node.Node.Integer("num_groups", 1);
        float[] scale = node.RequireFloats(1);
        if (node.Opset < PerChannelOpset)
        {
            scale = [.. scale.SelectMany(s => Enumerable.Repeat(s, shape[1] / groups))];
        }

        int[] grouped = [shape[0], groups, shape.Skip(1).Aggregate(1, (a, b) => a * b) / groups];
        string x = node.Cast(node.Input(0), node.Element, Normalization.Wide);
        string g = node.Cast(node.OutputGradient, node.Element, Normalization.Wide);
        string h = Normalization.Scale(node, g, scale, [scale.Length, .. shape.Skip(2).Select(_ => 1L)]);
        string gradient = Normalization.Backward(node, node.Reshape(x, grouped), node.Reshape(h, grouped), [2]);
        node.Accumulate(0, node.Cast(node.Reshape(gradient, shape), Normalization.Wide, node.Element));
    }
}

/// <summary>Layer normalisation: the mean runs over all axes from <c>axis</c> on.</summary>
internal sealed class LayerNormalizationGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["LayerNormalization"];

    public void Differentiate(BackwardNode node)
    {
        Normalization.RequireFrozen(node);
        int rank = node.InputShape(0).Length;
        int first = (int)((node.Node.Integer("axis", -1) + rank) % rank);
        long[] axes = [.. Enumerable.Range(first, rank - first).Select(a => (long)a)];
        string x = node.Cast(node.Input(0), node.Element, Normalization.Wide);
        string g = node.Cast(node.OutputGradient, node.Element, Normalization.Wide);
        string h = Normalization.Scale(node, g, node.RequireFloats(1), node.InputShape(1).Select(d => (long)d));
        node.Accumulate(0, node.Cast(Normalization.Backward(node, x, h, axes), Normalization.Wide, node.Element));
    }
}

/// <summary>Batch normalisation of inference, with stored moments: dL/dx = g·scale/√(var + ε).</summary>
internal sealed class BatchNormalizationGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["BatchNormalization"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Node.Integer("training_mode", 0) != 0)
        {
            throw node.Unsupported("it was exported in training mode; call eval() before the export");
        }

        Normalization.RequireFrozen(node);
        float epsilon = node.Node.Number("epsilon", 1e-5f);
        float[] slope = [.. node.RequireFloats(1).Zip(node.RequireFloats(4), (s, v) => (float)(s / Math.Sqrt((double)v + epsilon)))];
        long[] dimensions = [slope.Length, .. node.InputShape(0).Skip(2).Select(_ => 1L)];
        node.Accumulate(0, node.Mul(node.OutputGradient, node.Floats("slope", node.Element, slope, dimensions)));
    }
}
