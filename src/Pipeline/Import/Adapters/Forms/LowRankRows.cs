using System;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>
/// The product of two thin matrices, ΔW = up · down: of a linear layer and of a 1x1 convolution, and of a 3x3 one with
/// ΔW[o, i, y, x] = Σ_r up[o, r] down[r, i, y, x]. Source: Hu et al. 2021, section 4.1; LoCon of LyCORIS.
/// </summary>
/// <param name="up">[rows, rank].</param>
/// <param name="down">[rank, columns].</param>
/// <param name="rank">r.</param>
internal sealed class LowRankRows(float[] up, float[] down, int rank) : IMatrixRows
{
    /// <inheritdoc/>
    public int Rows => up.Length / rank;

    /// <inheritdoc/>
    public int Columns => down.Length / rank;

    /// <inheritdoc/>
    public void Row(int row, Span<float> values)
    {
        values.Clear();
        for (int r = 0; r < rank; r++)
        {
            RowArithmetic.AddScaled(values, up[(row * rank) + r], down.AsSpan(r * values.Length, values.Length));
        }
    }
}
