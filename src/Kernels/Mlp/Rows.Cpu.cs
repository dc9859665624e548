using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DreamFusion.Kernels.Mlp;

/// <summary>Moves rows of row-major matrices. Only the columns that exist are read and written.</summary>
internal static unsafe class Rows
{
    /// <summary>Copies rows from one row distance to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Copy(float* source, int sourceRow, float* target, int targetRow, int rows, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            CopyRow(source, target, columns);
            source += sourceRow;
            target += targetRow;
        }
    }

    /// <summary>Copies the selected rows of a dense matrix [_, columns] into consecutive rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Gather(float* source, int columns, int* selected, int rows, float* target, int targetRow)
    {
        for (int row = 0; row < rows; row++)
        {
            CopyRow(source + (nint)selected[row] * columns, target, columns);
            target += targetRow;
        }
    }

    /// <summary>Copies consecutive rows into the selected rows of a dense matrix [_, columns].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Scatter(float* source, int sourceRow, int* selected, int rows, float* target, int columns)
    {
        for (int row = 0; row < rows; row++)
        {
            CopyRow(source, target + (nint)selected[row] * columns, columns);
            source += sourceRow;
        }
    }

    /// <summary>
    /// Finds the next rows of a dense matrix [_, columns] that are not zero: at most <paramref name="capacity"/> of [first, last).
    /// </summary>
    /// <returns>The row to go on from, or -1 if none was found.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static int SelectNonzero(float* values, int columns, int first, int last, int* selected, int capacity, out int count)
    {
        count = 0;
        int row = first;
        for (; row < last && count < capacity; row++)
        {
            // Branch-free: which rows are zero is hard to predict.
            selected[count] = row;
            count += IsZero(values + (nint)row * columns, columns) ? 0 : 1;
        }

        return count == 0 ? -1 : row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsZero(float* values, int columns)
    {
        int column = 0;
        Vector128<float> nonzero = Vector128<float>.Zero;
        for (; column + 4 <= columns; column += 4)
        {
            // Not equal to zero, which NaN is too.
            nonzero |= ~Vector128.Equals(Vector128.Load(values + column), Vector128<float>.Zero);
        }

        bool isZero = nonzero.AsUInt32() == Vector128<uint>.Zero;
        for (; column < columns; column++)
        {
            isZero &= values[column] == 0f;
        }

        return isZero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow(float* source, float* target, int columns)
    {
        int column = 0;
        for (; column + 4 <= columns; column += 4)
        {
            Vector128.Load(source + column).Store(target + column);
        }

        for (; column < columns; column++)
        {
            target[column] = source[column];
        }
    }
}
