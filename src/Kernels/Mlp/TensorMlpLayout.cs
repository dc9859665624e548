using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Mlp;

/// <summary>A network and how a group of tensor cores holds it.</summary>
public struct TensorNetwork
{
    /// <summary>The network.</summary>
    public MlpNetwork Network;

    /// <summary>1 if the hidden activation is curved: preactivations are kept beside the units.</summary>
    [LaunchConstant]
    public int IsSmooth;

    /// <summary>1 if shared memory holds the weights of one layer at a time, 0 if it holds all of them.</summary>
    [LaunchConstant]
    public int StagesLayers;

    /// <summary>1 if the sums of the weights' gradients lie in global memory, 0 if in shared memory.</summary>
    [LaunchConstant]
    public int HasGlobalSums;

    internal readonly int LayerInputs(int layer) => Network.LayerInputs(layer);

    internal readonly int LayerOutputs(int layer) => Network.LayerOutputs(layer);

    internal readonly int WeightOffset(int layer) => Network.WeightOffset(layer);
}

/// <summary>
/// Where the parts of a network and of a group's rows lie in shared memory. Matrices of 16-bit floats have columns padded to whole tiles of 16 and rows 16 bytes longer than that,
/// so that eight neighbouring rows of a tile lie in different banks. In this order: weights W [out][in] of all layers or of one, units [rows] of the input and of each hidden layer,
/// for curved activations the preactivations [rows] of each hidden layer, then δ of the outputs [rows], or sensitivities [rows] of each hidden layer, for curved activations with
/// their curvatures and with the tangents of the input. Sums of the weights' gradients are floats without the longer rows, each layer's followed by its biases'; they follow, or lie
/// in global memory.
/// </summary>
internal static class TensorMlpLayout
{
    /// <summary>Side of a tile.</summary>
    public const int Tile = 16;

    /// <summary>Rows of samples that a warp holds.</summary>
    public const int WarpRows = 16;

    private const int Skew = 8;

    public static int Padded(int count) => (count + Tile - 1) & ~(Tile - 1);

    public static int Stride(int count) => Padded(count) + Skew;

    /// <summary>Weights of a layer, as a number of 16-bit floats.</summary>
    public static int Weights(TensorNetwork n, int layer) => n.StagesLayers != 0 ? 0 : AllWeights(n, layer);

    /// <summary>What enters a layer: 0 the input, H the last hidden units.</summary>
    public static int Units(TensorNetwork n, int layer, int rows)
    {
        int first = n.StagesLayers != 0
            ? Padded(n.Network.Width) * LongestStride(n)
            : AllWeights(n, n.Network.HiddenLayers) + Padded(n.Network.OutputCount) * Stride(n.Network.Width);
        return layer == 0 ? first : first + rows * (Stride(n.Network.InputCount) + (layer - 1) * Stride(n.Network.Width));
    }

    /// <summary>What tells the slope of a hidden layer's units, 1 to H: preactivations of curved activations, else the units themselves.</summary>
    public static int Slopes(TensorNetwork n, int layer, int rows) => Units(n, n.IsSmooth * n.Network.HiddenLayers + layer, rows);

    /// <summary>δ of the outputs.</summary>
    public static int Delta(TensorNetwork n, int rows) => Slopes(n, n.Network.HiddenLayers + 1, rows);

    /// <summary>Sensitivities of a hidden layer, 1 to H.</summary>
    public static int Sensitivities(TensorNetwork n, int layer, int rows) => Slopes(n, n.Network.HiddenLayers + layer, rows);

    /// <summary>Curvatures of a hidden layer, 1 to H, of curved activations.</summary>
    public static int Curvatures(TensorNetwork n, int layer, int rows) => Slopes(n, 2 * n.Network.HiddenLayers + layer, rows);

    /// <summary>Tangents of the input: for curved activations their own, else they replace the input.</summary>
    public static int InputTangents(TensorNetwork n, int rows) => n.IsSmooth != 0 ? Curvatures(n, n.Network.HiddenLayers + 1, rows) : Units(n, 0, rows);

    /// <summary>Sums of a layer's weights, as a number of floats; its biases' follow.</summary>
    /// <param name="n">Network.</param>
    /// <param name="layer">0 to H, or H + 1 for the end.</param>
    public static int Sums(TensorNetwork n, int layer)
    {
        int width = Padded(n.Network.Width);
        int afterFirst = width * (Padded(n.Network.InputCount) + 1);
        int hidden = layer > n.Network.HiddenLayers ? n.Network.HiddenLayers - 1 : layer - 1;
        int end = afterFirst + hidden * width * (width + 1);
        return layer == 0 ? 0 : layer <= n.Network.HiddenLayers ? end : end + Padded(n.Network.OutputCount) * (width + 1);
    }

    /// <summary>Floats of all sums.</summary>
    public static int SumCount(TensorNetwork n) => Sums(n, n.Network.HiddenLayers + 1);

    /// <summary>16-bit floats in front of the sums of <see cref="TensorMlpKernels.Backward"/>.</summary>
    public static int BackwardHalves(TensorNetwork n, int rows) => Delta(n, rows) + rows * Stride(n.Network.OutputCount);

    /// <summary>16-bit floats in front of the sums of <see cref="TensorMlpKernels.InputGradientBackward"/>.</summary>
    public static int SecondOrderHalves(TensorNetwork n, int rows) => n.IsSmooth != 0
        ? InputTangents(n, rows) + rows * Stride(n.Network.InputCount)
        : Sensitivities(n, n.Network.HiddenLayers + 1, rows);

    private static int AllWeights(TensorNetwork n, int layer)
        => layer == 0 ? 0 : Padded(n.Network.Width) * (Stride(n.Network.InputCount) + (layer - 1) * Stride(n.Network.Width));

    // Rows of one layer's weights count at most as many as the width or the outputs; only the former are as long as the input.
    private static int LongestStride(TensorNetwork n)
    {
        int input = Stride(n.Network.InputCount);
        int width = Stride(n.Network.Width);
        int outputs = (Padded(n.Network.OutputCount) * width + Padded(n.Network.Width) - 1) / Padded(n.Network.Width);
        outputs = (outputs + 7) & ~7;
        int hidden = n.Network.HiddenLayers > 1 ? width : 0;
        int longest = input > hidden ? input : hidden;
        return longest > outputs ? longest : outputs;
    }
}
