using System;
using System.Collections.Generic;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Shape of a parameter matrix; a vector (a bias) has one column or one row.</summary>
/// <param name="Rows">Rows, positive.</param>
/// <param name="Columns">Columns, positive.</param>
public readonly record struct ShampooMatrix(int Rows, int Columns)
{
    /// <summary>Rows times columns.</summary>
    public long Length => (long)Rows * Columns;
}

/// <summary>What Shampoo remembers between steps, on the device, with the scratch memory of a step.</summary>
public sealed class ShampooState : IDisposable
{
    private readonly Block[][] _blocks;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _momenta;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _directions;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _product;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _statistics;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _roots;
    private readonly MemoryBuffer1D<double, Stride1D.Dense> _norms;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _multipliers;
    private readonly float[] _hostStatistics;
    private readonly float[] _hostRoots;
    private readonly double[] _matrix;
    private readonly double[] _vectors;

    /// <summary>Allocates the state of some matrices: momenta zero, statistics ε I.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="options">Settings; they determine the blocks.</param>
    /// <param name="matrices">Shapes, in the order of the groups given to <see cref="Shampoo.Step"/>.</param>
    public ShampooState(Accelerator accelerator, ShampooOptions options, IReadOnlyList<ShampooMatrix> matrices)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(matrices);
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join(' ', problems), nameof(options));
        }

        Options = options;
        Matrices = [.. matrices];
        _blocks = new Block[matrices.Count][];
        int statisticCount = 0, longestSide = 1, longestColumn = 1;
        long parameterCount = 0, largestBlock = 1;
        for (int i = 0; i < matrices.Count; i++)
        {
            ShampooMatrix matrix = matrices[i];
            if (matrix.Rows < 1 || matrix.Columns < 1 || matrix.Length > int.MaxValue)
            {
                throw new ArgumentException($"Shampoo: {matrix} is no matrix of 1 to {int.MaxValue} parameters; give each layer's weights and biases their own.", nameof(matrices));
            }

            _blocks[i] = Split(matrix, options.BlockSize, ref statisticCount);
            foreach (Block block in _blocks[i])
            {
                longestSide = Math.Max(longestSide, Math.Max(block.Rows, block.Columns));
                largestBlock = Math.Max(largestBlock, (long)block.Rows * block.Columns);
            }

            longestColumn = Math.Max(longestColumn, matrix.Rows);
            parameterCount += matrix.Length;
        }

        _momenta = accelerator.Allocate1D<float>(Math.Max(1, parameterCount));
        _directions = accelerator.Allocate1D<float>(Math.Max(1, parameterCount));
        _product = accelerator.Allocate1D<float>(largestBlock);
        _statistics = accelerator.Allocate1D<float>(Math.Max(1, statisticCount));
        _roots = accelerator.Allocate1D<float>(Math.Max(1, statisticCount));
        _norms = accelerator.Allocate1D<double>(2 * longestColumn);
        _multipliers = accelerator.Allocate1D<float>(1);
        _hostStatistics = new float[Math.Max(1, statisticCount)];
        _hostRoots = new float[Math.Max(1, statisticCount)];
        _matrix = new double[longestSide * longestSide];
        _vectors = new double[longestSide * longestSide];
        _momenta.MemSetToZero();
        FillWithIdentity((float)options.Epsilon);
    }

    /// <summary>The settings that the blocks were cut by.</summary>
    public ShampooOptions Options { get; }

    /// <summary>The matrices, in the order of the groups.</summary>
    public IReadOnlyList<ShampooMatrix> Matrices { get; }

    /// <summary>Momenta, one matrix after the other; part of a checkpoint.</summary>
    public ArrayView<float> Momenta => _momenta.View;

    /// <summary>Statistics L and R of every block; part of a checkpoint.</summary>
    public ArrayView<float> Statistics => _statistics.View;

    /// <summary>Inverse roots of the statistics; part of a checkpoint, because they are only recomputed every few steps.</summary>
    public ArrayView<float> Roots => _roots.View;

    internal ArrayView<float> Directions => _directions.View;

    internal ArrayView<float> Product => _product.View;

    internal ArrayView<double> Norms => _norms.View;

    internal ArrayView<float> Multiplier => _multipliers.View;

    /// <summary>Frees the device memory.</summary>
    public void Dispose()
    {
        _momenta.Dispose();
        _directions.Dispose();
        _product.Dispose();
        _statistics.Dispose();
        _roots.Dispose();
        _norms.Dispose();
        _multipliers.Dispose();
    }

    internal ReadOnlySpan<Block> BlocksOf(int matrix) => _blocks[matrix];

    /// <summary>Computes all roots on the host; waits for the device.</summary>
    internal void ComputeRoots()
    {
        _statistics.CopyToCPU(_hostStatistics);
        for (int matrix = 0; matrix < _blocks.Length; matrix++)
        {
            foreach (Block block in _blocks[matrix])
            {
                ComputeRoot(matrix, block.LeftOffset, block.Rows, block.Exponent(Options));
                ComputeRoot(matrix, block.RightOffset, block.Columns, block.Exponent(Options));
            }
        }

        _roots.CopyFromCPU(_hostRoots);
    }

    private static Block[] Split(ShampooMatrix matrix, int blockSize, ref int statisticCount)
    {
        var blocks = new List<Block>();
        for (int row = 0; row < matrix.Rows; row += blockSize)
        {
            for (int column = 0; column < matrix.Columns; column += blockSize)
            {
                int rows = Math.Min(blockSize, matrix.Rows - row);
                int columns = Math.Min(blockSize, matrix.Columns - column);
                // A side of length one has nothing to turn; a single number keeps its right side.
                int left = rows > 1 ? statisticCount : -1;
                statisticCount = checked(statisticCount + (rows > 1 ? rows * rows : 0));
                int right = columns > 1 || rows == 1 ? statisticCount : -1;
                statisticCount = checked(statisticCount + (right >= 0 ? columns * columns : 0));
                blocks.Add(new Block(row, column, rows, columns, left, right));
            }
        }

        return [.. blocks];
    }

    private void ComputeRoot(int matrix, int offset, int size, int exponent)
    {
        if (offset < 0)
        {
            return;
        }

        int length = size * size;
        for (int i = 0; i < length; i++)
        {
            _matrix[i] = _hostStatistics[offset + i];
        }

        if (!InverseRoot.TryCompute(_matrix.AsSpan(0, length), _vectors.AsSpan(0, length), size, exponent, Options.Epsilon, _hostRoots.AsSpan(offset, length)))
        {
            throw new InvalidOperationException($"Shampoo: the statistics of matrix {matrix} ({Matrices[matrix]}) are not finite; expected squares of gradients that float can hold. Set a max gradient norm.");
        }
    }

    private void FillWithIdentity(float scale)
    {
        foreach (Block[] blocks in _blocks)
        {
            foreach (Block block in blocks)
            {
                for (int i = 0; block.LeftOffset >= 0 && i < block.Rows; i++)
                {
                    _hostStatistics[block.LeftOffset + i * (block.Rows + 1)] = scale;
                }

                for (int i = 0; block.RightOffset >= 0 && i < block.Columns; i++)
                {
                    _hostStatistics[block.RightOffset + i * (block.Columns + 1)] = scale;
                }
            }
        }

        _statistics.CopyFromCPU(_hostStatistics);
        _roots.MemSetToZero();
    }

    /// <summary>A part of a matrix with its statistics; an offset is -1 if that side has none.</summary>
    internal readonly record struct Block(int Row, int Column, int Rows, int Columns, int LeftOffset, int RightOffset)
    {
        public int Exponent(ShampooOptions options) => options.ExponentOverride != 0 ? options.ExponentOverride : LeftOffset >= 0 && RightOffset >= 0 ? 4 : 2;
    }
}
