using System;
using System.Buffers;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>LoHa: the product of two matrices element by element. Source: Hyeon-Woo et al. 2021 (FedPara), eq. 2; LyCORIS.</summary>
/// <param name="first">One matrix.</param>
/// <param name="second">The other, of the same size.</param>
internal sealed class HadamardRows(IMatrixRows first, IMatrixRows second) : IMatrixRows
{
    /// <inheritdoc/>
    public int Rows => first.Rows;

    /// <inheritdoc/>
    public int Columns => first.Columns;

    /// <inheritdoc/>
    public void Row(int row, Span<float> values)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(values.Length);
        Span<float> other = rented.AsSpan(0, values.Length);
        first.Row(row, values);
        second.Row(row, other);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= other[i];
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}
