using System;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>A matrix that a file holds whole.</summary>
/// <param name="values">Row-major.</param>
/// <param name="rows">Rows.</param>
internal sealed class DenseRows(float[] values, int rows) : IMatrixRows
{
    /// <inheritdoc/>
    public int Rows => rows;

    /// <inheritdoc/>
    public int Columns => values.Length / rows;

    /// <summary>All rows of a matrix; small ones are needed more than once.</summary>
    public static DenseRows Of(IMatrixRows matrix)
    {
        float[] values = new float[matrix.Rows * matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
        {
            matrix.Row(row, values.AsSpan(row * matrix.Columns, matrix.Columns));
        }

        return new DenseRows(values, matrix.Rows);
    }

    /// <summary>One row, without a copy.</summary>
    public ReadOnlySpan<float> Row(int row) => values.AsSpan(row * Columns, Columns);

    /// <inheritdoc/>
    public void Row(int row, Span<float> values) => Row(row).CopyTo(values);
}
