using System;
using System.Buffers;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>
/// A convolution with a core between its thin factors, ΔW[o, i, k] = Σ_pq up[o, p] core[p, q, k] down[q, i], k over the kernel's
/// places. Source: LyCORIS (<c>lora_mid</c>; <c>rebuild_tucker</c> of LoHa and LoKr). The sum over p comes first, so that nothing
/// larger than a row is made.
/// </summary>
/// <param name="up">[rows, P].</param>
/// <param name="core">[P, Q, kernel].</param>
/// <param name="down">[Q, in].</param>
/// <param name="upRank">P.</param>
/// <param name="downRank">Q.</param>
internal sealed class TuckerRows(float[] up, float[] core, float[] down, int upRank, int downRank) : IMatrixRows
{
    private readonly int _kernel = core.Length / upRank / downRank;
    private readonly int _inputs = down.Length / downRank;

    /// <inheritdoc/>
    public int Rows => up.Length / upRank;

    /// <inheritdoc/>
    public int Columns => _inputs * _kernel;

    /// <inheritdoc/>
    public void Row(int row, Span<float> values)
    {
        int slice = downRank * _kernel;
        float[] rented = ArrayPool<float>.Shared.Rent(slice + _inputs);
        Span<float> mixed = rented.AsSpan(0, slice);
        Span<float> place = rented.AsSpan(slice, _inputs);
        mixed.Clear();
        for (int p = 0; p < upRank; p++)
        {
            RowArithmetic.AddScaled(mixed, up[(row * upRank) + p], core.AsSpan(p * slice, slice));
        }

        for (int k = 0; k < _kernel; k++)
        {
            place.Clear();
            for (int q = 0; q < downRank; q++)
            {
                RowArithmetic.AddScaled(place, mixed[(q * _kernel) + k], down.AsSpan(q * _inputs, _inputs));
            }

            for (int i = 0; i < _inputs; i++)
            {
                values[(i * _kernel) + k] = place[i];
            }
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}
