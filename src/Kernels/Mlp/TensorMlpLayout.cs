namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// Where the parts of a network and of a group's rows lie in shared memory. Matrices of 16-bit floats have columns padded to whole tiles of 16 and rows 16 bytes longer than that,
/// so that eight neighbouring rows of a tile lie in different banks. In this order: weights of all layers W [out][in], units [rows] of the input and of each hidden layer, then δ of
/// the outputs [rows] or sensitivities [rows] of each hidden layer, then sums of the weights' gradients as floats without the longer rows, each layer's followed by its biases'.
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
    public static int Weights(MlpNetwork n, int layer)
        => layer == 0 ? 0 : Padded(n.Width) * (Stride(n.InputCount) + (layer - 1) * Stride(n.Width));

    /// <summary>What enters a layer: 0 the input, H the last hidden units.</summary>
    public static int Units(MlpNetwork n, int layer, int rows)
    {
        int first = Weights(n, n.HiddenLayers) + Padded(n.OutputCount) * Stride(n.Width);
        return layer == 0 ? first : first + rows * (Stride(n.InputCount) + (layer - 1) * Stride(n.Width));
    }

    /// <summary>δ of the outputs, behind all units.</summary>
    public static int Delta(MlpNetwork n, int rows) => Units(n, n.HiddenLayers + 1, rows);

    /// <summary>Sensitivities of a hidden layer, 1 to H, behind all units.</summary>
    public static int Sensitivities(MlpNetwork n, int layer, int rows) => Units(n, n.HiddenLayers + layer, rows);

    /// <summary>Sums of a layer's weights, as a number of floats; its biases' follow.</summary>
    /// <param name="n">Network.</param>
    /// <param name="layer">0 to H, or H + 1 for the end.</param>
    /// <param name="halves">16-bit floats in front of the sums.</param>
    public static int Sums(MlpNetwork n, int layer, int halves)
    {
        int first = halves / 2;
        int width = Padded(n.Width);
        int afterFirst = first + width * (Padded(n.InputCount) + 1);
        int hidden = layer > n.HiddenLayers ? n.HiddenLayers - 1 : layer - 1;
        int end = afterFirst + hidden * width * (width + 1);
        return layer == 0 ? first : layer <= n.HiddenLayers ? end : end + Padded(n.OutputCount) * (width + 1);
    }

    /// <summary>16-bit floats in front of the sums of <see cref="TensorMlpKernels.Backward"/>.</summary>
    public static int BackwardHalves(MlpNetwork n, int rows) => Delta(n, rows) + rows * Stride(n.OutputCount);

    /// <summary>16-bit floats in front of the sums of <see cref="TensorMlpKernels.InputGradientBackward"/>.</summary>
    public static int SecondOrderHalves(MlpNetwork n, int rows) => Units(n, (2 * n.HiddenLayers) + 1, rows);
}
