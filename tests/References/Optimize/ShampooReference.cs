using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.References.Optimize;

/// <summary>
/// Shampoo of one matrix in double precision, with inverse roots by the coupled Newton iteration, not by eigenvalues:
/// X ← X T, M ← Tᵖ M with T = ((p + 1) I - M) / p, from M = z A and X = z^(1/p) I; M tends to I and X to A^(-1/p).
/// </summary>
public sealed class ShampooReference
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly Settings _settings;
    private readonly double[] _momentum;
    private readonly List<Block> _blocks = [];
    private int _step;

    public ShampooReference(int rows, int columns, Settings settings)
    {
        _rows = rows;
        _columns = columns;
        _settings = settings;
        _momentum = new double[rows * columns];
        for (int row = 0; row < rows; row += settings.BlockSize)
        {
            for (int column = 0; column < columns; column += settings.BlockSize)
            {
                int height = Math.Min(settings.BlockSize, rows - row), width = Math.Min(settings.BlockSize, columns - column);
                _blocks.Add(new Block(row, column, Scaled(height, settings.Epsilon), Scaled(width, settings.Epsilon)));
            }
        }
    }

    public sealed record Settings(
        double Beta1, double Beta2, double Epsilon, int Exponent, int BlockSize, bool GraftsSign, int RootInterval, int PlainSteps);

    private sealed record Block(int Row, int Column, double[,] Left, double[,] Right)
    {
        public double[,]? LeftRoot { get; set; }

        public double[,]? RightRoot { get; set; }
    }

    public void Step(double[] parameters, double[] gradient, double clip, double rate, double decay)
    {
        _step++;
        double[] g = gradient.Select(x => x * clip).ToArray();
        double[] graft = _settings.GraftsSign ? g.Select(x => (double)Math.Sign(x)).ToArray() : g;
        double[] direction = new double[g.Length];
        bool preconditioned = _step > _settings.PlainSteps;
        foreach (Block block in _blocks)
        {
            double[,] part = new double[block.Left.GetLength(0), block.Right.GetLength(0)];
            ForEach(part, (i, j) => part[i, j] = g[(block.Row + i) * _columns + block.Column + j]);
            Blend(block.Left, Multiply(part, Transpose(part)));
            Blend(block.Right, Multiply(Transpose(part), part));
            if (preconditioned && (block.LeftRoot is null || (_step - 1) % _settings.RootInterval == 0))
            {
                bool left = part.GetLength(0) > 1, right = part.GetLength(1) > 1 || !left;
                int p = _settings.Exponent != 0 ? _settings.Exponent : left && right ? 4 : 2;
                block.LeftRoot = left ? InverseRoot(block.Left, p, _settings.Epsilon) : Scaled(1, 1);
                block.RightRoot = right ? InverseRoot(block.Right, p, _settings.Epsilon) : Scaled(1, 1);
            }

            if (preconditioned)
            {
                double[,] turned = Multiply(Multiply(block.LeftRoot!, part), block.RightRoot!);
                ForEach(turned, (i, j) => direction[(block.Row + i) * _columns + block.Column + j] = turned[i, j]);
            }
        }

        double norm = Math.Sqrt(direction.Sum(x => x * x)), scale = norm == 0 ? 0 : Math.Sqrt(graft.Sum(x => x * x)) / norm;
        for (int i = 0; i < _rows * _columns; i++)
        {
            double update = (preconditioned ? scale * direction[i] : graft[i]) + decay * parameters[i];
            _momentum[i] = _settings.Beta1 * _momentum[i] + update;
            parameters[i] -= rate * (update + _settings.Beta1 * _momentum[i]);
        }
    }

    /// <summary>(A + ε λ_max I)^(-1/p).</summary>
    public static double[,] InverseRoot(double[,] matrix, int p, double epsilon)
    {
        int n = matrix.GetLength(0);
        double ridge = epsilon * LargestEigenvalue(matrix);
        double[,] m = (double[,])matrix.Clone();
        for (int i = 0; i < n; i++)
        {
            m[i, i] += ridge;
        }

        double z = (1 + p) / (2 * Math.Sqrt(m.Cast<double>().Sum(x => x * x)));
        ForEach(m, (i, j) => m[i, j] *= z);
        double[,] x = Scaled(n, Math.Pow(z, 1d / p));
        for (int iteration = 0; iteration < 200; iteration++)
        {
            double[,] t = Scaled(n, (p + 1d) / p);
            ForEach(t, (i, j) => t[i, j] -= m[i, j] / p);
            x = Multiply(x, t);
            for (int power = 0; power < p; power++)
            {
                m = Multiply(t, m);
            }
        }

        return x;
    }

    private static double LargestEigenvalue(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        double[,] vector = new double[n, 1];
        ForEach(vector, (i, _) => vector[i, 0] = 1 + 0.1 * i);
        double norm = 0;
        for (int iteration = 0; iteration < 2000; iteration++)
        {
            vector = Multiply(matrix, vector);
            norm = Math.Sqrt(vector.Cast<double>().Sum(x => x * x));
            ForEach(vector, (i, _) => vector[i, 0] /= norm);
        }

        return norm;
    }

    private static double[,] Scaled(int size, double scale)
    {
        double[,] result = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            result[i, i] = scale;
        }

        return result;
    }

    public static double[,] Multiply(double[,] a, double[,] b)
    {
        double[,] result = new double[a.GetLength(0), b.GetLength(1)];
        ForEach(result, (i, j) =>
        {
            for (int k = 0; k < a.GetLength(1); k++)
            {
                result[i, j] += a[i, k] * b[k, j];
            }
        });
        return result;
    }

    public static double[,] Transpose(double[,] a)
    {
        double[,] result = new double[a.GetLength(1), a.GetLength(0)];
        ForEach(result, (i, j) => result[i, j] = a[j, i]);
        return result;
    }

    private void Blend(double[,] statistics, double[,] square)
    {
        double share = _settings.Beta2 == 1 ? 1 : 1 - _settings.Beta2;
        ForEach(statistics, (i, j) => statistics[i, j] = _settings.Beta2 * statistics[i, j] + share * square[i, j]);
    }

    private static void ForEach(double[,] matrix, Action<int, int> action)
    {
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++)
            {
                action(i, j);
            }
        }
    }
}
