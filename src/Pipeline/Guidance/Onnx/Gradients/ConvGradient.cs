using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>Ways to write the data gradient of a convolution.</summary>
internal enum ConvGradientForm
{
    /// <summary>A convolution with the flipped kernel; at stride 1, with padding less than the kernel.</summary>
    Flipped,

    /// <summary>ConvTranspose with the kernel itself; always.</summary>
    Transposed,
}

/// <summary>
/// Data gradient of a convolution with constant weights W [O, I/group, k...].
/// <code>
/// y[o, p] = Σ_{i,q} W[o, i, q]·x[i, p·s + q·d - pad]      dL/dx[i, r] = Σ_{o,q} W[o, i, q]·g[o, (r + pad - q·d)/s]
/// </code>
/// At stride 1 that is a convolution with the kernel flipped and its channels swapped, padded by d(k-1) - pad; else a
/// ConvTranspose with W itself, whose output_padding restores the rows that the stride cut off. ConvTranspose is also taken
/// for an image with few channels. Both were measured (docs/benchmarks.md), and so was a strided gradient as one convolution
/// over all phases of the stride, interleaved: never faster.
/// </summary>
internal sealed class ConvGradient : IOperatorGradient
{
    // ONNX Runtime's fast convolution on a CPU wants its output channels, here the input's, in blocks of 16.
    private const int FewestChannels = 16;
    private readonly ConvGradientForm? _form;

    /// <summary>Creates the gradient.</summary>
    /// <param name="form">The form to take where it applies; null for the one that measurement favours.</param>
    public ConvGradient(ConvGradientForm? form = null) => _form = form;

    public IReadOnlyList<string> Operators { get; } = ["Conv"];

    public void Differentiate(BackwardNode node)
    {
        if (node.Varies(1) || node.Varies(2))
        {
            throw node.Unsupported("its weights must be constants");
        }

        ConvGeometry geometry = new(node);
        bool flips = geometry.Strides.All(s => s == 1) && geometry.MirroredPads().All(p => p >= 0);
        ConvGradientForm form = _form ?? (geometry.Input[1] / geometry.Group < FewestChannels ? ConvGradientForm.Transposed : ConvGradientForm.Flipped);
        node.Accumulate(0, flips && form == ConvGradientForm.Flipped ? Flipped(node, geometry) : Transposed(node, geometry));
    }

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
