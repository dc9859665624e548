using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Mlp;

/// <summary>
/// The layers of a SiLU network over one block of rows: <see cref="MlpBlock{TLanes, TVector}"/> with φ' and φ'' of every hidden unit beside its
/// value. In the second-order pass a row has two summands in each weight gradient, v tᵀ and η hᵀ, and the kernel adds one after the
/// other, row by row; so v and η lie in alternate rows of one matrix and t and h in those of another, and one product adds both.
/// </summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal unsafe struct SmoothBlock<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    public MlpBlock<TLanes, TVector> Block;

    public readonly int Width => Block.Shape.WidthPadded;

    /// <summary>Floats of one hidden layer's pairs of rows.</summary>
    public readonly int PairLength => 2 * Block.LayerLength;

    /// <summary>
    /// h_k of all hidden layers at the given row distance, φ'(a_k) and φ''(a_k) densely; null if they are not wanted.
    /// </summary>
    public readonly void Hidden(float* input, int inputRow, int rows, float* hidden, int hiddenRow, float* slopes, float* curvatures)
    {
        float* below = input;
        int belowRow = inputRow;
        for (int layer = 0; layer < Block.Shape.Hidden; layer++)
        {
            float* h = hidden + layer * MlpBlock<TLanes, TVector>.RowCapacity * hiddenRow;
            Affine(layer, below, belowRow, Block.Packed + Block.Shape.BiasOffset(layer), rows, h, hiddenRow);
            Activate(
                h, hiddenRow, rows, slopes == null ? null : slopes + layer * Block.LayerLength,
                curvatures == null ? null : curvatures + layer * Block.LayerLength);
            below = h;
            belowRow = hiddenRow;
        }
    }

    /// <summary>v_k of all hidden layers, densely.</summary>
    public readonly void Sensitivities(float* slopes, float* outputWeights, int rows, float* sensitivities)
    {
        int top = (Block.Shape.Hidden - 1) * Block.LayerLength;
        SpreadRow(outputWeights, rows, sensitivities + top, Width);
        Scale(slopes + top, rows, sensitivities + top);
        Block.SensitivitiesBelow<ScaledTile<TLanes, TVector>>(slopes, rows, sensitivities);
    }

    /// <summary>The second-order gradients of all layers.</summary>
    /// <param name="inputs">Pairs of rows p, y.</param>
    /// <param name="forward">Pairs of rows t_k, h_k for each hidden layer, h_k given.</param>
    /// <param name="backward">Pairs of rows v_k, η_k for each hidden layer.</param>
    /// <param name="slopes">φ'(a_k) for each hidden layer.</param>
    /// <param name="curvatures">φ''(a_k) for each hidden layer.</param>
    /// <param name="product">Memory for one layer.</param>
    /// <param name="outputWeights">w_σ.</param>
    /// <param name="outputIndex">σ.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="gradient">Padded gradient block; accumulated.</param>
    public readonly void SecondOrderLayers(
        float* inputs, float* forward, float* backward, float* slopes, float* curvatures, float* product, float* outputWeights,
        int outputIndex, int rows, float* gradient)
    {
        MlpShape shape = Block.Shape;
        int last = shape.Hidden - 1;
        SpreadRow(outputWeights, rows, backward + last * PairLength + Width, 2 * Width);
        for (int layer = last; layer >= 0; layer--)
        {
            float* pair = backward + layer * PairLength;
            SplitSensitivity(slopes + layer * Block.LayerLength, curvatures + layer * Block.LayerLength, rows, pair);
            if (layer > 0)
            {
                Transposed(layer, pair, rows, pair - PairLength + Width, 2 * Width);
            }
        }

        float* below = inputs;
        int belowRow = 2 * shape.InputsPadded;
        for (int layer = 0; layer <= last; layer++)
        {
            float* tangent = forward + layer * PairLength;
            Affine(layer, below, belowRow, Block.Packed + shape.ZerosOffset, rows, tangent, 2 * Width);
            MultiplyCurvature(slopes + layer * Block.LayerLength, rows, tangent, backward + layer * PairLength + Width);
            below = tangent;
            belowRow = 2 * Width;
        }

        float* outputRow = gradient + shape.PaddedGradientOffset(shape.Hidden) + outputIndex * Width;
        MlpBlock<TLanes, TVector>.SumRows(below, belowRow, rows, outputRow, Width);
        for (int layer = last; layer > 0; layer--)
        {
            Transposed(layer, backward + layer * PairLength + Width, rows, product, Width);
            AddSloped(slopes + (layer - 1) * Block.LayerLength, product, rows, backward + (layer - 1) * PairLength + Width);
        }

        for (int layer = 0; layer <= last; layer++)
        {
            float* pairs = backward + layer * PairLength;
            Block.AddOuterProduct(
                layer, pairs, Width, layer == 0 ? inputs : forward + (layer - 1) * PairLength, 2 * rows, gradient, withBias: false);
            if (shape.HasBias != 0)
            {
                float* bias = gradient + shape.PaddedGradientOffset(layer) + shape.Width * shape.LayerInputsPadded(layer);
                MlpBlock<TLanes, TVector>.SumRows(pairs + Width, 2 * Width, rows, bias, Width);
            }
        }
    }

    private readonly void Affine(int layer, float* x, int xRow, float* init, int rows, float* y, int yRow)
        => MatrixTile<TLanes, TVector, PlainTile<TLanes, TVector>>.Multiply(new MatrixProduct
        {
            A = x,
            ARow = xRow,
            AStep = 1,
            B = Block.Packed + Block.Shape.ForwardOffset(layer),
            Init = init,
            C = y,
            CRow = yRow,
            M = rows,
            N = Width,
            K = Block.Shape.LayerInputs(layer),
        });

    /// <summary>Wᵀ δ of pairs' rows.</summary>
    private readonly void Transposed(int layer, float* delta, int rows, float* result, int resultRow)
        => MatrixTile<TLanes, TVector, PlainTile<TLanes, TVector>>.Multiply(new MatrixProduct
        {
            A = delta,
            ARow = 2 * Width,
            AStep = 1,
            B = Block.Packed + Block.Shape.TransposedOffset(layer),
            Init = Block.Packed + Block.Shape.ZerosOffset,
            C = result,
            CRow = resultRow,
            M = rows,
            N = Width,
            K = Block.Shape.Width,
        });

    /// <summary>a becomes φ(a); φ' and φ'' from one exponential. Twin of <see cref="Silu"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Activate(float* values, int valueRow, int rows, float* slopes, float* curvatures)
    {
        TVector zero = TLanes.Broadcast(0f);
        TVector one = TLanes.Broadcast(1f);
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < Width; unit += TLanes.Count)
            {
                float* value = values + row * valueRow + unit;
                TVector a = TLanes.Load(value);
                TVector e = ElementaryLanes<TLanes, TVector>.Exp(ElementaryLanes<TLanes, TVector>.NegativeMagnitude(a));
                TVector sum = TLanes.Add(one, e);
                TVector s = TLanes.Divide(TLanes.SelectGreater(a, zero, one, e), sum);
                TLanes.Store(TLanes.Multiply(a, s), value);
                if (slopes != null)
                {
                    TVector complement = TLanes.Divide(TLanes.SelectGreater(a, zero, e, one), sum);
                    TVector slope = TLanes.Multiply(s, TLanes.Add(one, TLanes.Multiply(a, complement)));
                    TLanes.Store(slope, slopes + row * Width + unit);
                    if (curvatures != null)
                    {
                        TVector bend = TLanes.Add(TLanes.Broadcast(2f), TLanes.Multiply(a, TLanes.Subtract(complement, s)));
                        TLanes.Store(TLanes.Multiply(TLanes.Multiply(s, complement), bend), curvatures + row * Width + unit);
                    }
                }
            }
        }
    }

    /// <summary>Writes one row of the network's width into every row; the padding becomes 0.</summary>
    private readonly void SpreadRow(float* source, int rows, float* target, int targetRow)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < Width; unit++)
            {
                target[row * targetRow + unit] = unit < Block.Shape.Width ? source[unit] : 0f;
            }
        }
    }

    /// <summary>v = φ' v, densely.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Scale(float* slopes, int rows, float* values)
    {
        for (int i = 0; i < rows * Width; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(slopes + i), TLanes.Load(values + i)), values + i);
        }
    }

    /// <summary>From u = Wᵀ v of the layer above in the second row of a pair: v = φ' u in the first, φ'' u in the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void SplitSensitivity(float* slopes, float* curvatures, int rows, float* pairs)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < Width; unit += TLanes.Count)
            {
                float* v = pairs + row * 2 * Width + unit;
                int at = row * Width + unit;
                TVector u = TLanes.Load(v + Width);
                TLanes.Store(TLanes.Multiply(TLanes.Load(slopes + at), u), v);
                TLanes.Store(TLanes.Multiply(u, TLanes.Load(curvatures + at)), v + Width);
            }
        }
    }

    /// <summary>From the product W t of the layer below: ε = (φ'' u) (W t) and t = φ' (W t).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void MultiplyCurvature(float* slopes, int rows, float* tangents, float* eta)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < Width; unit += TLanes.Count)
            {
                int at = row * 2 * Width + unit;
                TVector product = TLanes.Load(tangents + at);
                TLanes.Store(TLanes.Multiply(TLanes.Load(eta + at), product), eta + at);
                TLanes.Store(TLanes.Multiply(TLanes.Load(slopes + row * Width + unit), product), tangents + at);
            }
        }
    }

    /// <summary>η += φ' (Wᵀ η of the layer above).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void AddSloped(float* slopes, float* product, int rows, float* eta)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int unit = 0; unit < Width; unit += TLanes.Count)
            {
                int at = row * Width + unit;
                float* target = eta + row * 2 * Width + unit;
                TVector term = TLanes.Multiply(TLanes.Load(slopes + at), TLanes.Load(product + at));
                TLanes.Store(TLanes.Add(TLanes.Load(target), term), target);
            }
        }
    }
}
