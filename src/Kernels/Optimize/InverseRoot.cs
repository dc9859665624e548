using System;

namespace DreamFusion.Kernels.Optimize;

/// <summary>
/// A^(-1/p) of a symmetric positive semidefinite matrix on the host, in double precision: A + ε λ_max I = V Λ Vᵀ by Jacobi rotations,
/// then V Λ^(-1/p) Vᵀ. Source: Golub and Van Loan, "Matrix computations", section 8.5 (cyclic Jacobi).
/// </summary>
public static class InverseRoot
{
    private const int MaxSweeps = 50;

    /// <summary>Writes (A + ε λ_max I)^(-1/p).</summary>
    /// <param name="matrix">A [n, n], symmetric; destroyed.</param>
    /// <param name="vectors">Scratch [n, n].</param>
    /// <param name="size">n.</param>
    /// <param name="exponent">p, positive.</param>
    /// <param name="epsilon">ε, &gt; 0.</param>
    /// <param name="root">The root [n, n]; overwritten.</param>
    /// <returns>False if A is not finite; the root is undefined then.</returns>
    public static bool TryCompute(Span<double> matrix, Span<double> vectors, int size, int exponent, double epsilon, Span<float> root)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exponent);
        if (matrix.Length != size * size || vectors.Length != size * size || root.Length != size * size)
        {
            throw new ArgumentException($"Inverse root: expected three matrices of {size}x{size}, got {matrix.Length}, {vectors.Length} and {root.Length} values; pass whole matrices.");
        }

        if (!Diagonalize(matrix, vectors, size))
        {
            return false;
        }

        double largest = 0d;
        for (int i = 0; i < size; i++)
        {
            largest = Math.Max(largest, matrix[i * size + i]);
        }

        // A matrix of zeros has no scale of its own; any gradient it will meet is zero too.
        double ridge = Math.Max(epsilon * largest, 1e-30);
        for (int i = 0; i < size; i++)
        {
            matrix[i * size + i] = Math.Pow(Math.Max(matrix[i * size + i], 0d) + ridge, -1d / exponent);
        }

        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                double sum = 0d;
                for (int k = 0; k < size; k++)
                {
                    sum += vectors[k * size + row] * matrix[k * size + k] * vectors[k * size + column];
                }

                root[row * size + column] = (float)sum;
                root[column * size + row] = (float)sum;
            }
        }

        return true;
    }

    /// <summary>Leaves the eigenvalues on the diagonal and the eigenvectors in the rows of <paramref name="vectors"/>.</summary>
    private static bool Diagonalize(Span<double> a, Span<double> vectors, int size)
    {
        vectors.Clear();
        for (int i = 0; i < size; i++)
        {
            vectors[i * size + i] = 1d;
        }

        for (int sweep = 0; sweep < MaxSweeps; sweep++)
        {
            (double diagonal, double others) = SquaredNorms(a, size);
            if (!double.IsFinite(diagonal + others))
            {
                return false;
            }

            if (others <= 1e-30 * diagonal)
            {
                break;
            }

            for (int p = 0; p < size - 1; p++)
            {
                for (int q = p + 1; q < size; q++)
                {
                    if (a[p * size + q] != 0d)
                    {
                        Rotate(a, vectors, size, p, q);
                    }
                }
            }
        }

        return true;
    }

    private static (double Diagonal, double Others) SquaredNorms(ReadOnlySpan<double> a, int size)
    {
        double diagonal = 0d;
        double others = 0d;
        for (int i = 0; i < a.Length; i++)
        {
            double squared = a[i] * a[i];
            if (i / size == i % size)
            {
                diagonal += squared;
            }
            else
            {
                others += squared;
            }
        }

        return (diagonal, others);
    }

    /// <summary>The rotation in the plane (p, q) that makes a[p, q] zero.</summary>
    private static void Rotate(Span<double> a, Span<double> vectors, int size, int p, int q)
    {
        double theta = (a[q * size + q] - a[p * size + p]) / (2d * a[p * size + q]);
        double tangent = (theta < 0d ? -1d : 1d) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1d));
        double cosine = 1d / Math.Sqrt(tangent * tangent + 1d);
        double sine = tangent * cosine;
        RotateRows(a.Slice(p * size, size), a.Slice(q * size, size), cosine, sine);
        for (int k = 0; k < size; k++)
        {
            double left = a[k * size + p];
            double right = a[k * size + q];
            a[k * size + p] = cosine * left - sine * right;
            a[k * size + q] = sine * left + cosine * right;
        }

        RotateRows(vectors.Slice(p * size, size), vectors.Slice(q * size, size), cosine, sine);
    }

    private static void RotateRows(Span<double> p, Span<double> q, double cosine, double sine)
    {
        for (int k = 0; k < p.Length; k++)
        {
            double upper = p[k];
            double lower = q[k];
            p[k] = cosine * upper - sine * lower;
            q[k] = sine * upper + cosine * lower;
        }
    }
}
