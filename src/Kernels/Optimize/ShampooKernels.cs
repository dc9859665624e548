using System;
using ILGPU;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// Shampoo for the matrices of small networks. G gradient of a matrix (or of a block of it), c clip factor, λ weight decay, t step
/// from 1.
/// <code>
/// L ← β₂ L + (1 - β₂) c² G Gᵀ       R ← β₂ R + (1 - β₂) c² Gᵀ G        (weights 1 and 1 for β₂ = 1; both start at ε I)
/// P = L^(-1/p) G R^(-1/p)           roots of L + ε λ_max(L) I, recomputed every few steps
/// u = P ‖S‖ / ‖P‖ + λ p             S = sign(G) or c G; for the first steps u = S + λ p
/// M ← β₁ M + u                      p ← p - lr (u + β₁ M)              (Nesterov)
/// </code>
/// Source: Gupta, Koren and Singer 2018, "Shampoo: Preconditioned stochastic tensor optimization", algorithm 1; blocks, grafting,
/// exponents and momentum as in Anil et al. 2020, "Scalable second order optimization for deep learning". It has no backward.
/// </summary>
public static class ShampooKernels
{
    /// <summary>Arguments of <see cref="Accumulate"/>.</summary>
    public struct StatisticsArgs
    {
        /// <summary>G, from the block's first element on.</summary>
        public ArrayView<float> Gradients;

        /// <summary>Statistics [n, n] of one side; updated.</summary>
        public ArrayView<float> Statistics;

        /// <summary>n.</summary>
        public int Size;

        /// <summary>Distance of neighbours along the side.</summary>
        public int OuterStride;

        /// <summary>Distance of neighbours across the side.</summary>
        public int InnerStride;

        /// <summary>Length across the side.</summary>
        public int InnerCount;

        /// <summary>β₂.</summary>
        public float Decay;

        /// <summary>(1 - β₂) c², or c² for β₂ = 1.</summary>
        public float Share;
    }

    /// <summary>Arguments of <see cref="Multiply"/>: Product = Left · Right.</summary>
    public struct ProductArgs
    {
        /// <summary>Left factor [rows, InnerCount].</summary>
        public ArrayView<float> Left;

        /// <summary>Right factor [InnerCount, Columns].</summary>
        public ArrayView<float> Right;

        /// <summary>Product [rows, Columns]; overwritten.</summary>
        public ArrayView<float> Product;

        /// <summary>Distance of the left factor's rows.</summary>
        public int LeftStride;

        /// <summary>Distance of the right factor's rows.</summary>
        public int RightStride;

        /// <summary>Distance of the product's rows.</summary>
        public int ProductStride;

        /// <summary>Columns of the left factor.</summary>
        public int InnerCount;

        /// <summary>Columns of the product.</summary>
        public int Columns;
    }

    /// <summary>Arguments of <see cref="RowNorms"/> and <see cref="Multiplier"/>.</summary>
    public struct NormArgs
    {
        /// <summary>G of the matrix.</summary>
        public ArrayView<float> Gradients;

        /// <summary>P of the matrix.</summary>
        public ArrayView<float> Directions;

        /// <summary>Squared norms of S and P of each row [2, rows]; overwritten by RowNorms.</summary>
        public ArrayView<double> Norms;

        /// <summary>‖S‖ / ‖P‖ [1]; overwritten by Multiplier.</summary>
        public ArrayView<float> Multiplier;

        /// <summary>Rows of the matrix.</summary>
        public int Rows;

        /// <summary>Columns of the matrix.</summary>
        public int Columns;

        /// <summary>1 for S = sign(G), 0 for S = c G.</summary>
        public int GraftsSign;

        /// <summary>c.</summary>
        public float ClipFactor;
    }

    /// <summary>Arguments of <see cref="Update"/>.</summary>
    public struct UpdateArgs
    {
        /// <summary>p of the matrix; updated.</summary>
        public ArrayView<float> Parameters;

        /// <summary>G of the matrix; zeroed.</summary>
        public ArrayView<float> Gradients;

        /// <summary>M of the matrix; updated.</summary>
        public ArrayView<float> Momenta;

