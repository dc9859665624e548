using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <content>What the kernels are made of. A stage for the warp's own rows needs a warp barrier before the next one, one for all rows of the group a group barrier.</content>
public static partial class TensorMlpKernels
{
    private const int Columns = 2 * TensorMlpLayout.Tile;

    private static int RowsOfGroup => Group.DimX / WarpThreads * TensorMlpLayout.WarpRows;

    // First of the warp's rows in the group.
    private static int OwnRow => Group.IdxX / WarpThreads * TensorMlpLayout.WarpRows;

    /// <summary>Scale of stored gradients: puts the largest near 2^target. With 6 there is room for 2¹⁰ above and the 2²⁰ below that 16 bits hold.</summary>
    private static float Scale(uint largest, int target)
    {
        const int Limit = 100;
        const int Bias = 127;
        const int MantissaBits = 23;
        int exponent = target + Bias - (int)(largest >> MantissaBits);
        exponent = exponent > Limit ? Limit : exponent < -Limit ? -Limit : exponent;
        return largest == 0u || largest >= 0x7F80_0000u ? 1f : Interop.IntAsFloat((uint)(exponent + Bias) << MantissaBits);
    }

    private static void StageWeights(TensorNetwork n, ArrayView<uint> words)
    {
        for (int layer = 0; layer <= n.Network.HiddenLayers && n.StagesLayers == 0; layer++)
        {
            StageLayer(n, words, layer);
        }
    }

    // Before a layer's weights are read: where they do not all fit, they replace another layer's.
    private static void UseWeights(TensorNetwork n, ArrayView<uint> words, int layer)
    {
        if (n.StagesLayers != 0)
        {
            Group.Barrier();
            StageLayer(n, words, layer);
            Group.Barrier();
        }
    }

    private static void StageLayer(TensorNetwork n, ArrayView<uint> words, int layer)
    {
        int inputs = n.LayerInputs(layer);
        int outputs = n.LayerOutputs(layer);
        int pairs = TensorMlpLayout.Stride(inputs) / 2;
        int from = n.WeightOffset(layer);
        int to = TensorMlpLayout.Weights(n, layer) / 2;
        for (int i = Group.IdxX; i < TensorMlpLayout.Padded(outputs) * pairs; i += Group.DimX)
        {
            int unit = i / pairs;
            int column = 2 * (i % pairs);
            int at = from + unit * inputs + column;
            float low = unit < outputs && column < inputs ? DeviceAccess.LoadReadOnly(n.Network.Parameters, at) : 0f;
            float high = unit < outputs && column + 1 < inputs ? DeviceAccess.LoadReadOnly(n.Network.Parameters, at + 1) : 0f;
            words[to + i] = HalfPair.PackFinite(low, high);
        }
    }

    // The warp's rows of a matrix [rows, count], times a factor; 0 behind the last row and column.
    private static void LoadRows(ArrayView<float> values, int count, ArrayView<uint> words, int target, int tile, int rowCount, float factor)
    {
        int pairs = TensorMlpLayout.Padded(count) / 2;
        int stride = TensorMlpLayout.Stride(count) / 2;
        int own = OwnRow;
        for (int i = Warp.LaneIdx; i < TensorMlpLayout.WarpRows * pairs; i += WarpThreads)
        {
            int row = own + i / pairs;
            int column = 2 * (i % pairs);
            int at = (tile + row) * count + column;
            float low = tile + row < rowCount && column < count ? values[at] : 0f;
            float high = tile + row < rowCount && column + 1 < count ? values[at + 1] : 0f;
            words[target / 2 + row * stride + column / 2] = HalfPair.PackFinite(low * factor, high * factor);
        }
    }

