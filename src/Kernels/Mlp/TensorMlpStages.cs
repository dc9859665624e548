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

    /// <summary>Scale of stored gradients: puts the largest near 2⁶, with room for 2¹⁰ above and the 2²⁰ below that 16 bits hold.</summary>
    private static float Scale(uint largest)
    {
        const int Target = 6;
        const int Limit = 100;
        const int Bias = 127;
        const int MantissaBits = 23;
        int exponent = Target + Bias - (int)(largest >> MantissaBits);
        exponent = exponent > Limit ? Limit : exponent < -Limit ? -Limit : exponent;
        return largest == 0u || largest >= 0x7F80_0000u ? 1f : Interop.IntAsFloat((uint)(exponent + Bias) << MantissaBits);
    }

    private static void StageWeights(MlpNetwork n, ArrayView<uint> words)
    {
        for (int layer = 0; layer <= n.HiddenLayers; layer++)
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
                float low = unit < outputs && column < inputs ? DeviceAccess.LoadReadOnly(n.Parameters, at) : 0f;
                float high = unit < outputs && column + 1 < inputs ? DeviceAccess.LoadReadOnly(n.Parameters, at + 1) : 0f;
                words[to + i] = HalfPair.PackFinite(low, high);
            }
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

    // Input and hidden units of the warp's rows; ends without a barrier.
    [Unroll(4)]
    private static void ComputeHidden(
        MlpNetwork n, ArrayView<float> input, ArrayView<ushort> shared, ArrayView<uint> words, int tile, int rows, int rowCount)
    {
        int own = OwnRow;
        LoadRows(input, n.InputCount, words, TensorMlpLayout.Units(n, 0, rows), tile, rowCount, 1f);
        for (int layer = 0; layer < n.HiddenLayers; layer++)
        {
            Warp.Barrier();
            int from = TensorMlpLayout.Stride(n.LayerInputs(layer));
            int to = TensorMlpLayout.Stride(n.Width);
            int depth = TensorMlpLayout.Padded(n.LayerInputs(layer));
            int units = TensorMlpLayout.Units(n, layer, rows) + own * from;
            int target = TensorMlpLayout.Units(n, layer + 1, rows) + own * to;
            int width = TensorMlpLayout.Padded(n.Width);
            for (int column = 0; column < width; column += Columns)
            {
                RowTile sum = BiasTile(n, layer, column);
                int weights = TensorMlpLayout.Weights(n, layer) + column * from;
                sum = TensorTiles.Multiply(shared, sum, units, from, weights, from, depth, width - column);
                TensorTiles.StoreRectified(words, sum, target + column, to, width - column);
            }
        }

        Warp.Barrier();
    }

    private static void WriteOutput(MlpNetwork n, ArrayView<ushort> shared, ArrayView<float> output, int tile, int rows, int rowCount)
    {
        int stride = TensorMlpLayout.Stride(n.Width);
        int units = TensorMlpLayout.Units(n, n.HiddenLayers, rows) + OwnRow * stride;
        int padded = TensorMlpLayout.Padded(n.OutputCount);
        for (int column = 0; column < padded; column += Columns)
        {
            int weights = TensorMlpLayout.Weights(n, n.HiddenLayers) + column * stride;
            RowTile sum = TensorTiles.Multiply(
                shared, BiasTile(n, n.HiddenLayers, column), units, stride, weights, stride, TensorMlpLayout.Padded(n.Width), padded - column);
            WriteTile(output, sum, n.OutputCount, tile + OwnRow, column, rowCount, 1f, 0);
        }
    }

    // δ W of one layer: dL/dy where δ is that of the first hidden layer.
    private static void WriteInputGradient(
        MlpNetwork n, ArrayView<ushort> shared, ArrayView<float> gradient, int delta, int tile, int rowCount, float factor, int isAdded)
    {
        int stride = TensorMlpLayout.Stride(n.Width);
        int padded = TensorMlpLayout.Padded(n.InputCount);
        for (int column = 0; column < padded; column += Columns)
        {
            RowTile sum = TensorTiles.MultiplyTransposed(
                shared, delta + OwnRow * stride, stride, column, TensorMlpLayout.Stride(n.InputCount), TensorMlpLayout.Padded(n.Width), padded - column);
            WriteTile(gradient, sum, n.InputCount, tile + OwnRow, column, rowCount, factor, isAdded);
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

    // v_H = φ'(a_H) ∘ w_σ, stored times SensitivityScale; mask and target may be the same memory.
    private static void SeedSensitivities(MlpNetwork n, ArrayView<uint> words, int outputIndex, int mask, int target, int own)
    {
        int pairs = TensorMlpLayout.Padded(n.Width) / 2;
        int stride = TensorMlpLayout.Stride(n.Width) / 2;
        int from = n.WeightOffset(n.HiddenLayers) + outputIndex * n.Width;
        for (int i = Warp.LaneIdx; i < TensorMlpLayout.WarpRows * pairs; i += WarpThreads)
        {
            int at = (own + i / pairs) * stride + i % pairs;
            int column = 2 * (i % pairs);
            float low = column < n.Width ? SensitivityScale * DeviceAccess.LoadReadOnly(n.Parameters, from + column) : 0f;
            float high = column + 1 < n.Width ? SensitivityScale * DeviceAccess.LoadReadOnly(n.Parameters, from + column + 1) : 0f;
            words[target / 2 + at] = TensorTiles.Masked(words[mask / 2 + at], low, high);
        }
    }

    // φ'(a_layer) ∘ W_{layer+1}ᵀ δ of the warp's rows. The layer is the one whose weights are used: 1 to H.
    private static void SendBack(MlpNetwork n, ArrayView<ushort> shared, ArrayView<uint> words, int layer, int delta, int mask, int target, int own)
    {
        int outputs = n.LayerOutputs(layer);
        int from = TensorMlpLayout.Stride(outputs);
        int to = TensorMlpLayout.Stride(n.Width);
        int width = TensorMlpLayout.Padded(n.Width);
        for (int column = 0; column < width; column += Columns)
        {
            RowTile sum = TensorTiles.MultiplyTransposed(
                shared, delta + own * from, from, TensorMlpLayout.Weights(n, layer) + column, to, TensorMlpLayout.Padded(outputs), width - column);
            TensorTiles.StoreMasked(words, sum, mask + own * to + column, target + own * to + column, to, width - column);
        }
    }

    // t_{k} = φ'(a_k) ∘ W_k t_{k-1} of the warp's rows, over the units of layer k.
    private static void SendTangents(MlpNetwork n, ArrayView<ushort> shared, ArrayView<uint> words, int layer, int tangents, int units, int own)
    {
        int from = TensorMlpLayout.Stride(n.LayerInputs(layer));
        int to = TensorMlpLayout.Stride(n.Width);
        int depth = TensorMlpLayout.Padded(n.LayerInputs(layer));
        int width = TensorMlpLayout.Padded(n.Width);
        for (int column = 0; column < width; column += Columns)
        {
            RowTile sum = TensorTiles.Multiply(
                shared, default, tangents + own * from, from, TensorMlpLayout.Weights(n, layer) + column * from, from, depth, width - column);
            TensorTiles.StoreMasked(words, sum, units + own * to + column, units + own * to + column, to, width - column);
        }
    }

    private static RowTile BiasTile(MlpNetwork n, int layer, int column)
    {
        RowTile tile = default;
        if (n.HasBias != 0)
        {
            int outputs = n.LayerOutputs(layer);
            int bias = n.WeightOffset(layer) + n.LayerInputs(layer) * outputs;
            int first = column + 2 * (Warp.LaneIdx & 3);
            tile.C0 = BiasPart(n.Parameters, bias, first, outputs);
            tile.C1 = BiasPart(n.Parameters, bias, first + 8, outputs);
            tile.C2 = BiasPart(n.Parameters, bias, first + 16, outputs);
            tile.C3 = BiasPart(n.Parameters, bias, first + 24, outputs);
        }

        return tile;
    }

    private static Float4 BiasPart(ArrayView<float> parameters, int bias, int column, int outputs)
    {
        float low = column < outputs ? DeviceAccess.LoadReadOnly(parameters, bias + column) : 0f;
        float high = column + 1 < outputs ? DeviceAccess.LoadReadOnly(parameters, bias + column + 1) : 0f;
        return new Float4(low, high, low, high);
    }

    private static void ClearSums(MlpNetwork n, ArrayView<float> floats, int halves)
    {
        int end = TensorMlpLayout.Sums(n, n.HiddenLayers + 1, halves);
        for (int i = TensorMlpLayout.Sums(n, 0, halves) + Group.IdxX; i < end; i += Group.DimX)
        {
            floats[i] = 0f;
        }
    }

    // dL/dW += δ xᵀ over all rows of the group: each warp has tiles of its own.
    private static void AddWeightGradient(
        MlpNetwork n, ArrayView<ushort> shared, ArrayView<float> floats, int layer, int delta, int units, int rows, int halves)
    {
        int inputs = TensorMlpLayout.Padded(n.LayerInputs(layer));
        int across = inputs / TensorMlpLayout.Tile;
        int tiles = across * TensorMlpLayout.Padded(n.LayerOutputs(layer)) / TensorMlpLayout.Tile;
        int sums = TensorMlpLayout.Sums(n, layer, halves);
        for (int tile = Group.IdxX / WarpThreads; tile < tiles; tile += Group.DimX / WarpThreads)
        {
            int unit = tile / across * TensorMlpLayout.Tile;
            int column = tile % across * TensorMlpLayout.Tile;
            TensorTiles.AddOuterProduct(
                shared, floats, delta + unit, TensorMlpLayout.Stride(n.LayerOutputs(layer)), units + column, TensorMlpLayout.Stride(n.LayerInputs(layer)), rows,
                sums + unit * inputs + column, inputs);
        }
    }

    private static void AddBiasGradient(MlpNetwork n, ArrayView<ushort> shared, ArrayView<float> floats, int layer, int delta, int rows, int halves)
    {
        int outputs = n.LayerOutputs(layer);
        int sums = TensorMlpLayout.Sums(n, layer, halves) + TensorMlpLayout.Padded(outputs) * TensorMlpLayout.Padded(n.LayerInputs(layer));
        for (int unit = Group.IdxX; unit < outputs; unit += Group.DimX)
        {
            floats[sums + unit] += ColumnSum(shared, delta + unit, TensorMlpLayout.Stride(outputs), rows);
        }
    }

    // dL/dw_σ += t_H, with the scale that the other weights' sums have from the sensitivities.
    private static void AddOutputRow(MlpNetwork n, ArrayView<ushort> shared, ArrayView<float> floats, int outputIndex, int tangents, int rows, int halves)
    {
        int sums = TensorMlpLayout.Sums(n, n.HiddenLayers, halves) + outputIndex * TensorMlpLayout.Padded(n.Width);
        for (int unit = Group.IdxX; unit < n.Width; unit += Group.DimX)
        {
            floats[sums + unit] += SensitivityScale * ColumnSum(shared, tangents + unit, TensorMlpLayout.Stride(n.Width), rows);
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

    private static void WritePartials(MlpNetwork n, ArrayView<float> floats, ArrayView<float> partials, int halves, float factor)
    {
        int start = Grid.IdxX * (n.WeightOffset(n.HiddenLayers) + (n.Width + n.HasBias) * n.OutputCount);
        for (int layer = 0; layer <= n.HiddenLayers; layer++)
        {
            int inputs = n.LayerInputs(layer);
            int outputs = n.LayerOutputs(layer);
            int padded = TensorMlpLayout.Padded(inputs);
            int from = TensorMlpLayout.Sums(n, layer, halves);
            int to = start + n.WeightOffset(layer);
            for (int i = Group.IdxX; i < outputs * inputs; i += Group.DimX)
            {
                partials[to + i] = floats[from + i / inputs * padded + i % inputs] * factor;
            }

            for (int unit = Group.IdxX; unit < outputs * n.HasBias; unit += Group.DimX)
            {
                partials[to + outputs * inputs + unit] = floats[from + TensorMlpLayout.Padded(outputs) * padded + unit] * factor;
            }
        }
    }
}
