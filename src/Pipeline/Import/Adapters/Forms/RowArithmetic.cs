using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DreamFusion.Pipeline.Import.Adapters.Forms;

/// <summary>Sums of scaled rows. Every element is one product and one sum in float32, whatever the width of the machine's vectors.</summary>
internal static class RowArithmetic
{
    /// <summary>sum += factor · row.</summary>
    /// <param name="sum">Accumulates.</param>
    /// <param name="factor">Scale.</param>
    /// <param name="row">As long as <paramref name="sum"/>.</param>
    public static void AddScaled(Span<float> sum, float factor, ReadOnlySpan<float> row)
    {
        Span<Vector<float>> sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        ReadOnlySpan<Vector<float>> rows = MemoryMarshal.Cast<float, Vector<float>>(row);
        Vector<float> factors = new(factor);
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += factors * rows[i];
        }

        for (int i = sums.Length * Vector<float>.Count; i < sum.Length; i++)
        {
            float product = factor * row[i];
            sum[i] += product;
        }
    }
}