    // Input and hidden units of the warp's rows, and preactivations of curved activations.
    [Unroll(4)]
    private static void ComputeHidden<TActivation>(
        TensorNetwork n, ArrayView<float> input, ArrayView<ushort> shared, ArrayView<uint> words, int tile, int rows, int rowCount)
        where TActivation : struct, IHiddenActivation
    {
        int own = OwnRow;
        LoadRows(input, n.Network.InputCount, words, TensorMlpLayout.Units(n, 0, rows), tile, rowCount, 1f);
        for (int layer = 0; layer < n.Network.HiddenLayers; layer++)
        {
            Warp.Barrier();
            UseWeights(n, words, layer);
            int from = TensorMlpLayout.Stride(n.LayerInputs(layer));
            int to = TensorMlpLayout.Stride(n.Network.Width);
            int depth = TensorMlpLayout.Padded(n.LayerInputs(layer));
            int units = TensorMlpLayout.Units(n, layer, rows) + own * from;
            int target = TensorMlpLayout.Units(n, layer + 1, rows) + own * to;
            int slopes = TensorMlpLayout.Slopes(n, layer + 1, rows) + own * to;
            int width = TensorMlpLayout.Padded(n.Network.Width);
            for (int column = 0; column < width; column += Columns)
            {
                RowTile sum = BiasTile(n, layer, column);
                int weights = TensorMlpLayout.Weights(n, layer) + column * from;
                sum = TensorTiles.Multiply(shared, sum, units, from, weights, from, depth, width - column);
                var place = new TilePlace { Target = target + column, Slopes = slopes + column };
                Keep<TActivation, HiddenStore<TActivation>>(words, sum, place, to, width - column);
            }

            Finish<TActivation, HiddenStore<TActivation>>(n, words, new TilePlace { Target = target, Slopes = slopes });
        }

        Warp.Barrier();
    }

    private static void WriteOutput(TensorNetwork n, ArrayView<ushort> shared, ArrayView<uint> words, ArrayView<float> output, int tile, int rows, int rowCount)
    {
        UseWeights(n, words, n.Network.HiddenLayers);
        int stride = TensorMlpLayout.Stride(n.Network.Width);
        int units = TensorMlpLayout.Units(n, n.Network.HiddenLayers, rows) + OwnRow * stride;
        int padded = TensorMlpLayout.Padded(n.Network.OutputCount);
        for (int column = 0; column < padded; column += Columns)
        {
            int weights = TensorMlpLayout.Weights(n, n.Network.HiddenLayers) + column * stride;
            RowTile sum = TensorTiles.Multiply(
                shared, BiasTile(n, n.Network.HiddenLayers, column), units, stride, weights, stride, TensorMlpLayout.Padded(n.Network.Width), padded - column);
            WriteTile(output, sum, n.Network.OutputCount, tile + OwnRow, column, rowCount, 1f, 0);
        }
    }

    // δ W of one layer: dL/dy where δ is that of the first hidden layer.
    private static void WriteInputGradient(
        TensorNetwork n, ArrayView<ushort> shared, ArrayView<uint> words, ArrayView<float> gradient, int delta, int tile, int rowCount, float factor, int isAdded)
    {
        UseWeights(n, words, 0);
        int stride = TensorMlpLayout.Stride(n.Network.Width);
        int padded = TensorMlpLayout.Padded(n.Network.InputCount);
        for (int column = 0; column < padded; column += Columns)
        {
            RowTile sum = TensorTiles.MultiplyTransposed(
                shared, delta + OwnRow * stride, stride, column, TensorMlpLayout.Stride(n.Network.InputCount), TensorMlpLayout.Padded(n.Network.Width), padded - column);
            WriteTile(gradient, sum, n.Network.InputCount, tile + OwnRow, column, rowCount, factor, isAdded);
        }
    }

    private static void WriteTile(ArrayView<float> values, RowTile sum, int count, int row, int column, int rowCount, float factor, int isAdded)
    {
        WritePart(values, sum.C0, count, row, column, rowCount, factor, isAdded);
        WritePart(values, sum.C1, count, row, column + 8, rowCount, factor, isAdded);
        WritePart(values, sum.C2, count, row, column + 16, rowCount, factor, isAdded);
        WritePart(values, sum.C3, count, row, column + 24, rowCount, factor, isAdded);
    }

