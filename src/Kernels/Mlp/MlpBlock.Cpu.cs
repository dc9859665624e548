using System;
using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// The layers of a network over one block of rows. Activations are row-major with rows padded to whole vectors; those of all hidden
/// layers lie one after the other, <see cref="LayerLength"/> floats each. Names as in <see cref="FusedMlpKernels"/>.
/// </summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal unsafe struct MlpBlock<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Rows of a block: whole tiles of six, and a 64-wide network's activations stay in the second-level cache.</summary>
    public const int RowCapacity = 96;

    /// <summary>Rows of one work item of the passes that write rows only.</summary>
    public const int RowsPerItem = 4 * RowCapacity;

    public MlpShape Shape;

    public float* Packed;

    public readonly int InputLength => RowCapacity * Shape.InputsPadded;

    public readonly int OutputLength => RowCapacity * Shape.OutputsPadded;

    public readonly int LayerLength => RowCapacity * Shape.WidthPadded;

    public readonly int HiddenLength => Shape.Hidden * LayerLength;

    /// <summary>Scratch of the forward pass.</summary>
    public readonly int ForwardLength => HiddenLength + OutputLength;

    /// <summary>Scratch of the backward pass.</summary>
    public readonly int BackwardLength
        => Shape.PaddedGradientLength + 2 * InputLength + OutputLength + HiddenLength + 2 * LayerLength + RowCapacity;

    /// <summary>Scratch of the input gradient.</summary>
    public readonly int InputGradientLength => 2 * HiddenLength + InputLength;

    /// <summary>Scratch of the forward pass with the input gradient.</summary>
    public readonly int ForwardWithInputGradientLength => InputGradientLength + OutputLength;

    /// <summary>Scratch of the input gradient's backward pass.</summary>
    public readonly int SecondOrderLength
        => Shape.PaddedGradientLength + 2 * InputLength + 2 * HiddenLength + 2 * LayerLength + RowCapacity;

    /// <summary>h_k of all hidden layers.</summary>
    public readonly void Hidden(float* input, int inputRow, int rows, float* hidden)
    {
        float* below = input;
        for (int layer = 0; layer < Shape.Hidden; layer++)
        {
            float* h = hidden + layer * LayerLength;
            MatrixTile<TLanes, TVector, ReluTile<TLanes, TVector>>.Multiply(new MatrixProduct
            {
                A = below,
                ARow = layer == 0 ? inputRow : Shape.WidthPadded,
                AStep = 1,
                B = Packed + Shape.ForwardOffset(layer),
                Init = Packed + Shape.BiasOffset(layer),
                C = h,
                CRow = Shape.WidthPadded,
                M = rows,
                N = Shape.WidthPadded,
                K = Shape.LayerInputs(layer),
            });
            below = h;
        }
    }

    /// <summary>h_k of selected rows: computed from the input, or gathered from where the forward pass kept the blocks.</summary>
    public readonly void Hidden(float* input, int inputRow, float* kept, int* selected, int rows, float* hidden)
    {
        if (kept == null)
        {
            Hidden(input, inputRow, rows, hidden);
            return;
        }

        for (int layer = 0; layer < Shape.Hidden; layer++)
        {
            GatherHidden(kept + layer * LayerLength, selected, rows, hidden + layer * LayerLength);
        }
    }

    /// <summary>o = W_out h_H + b_out.</summary>
    public readonly void Output(float* hidden, int rows, float* output)
        => MatrixTile<TLanes, TVector, PlainTile<TLanes, TVector>>.Multiply(new MatrixProduct
        {
            A = hidden + (Shape.Hidden - 1) * LayerLength,
            ARow = Shape.WidthPadded,
            AStep = 1,
            B = Packed + Shape.ForwardOffset(Shape.Hidden),
            Init = Packed + Shape.BiasOffset(Shape.Hidden),
            C = output,
            CRow = Shape.OutputsPadded,
            M = rows,
            N = Shape.OutputsPadded,
            K = Shape.Width,
        });

    /// <summary>x += Wᵀ δ of one layer; x has padded rows.</summary>
    public readonly void AddTransposed(int layer, float* delta, int deltaRow, int rows, float* x)
        => MatrixTile<TLanes, TVector, PlainTile<TLanes, TVector>>.Multiply(new MatrixProduct
        {
            A = delta,
            ARow = deltaRow,
            AStep = 1,
            B = Packed + Shape.TransposedOffset(layer),
            Init = x,
            InitRow = Shape.LayerInputsPadded(layer),
            C = x,
            CRow = Shape.LayerInputsPadded(layer),
            M = rows,
            N = Shape.LayerInputsPadded(layer),
            K = Shape.LayerOutputs(layer),
        });

    /// <summary>
    /// Weight gradients of all layers; returns δ_1. <typeparamref name="TSlope"/> puts φ'(a_k) on the products from what
    /// <paramref name="slopes"/> holds for each hidden unit. The two blocks of <paramref name="delta"/> take turns.
    /// </summary>
    public readonly float* BackwardLayers<TSlope>(
        float* input, float* hidden, float* slopes, float* dLdOutput, float* delta, int rows, float* gradient)
        where TSlope : struct, ITileEpilogue<TLanes, TVector>
    {
        float* above = dLdOutput;
        int aboveRow = Shape.OutputsPadded;
        for (int layer = Shape.Hidden; layer > 0; layer--)
        {
            AddOuterProduct(layer, above, aboveRow, hidden + (layer - 1) * LayerLength, rows, gradient, withBias: true);
            float* below = delta + (layer & 1) * LayerLength;
            SlopedTransposed<TSlope>(layer, above, aboveRow, slopes + (layer - 1) * LayerLength, rows, below);
            above = below;
            aboveRow = Shape.WidthPadded;
        }

        AddOuterProduct(0, above, aboveRow, input, rows, gradient, withBias: true);
        return above;
    }

    /// <summary>v_k of the hidden layers below the last one, whose v_H is given.</summary>
    public readonly void SensitivitiesBelow<TSlope>(float* slopes, int rows, float* sensitivities)
        where TSlope : struct, ITileEpilogue<TLanes, TVector>
    {
        for (int layer = Shape.Hidden - 1; layer > 0; layer--)
        {
            SlopedTransposed<TSlope>(
                layer, sensitivities + layer * LayerLength, Shape.WidthPadded, slopes + (layer - 1) * LayerLength, rows,
                sensitivities + (layer - 1) * LayerLength);
        }
    }

    /// <summary>v_k of all hidden layers of a ReLU network.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Sensitivities(float* hidden, float* outputWeights, int rows, float* sensitivities)
    {
        int top = Shape.Hidden - 1;
        float* h = hidden + top * LayerLength;
        float* v = sensitivities + top * LayerLength;
        int whole = Shape.Width / TLanes.Count * TLanes.Count;
        for (int row = 0; row < rows; row++)
        {
            int unit = 0;
            for (; unit < whole; unit += TLanes.Count)
            {
                TLanes.Store(TLanes.KeepWherePositive(TLanes.Load(outputWeights + unit), TLanes.Load(h + unit)), v + unit);
            }

            for (; unit < Shape.Width; unit++)
            {
                v[unit] = h[unit] <= 0f ? 0f : outputWeights[unit];
            }

            h += Shape.WidthPadded;
            v += Shape.WidthPadded;
        }

        SensitivitiesBelow<MaskedTile<TLanes, TVector>>(hidden, rows, sensitivities);
    }

    /// <summary>The second-order weight gradients of all layers of a ReLU network. The two blocks of <paramref name="tangents"/> take turns.</summary>
    public readonly void SecondOrderLayers(
        float* upstream, float* hidden, float* sensitivities, float* tangents, int rows, int outputIndex, float* gradient)
    {
        float* below = upstream;
        int belowRow = Shape.InputsPadded;
        for (int layer = 0; layer < Shape.Hidden; layer++)
        {
            AddOuterProduct(layer, sensitivities + layer * LayerLength, Shape.WidthPadded, below, rows, gradient, withBias: false);
            float* tangent = tangents + (layer & 1) * LayerLength;
            MatrixTile<TLanes, TVector, MaskedTile<TLanes, TVector>>.Multiply(new MatrixProduct
            {
                A = below,
                ARow = belowRow,
                AStep = 1,
                B = Packed + Shape.ForwardOffset(layer),
                Init = Packed + Shape.ZerosOffset,
                C = tangent,
                CRow = Shape.WidthPadded,
                Mask = hidden + layer * LayerLength,
                M = rows,
                N = Shape.WidthPadded,
                K = Shape.LayerInputs(layer),
            });
            below = tangent;
            belowRow = Shape.WidthPadded;
        }

        float* outputRow = gradient + Shape.PaddedGradientOffset(Shape.Hidden) + outputIndex * Shape.WidthPadded;
        SumRows(below, Shape.WidthPadded, rows, outputRow, Shape.WidthPadded);
    }

    /// <summary>Removes the padding of a gradient block.</summary>
    public readonly void StoreGradient(float* padded, float* gradient)
    {
        for (int layer = 0; layer <= Shape.Hidden; layer++)
        {
            int inputs = Shape.LayerInputs(layer);
            int outputs = Shape.LayerOutputs(layer);
            float* from = padded + Shape.PaddedGradientOffset(layer);
            float* to = gradient + Shape.ParameterOffset(layer);
            Rows.Copy(from, Shape.LayerInputsPadded(layer), to, inputs, outputs, inputs);
            if (Shape.HasBias != 0)
            {
                Rows.Copy(from + outputs * Shape.LayerInputsPadded(layer), outputs, to + inputs * outputs, outputs, 1, outputs);
            }
        }
    }

    /// <summary>δ_below = φ'(a_below) ∘ Wᵀ δ.</summary>
    private readonly void SlopedTransposed<TSlope>(int layer, float* delta, int deltaRow, float* slopes, int rows, float* below)
        where TSlope : struct, ITileEpilogue<TLanes, TVector>
        => MatrixTile<TLanes, TVector, TSlope>.Multiply(new MatrixProduct
        {
            A = delta,
            ARow = deltaRow,
            AStep = 1,
            B = Packed + Shape.TransposedOffset(layer),
            Init = Packed + Shape.ZerosOffset,
            C = below,
            CRow = Shape.WidthPadded,
            Mask = slopes,
            M = rows,
            N = Shape.WidthPadded,
            K = Shape.LayerOutputs(layer),
        });

    /// <summary>dL/dW += δᵀ x and dL/db += Σ δ, row after row.</summary>
    public readonly void AddOuterProduct(int layer, float* delta, int deltaRow, float* x, int rows, float* gradient, bool withBias)
    {
        float* weights = gradient + Shape.PaddedGradientOffset(layer);
        int inputsPadded = Shape.LayerInputsPadded(layer);
        MatrixTile<TLanes, TVector, PlainTile<TLanes, TVector>>.Multiply(new MatrixProduct
        {
            A = delta,
            ARow = 1,
            AStep = deltaRow,
            B = x,
            BRow = inputsPadded,
            Init = weights,
            InitRow = inputsPadded,
            C = weights,
            CRow = inputsPadded,
            M = Shape.LayerOutputs(layer),
            N = inputsPadded,
            K = rows,
        });
        if (withBias && Shape.HasBias != 0)
        {
            SumRows(delta, deltaRow, rows, weights + Shape.LayerOutputs(layer) * inputsPadded, Shape.LayerOutputsPadded(layer));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void GatherHidden(float* kept, int* selected, int rows, float* hidden)
    {
        int width = Shape.WidthPadded;
        for (int row = 0; row < rows; row++)
        {
            (int block, int rowInBlock) = Math.DivRem(selected[row], RowCapacity);
            float* source = kept + (nint)block * HiddenLength + rowInBlock * width;
            for (int unit = 0; unit < width; unit += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(source + unit), hidden + unit);
            }

            hidden += width;
        }
    }

    /// <summary>sum += the rows, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SumRows(float* values, int row, int rows, float* sum, int columns)
    {
        for (int column = 0; column < columns; column += TLanes.Count)
        {
            TVector total = TLanes.Load(sum + column);
            float* value = values + column;
            for (int r = 0; r < rows; r++)
            {
                total = TLanes.Add(total, TLanes.Load(value));
                value += row;
            }

            TLanes.Store(total, sum + column);
        }
    }
}
