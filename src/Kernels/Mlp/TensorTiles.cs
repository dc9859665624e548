using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <summary>16 rows and 32 columns of float sums, spread over a warp as mma.sync wants them: lane 4g + t has of each tile of 8 columns rows g and g + 8, columns 2t and 2t + 1.</summary>
internal struct RowTile
{
    public Float4 C0;
    public Float4 C1;
    public Float4 C2;
    public Float4 C3;
}

/// <summary>Products of tiles in shared memory by a warp's tensor core. Positions count 16-bit floats; all lanes take part.</summary>
internal static class TensorTiles
{
    private const int Half = 8;

    /// <summary>sum + A Bᵀ, A [16][depth] the warp's rows, B [column][depth]: what a layer does with its weights.</summary>
    /// <param name="shared">Shared memory.</param>
    /// <param name="sum">Sums so far.</param>
    /// <param name="a">First row of A.</param>
    /// <param name="aStride">Length of its rows.</param>
    /// <param name="b">First of the 32 rows of B.</param>
    /// <param name="bStride">Length of its rows.</param>
    /// <param name="depth">Columns of A and B, a multiple of 16.</param>
    /// <param name="columns">Rows that B has from there on, a multiple of 16; of 16 only half of the tile is computed.</param>
    [Unroll(8)]
    public static RowTile Multiply(ArrayView<ushort> shared, RowTile sum, int a, int aStride, int b, int bStride, int depth, int columns)
    {
        int lane = Warp.LaneIdx;
        int left = a + (lane & 15) * aStride + (lane >> 4) * Half;
        int right = b + ((lane & 7) + (lane >> 4) * Half) * bStride + ((lane >> 3) & 1) * Half;
        for (int k = 0; k < depth; k += TensorMlpLayout.Tile)
        {
            UInt4 rows = WarpMatrix.LoadMatrices(shared, left + k);
            UInt4 first = WarpMatrix.LoadMatrices(shared, right + k);
            sum.C0 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(first.X, first.Y), sum.C0);
            sum.C1 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(first.Z, first.W), sum.C1);
            if (columns > TensorMlpLayout.Tile)
            {
                UInt4 second = WarpMatrix.LoadMatrices(shared, right + TensorMlpLayout.Tile * bStride + k);
                sum.C2 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(second.X, second.Y), sum.C2);
                sum.C3 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(second.Z, second.W), sum.C3);
            }
        }

        return sum;
    }

    /// <summary>A B, A [16][depth] the warp's rows, B [depth][column]: what a layer's weights do on the way back.</summary>
    /// <param name="shared">Shared memory.</param>
    /// <param name="a">First row of A.</param>
    /// <param name="aStride">Length of its rows.</param>
    /// <param name="b">First of the 32 columns of B.</param>
    /// <param name="bStride">Length of its rows.</param>
    /// <param name="depth">Columns of A and rows of B, a multiple of 16.</param>
    /// <param name="columns">Columns that B has from there on, a multiple of 16.</param>
    [Unroll(8)]
    public static RowTile MultiplyTransposed(ArrayView<ushort> shared, int a, int aStride, int b, int bStride, int depth, int columns)
    {
        int lane = Warp.LaneIdx;
        int left = a + (lane & 15) * aStride + (lane >> 4) * Half;
        int right = b + (lane & 15) * bStride + (lane >> 4) * Half;
        RowTile sum = default;
        for (int k = 0; k < depth; k += TensorMlpLayout.Tile)
        {
            UInt4 rows = WarpMatrix.LoadMatrices(shared, left + k);
            UInt4 first = WarpMatrix.LoadTransposed(shared, right + k * bStride);
            sum.C0 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(first.X, first.Y), sum.C0);
            sum.C1 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(first.Z, first.W), sum.C1);
            if (columns > TensorMlpLayout.Tile)
            {
                UInt4 second = WarpMatrix.LoadTransposed(shared, right + TensorMlpLayout.Tile + k * bStride);
                sum.C2 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(second.X, second.Y), sum.C2);
                sum.C3 = WarpMatrix.MultiplyAddHalf(rows, new UInt2(second.Z, second.W), sum.C3);
            }
        }

        return sum;
    }

    /// <summary>sum += Aᵀ B for 16 columns of A and 16 of B, summed over all rows of the group: a tile of a weight's gradient, which lies in shared memory as floats.</summary>
    /// <param name="shared">Shared memory as 16-bit floats.</param>
    /// <param name="floats">The same memory as floats.</param>
    /// <param name="a">First row of A at the first column.</param>
    /// <param name="aStride">Length of its rows.</param>
    /// <param name="b">First row of B at the first column.</param>
    /// <param name="bStride">Length of its rows.</param>
    /// <param name="rows">Rows, a multiple of 16.</param>
    /// <param name="sum">First of the sums, a number of floats.</param>
    /// <param name="sumStride">Length of their rows.</param>
    [Unroll(8)]
    public static void AddOuterProduct(
        ArrayView<ushort> shared, ArrayView<float> floats, int a, int aStride, int b, int bStride, int rows, int sum, int sumStride)
    {
        int lane = Warp.LaneIdx;
        int left = a + ((lane & 7) + (lane >> 4) * Half) * aStride + ((lane >> 3) & 1) * Half;
        int right = b + (lane & 15) * bStride + (lane >> 4) * Half;
        int top = sum + (lane >> 2) * sumStride + 2 * (lane & 3);
        int bottom = top + Half * sumStride;
        var c0 = new Float4(floats[top], floats[top + 1], floats[bottom], floats[bottom + 1]);
        var c1 = new Float4(floats[top + Half], floats[top + Half + 1], floats[bottom + Half], floats[bottom + Half + 1]);
        for (int k = 0; k < rows; k += TensorMlpLayout.Tile)
        {
            UInt4 columns = WarpMatrix.LoadTransposed(shared, left + k * aStride);
            UInt4 other = WarpMatrix.LoadTransposed(shared, right + k * bStride);
            c0 = WarpMatrix.MultiplyAddHalf(columns, new UInt2(other.X, other.Y), c0);
            c1 = WarpMatrix.MultiplyAddHalf(columns, new UInt2(other.Z, other.W), c1);
        }

        floats[top] = c0.X;
        floats[top + 1] = c0.Y;
        floats[bottom] = c0.Z;
        floats[bottom + 1] = c0.W;
        floats[top + Half] = c1.X;
        floats[top + Half + 1] = c1.Y;
        floats[bottom + Half] = c1.Z;
        floats[bottom + Half + 1] = c1.W;
    }

    /// <summary>Writes sums as 16-bit floats, each pair as the store does.</summary>
    /// <typeparam name="TStore">What becomes of two sums.</typeparam>
    /// <param name="words">Shared memory as words.</param>
    /// <param name="sum">Sums.</param>
    /// <param name="place">First rows at the first column.</param>
    /// <param name="stride">Length of the rows.</param>
    /// <param name="columns">Columns there are, a multiple of 16.</param>
    public static void Store<TStore>(ArrayView<uint> words, RowTile sum, TilePlace place, int stride, int columns)
        where TStore : struct, ITileStore
    {
        // The word with the lane's first two numbers.
        int at = (Warp.LaneIdx >> 2) * stride / 2 + (Warp.LaneIdx & 3);
        Part<TStore>(words, place, at, stride, sum.C0);
        Part<TStore>(words, place, at + 4, stride, sum.C1);
        if (columns > TensorMlpLayout.Tile)
        {
            Part<TStore>(words, place, at + 8, stride, sum.C2);
            Part<TStore>(words, place, at + 12, stride, sum.C3);
        }
    }

    private static void Part<TStore>(ArrayView<uint> words, TilePlace place, int at, int stride, Float4 c)
        where TStore : struct, ITileStore
    {
        TStore.Store(words, place, at, c.X, c.Y);
        TStore.Store(words, place, at + 4 * stride, c.Z, c.W);
    }
}
