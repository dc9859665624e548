using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DreamFusion.Kernels.Encode;

/// <content>The passes over the cells. Items are blocks of samples where each sample has its own result, and levels where entries are added to.</content>
internal sealed unsafe partial class HashGridHost<TInterpolation>
{
    private struct EncodePass : ICellPass
    {
        public HostGrid Grid;
        public float* Features;
        public float* Jacobian;

        private readonly int Used => Grid.ActiveLevels * Grid.PerLevel;

        public readonly void Run(int item, float* scratch)
        {
            int first = item * BlockSize;
            int count = Grid.CountFrom(first);
            Grid.LoadUnit(first, count, scratch);
            for (int level = 0; level < Grid.ActiveLevels; level++)
            {
                Grid.RunLevel(this, level, Grid.Table, first, scratch);
            }

            int rows = Jacobian == null ? 1 : 4;
            for (int i = 0; i < count * rows && Used < Grid.RowLength; i++)
            {
                float* row = i < count ? Features + (nint)(first + i) * Grid.RowLength : Jacobian + ((nint)first * 3 + i - count) * Grid.RowLength;
                new Span<float>(row + Used, Grid.RowLength - Used).Clear();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Prepare(in HashGridCells cells, float* lane, float* corners)
        {
            cells.Weights().StoreByCell(corners);
            if (Jacobian != null)
            {
                cells.Axes().StoreByCell(corners + (8 * Lanes));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, in Batch batch, int level, int sample, int count)
            where TEntries : struct, ICellEntries
        {
            if (Jacobian != null)
            {
                ApplyWithJacobian(entries, batch, level, sample, count);
                return;
            }

            int* indices = batch.Indices;
            float* corners = batch.Corners;
            float* row = Features + (nint)sample * Grid.RowLength + (nint)level * Grid.PerLevel;
            for (int lane = 0; lane < count; lane++, indices++, corners += 8, row += Grid.RowLength)
            {
                if (Grid.PerLevel == 2)
                {
                    *(double*)row = CellOperations<TEntries>.BlendTwo(entries, indices, corners).AsDouble().ToScalar();
                }
                else
                {
                    Blend(entries, indices, corners, row);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(in HashGridCells cells, float* lane, float* corners)
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void ApplyWithJacobian<TEntries>(in TEntries entries, in Batch batch, int level, int sample, int count)
            where TEntries : struct, ICellEntries
        {
            int* indices = batch.Indices;
            float* corners = batch.Corners;
            float* axes = corners + (8 * Lanes);
            float* row = Features + (nint)sample * Grid.RowLength + (nint)level * Grid.PerLevel;
            float* derivatives = Jacobian + (nint)sample * 3 * Grid.RowLength + (nint)level * Grid.PerLevel;
            for (int lane = 0; lane < count; lane++, indices++, corners += 8, axes += 8, row += Grid.RowLength, derivatives += 3 * Grid.RowLength)
            {
                if (Grid.PerLevel == 2)
                {
                    *(double*)row = CellOperations<TEntries>.BlendAndGradientTwo(
                        entries, indices, corners, axes, Grid.PositionScale, derivatives, Grid.RowLength).AsDouble().ToScalar();
                }
                else
                {
                    Blend(entries, indices, corners, row);
                    CellOperations<TEntries>.Gradient(entries, indices, axes, Grid.PositionScale, derivatives, Grid.RowLength, Grid.PerLevel);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Blend<TEntries>(in TEntries entries, int* indices, float* corners, float* row)
            where TEntries : struct, ICellEntries
        {
            if (Grid.PerLevel == 1)
            {
                *row = CellOperations<TEntries>.BlendOne(entries, indices, corners);
            }

            for (int f = 0; f + 4 <= Grid.PerLevel; f += 4)
            {
                CellOperations<TEntries>.BlendFour(entries, indices, corners, f).Store(row + f);
            }
        }
    }

    /// <summary>One level of the table gradient, first or second order: dL/dT_b += c_b v with c = W, v = r, or c = κ, v = u if there are directions.</summary>
    private struct TablePass : ICellPass
    {
        public HostGrid Grid;
        public float* Values;
        public float* Directions;
        public float* DLdTable;

        public readonly void Run(int item, float* scratch)
        {
            for (int first = 0; first < Grid.SampleCount; first += BlockSize)
            {
                int count = Grid.CountFrom(first);
                Grid.LoadUnit(first, count, scratch);
                if (Directions != null)
                {
                    Grid.LoadDirections(Directions, first, count, scratch + 3 * BlockSize);
                }

                Grid.RunLevel(this, Grid.LevelOf(item), DLdTable, first, scratch);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Prepare(in HashGridCells cells, float* lane, float* corners)
        {
            CellCornersOfEight c = Directions == null ? cells.Weights() : WeightDerivatives(cells, lane);
            c.StoreByCell(corners);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, in Batch batch, int level, int sample, int count)
            where TEntries : struct, ICellEntries
        {
            int* indices = batch.Indices;
            float* corners = batch.Corners;
            float* row = Values + (nint)sample * Grid.RowLength + (nint)level * Grid.PerLevel;
            for (int lane = 0; lane < count; lane++, indices++, corners += 8, row += Grid.RowLength)
            {
                if (Grid.PerLevel == 2 && (row[0] == 0f) & (row[1] == 0f))
                {
                    continue;
                }

                if (typeof(TEntries) == typeof(PairedEntries))
                {
                    CellOperations<TEntries>.ScatterTwoInPairs(entries, indices, corners, row);
                }
                else if (Grid.PerLevel == 2)
                {
                    CellOperations<TEntries>.ScatterTwo(entries, indices, corners, row);
                }
                else
                {
                    CellOperations<TEntries>.Scatter(entries, indices, corners, row, Grid.PerLevel);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(in HashGridCells cells, float* lane, float* corners)
        {
        }
    }

    /// <summary>One level of the table gradient in both orders: dL/dT_b += W_b r + κ_b u.</summary>
    private struct BothOrdersPass : ICellPass
    {
        public HostGrid Grid;
        public float* DLdFeatures;
        public float* Cotangent;
        public float* Directions;
        public float* DLdTable;

        public readonly void Run(int item, float* scratch)
        {
            for (int first = 0; first < Grid.SampleCount; first += BlockSize)
            {
                int count = Grid.CountFrom(first);
                Grid.LoadUnit(first, count, scratch);
                Grid.LoadDirections(Directions, first, count, scratch + 3 * BlockSize);
                Grid.RunLevel(this, Grid.LevelOf(item), DLdTable, first, scratch);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Prepare(in HashGridCells cells, float* lane, float* corners)
        {
            cells.Weights().StoreByCell(corners);
            WeightDerivatives(cells, lane).StoreByCell(corners + (8 * Lanes));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, in Batch batch, int level, int sample, int count)
            where TEntries : struct, ICellEntries
        {
            int* indices = batch.Indices;
            float* weights = batch.Corners;
            nint row = (nint)sample * Grid.RowLength + (nint)level * Grid.PerLevel;
            for (int lane = 0; lane < count; lane++, indices++, weights += 8, row += Grid.RowLength)
            {
                float* kappa = weights + (8 * Lanes);
                float* first = DLdFeatures + row;
                float* second = Cotangent + row;
                bool none = IsZero(first, Grid.PerLevel);
                if (IsZero(second, Grid.PerLevel) || IsZero(Directions + (nint)(sample + lane) * 3, 3))
                {
                    if (!none)
                    {
                        CellOperations<TEntries>.Scatter(entries, indices, weights, first, Grid.PerLevel);
                    }
                }
                else if (none)
                {
                    CellOperations<TEntries>.Scatter(entries, indices, kappa, second, Grid.PerLevel);
                }
                else if (typeof(TEntries) == typeof(PairedEntries))
                {
                    CellOperations<TEntries>.ScatterTwoInPairs(entries, indices, weights, first, kappa, second);
                }
                else if (Grid.PerLevel == 2)
                {
                    CellOperations<TEntries>.ScatterTwo(entries, indices, weights, first, kappa, second);
                }
                else
                {
                    CellOperations<TEntries>.Scatter(entries, indices, weights, first, kappa, second, Grid.PerLevel);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(in HashGridCells cells, float* lane, float* corners)
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static bool IsZero(float* values, int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (values[i] != 0f)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Jᵀu, overwritten or accumulated.</summary>
    private struct GradientPass : ICellPass
    {
        public HostGrid Grid;
        public float* Cotangent;
        public float* Result;
        public int Accumulates;

        public readonly void Run(int item, float* scratch)
        {
            int first = item * BlockSize;
            int count = Grid.CountFrom(first);
            float* gradient = scratch + 3 * BlockSize;
            Grid.LoadUnit(first, count, scratch);
            // Lanes without a sample keep what was there; they are computed with, and nothing is stored of them.
            new Span<float>(gradient, (3 * BlockSize) + (2 * Batch.Length)).Clear();
            for (int level = 0; level < Grid.ActiveLevels; level++)
            {
                Grid.RunLevel(this, level, Grid.Table, first, scratch);
            }

            StoreGradient(gradient, count, Result + (nint)first * 3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Prepare(in HashGridCells cells, float* lane, float* corners)
        {
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, in Batch batch, int level, int sample, int count)
            where TEntries : struct, ICellEntries
        {
            int* indices = batch.Indices;
            float* corners = batch.Corners;
            float* row = Cotangent + (nint)sample * Grid.RowLength + (nint)level * Grid.PerLevel;
            for (int lane = 0; lane < count; lane++, indices++, corners += 8, row += Grid.RowLength)
            {
                if (Grid.PerLevel == 2)
                {
                    CellOperations<TEntries>.GatherTwo(entries, indices, row, corners);
                }
                else
                {
                    CellOperations<TEntries>.Gather(entries, indices, row, Grid.PerLevel, corners);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(in HashGridCells cells, float* lane, float* corners)
            => cells.AddGradient(CellCornersOfEight.LoadByCell(corners), lane + 3 * BlockSize, lane + 4 * BlockSize, lane + 5 * BlockSize);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void StoreGradient(float* gradient, int count, float* result)
        {
            for (int i = 0; i < count; i++)
            {
                for (int axis = 0; axis < 3; axis++)
                {
                    float value = gradient[i + axis * BlockSize] * Grid.PositionScale;
                    result[axis] = Accumulates != 0 ? result[axis] + value : value;
                }

                result += 3;
            }
        }
    }

    /// <summary>dL/du += Σ_b κ_b T_b.</summary>
    private struct CotangentPass : ICellPass
    {
        public HostGrid Grid;
        public float* Directions;
        public float* DLdCotangent;

        public readonly void Run(int item, float* scratch)
        {
            int first = item * BlockSize;
            int count = Grid.CountFrom(first);
            Grid.LoadUnit(first, count, scratch);
            Grid.LoadDirections(Directions, first, count, scratch + 3 * BlockSize);
            for (int level = 0; level < Grid.ActiveLevels; level++)
            {
                Grid.RunLevel(this, level, Grid.Table, first, scratch);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Prepare(in HashGridCells cells, float* lane, float* corners) => WeightDerivatives(cells, lane).StoreByCell(corners);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, in Batch batch, int level, int sample, int count)
            where TEntries : struct, ICellEntries
        {
            int* indices = batch.Indices;
            float* corners = batch.Corners;
            float* row = DLdCotangent + (nint)sample * Grid.RowLength + (nint)level * Grid.PerLevel;
            for (int lane = 0; lane < count; lane++, indices++, corners += 8, row += Grid.RowLength)
            {
                if (Grid.PerLevel == 2)
                {
                    Vector128<float> sum = Vector128.CreateScalarUnsafe(*(double*)row).AsSingle() + CellOperations<TEntries>.BlendTwo(entries, indices, corners);
                    *(double*)row = sum.AsDouble().ToScalar();
                }
                else if (Grid.PerLevel == 1)
                {
                    *row += CellOperations<TEntries>.BlendOne(entries, indices, corners);
                }
                else
                {
                    for (int f = 0; f < Grid.PerLevel; f += 4)
                    {
                        (Vector128.Load(row + f) + CellOperations<TEntries>.BlendFour(entries, indices, corners, f)).Store(row + f);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Finish(in HashGridCells cells, float* lane, float* corners)
        {
        }
    }

    // κ of eight cells with the block's directions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CellCornersOfEight WeightDerivatives(in HashGridCells cells, float* lane)
        => cells.WeightDerivatives(Vector256.Load(lane + 3 * BlockSize), Vector256.Load(lane + 4 * BlockSize), Vector256.Load(lane + 5 * BlockSize));
}
