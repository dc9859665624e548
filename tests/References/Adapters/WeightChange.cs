using System;

namespace DreamFusion.References.Adapters;

/// <summary>
/// Changes of a weight by adapters in double precision, written out index by index from the definitions: LoRA (Hu et al. 2021),
/// LoHa and LoKr (LyCORIS; Yeh et al. 2023). All results are [outputs, inputs, places of the kernel], flattened.
/// </summary>
public static class WeightChange
{
    /// <summary>dW[o, i, k] = Σ_r up[o, r] down[r, i, k].</summary>
    public static double[] LowRank(double[] up, double[] down, int outputs, int inputs, int places, int rank) =>
        Fill(outputs, inputs, places, (o, i, k) =>
        {
            double sum = 0;
            for (int r = 0; r < rank; r++)
            {
                sum += up[(o * rank) + r] * down[(((r * inputs) + i) * places) + k];
            }

            return sum;
        });

    /// <summary>dW[o, i, k] = Σ_pq mid[p, q, k] up[o, p] down[q, i].</summary>
    public static double[] WithCore(double[] up, double[] mid, double[] down, int outputs, int inputs, int places, int upRank, int downRank) =>
        Fill(outputs, inputs, places, (o, i, k) =>
        {
            double sum = 0;
            for (int p = 0; p < upRank; p++)
            {
                for (int q = 0; q < downRank; q++)
                {
                    sum += mid[(((p * downRank) + q) * places) + k] * up[(o * upRank) + p] * down[(q * inputs) + i];
                }
            }

            return sum;
        });

    /// <summary>LyCORIS' Tucker form, in which the first factor is [r, outputs]: dW[o, i, k] = Σ_pq t[p, q, k] a[p, o] b[q, i].</summary>
    public static double[] Tucker(double[] core, double[] a, double[] b, int outputs, int inputs, int places, int rank) =>
        Fill(outputs, inputs, places, (o, i, k) =>
        {
            double sum = 0;
            for (int p = 0; p < rank; p++)
            {
                for (int q = 0; q < rank; q++)
                {
                    sum += core[(((p * rank) + q) * places) + k] * a[(p * outputs) + o] * b[(q * inputs) + i];
                }
            }

            return sum;
        });

    /// <summary>Element by element.</summary>
    public static double[] Hadamard(double[] first, double[] second)
    {
        double[] product = new double[first.Length];
        for (int i = 0; i < product.Length; i++)
        {
            product[i] = first[i] * second[i];
        }

        return product;
    }

    /// <summary>dW[o1 R2 + o2, i1 I2 + i2, k] = w1[o1, i1] w2[o2, i2, k].</summary>
    public static double[] Kronecker(double[] first, double[] second, (int Rows, int Columns) outer, (int Rows, int Columns) inner, int places) =>
        Fill(outer.Rows * inner.Rows, outer.Columns * inner.Columns, places, (o, i, k) =>
            first[(o / inner.Rows * outer.Columns) + (i / inner.Columns)] * second[((((o % inner.Rows) * inner.Columns) + (i % inner.Columns)) * places) + k]);

    private static double[] Fill(int outputs, int inputs, int places, Func<int, int, int, double> element)
    {
        double[] values = new double[outputs * inputs * places];
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int k = 0; k < places; k++)
                {
                    values[(((o * inputs) + i) * places) + k] = element(o, i, k);
                }
            }
        }

        return values;
    }
}
