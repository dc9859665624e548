using System;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>
/// LoKr: the Kronecker product of two matrices; row o₁·R₂ + o₂ holds w₁[o₁, i₁] w₂[o₂, i₂, k] at (i₁·I₂ + i₂)·K + k.
/// Source: Yeh et al. 2023 (LyCORIS), section 3.
/// </summary>
/// <param name="first">w₁ [R₁, I₁].</param>
/// <param name="second">w₂ [R₂, I₂·K], the kernel's places last.</param>
internal sealed class KroneckerRows(DenseRows first, DenseRows second) : IMatrixRows
{
    /// <inheritdoc/>
    public int Rows => first.Rows * second.Rows;

    /// <inheritdoc/>
    public int Columns => first.Columns * second.Columns;

    /// <inheritdoc/>
    public void Row(int row, Span<float> values)
    {
        (int outer, int inner) = Math.DivRem(row, second.Rows);
        ReadOnlySpan<float> factors = first.Row(outer);
        ReadOnlySpan<float> block = second.Row(inner);
        values.Clear();
        for (int i = 0; i < factors.Length; i++)
        {
            RowArithmetic.AddScaled(values.Slice(i * block.Length, block.Length), factors[i], block);
        }
    }
}
