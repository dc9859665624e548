using System;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// Shape of a network for host twins. Rows of activations are padded to whole vectors; weights are packed twice, transposed for products
/// with W and as they are for products with Wᵀ, each in the panels that <see cref="MatrixProduct.B"/> describes, zeros in the padding.
/// Layer l = 0 to H - 1 are hidden, layer H is the output.
/// </summary>
internal struct MlpShape
{
    public int Inputs;
    public int Width;
    public int Hidden;
    public int Outputs;
    public int HasBias;
    public int InputsPadded;
    public int WidthPadded;
    public int OutputsPadded;

    public static MlpShape Create<TLanes, TVector>(MlpOptions options)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
        => new()
        {
            Inputs = options.InputCount,
            Width = options.Width,
            Hidden = options.HiddenLayers,
            Outputs = options.OutputCount,
            HasBias = options.HasBias ? 1 : 0,
            InputsPadded = Padded(options.InputCount, TLanes.Count),
            WidthPadded = Padded(options.Width, TLanes.Count),
            OutputsPadded = Padded(options.OutputCount, TLanes.Count),
        };

    public readonly int LayerInputs(int layer) => layer == 0 ? Inputs : Width;

    public readonly int LayerOutputs(int layer) => layer == Hidden ? Outputs : Width;

    public readonly int LayerInputsPadded(int layer) => layer == 0 ? InputsPadded : WidthPadded;

    public readonly int LayerOutputsPadded(int layer) => layer == Hidden ? OutputsPadded : WidthPadded;

    /// <summary>Floats in the parameter block.</summary>
    public readonly int ParameterCount => ParameterOffset(Hidden) + (Width + HasBias) * Outputs;

    /// <summary>First float of a layer's weights in the parameter block; its bias follows them.</summary>
    public readonly int ParameterOffset(int layer)
        => layer == 0 ? 0 : (Inputs + HasBias) * Width + (layer - 1) * (Width + HasBias) * Width;

    /// <summary>Floats of all packed weights, and a row of zeros.</summary>
    public readonly int PackedLength => ZerosOffset + WidthPadded;

    /// <summary>First float of a row of zeros, as wide as a hidden layer.</summary>
    public readonly int ZerosOffset => TransposedOffset(Hidden + 1);

    /// <summary>First float of a layer's biases, padded; zeros for a network without.</summary>
    public readonly int BiasOffset(int layer) => layer * WidthPadded;

    /// <summary>First float of the panels for products with a layer's W: B [inputs, outputs padded].</summary>
    public readonly int ForwardOffset(int layer)
    {
        int first = Hidden * WidthPadded + OutputsPadded;
        return layer == 0 ? first
            : layer <= Hidden ? first + Inputs * WidthPadded + (layer - 1) * Width * WidthPadded
            : ForwardOffset(Hidden) + Width * OutputsPadded;
    }

    /// <summary>First float of the panels for products with a layer's Wᵀ: B [outputs, inputs padded].</summary>
    public readonly int TransposedOffset(int layer)
    {
        int first = ForwardOffset(Hidden + 1);
        return layer == 0 ? first
            : layer <= Hidden ? first + Width * InputsPadded + (layer - 1) * Width * WidthPadded
            : TransposedOffset(Hidden) + Outputs * WidthPadded;
    }

    /// <summary>Floats of a gradient block with padded rows: per layer dL/dW [outputs, inputs padded], then dL/db [outputs padded].</summary>
    public readonly int PaddedGradientLength => PaddedGradientOffset(Hidden) + Outputs * WidthPadded + OutputsPadded;

    /// <summary>First float of a layer in a padded gradient block.</summary>
    public readonly int PaddedGradientOffset(int layer)
        => layer == 0 ? 0 : Width * InputsPadded + WidthPadded + (layer - 1) * (Width + 1) * WidthPadded;

    /// <summary>Packs the parameters for the products.</summary>
    public readonly unsafe void Pack(float* parameters, float* packed, int lanes)
    {
        for (int layer = 0; layer <= Hidden; layer++)
        {
            int inputs = LayerInputs(layer);
            int outputs = LayerOutputs(layer);
            float* weights = parameters + ParameterOffset(layer);
            float* bias = packed + BiasOffset(layer);
            for (int unit = 0; unit < LayerOutputsPadded(layer); unit++)
            {
                bias[unit] = HasBias != 0 && unit < outputs ? weights[inputs * outputs + unit] : 0f;
            }

            PackPanels(weights, 1, inputs, inputs, outputs, LayerOutputsPadded(layer), packed + ForwardOffset(layer), lanes);
            PackPanels(weights, inputs, 1, outputs, inputs, LayerInputsPadded(layer), packed + TransposedOffset(layer), lanes);
        }

        new Span<float>(packed + ZerosOffset, WidthPadded).Clear();
    }

    private static int Padded(int count, int lanes) => (count + lanes - 1) / lanes * lanes;

    private static unsafe void PackPanels(
        float* source, int rowStep, int columnStep, int rows, int columns, int paddedColumns, float* panels, int lanes)
    {
        for (int first = 0; first < paddedColumns; first += 2 * lanes)
        {
            int width = first + 2 * lanes <= paddedColumns ? 2 * lanes : lanes;
            for (int row = 0; row < rows; row++)
            {
                for (int column = first; column < first + width; column++)
                {
                    *panels++ = column < columns ? source[row * rowStep + column * columnStep] : 0f;
                }
            }
        }
    }
}