    private static void WritePart(ArrayView<float> values, Float4 c, int count, int row, int column, int rowCount, float factor, int isAdded)
    {
        int at = row + (Warp.LaneIdx >> 2);
        int first = column + 2 * (Warp.LaneIdx & 3);
        WriteNumber(values, c.X * factor, count, at, first, rowCount, isAdded);
        WriteNumber(values, c.Y * factor, count, at, first + 1, rowCount, isAdded);
        WriteNumber(values, c.Z * factor, count, at + 8, first, rowCount, isAdded);
        WriteNumber(values, c.W * factor, count, at + 8, first + 1, rowCount, isAdded);
    }

    private static void WriteNumber(ArrayView<float> values, float value, int count, int row, int column, int rowCount, int isAdded)
    {
        if (row < rowCount && column < count)
        {
            int at = row * count + column;
            values[at] = isAdded != 0 ? values[at] + value : value;
        }
    }

    // v_H = φ'(a_H) ∘ w_σ, and where curvature is not negative φ''(a_H) ∘ w_σ, both stored times SensitivityScale. Slopes and target may be the same memory.
    private static void SeedSensitivities<TActivation>(TensorNetwork n, ArrayView<uint> words, int outputIndex, TilePlace place, int own)
        where TActivation : struct, IHiddenActivation
    {
        int pairs = TensorMlpLayout.Padded(n.Network.Width) / 2;
        int stride = TensorMlpLayout.Stride(n.Network.Width) / 2;
        int from = n.WeightOffset(n.Network.HiddenLayers) + outputIndex * n.Network.Width;
        for (int i = Warp.LaneIdx; i < TensorMlpLayout.WarpRows * pairs; i += WarpThreads)
        {
            int at = (own + i / pairs) * stride + i % pairs;
            int column = 2 * (i % pairs);
            float low = column < n.Network.Width ? SensitivityScale * DeviceAccess.LoadReadOnly(n.Network.Parameters, from + column) : 0f;
            float high = column + 1 < n.Network.Width ? SensitivityScale * DeviceAccess.LoadReadOnly(n.Network.Parameters, from + column + 1) : 0f;
            SlopeStore<TActivation>.Store(words, place, at, low, high);
        }
    }

    // W_{layer+1}ᵀ δ of the warp's rows, stored as TStore does. The layer is the one whose weights are used: 1 to H.
    private static void SendBack<TActivation, TStore>(TensorNetwork n, ArrayView<ushort> shared, ArrayView<uint> words, int layer, int delta, TilePlace place, int own)
        where TActivation : struct, IHiddenActivation
        where TStore : struct, ITileStore
    {
        UseWeights(n, words, layer);
        int outputs = n.LayerOutputs(layer);
        int from = TensorMlpLayout.Stride(outputs);
        int to = TensorMlpLayout.Stride(n.Network.Width);
        int width = TensorMlpLayout.Padded(n.Network.Width);
        for (int column = 0; column < width; column += Columns)
        {
            RowTile sum = TensorTiles.MultiplyTransposed(
                shared, delta + own * from, from, TensorMlpLayout.Weights(n, layer) + column, to, TensorMlpLayout.Padded(outputs), width - column);
            Keep<TActivation, TStore>(words, sum, place.Shifted(own * to + column), to, width - column);
        }

        Finish<TActivation, TStore>(n, words, place.Shifted(own * to));
    }

