using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Mlp;

/// <summary>What happens to an element of a product before it is stored.</summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
internal unsafe interface ITileEpilogue<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>The values to store.</summary>
    /// <param name="value">Elements of the product.</param>
    /// <param name="mask">Where the elements of <see cref="MatrixProduct.Mask"/> lie that belong to them.</param>
    static abstract TVector Apply(TVector value, float* mask);
}

/// <summary>Stores the product as it is.</summary>
internal readonly unsafe struct PlainTile<TLanes, TVector> : ITileEpilogue<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply(TVector value, float* mask) => value;
}

/// <summary>ReLU: max(value, 0), NaN stays.</summary>
internal readonly unsafe struct ReluTile<TLanes, TVector> : ITileEpilogue<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply(TVector value, float* mask) => TLanes.KeepWherePositive(value, value);
}

/// <summary>ReLU's derivative times the value: kept where the hidden unit is active.</summary>
internal readonly unsafe struct MaskedTile<TLanes, TVector> : ITileEpilogue<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply(TVector value, float* mask) => TLanes.KeepWherePositive(value, TLanes.Load(mask));
}

/// <summary>The value times a factor that is given for each element.</summary>
internal readonly unsafe struct ScaledTile<TLanes, TVector> : ITileEpilogue<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply(TVector value, float* mask) => TLanes.Multiply(TLanes.Load(mask), value);
}

/// <summary>C = epilogue(Init + A·B), A [M, K], B [K, N], row-major unless said.</summary>
internal unsafe struct MatrixProduct
{
    /// <summary>Element (r, k) of A lies at A[r·ARow + k·AStep].</summary>
    public float* A;

    /// <summary>Distance of A's rows.</summary>
    public nint ARow;

    /// <summary>Distance of A's columns.</summary>
    public nint AStep;

    /// <summary>B: rows at distance <see cref="BRow"/>, or panels of two vectors of columns, each [K, 2 vectors], if that is 0.</summary>
    public float* B;

    /// <summary>Distance of B's rows; 0 for panels.</summary>
    public nint BRow;

    /// <summary>What the product is added to; may be C.</summary>
    public float* Init;

    /// <summary>Distance of Init's rows; 0 adds one row everywhere.</summary>
    public nint InitRow;

    /// <summary>C.</summary>
    public float* C;

    /// <summary>Distance of C's and Mask's rows.</summary>
    public nint CRow;

    /// <summary>What <see cref="MaskedTile{TLanes, TVector}"/> and <see cref="ScaledTile{TLanes, TVector}"/> read, laid out as C; else unused.</summary>
    public float* Mask;

    /// <summary>Rows of A and C.</summary>
    public int M;

    /// <summary>Columns of B and C, a multiple of the vector.</summary>
    public int N;

    /// <summary>Columns of A, rows of B.</summary>
    public int K;
}

