using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>
/// Operators that pick elements along an axis, y[j] = x[s(j)] with constant s: dL/dx[i] = Σ_{j: s(j) = i} g[j]. ONNX has no
/// accumulating scatter that every provider runs, so the sum is gathered: one gather of [g, 0] for each time an element
/// can have been picked.
/// </summary>
internal static class Selection
{
    /// <summary>The gradient along one axis.</summary>
    /// <param name="node">The node.</param>
    /// <param name="gradient">Gradient whose axis has one element per entry of <paramref name="sources"/>.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="sources">s(j), or -1 where nothing was picked.</param>
    /// <param name="extent">Extent of the axis of x.</param>
    /// <returns>The gradient with that extent along the axis.</returns>
    public static string Backward(BackwardNode node, string gradient, int[] shape, int axis, int[] sources, int extent)
    {
        List<long>[] readers = [.. Enumerable.Range(0, extent).Select(_ => new List<long>())];
        for (int j = 0; j < sources.Length; j++)
        {
            if (sources[j] >= 0)
            {
                readers[sources[j]].Add(j);
            }
        }

        bool padded = readers.Any(r => r.Count == 0) || readers.Any(r => r.Count != readers[0].Count);
        string source = padded ? WithZero(node, gradient, shape.Length, axis) : gradient;
        string? sum = null;
        for (int round = 0; round < Math.Max(1, readers.Max(r => r.Count)); round++)
        {
            string indices = node.Integers("indices", readers.Select(r => round < r.Count ? r[round] : sources.Length));
            string part = node.Emit("Gather", [source, indices], NodeAttributes.Of("axis", (long)axis));
            sum = sum is null ? part : node.Sum(sum, part);
        }

        return sum!;
    }

    private static string WithZero(BackwardNode node, string gradient, int rank, int axis)
    {
        long[] pads = new long[2 * rank];
        pads[rank + axis] = 1;
        return node.Emit("Pad", [gradient, node.Integers("pads", pads)]);
    }
}

/// <summary>A range along each axis: the gradient is padded with zeros; steps other than 1 are spread over the positions they came from.</summary>
internal sealed class SliceGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Slice"];

    public void Differentiate(BackwardNode node)
    {
        int[] input = node.InputShape(0);
        int[] output = node.OutputShape();
        int rank = input.Length;
        long[] starts = node.RequireIntegers(1);
        long[] axes = node.Integers(3) ?? [.. Enumerable.Range(0, starts.Length).Select(a => (long)a)];
        long[] steps = node.Integers(4) ?? [.. starts.Select(_ => 1L)];
        long[] pads = new long[2 * rank];
        string gradient = node.OutputGradient;
        int[] shape = [.. output];
        for (int k = 0; k < axes.Length; k++)
        {
            int axis = (int)((axes[k] + rank) % rank);
            long first = starts[k] < 0 ? starts[k] + input[axis] : starts[k];
            first = Math.Clamp(first, 0, steps[k] > 0 ? input[axis] : input[axis] - 1);
            if (steps[k] == 1)
            {
                pads[axis] = first;
                pads[rank + axis] = input[axis] - first - output[axis];
                continue;
            }

            int[] sources = [.. Enumerable.Range(0, output[axis]).Select(j => (int)(first + (j * steps[k])))];
            gradient = Selection.Backward(node, gradient, shape, axis, sources, input[axis]);
            shape[axis] = input[axis];
        }

        node.Accumulate(0, pads.All(p => p == 0) ? gradient : node.Emit("Pad", [gradient, node.Integers("pads", pads)]));
    }
}

/// <summary>Elements at constant indices along an axis.</summary>
internal sealed class GatherGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Gather"];

    public void Differentiate(BackwardNode node)
    {
        int[] input = node.InputShape(0);
        int axis = (int)((node.Node.Integer("axis", 0) + input.Length) % input.Length);
        int[] sources = [.. node.RequireIntegers(1).Select(i => (int)(i < 0 ? i + input[axis] : i))];
        int[] flat = [.. input[..axis], sources.Length, .. input[(axis + 1)..]];
        string gradient = node.Reshape(node.OutputGradient, flat);
        node.Accumulate(0, Selection.Backward(node, gradient, flat, axis, sources, input[axis]));
    }
}

/// <summary>Whole repetitions along each axis.</summary>
internal sealed class TileGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Tile"];

    public void Differentiate(BackwardNode node)
    {
        int[] input = node.InputShape(0);
        int[] shape = [.. node.OutputShape()];
        string gradient = node.OutputGradient;
        for (int axis = 0; axis < input.Length; axis++)
        {
            if (shape[axis] != input[axis])
            {
                int extent = input[axis];
                gradient = Selection.Backward(node, gradient, shape, axis, [.. Enumerable.Range(0, shape[axis]).Select(j => j % extent)], extent);
                shape[axis] = extent;
            }
        }

        node.Accumulate(0, gradient);
    }
}

/// <summary>
/// Padding. Constant values: the gradient of the inner part; <c>reflect</c>, <c>edge</c> and <c>wrap</c>: each padded element's
/// gradient goes to the one it copies. Negative amounts cut.
/// </summary>
internal sealed class PadGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Pad"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Varies(2))
        {
            throw node.Unsupported("its padding value must be a constant");
        }

        int[] input = node.InputShape(0);
        int rank = input.Length;
        string mode = node.Node.Text("mode", "constant");
        long[] pads = node.RequireIntegers(1);
        long[] axes = node.Integers(3) ?? [.. Enumerable.Range(0, rank).Select(a => (long)a)];
        int[] shape = [.. node.OutputShape()];
        string gradient = node.OutputGradient;
        for (int k = 0; k < axes.Length; k++)
        {
            int axis = (int)((axes[k] + rank) % rank);
            long before = pads[k];
            if (before == 0 && pads[k + axes.Length] == 0)
            {
                continue;
            }

            if (mode == "constant" && before >= 0 && pads[k + axes.Length] >= 0)
            {
                gradient = node.Emit("Slice", [gradient, node.Integers("starts", before), node.Integers("ends", before + input[axis]), node.Integers("axes", axis)]);
            }
            else
            {
                int[] sources = [.. Enumerable.Range(0, shape[axis]).Select(j => Source(node, mode, (int)(j - before), input[axis]))];
                gradient = Selection.Backward(node, gradient, shape, axis, sources, input[axis]);
            }

            shape[axis] = input[axis];
        }

        node.Accumulate(0, gradient);
    }

    private static int Source(BackwardNode node, string mode, int position, int extent) => position >= 0 && position < extent ? position : mode switch
    {
        "constant" => -1,
        "edge" => Math.Clamp(position, 0, extent - 1),
        "reflect" => position < 0 ? -position : (2 * (extent - 1)) - position,
        "wrap" => (position + extent) % extent,
        _ => throw node.Unsupported($"padding mode '{mode}' is not known here"),
    };
}