    // u_k = W_k t_{k-1} of the warp's rows becomes t_k = φ'(a_k) ∘ u_k, and curvatures times u_k.
    private static void SendTangents<TActivation>(
        TensorNetwork n, ArrayView<ushort> shared, ArrayView<uint> words, int layer, int tangents, TilePlace place, int own)
        where TActivation : struct, IHiddenActivation
    {
        UseWeights(n, words, layer);
        int from = TensorMlpLayout.Stride(n.LayerInputs(layer));
        int to = TensorMlpLayout.Stride(n.Network.Width);
        int depth = TensorMlpLayout.Padded(n.LayerInputs(layer));
        int width = TensorMlpLayout.Padded(n.Network.Width);
        for (int column = 0; column < width; column += Columns)
        {
            int weights = TensorMlpLayout.Weights(n, layer) + column * from;
            RowTile sum = TensorTiles.Multiply(shared, default, tangents + own * from, from, weights, from, depth, width - column);
            Keep<TActivation, TangentStore<TActivation>>(words, sum, place.Shifted(own * to + column), to, width - column);
        }

        Finish<TActivation, TangentStore<TActivation>>(n, words, place.Shifted(own * to));
    }

    // Curved activations take much code: their sums wait in the target for one loop over all of them.
    private static void Keep<TActivation, TStore>(ArrayView<uint> words, RowTile sum, TilePlace place, int stride, int columns)
        where TActivation : struct, IHiddenActivation
        where TStore : struct, ITileStore
    {
        if (TActivation.IsPiecewiseLinear != 0)
        {
            TensorTiles.Store<TStore>(words, sum, place, stride, columns);
        }
        else
        {
            TensorTiles.Store<SumStore>(words, sum, place, stride, columns);
        }
    }

    private static void Finish<TActivation, TStore>(TensorNetwork n, ArrayView<uint> words, TilePlace place)
        where TActivation : struct, IHiddenActivation
        where TStore : struct, ITileStore
    {
        if (TActivation.IsPiecewiseLinear == 0)
        {
            Warp.Barrier();
            int pairs = TensorMlpLayout.Padded(n.Network.Width) / 2;
            int stride = TensorMlpLayout.Stride(n.Network.Width) / 2;
            for (int i = Warp.LaneIdx; i < TensorMlpLayout.WarpRows * pairs; i += WarpThreads)
            {
                int at = i / pairs * stride + i % pairs;
                uint sums = words[place.Target / 2 + at];
                TStore.Store(words, place, at, HalfPair.Low(sums), HalfPair.High(sums));
            }
        }
    }

    private static RowTile BiasTile(TensorNetwork n, int layer, int column)
    {
        RowTile tile = default;
        if (n.Network.HasBias != 0)
        {
            int outputs = n.LayerOutputs(layer);
            int bias = n.WeightOffset(layer) + n.LayerInputs(layer) * outputs;
            int first = column + 2 * (Warp.LaneIdx & 3);
            tile.C0 = BiasPart(n.Network.Parameters, bias, first, outputs);
            tile.C1 = BiasPart(n.Network.Parameters, bias, first + 8, outputs);
            tile.C2 = BiasPart(n.Network.Parameters, bias, first + 16, outputs);
            tile.C3 = BiasPart(n.Network.Parameters, bias, first + 24, outputs);
        }

        return tile;
    }

    private static Float4 BiasPart(ArrayView<float> parameters, int bias, int column, int outputs)
    {
        float low = column < outputs ? DeviceAccess.LoadReadOnly(parameters, bias + column) : 0f;
        float high = column + 1 < outputs ? DeviceAccess.LoadReadOnly(parameters, bias + column + 1) : 0f;
        return new Float4(low, high, low, high);
    }

    // The group's sums: behind the rows in shared memory, or a part of global memory.
    private static ArrayView<float> SumsOf(TensorNetwork n, ArrayView<float> floats, ArrayView<float> global, int halves)
    {
        int count = TensorMlpLayout.SumCount(n);
        return n.HasGlobalSums != 0 ? global.SubView(Grid.IdxX * count, count) : floats.SubView(halves / 2, count);
    }

    private static void ClearSums(TensorNetwork n, ArrayView<float> sums)
    {
        int end = TensorMlpLayout.SumCount(n);
        for (int i = Group.IdxX; i < end; i += Group.DimX)
        {
            sums[i] = 0f;
        }
    }