/// <summary>
/// Matrix products in register tiles: six rows by two vectors need twelve sums, two vectors of B and one element of A, which is all that
/// sixteen registers hold, and twelve independent sums hide the latency of the fma. Every element is summed over k in ascending
/// order with one fma a term, as the kernels do.
/// </summary>
/// <typeparam name="TLanes">Vector width.</typeparam>
/// <typeparam name="TVector">Vector.</typeparam>
/// <typeparam name="TEpilogue">What happens before the store.</typeparam>
internal static unsafe class MatrixTile<TLanes, TVector, TEpilogue>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
    where TEpilogue : struct, ITileEpilogue<TLanes, TVector>
{
    /// <summary>Computes the product.</summary>
    public static void Multiply(in MatrixProduct p)
    {
        // Rows left over by six are covered by four where that avoids single rows: 32 = 4·6 + 2·4, 64 = 10·6 + 4.
        int rest = p.M % 6;
        int fours = rest >= 4 ? 1 : rest >= 2 && p.M >= 8 ? 2 : 0;
        int sixes = (p.M - 4 * fours) / 6;
        int row = 0;
        for (; sixes > 0; sixes--, row += 6)
        {
            Rows6(p, row);
        }

        for (; fours > 0; fours--, row += 4)
        {
            Rows4(p, row);
        }

        for (; row < p.M; row++)
        {
            Rows1(p, row);
        }
    }

    private static void Rows6(in MatrixProduct p, int row)
    {
        int column = 0;
        for (; column + 2 * TLanes.Count <= p.N; column += 2 * TLanes.Count)
        {
            Tile6x2(p, row, column);
        }

        if (column < p.N)
        {
            Tile6x1(p, row, column);
        }
    }

    private static void Rows4(in MatrixProduct p, int row)
    {
        int column = 0;
        for (; column + 2 * TLanes.Count <= p.N; column += 2 * TLanes.Count)
        {
            Tile4x2(p, row, column);
        }

        if (column < p.N)
        {
            Tile4x1(p, row, column);
        }
    }

    private static void Rows1(in MatrixProduct p, int row)
    {
        for (int column = 0; column < p.N; column += TLanes.Count)
        {
            Tile1x1(p, row, column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile6x2(in MatrixProduct p, int row, int column)
    {
        nint second = TLanes.Count;
        float* init = p.Init + row * p.InitRow + column;
        TVector c00 = TLanes.Load(init);
        TVector c01 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c10 = TLanes.Load(init);
        TVector c11 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c20 = TLanes.Load(init);
        TVector c21 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c30 = TLanes.Load(init);
        TVector c31 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c40 = TLanes.Load(init);
        TVector c41 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c50 = TLanes.Load(init);
        TVector c51 = TLanes.Load(init + second);
        float* a0 = p.A + row * p.ARow;
        float* a1 = a0 + p.ARow;
        float* a2 = a1 + p.ARow;
        float* a3 = a2 + p.ARow;
        float* a4 = a3 + p.ARow;
        float* a5 = a4 + p.ARow;
        float* b = ColumnsOfB(p, column);
        nint bRow = p.BRow == 0 ? 2 * TLanes.Count : p.BRow;
        nint end = p.K * p.AStep;
        for (nint k = 0; k < end; k += p.AStep)
        {
            TVector b0 = TLanes.Load(b);
            TVector b1 = TLanes.Load(b + second);
            b += bRow;
            TVector a = TLanes.Broadcast(a0[k]);
            c00 = TLanes.MultiplyAdd(a, b0, c00);
            c01 = TLanes.MultiplyAdd(a, b1, c01);
            a = TLanes.Broadcast(a1[k]);
            c10 = TLanes.MultiplyAdd(a, b0, c10);
            c11 = TLanes.MultiplyAdd(a, b1, c11);
            a = TLanes.Broadcast(a2[k]);
            c20 = TLanes.MultiplyAdd(a, b0, c20);
            c21 = TLanes.MultiplyAdd(a, b1, c21);
            a = TLanes.Broadcast(a3[k]);
            c30 = TLanes.MultiplyAdd(a, b0, c30);
            c31 = TLanes.MultiplyAdd(a, b1, c31);
            a = TLanes.Broadcast(a4[k]);
            c40 = TLanes.MultiplyAdd(a, b0, c40);
            c41 = TLanes.MultiplyAdd(a, b1, c41);
            a = TLanes.Broadcast(a5[k]);
            c50 = TLanes.MultiplyAdd(a, b0, c50);
            c51 = TLanes.MultiplyAdd(a, b1, c51);
        }

        nint at = row * p.CRow + column;
        Store(p, at, c00, c01);
        Store(p, at + p.CRow, c10, c11);
        Store(p, at + 2 * p.CRow, c20, c21);
        Store(p, at + 3 * p.CRow, c30, c31);
        Store(p, at + 4 * p.CRow, c40, c41);
        Store(p, at + 5 * p.CRow, c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4x2(in MatrixProduct p, int row, int column)
    {
        nint second = TLanes.Count;
        float* init = p.Init + row * p.InitRow + column;
        TVector c00 = TLanes.Load(init);
        TVector c01 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c10 = TLanes.Load(init);
        TVector c11 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c20 = TLanes.Load(init);
        TVector c21 = TLanes.Load(init + second);
        init += p.InitRow;
        TVector c30 = TLanes.Load(init);
        TVector c31 = TLanes.Load(init + second);
        float* a0 = p.A + row * p.ARow;
        float* a1 = a0 + p.ARow;
        float* a2 = a1 + p.ARow;
        float* a3 = a2 + p.ARow;
        float* b = ColumnsOfB(p, column);
        nint bRow = p.BRow == 0 ? 2 * TLanes.Count : p.BRow;
        nint end = p.K * p.AStep;
        for (nint k = 0; k < end; k += p.AStep)
        {
            TVector b0 = TLanes.Load(b);
            TVector b1 = TLanes.Load(b + second);
            b += bRow;
            TVector a = TLanes.Broadcast(a0[k]);
            c00 = TLanes.MultiplyAdd(a, b0, c00);
            c01 = TLanes.MultiplyAdd(a, b1, c01);
            a = TLanes.Broadcast(a1[k]);
            c10 = TLanes.MultiplyAdd(a, b0, c10);
            c11 = TLanes.MultiplyAdd(a, b1, c11);
            a = TLanes.Broadcast(a2[k]);
            c20 = TLanes.MultiplyAdd(a, b0, c20);
            c21 = TLanes.MultiplyAdd(a, b1, c21);
            a = TLanes.Broadcast(a3[k]);
            c30 = TLanes.MultiplyAdd(a, b0, c30);
            c31 = TLanes.MultiplyAdd(a, b1, c31);
        }

        nint at = row * p.CRow + column;
        Store(p, at, c00, c01);
        Store(p, at + p.CRow, c10, c11);
        Store(p, at + 2 * p.CRow, c20, c21);
        Store(p, at + 3 * p.CRow, c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile6x1(in MatrixProduct p, int row, int column)
    {
        float* init = p.Init + row * p.InitRow + column;
        TVector c0 = TLanes.Load(init);
        TVector c1 = TLanes.Load(init + p.InitRow);
        TVector c2 = TLanes.Load(init + 2 * p.InitRow);
        TVector c3 = TLanes.Load(init + 3 * p.InitRow);
        TVector c4 = TLanes.Load(init + 4 * p.InitRow);
        TVector c5 = TLanes.Load(init + 5 * p.InitRow);
        float* a0 = p.A + row * p.ARow;
        float* a1 = a0 + p.ARow;
        float* a2 = a1 + p.ARow;
        float* a3 = a2 + p.ARow;
        float* a4 = a3 + p.ARow;
        float* a5 = a4 + p.ARow;
        float* b = ColumnsOfB(p, column);
        nint bRow = p.BRow == 0 ? TLanes.Count : p.BRow;
        nint end = p.K * p.AStep;
        for (nint k = 0; k < end; k += p.AStep)
        {
            TVector b0 = TLanes.Load(b);
            b += bRow;
            c0 = TLanes.MultiplyAdd(TLanes.Broadcast(a0[k]), b0, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Broadcast(a1[k]), b0, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Broadcast(a2[k]), b0, c2);
            c3 = TLanes.MultiplyAdd(TLanes.Broadcast(a3[k]), b0, c3);
            c4 = TLanes.MultiplyAdd(TLanes.Broadcast(a4[k]), b0, c4);
            c5 = TLanes.MultiplyAdd(TLanes.Broadcast(a5[k]), b0, c5);
        }

        nint at = row * p.CRow + column;
        Store(p, at, c0);
        Store(p, at + p.CRow, c1);
        Store(p, at + 2 * p.CRow, c2);
        Store(p, at + 3 * p.CRow, c3);
        Store(p, at + 4 * p.CRow, c4);
        Store(p, at + 5 * p.CRow, c5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile4x1(in MatrixProduct p, int row, int column)
    {
        float* init = p.Init + row * p.InitRow + column;
        TVector c0 = TLanes.Load(init);
        TVector c1 = TLanes.Load(init + p.InitRow);
        TVector c2 = TLanes.Load(init + 2 * p.InitRow);
        TVector c3 = TLanes.Load(init + 3 * p.InitRow);
        float* a0 = p.A + row * p.ARow;
        float* a1 = a0 + p.ARow;
        float* a2 = a1 + p.ARow;
        float* a3 = a2 + p.ARow;
        float* b = ColumnsOfB(p, column);
        nint bRow = p.BRow == 0 ? TLanes.Count : p.BRow;
        nint end = p.K * p.AStep;
        for (nint k = 0; k < end; k += p.AStep)
        {
            TVector b0 = TLanes.Load(b);
            b += bRow;
            c0 = TLanes.MultiplyAdd(TLanes.Broadcast(a0[k]), b0, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Broadcast(a1[k]), b0, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Broadcast(a2[k]), b0, c2);
            c3 = TLanes.MultiplyAdd(TLanes.Broadcast(a3[k]), b0, c3);
        }

        nint at = row * p.CRow + column;
        Store(p, at, c0);
        Store(p, at + p.CRow, c1);
        Store(p, at + 2 * p.CRow, c2);
        Store(p, at + 3 * p.CRow, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile1x1(in MatrixProduct p, int row, int column)
    {
        TVector sum = TLanes.Load(p.Init + row * p.InitRow + column);
        float* a = p.A + row * p.ARow;
        int vector = 2 * TLanes.Count;
        int panel = column / vector * vector;
        // A panel of two vectors may begin before this column; the last one may be a single vector.
        float* b = ColumnsOfB(p, panel) + (column - panel);
        nint bRow = p.BRow != 0 ? p.BRow : panel + vector <= p.N ? vector : TLanes.Count;
        for (int k = 0; k < p.K; k++)
        {
            sum = TLanes.MultiplyAdd(TLanes.Broadcast(a[k * p.AStep]), TLanes.Load(b), sum);
            b += bRow;
        }

        Store(p, row * p.CRow + column, sum);
    }

    // A panel of columns holds K rows, so the panels before this one hold column·K elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* ColumnsOfB(in MatrixProduct p, int column) => p.B + (p.BRow == 0 ? (nint)column * p.K : column);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in MatrixProduct p, nint at, TVector first, TVector second)
    {
        Store(p, at, first);
        Store(p, at + TLanes.Count, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in MatrixProduct p, nint at, TVector value)
        => TLanes.Store(TEpilogue.Apply(value, p.Mask + at), p.C + at);
}
