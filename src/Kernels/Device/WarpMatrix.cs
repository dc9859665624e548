using System.Runtime.CompilerServices;
using ILGPU;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// What the 32 threads of a warp do together beyond ILGPU's API, with portable bodies by shuffles. All of them must take part. Of a matrix every thread holds a part:
/// with lane = 4 g + t
/// <code>
/// A 16x16: X: row g, columns 2t 2t+1   Y: row g+8, the same   Z: row g, columns 2t+8 2t+9   W: row g+8, the same
/// B 16x8:  X: rows 2t 2t+1, column g   Y: rows 2t+8 2t+9, column g
/// C 16x8:  X Y: row g, columns 2t 2t+1   Z W: row g+8, the same
/// </code>
/// Source: PTX ISA, matrix fragments of mma.m16n8k16.
/// </summary>
public static class WarpMatrix
{
    /// <summary>Bit i is set if thread i of the warp gives a number other than 0.</summary>
    [DeviceIntrinsic("vote.ballot")]
    public static uint Ballot(int condition)
    {
        uint mask = condition != 0 ? 1u << Warp.LaneIdx : 0u;
        for (int distance = 1; distance < 32; distance *= 2)
        {
            mask |= Warp.ShuffleXor(mask, distance);
        }

        return mask;
    }

    /// <summary>C + A B with 16-bit floats and sums of 32 bits.</summary>
    /// <param name="a">A 16x16.</param>
    /// <param name="b">B 16x8.</param>
    /// <param name="c">C 16x8.</param>
    [DeviceIntrinsic("mma.m16n8k16.f16")]
    public static Float4 MultiplyAddHalf(UInt4 a, UInt2 b, Float4 c) => MultiplyAdd(a, b, c, false);

    /// <summary>C + A B with bfloat16 (the upper halves of floats) and sums of 32 bits.</summary>
    /// <param name="a">A 16x16.</param>
    /// <param name="b">B 16x8.</param>
    /// <param name="c">C 16x8.</param>
    [DeviceIntrinsic("mma.m16n8k16.bf16")]
    public static Float4 MultiplyAddBrain(UInt4 a, UInt2 b, Float4 c) => MultiplyAdd(a, b, c, true);

    /// <summary>
    /// Four matrices of 8x8 words of 16 bits from shared memory: lane i gives where row i mod 8 of matrix i / 8 starts, and gets of each matrix columns 2t and 2t + 1
    /// of row g. Rows start at multiples of 16 bytes.
    /// </summary>
    /// <param name="tile">Shared memory.</param>
    /// <param name="rowStart">Index of this lane's row.</param>
    [DeviceIntrinsic("ldmatrix.x4")]
    public static UInt4 LoadMatrices(ArrayView<ushort> tile, int rowStart) => new(
        Pair(tile, rowStart, 0), Pair(tile, rowStart, 1), Pair(tile, rowStart, 2), Pair(tile, rowStart, 3));

    /// <summary>The same of the transposed matrices: of each matrix rows 2t and 2t + 1 of column g.</summary>
    /// <param name="tile">Shared memory.</param>
    /// <param name="rowStart">Index of this lane's row.</param>
    [DeviceIntrinsic("ldmatrix.x4.trans")]
    public static UInt4 LoadTransposed(ArrayView<ushort> tile, int rowStart) => new(
        TransposedPair(tile, rowStart, 0), TransposedPair(tile, rowStart, 1), TransposedPair(tile, rowStart, 2), TransposedPair(tile, rowStart, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float4 MultiplyAdd(UInt4 a, UInt2 b, Float4 c, bool isBrain)
    {
        int g = Warp.LaneIdx >> 2;
        int t = Warp.LaneIdx & 3;
        for (int k = 0; k < 8; k++)
        {
            // Columns 2k and 2k + 1 of A lie in lanes of this row's group, rows 2k and 2k + 1 of B in those of this column's.
            int owner = k & 3;
            uint top = Warp.Shuffle(k < 4 ? a.X : a.Z, (4 * g) + owner);
            uint bottom = Warp.Shuffle(k < 4 ? a.Y : a.W, (4 * g) + owner);
            uint left = Warp.Shuffle(k < 4 ? b.X : b.Y, (8 * t) + owner);
            uint right = Warp.Shuffle(k < 4 ? b.X : b.Y, (8 * t) + 4 + owner);
            c = Added(c, Low(top, isBrain), Low(bottom, isBrain), Low(left, isBrain), Low(right, isBrain));
            c = Added(c, High(top, isBrain), High(bottom, isBrain), High(left, isBrain), High(right, isBrain));
        }

        return c;
    }

    private static Float4 Added(Float4 c, float upper, float lower, float first, float second) => new(
        Intrinsics.Fma(upper, first, c.X), Intrinsics.Fma(upper, second, c.Y), Intrinsics.Fma(lower, first, c.Z), Intrinsics.Fma(lower, second, c.W));

    private static float Low(uint pair, bool isBrain) => isBrain ? Interop.IntAsFloat(pair << 16) : HalfPair.Low(pair);

    private static float High(uint pair, bool isBrain) => isBrain ? Interop.IntAsFloat(pair & 0xFFFF0000u) : HalfPair.High(pair);

    private static uint Pair(ArrayView<ushort> tile, int rowStart, int matrix)
    {
        int start = Warp.Shuffle(rowStart, (8 * matrix) + (Warp.LaneIdx >> 2)) + (2 * (Warp.LaneIdx & 3));
        return tile[start] | ((uint)tile[start + 1] << 16);
    }

    private static uint TransposedPair(ArrayView<ushort> tile, int rowStart, int matrix)
    {
        int row = (8 * matrix) + (2 * (Warp.LaneIdx & 3));
        int column = Warp.LaneIdx >> 2;
        int first = Warp.Shuffle(rowStart, row) + column;
        int second = Warp.Shuffle(rowStart, row + 1) + column;
        return tile[first] | ((uint)tile[second] << 16);
    }
}
