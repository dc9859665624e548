using System;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>Strides, dilations and padding of a convolution node, with defaults and <c>auto_pad</c> resolved.</summary>
internal sealed class ConvGeometry
{
    public ConvGeometry(BackwardNode node)
    {
        Input = node.InputShape(0);
        Output = node.OutputShape();
        int axes = Input.Length - 2;
        long[] kernel = [.. node.InputShape(1).Skip(2).Select(k => (long)k)];
        Group = node.Node.Integer("group", 1);
        Strides = node.Node.Integers("strides") ?? Ones(axes);
        Dilations = node.Node.Integers("dilations") ?? Ones(axes);
        Pads = node.Node.Integers("pads") ?? new long[2 * axes];
        Extents = [.. kernel.Zip(Dilations, (k, d) => (d * (k - 1)) + 1)];
        ResolveAutoPad(node);
        OutputPadding = new long[axes];
        for (int a = 0; a < axes; a++)
        {
            OutputPadding[a] = Input[a + 2] - (((Output[a + 2] - 1) * Strides[a]) + Extents[a] - Pads[a] - Pads[a + axes]);
        }
    }

    /// <summary>Extents of x.</summary>
    public int[] Input { get; }

    // Extents of y.
    private int[] Output { get; }

    public long Group { get; }

    public long[] Strides { get; }

    public long[] Dilations { get; }

    /// <summary>Padding before each axis, then behind each.</summary>
    public long[] Pads { get; private set; }

    /// <summary>Rows of x that the stride cuts off at the end.</summary>
    public long[] OutputPadding { get; }

    // Kernel extents with dilation.
    private long[] Extents { get; }

    /// <summary>Padding of the convolution with the flipped kernel: extent - 1 - pad.</summary>
    public long[] MirroredPads() => [.. Pads.Select((p, a) => Extents[a % Extents.Length] - 1 - p)];

    private static long[] Ones(int count) => [.. Enumerable.Repeat(1L, count)];

    // SAME_UPPER puts the odd row of padding at the end, SAME_LOWER at the beginning; VALID has none.
    private void ResolveAutoPad(BackwardNode node)
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
            long total = Math.Max(0, ((Output[a + 2] - 1) * Strides[a]) + Extents[a] - Input[a + 2]);
            long half = total / 2;
            (Pads[a], Pads[a + axes]) = mode == "SAME_LOWER" ? (total - half, half) : (half, total - half);
        }
    }
}
