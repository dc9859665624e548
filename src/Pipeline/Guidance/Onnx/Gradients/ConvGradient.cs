using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>
/// Data gradient of a convolution with constant weights W [O, I/group, k...].
/// <code>
/// y[o, p] = Σ_{i,q} W[o, i, q]·x[i, p·s + q·d - pad]      dL/dx[i, r] = Σ_{o,q} W[o, i, q]·g[o, (r + pad - q·d)/s]
/// </code>
/// At stride 1 that is a convolution with the kernel flipped and its channels swapped, padded by d(k-1) - pad; else a
/// ConvTranspose with W itself, whose output_padding restores the rows that the stride cut off.
/// </summary>
internal sealed class ConvGradient : IOperatorGradient
{
    public IReadOnlyList<string> Operators { get; } = ["Conv"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Varies(1) || node.Varies(2))
        {
            throw node.Unsupported("its weights must be constants");
        }

        Geometry geometry = new(node);
        float[] weights = node.RequireFloats(1);
        int[] shape = node.InputShape(1);
        if (geometry.Strides.All(s => s == 1) && geometry.MirroredPads().All(p => p >= 0))
        {
            (float[] flipped, long[] dimensions) = Flip(weights, shape, geometry.Group);
            string kernel = node.Floats("flipped", node.Element, flipped, dimensions);
            node.Accumulate(0, node.Emit(
                "Conv", [node.OutputGradient, kernel], NodeAttributes.Of("dilations", geometry.Dilations), NodeAttributes.Of("group", geometry.Group),
                NodeAttributes.Of("pads", geometry.MirroredPads())));
            return;
        }

        node.Accumulate(0, node.Emit(
            "ConvTranspose", [node.OutputGradient, node.Input(1)], NodeAttributes.Of("dilations", geometry.Dilations),
            NodeAttributes.Of("group", geometry.Group), NodeAttributes.Of("strides", geometry.Strides), NodeAttributes.Of("pads", geometry.Pads),
            NodeAttributes.Of("output_padding", geometry.OutputPadding)));
    }

    // W [O, I/G, q] to W' [I, O/G, K-1-q], group by group.
    private static (float[] Values, long[] Dimensions) Flip(float[] weights, int[] shape, long group)
    {
        int outputs = (int)(shape[0] / group);
        int inputs = shape[1];
        int taps = weights.Length / (outputs * inputs * (int)group);
        float[] flipped = new float[weights.Length];
        for (int g = 0; g < group; g++)
        {
            for (int o = 0; o < outputs; o++)
            {
                for (int i = 0; i < inputs; i++)
                {
                    int source = ((((g * outputs) + o) * inputs) + i) * taps;
                    int target = ((((g * inputs) + i) * outputs) + o) * taps;
                    for (int q = 0; q < taps; q++)
                    {
                        flipped[target + taps - 1 - q] = weights[source + q];
                    }
                }
            }
        }

        return (flipped, [inputs * group, outputs, .. shape.Skip(2).Select(d => (long)d)]);
    }

    private sealed class Geometry
    {
        public Geometry(BackwardNode node)
        {
            int[] input = node.InputShape(0);
            int[] output = node.OutputShape();
            int axes = input.Length - 2;
            long[] kernel = [.. node.InputShape(1).Skip(2).Select(k => (long)k)];
            Group = node.Node.Integer("group", 1);
            Strides = node.Node.Integers("strides") ?? Ones(axes);
            Dilations = node.Node.Integers("dilations") ?? Ones(axes);
            Pads = node.Node.Integers("pads") ?? new long[2 * axes];
            Extents = [.. kernel.Zip(Dilations, (k, d) => (d * (k - 1)) + 1)];
            ResolveAutoPad(node, input, output);
            OutputPadding = new long[axes];
            for (int a = 0; a < axes; a++)
            {
                OutputPadding[a] = input[a + 2] - (((output[a + 2] - 1) * Strides[a]) + Extents[a] - Pads[a] - Pads[a + axes]);
            }
        }

        public long Group { get; }

        public long[] Strides { get; }

        public long[] Dilations { get; }

        public long[] Pads { get; private set; }

        public long[] OutputPadding { get; }

        private long[] Extents { get; }

        public long[] MirroredPads() => [.. Pads.Select((p, a) => Extents[a % Extents.Length] - 1 - p)];

        private static long[] Ones(int count) => [.. Enumerable.Repeat(1L, count)];

        // SAME_UPPER puts the odd row of padding at the end, SAME_LOWER at the beginning; VALID has none.
        private void ResolveAutoPad(BackwardNode node, int[] input, int[] output)
        {
            string mode = node.Node.Text("auto_pad", "NOTSET");
            if (mode == "NOTSET")
            {
                return;
            }

            int axes = Extents.Length;
            Pads = new long[2 * axes];
            for (int a = 0; a < axes && mode != "VALID"; a++)
            {
                long total = Math.Max(0, ((output[a + 2] - 1) * Strides[a]) + Extents[a] - input[a + 2]);
                long half = total / 2;
                (Pads[a], Pads[a + axes]) = mode == "SAME_LOWER" ? (total - half, half) : (half, total - half);
            }
        }
    }
}
