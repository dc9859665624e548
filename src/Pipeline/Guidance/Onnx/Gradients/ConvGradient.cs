using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>Ways to write the data gradient of a convolution.</summary>
internal enum ConvGradientForm
{
    /// <summary>A convolution with the flipped kernel; at stride 1, with padding less than the kernel.</summary>
    Flipped,

    /// <summary>A convolution per phase of the stride, interleaved; at one stride for two axes, without groups and dilation.</summary>
    Polyphase,

    /// <summary>ConvTranspose; always.</summary>
    Transposed,
}

/// <summary>
/// Data gradient of a convolution with constant weights W [O, I/group, k...].
/// <code>
/// y[o, p] = Σ_{i,q} W[o, i, q]·x[i, p·s + q·d - pad]      dL/dx[i, r] = Σ_{o,q} W[o, i, q]·g[o, (r + pad - q·d)/s]
/// </code>
/// At stride 1 that is a convolution with the kernel flipped and its channels swapped, padded by d(k-1) - pad. At stride s the
/// rows r + pad = s·m + φ of each phase φ are a convolution of g with every s-th row of the kernel, so that one convolution
/// gives all phases as channels and DepthToSpace interleaves them. What is left is a ConvTranspose with W itself, whose
/// output_padding restores the rows that the stride cut off. Which is taken where was measured (docs/benchmarks.md).
/// </summary>
internal sealed class ConvGradient : IOperatorGradient
{
    private readonly ConvGradientForm[] _preference;

    /// <summary>Creates the gradient.</summary>
    /// <param name="preference">Forms in the order in which they are tried; <see cref="ConvGradientForm.Transposed"/> last.</param>
    public ConvGradient(params ConvGradientForm[] preference) => _preference = preference;

    public IReadOnlyList<string> Operators { get; } = ["Conv"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Varies(1) || node.Varies(2))
        {
            throw node.Unsupported("its weights must be constants");
        }

        ConvGeometry geometry = new(node);
        node.Accumulate(0, _preference.First(form => Applies(form, geometry)) switch
        {
            ConvGradientForm.Flipped => Flipped(node, geometry),
            ConvGradientForm.Polyphase => PolyphaseConvolution.Emit(node, geometry),
            _ => Transposed(node, geometry),
        });
    }

    private static bool Applies(ConvGradientForm form, ConvGeometry geometry) => form switch
    {
        ConvGradientForm.Flipped => geometry.Strides.All(s => s == 1) && geometry.MirroredPads().All(p => p >= 0),
        ConvGradientForm.Polyphase => PolyphaseConvolution.Applies(geometry),
        _ => true,
    };

    private static string Flipped(BackwardNode node, ConvGeometry geometry)
    {
        (float[] flipped, long[] dimensions) = Flip(node.RequireFloats(1), node.InputShape(1), geometry.Group);
        string kernel = node.Floats("flipped", node.Element, flipped, dimensions);
        return node.Emit(
            "Conv", [node.OutputGradient, kernel], NodeAttributes.Of("dilations", geometry.Dilations), NodeAttributes.Of("group", geometry.Group),
            NodeAttributes.Of("pads", geometry.MirroredPads()));
    }

    private static string Transposed(BackwardNode node, ConvGeometry geometry) => node.Emit(
        "ConvTranspose", [node.OutputGradient, node.Input(1)], NodeAttributes.Of("dilations", geometry.Dilations),
        NodeAttributes.Of("group", geometry.Group), NodeAttributes.Of("strides", geometry.Strides), NodeAttributes.Of("pads", geometry.Pads),
        NodeAttributes.Of("output_padding", geometry.OutputPadding));

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
}

/// <summary>
/// The data gradient of a strided convolution as one stride-1 convolution. With r + pad = s·m + φ and q = φ + s·j,
/// <code>
/// dL/dx[i, s·m + φ - pad] = Σ_{o,j} W[o, i, φ + s·j]·g[o, m - j]
/// </code>
/// which for all s² phases are the channels (φ, i) of a convolution over ⌈k/s⌉ rows; DepthToSpace puts them in their places.
/// </summary>
internal static class PolyphaseConvolution
{
    /// <summary>Whether the convolution can be written this way.</summary>
    public static bool Applies(ConvGeometry geometry) =>
        geometry.Strides is [long s, long t] && s == t && s > 1 && geometry.Group == 1 && geometry.Dilations.All(d => d == 1);

    /// <summary>Adds the gradient to the backward graph.</summary>
    public static string Emit(BackwardNode node, ConvGeometry geometry)
    {
        long stride = geometry.Strides[0];
        long[] taps = [.. geometry.Kernel.Select(k => (k + stride - 1) / stride)];
        long[] rows = new long[2];
        long[] pads = new long[4];
        for (int a = 0; a < 2; a++)
        {
            // The convolution's output covers m = 0 to rows - 1; an input that the kernel never reached gets the zeros behind g.
            rows[a] = Math.Max((geometry.Pads[a] + geometry.Input[a + 2] + stride - 1) / stride, geometry.Output[a + 2]);
            pads[a] = taps[a] - 1;
            pads[a + 2] = rows[a] - geometry.Output[a + 2];
        }

        string kernel = node.Floats(
            "phases", node.Element, Phases(node, geometry, taps, stride), [geometry.Input[1] * stride * stride, geometry.Output[1], .. taps]);
        string phases = node.Emit("Conv", [node.OutputGradient, kernel], NodeAttributes.Of("pads", pads));
        string interleaved = node.Emit("DepthToSpace", [phases], NodeAttributes.Of("blocksize", stride));
        return Enumerable.Range(0, 2).All(a => geometry.Pads[a] == 0 && rows[a] * stride == geometry.Input[a + 2])
            ? interleaved
            : node.Emit(
                "Slice",
                [
                    interleaved, node.Integers("starts", geometry.Pads[..2]),
                    node.Integers("ends", geometry.Pads[0] + geometry.Input[2], geometry.Pads[1] + geometry.Input[3]), node.Integers("axes", 2, 3),
                ]);
    }

    // Channels in DepthToSpace's order: phase of the row, phase of the column, input channel.
    private static float[] Phases(BackwardNode node, ConvGeometry geometry, long[] taps, long stride)
    {
        float[] weights = node.RequireFloats(1);
        int outputs = geometry.Output[1];
        int inputs = geometry.Input[1];
        (int height, int width) = ((int)geometry.Kernel[0], (int)geometry.Kernel[1]);
        float[] phases = new float[stride * stride * inputs * outputs * taps[0] * taps[1]];
        for (int k = 0; k < weights.Length; k++)
        {
            (int column, int row) = (k % width, k / width % height);
            (int input, int output) = (k / (width * height) % inputs, k / (width * height * inputs));
            long channel = ((((row % stride) * stride) + (column % stride)) * inputs) + input;
            // The convolution reads g at m + u - (taps - 1): j = taps - 1 - u.
            long u = taps[0] - 1 - (row / stride);
            long v = taps[1] - 1 - (column / stride);
            phases[(((((channel * outputs) + output) * taps[0]) + u) * taps[1]) + v] = weights[k];
        }

        return phases;
    }
}