    // dL/dW += δ xᵀ over all rows of the group: each warp has tiles of its own.
    private static void AddWeightGradient(
        TensorNetwork n, ArrayView<ushort> shared, ArrayView<float> sums, int layer, int delta, int units, int rows)
    {
        int inputs = TensorMlpLayout.Padded(n.LayerInputs(layer));
        int across = inputs / TensorMlpLayout.Tile;
        int tiles = across * TensorMlpLayout.Padded(n.LayerOutputs(layer)) / TensorMlpLayout.Tile;
        int start = TensorMlpLayout.Sums(n, layer);
        for (int tile = Group.IdxX / WarpThreads; tile < tiles; tile += Group.DimX / WarpThreads)
        {
            int unit = tile / across * TensorMlpLayout.Tile;
            int column = tile % across * TensorMlpLayout.Tile;
            TensorTiles.AddOuterProduct(
                shared, sums, delta + unit, TensorMlpLayout.Stride(n.LayerOutputs(layer)), units + column, TensorMlpLayout.Stride(n.LayerInputs(layer)), rows,
                start + unit * inputs + column, inputs);
        }
    }

    private static void AddBiasGradient(TensorNetwork n, ArrayView<ushort> shared, ArrayView<float> sums, int layer, int delta, int rows)
    {
        int outputs = n.LayerOutputs(layer);
        int start = TensorMlpLayout.Sums(n, layer) + TensorMlpLayout.Padded(outputs) * TensorMlpLayout.Padded(n.LayerInputs(layer));
        for (int unit = Group.IdxX; unit < outputs; unit += Group.DimX)
        {
            sums[start + unit] += ColumnSum(shared, delta + unit, TensorMlpLayout.Stride(outputs), rows);
        }
    }

    // dL/dw_σ += t_H, with the scale that the other weights' sums have from the sensitivities.
    private static void AddOutputRow(TensorNetwork n, ArrayView<ushort> shared, ArrayView<float> sums, int outputIndex, int tangents, int rows)
    {
        int start = TensorMlpLayout.Sums(n, n.Network.HiddenLayers) + outputIndex * TensorMlpLayout.Padded(n.Network.Width);
        for (int unit = Group.IdxX; unit < n.Network.Width; unit += Group.DimX)
        {
            sums[start + unit] += SensitivityScale * ColumnSum(shared, tangents + unit, TensorMlpLayout.Stride(n.Network.Width), rows);
        }
    }

    private static float ColumnSum(ArrayView<ushort> shared, int first, int stride, int rows)
    {
        float sum = 0f;
        for (int row = 0; row < rows; row++)
        {
            sum += HalfPair.Low(shared[first + row * stride]);
        }

        return sum;
    }

    private static void WritePartials(TensorNetwork n, ArrayView<float> sums, ArrayView<float> partials, float factor)
    {
        int start = Grid.IdxX * (n.WeightOffset(n.Network.HiddenLayers) + (n.Network.Width + n.Network.HasBias) * n.Network.OutputCount);
        for (int layer = 0; layer <= n.Network.HiddenLayers; layer++)
        {
            int inputs = n.LayerInputs(layer);
            int outputs = n.LayerOutputs(layer);
            int padded = TensorMlpLayout.Padded(inputs);
            int from = TensorMlpLayout.Sums(n, layer);
            int to = start + n.WeightOffset(layer);
            for (int i = Group.IdxX; i < outputs * inputs; i += Group.DimX)
            {
                partials[to + i] = sums[from + i / inputs * padded + i % inputs] * factor;
            }

            for (int unit = Group.IdxX; unit < outputs * n.Network.HasBias; unit += Group.DimX)
            {
                partials[to + outputs * inputs + unit] = sums[from + TensorMlpLayout.Padded(outputs) * padded + unit] * factor;
            }
        }
    }
}