        /// <summary>P of the matrix.</summary>
        public ArrayView<float> Directions;

        /// <summary>‖S‖ / ‖P‖ [1].</summary>
        public ArrayView<float> Multiplier;

        /// <summary>1 to move along P, 0 to move along S.</summary>
        public int IsPreconditioned;

        /// <summary>1 for S = sign(G), 0 for S = c G.</summary>
        public int GraftsSign;

        /// <summary>c.</summary>
        public float ClipFactor;

        /// <summary>β₁.</summary>
        public float Beta1;

        /// <summary>lr.</summary>
        public float LearningRate;

        /// <summary>λ.</summary>
        public float WeightDecay;
    }

    /// <summary>One entry of L or R. Both halves sum in the same order, so the statistics are exactly symmetric.</summary>
    /// <param name="entry">Row times n plus column.</param>
    /// <param name="a">Arguments.</param>
    public static void Accumulate(Index1D entry, StatisticsArgs a)
    {
        int row = entry.X / a.Size;
        int column = entry.X - row * a.Size;
        float sum = 0f;
        for (int k = 0; k < a.InnerCount; k++)
        {
            sum += a.Gradients[row * a.OuterStride + k * a.InnerStride] * a.Gradients[column * a.OuterStride + k * a.InnerStride];
        }

        a.Statistics[entry] = a.Decay * a.Statistics[entry] + a.Share * sum;
    }

    /// <summary>One entry of a matrix product.</summary>
    /// <param name="entry">Row times Columns plus column.</param>
    /// <param name="a">Arguments.</param>
    public static void Multiply(Index1D entry, ProductArgs a)
    {
        int row = entry.X / a.Columns;
        int column = entry.X - row * a.Columns;
        float sum = 0f;
        for (int k = 0; k < a.InnerCount; k++)
        {
            sum += a.Left[row * a.LeftStride + k] * a.Right[k * a.RightStride + column];
        }

        a.Product[row * a.ProductStride + column] = sum;
    }

    /// <summary>Squared norms of one row. In double: with small gradients P is huge, and its square would overflow a float.</summary>
    /// <param name="row">Row of the matrix.</param>
    /// <param name="a">Arguments.</param>
    public static void RowNorms(Index1D row, NormArgs a)
    {
        double graft = 0d;
        double direction = 0d;
        for (int column = 0; column < a.Columns; column++)
        {
            int i = row.X * a.Columns + column;
            double s = Graft(a.Gradients[i], a.GraftsSign, a.ClipFactor);
            double p = a.Directions[i];
            graft += s * s;
            direction += p * p;
        }

        a.Norms[row.X] = graft;
        a.Norms[a.Rows + row.X] = direction;
    }

    /// <summary>One work item: ‖S‖ / ‖P‖, and 0 for P = 0.</summary>
    /// <param name="one">0.</param>
    /// <param name="a">Arguments.</param>
    public static void Multiplier(Index1D one, NormArgs a)
    {
        double graft = 0d;
        double direction = 0d;
        for (int row = 0; row < a.Rows; row++)
        {
            graft += a.Norms[row];
            direction += a.Norms[a.Rows + row];
        }

        a.Multiplier[one] = direction == 0d ? 0f : (float)Math.Sqrt(graft / direction);
    }

    /// <summary>One step of one parameter.</summary>
    /// <param name="index">Parameter within the matrix.</param>
    /// <param name="a">Arguments.</param>
    public static void Update(Index1D index, UpdateArgs a)
    {
        float p = a.Parameters[index];
        float update = a.IsPreconditioned != 0
            ? a.Directions[index] * a.Multiplier[0]
            : Graft(a.Gradients[index], a.GraftsSign, a.ClipFactor);
        update += a.WeightDecay * p;
        float momentum = a.Beta1 * a.Momenta[index] + update;
        a.Momenta[index] = momentum;
        a.Parameters[index] = p - a.LearningRate * (update + a.Beta1 * momentum);
        a.Gradients[index] = 0f;
    }

    private static float Graft(float gradient, int graftsSign, float clipFactor)
        => graftsSign == 0 ? clipFactor * gradient : gradient > 0f ? 1f : gradient < 0f ? -1f : 0f;
}
