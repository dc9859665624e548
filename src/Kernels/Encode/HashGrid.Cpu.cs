using System;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Host twin of <see cref="HashGridKernels"/>. Cells, weights and position gradients of eight samples are computed in the lanes of a vector
/// (<see cref="HashGridCells"/>), table entries are read and written sample by sample with the features in the lanes
/// (<see cref="CellOperations{TEntries}"/>): a hardware gather would fetch one float at a time. Samples go in blocks through one level after the other, so that a level's
/// entries stay in the cache. Every sum has the kernels' order, so the bits are theirs, for any number of threads.
/// </summary>
internal sealed unsafe class HashGridHost<TInterpolation>(HostThreads threads)
    where TInterpolation : struct, IGridInterpolation
{
    /// <summary>Samples of a block, a multiple of eight.</summary>
    private const int BlockSize = 512;

    private const int Lanes = 8;

    /// <summary>The twin, or null if there are no threads for it, no vectors, or an interpolation that it does not know.</summary>
    public static HashGridHost<TInterpolation>? Create(HostThreads? threads)
    {
        bool known = typeof(TInterpolation) == typeof(LinearInterpolation) || typeof(TInterpolation) == typeof(SmoothstepInterpolation);
        return threads is not null && known && Vector128.IsHardwareAccelerated ? new HashGridHost<TInterpolation>(threads) : null;
    }

    /// <summary>Twin of <see cref="HashGridKernels.Encode{TInterpolation}"/>.</summary>
    public void Encode(HashGridLayout layout, in HashGridKernels.EncodeArgs a)
        => threads.Run(BlockCount(a.Positions), ScratchLength, new EncodeWork
        {
            Grid = Bind(layout, a.Grid, a.Positions),
            Features = (float*)a.Features.LoadEffectiveAddressAsPtr(),
        });

    /// <summary>Twin of <see cref="HashGridKernels.BackwardTable{TInterpolation}"/>.</summary>
    public void BackwardTable(HashGridLayout layout, in HashGridKernels.BackwardTableArgs a)
        => threads.Run(a.Grid.ActiveLevels, ScratchLength, new TableWork
        {
            Grid = Bind(layout, a.Grid, a.Positions),
            Upstream = (float*)a.DLdFeatures.LoadEffectiveAddressAsPtr(),
            DLdTable = (float*)a.DLdTable.LoadEffectiveAddressAsPtr(),
        });

    /// <summary>Twin of <see cref="HashGridKernels.PositionGradient{TInterpolation}"/>.</summary>
    public void PositionGradient(HashGridLayout layout, in HashGridKernels.PositionGradientArgs a)
        => RunGradient(layout, a, accumulates: false);

    /// <summary>Twin of <see cref="HashGridKernels.BackwardPosition{TInterpolation}"/>.</summary>
    public void BackwardPosition(HashGridLayout layout, in HashGridKernels.PositionGradientArgs a)
        => RunGradient(layout, a, accumulates: true);

    /// <summary>Twin of <see cref="HashGridKernels.PositionGradientBackwardTable{TInterpolation}"/>.</summary>
    public void PositionGradientBackwardTable(HashGridLayout layout, in HashGridKernels.SecondOrderTableArgs a)
        => threads.Run(a.Grid.ActiveLevels, ScratchLength, new TableWork
        {
            Grid = Bind(layout, a.Grid, a.Positions),
            Upstream = (float*)a.Cotangent.LoadEffectiveAddressAsPtr(),
            Directions = (float*)a.DLdGradient.LoadEffectiveAddressAsPtr(),
            DLdTable = (float*)a.DLdTable.LoadEffectiveAddressAsPtr(),
        });

    /// <summary>Twin of <see cref="HashGridKernels.PositionGradientBackwardCotangent{TInterpolation}"/>.</summary>
    public void PositionGradientBackwardCotangent(HashGridLayout layout, in HashGridKernels.SecondOrderCotangentArgs a)
        => threads.Run(BlockCount(a.Positions), ScratchLength, new CotangentWork
        {
            Grid = Bind(layout, a.Grid, a.Positions),
            Directions = (float*)a.DLdGradient.LoadEffectiveAddressAsPtr(),
            DLdCotangent = (float*)a.DLdCotangent.LoadEffectiveAddressAsPtr(),
        });

    /// <summary>Unit coordinates, and directions or gradients, of a block; indices and weights of eight cells.</summary>
    private static long ScratchLength => (6 * BlockSize) + (2 * 8 * Lanes);

    private static int BlockCount(ArrayView<Float3> positions) => (positions.IntLength + BlockSize - 1) / BlockSize;

    private void RunGradient(HashGridLayout layout, in HashGridKernels.PositionGradientArgs a, bool accumulates)
        => threads.Run(BlockCount(a.Positions), ScratchLength, new GradientWork
        {
            Grid = Bind(layout, a.Grid, a.Positions),
            Cotangent = (float*)a.Cotangent.LoadEffectiveAddressAsPtr(),
            Result = (float*)a.Result.LoadEffectiveAddressAsPtr(),
            Accumulates = accumulates ? 1 : 0,
        });

    private static HostGrid Bind(HashGridLayout layout, in HashGridKernels.Grid grid, ArrayView<Float3> positions)
    {
        var bound = new HostGrid
        {
            Table = (float*)grid.Table.LoadEffectiveAddressAsPtr(),
            Positions = (float*)positions.LoadEffectiveAddressAsPtr(),
            SampleCount = positions.IntLength,
            PerLevel = grid.FeaturesPerLevel,
            RowLength = layout.Options.FeatureCount,
            ActiveLevels = grid.ActiveLevels,
            PositionScale = grid.PositionScale,
            PositionOffset = grid.PositionOffset,
        };
        ImmutableArray<HashGridLevel> levels = layout.Levels;
        for (int level = 0; level < levels.Length; level++)
        {
            bound.Levels[level] = levels[level];
        }

        return bound;
    }

    [InlineArray(HashGridOptions.MaxLevelCount)]
    private struct LevelArray
    {
        private HashGridLevel _first;
    }

    /// <summary>The grid and the samples of a launch.</summary>
    private struct HostGrid
    {
        public LevelArray Levels;
        public float* Table;
        public float* Positions;
        public int SampleCount;
        public int PerLevel;
        public int RowLength;
        public int ActiveLevels;
        public float PositionScale;
        public float PositionOffset;

        public readonly int CountFrom(int first) => Math.Min(BlockSize, SampleCount - first);

        /// <summary>Unit coordinates of a block [3, BlockSize]; up to the next multiple of eight the last lanes are the cube's centre.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void LoadUnit(int first, int count, float* unit)
        {
            float* position = Positions + (nint)first * 3;
            for (int i = 0; i < count; i++)
            {
                unit[i] = position[0];
                unit[i + BlockSize] = position[1];
                unit[i + 2 * BlockSize] = position[2];
                position += 3;
            }

            int padded = (count + Lanes - 1) / Lanes * Lanes;
            for (int axis = 0; axis < 3; axis++)
            {
                float* coordinates = unit + axis * BlockSize;
                for (int i = 0; i < padded; i += Lanes)
                {
                    Vector256<float> value = Vector256.FusedMultiplyAdd(
                        Vector256.Create(PositionScale), Vector256.Load(coordinates + i), Vector256.Create(PositionOffset));
                    // Comparisons as in the kernel: NaN stays.
                    value = Vector256.ConditionalSelect(Vector256.GreaterThan(value, Vector256<float>.One), Vector256<float>.One, value);
                    Vector256.AndNot(value, Vector256.LessThan(value, Vector256<float>.Zero)).Store(coordinates + i);
                }

                for (int i = count; i < padded; i++)
                {
                    coordinates[i] = 0.5f;
                }
            }
        }

        /// <summary>Directions of a block in unit coordinates [3, BlockSize], zeros up to the next multiple of eight.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void LoadDirections(float* directions, int first, int count, float* scaled)
        {
            float* direction = directions + (nint)first * 3;
            for (int i = 0; i < count; i++)
            {
                scaled[i] = direction[0] * PositionScale;
                scaled[i + BlockSize] = direction[1] * PositionScale;
                scaled[i + 2 * BlockSize] = direction[2] * PositionScale;
                direction += 3;
            }

            for (int i = count; i % Lanes != 0; i++)
            {
                scaled[i] = 0f;
                scaled[i + BlockSize] = 0f;
                scaled[i + 2 * BlockSize] = 0f;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool Locate(in HashGridLevel level, float* unit, int* indices, out HashGridCells cells)
            => HashGridCells.Locate<TInterpolation>(
                level, PerLevel, Vector256.Load(unit), Vector256.Load(unit + BlockSize), Vector256.Load(unit + 2 * BlockSize), indices, out cells);

        /// <summary>Runs an operation on a batch of cells, in the loop for the way in which their entries lie.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Apply<TOperation>(
            in TOperation operation, in HashGridLevel level, float* table, bool adjacent, int* indices, float* corners, int count, float* row)
            where TOperation : struct, ICellOperation
        {
            nint stepY = (nint)level.Resolution * PerLevel;
            nint stepZ = level.Resolution * stepY;
            if (adjacent && PerLevel == 2)
            {
                operation.Apply(new PairedEntries { Level = table, StepY = stepY, StepZ = stepZ }, indices, corners, count, row);
            }
            else if (adjacent)
            {
                operation.Apply(new AdjacentEntries { Level = table, StepX = PerLevel, StepY = stepY, StepZ = stepZ }, indices, corners, count, row);
            }
            else
            {
                operation.Apply(new IndexedEntries { Level = table }, indices, corners, count, row);
            }
        }
    }

    /// <summary>What a pass does with a batch of at most eight cells.</summary>
    private interface ICellOperation
    {
        /// <summary>Goes through the cells.</summary>
        /// <param name="entries">Where the cells' entries lie.</param>
        /// <param name="indices">Indices of the cells.</param>
        /// <param name="corners">One number for each corner [cell, corner].</param>
        /// <param name="count">Number of cells.</param>
        /// <param name="row">Features of the first cell; those of the next ones follow at the distance of a row.</param>
        void Apply<TEntries>(in TEntries entries, int* indices, float* corners, int count, float* row)
            where TEntries : struct, ICellEntries;
    }

    private struct EncodeWork : IHostWork, ICellOperation
    {
        public HostGrid Grid;
        public float* Features;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            int first = item * BlockSize;
            int count = Grid.CountFrom(first);
            float* rows = Features + (nint)first * Grid.RowLength;
            float* weights = scratch + 3 * BlockSize;
            int* indices = (int*)(weights + 8 * Lanes);
            Grid.LoadUnit(first, count, scratch);
            for (int l = 0; l < Grid.ActiveLevels; l++)
            {
                HashGridLevel level = Grid.Levels[l];
                float* table = Grid.Table + (nint)level.Offset * Grid.PerLevel;
                for (int i = 0; i < count; i += Lanes)
                {
                    bool adjacent = Grid.Locate(level, scratch + i, indices, out HashGridCells cells);
                    cells.Weights().StoreByCell(weights);
                    Grid.Apply(this, level, table, adjacent, indices, weights, Math.Min(Lanes, count - i), rows + (nint)i * Grid.RowLength + l * Grid.PerLevel);
                }
            }

            int used = Grid.ActiveLevels * Grid.PerLevel;
            for (int i = 0; i < count && used < Grid.RowLength; i++)
            {
                new Span<float>(rows + (nint)i * Grid.RowLength + used, Grid.RowLength - used).Clear();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, int* indices, float* corners, int count, float* row)
            where TEntries : struct, ICellEntries
        {
            for (int lane = 0; lane < count; lane++, indices++, corners += 8, row += Grid.RowLength)
            {
                if (Grid.PerLevel == 2)
                {
                    *(double*)row = CellOperations<TEntries>.BlendTwo(entries, indices, corners).AsDouble().ToScalar();
                }
                else if (Grid.PerLevel == 1)
                {
                    *row = CellOperations<TEntries>.BlendOne(entries, indices, corners);
                }
                else
                {
                    for (int f = 0; f < Grid.PerLevel; f += 4)
                    {
                        CellOperations<TEntries>.BlendFour(entries, indices, corners, f).Store(row + f);
                    }
                }
            }
        }
    }

    /// <summary>One level of the table gradient, first or second order: dL/dT_b += c_b u with c = W, or κ if there are directions.</summary>
    private struct TableWork : IHostWork, ICellOperation
    {
        public HostGrid Grid;
        public float* Upstream;
        public float* Directions;
        public float* DLdTable;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            HashGridLevel level = Grid.Levels[item];
            float* table = DLdTable + (nint)level.Offset * Grid.PerLevel;
            float* directions = scratch + 3 * BlockSize;
            float* weights = directions + 3 * BlockSize;
            int* indices = (int*)(weights + 8 * Lanes);
            for (int first = 0; first < Grid.SampleCount; first += BlockSize)
            {
                int count = Grid.CountFrom(first);
                Grid.LoadUnit(first, count, scratch);
                if (Directions != null)
                {
                    Grid.LoadDirections(Directions, first, count, directions);
                }

                float* rows = Upstream + (nint)first * Grid.RowLength + item * Grid.PerLevel;
                for (int i = 0; i < count; i += Lanes)
                {
                    bool adjacent = Grid.Locate(level, scratch + i, indices, out HashGridCells cells);
                    CellCornersOfEight c = Directions == null
                        ? cells.Weights()
                        : cells.WeightDerivatives(
                            Vector256.Load(directions + i), Vector256.Load(directions + BlockSize + i), Vector256.Load(directions + 2 * BlockSize + i));
                    c.StoreByCell(weights);
                    Grid.Apply(this, level, table, adjacent, indices, weights, Math.Min(Lanes, count - i), rows + (nint)i * Grid.RowLength);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, int* indices, float* corners, int count, float* row)
            where TEntries : struct, ICellEntries
        {
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
    }

    private struct GradientWork : IHostWork, ICellOperation
    {
        public HostGrid Grid;
        public float* Cotangent;
        public float* Result;
        public int Accumulates;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            int first = item * BlockSize;
            int count = Grid.CountFrom(first);
            float* rows = Cotangent + (nint)first * Grid.RowLength;
            float* gradient = scratch + 3 * BlockSize;
            float* corners = gradient + 3 * BlockSize;
            int* indices = (int*)(corners + 8 * Lanes);
            Grid.LoadUnit(first, count, scratch);
            new Span<float>(gradient, 3 * BlockSize).Clear();
            new Span<float>(corners, 8 * Lanes).Clear();
            for (int l = 0; l < Grid.ActiveLevels; l++)
            {
                HashGridLevel level = Grid.Levels[l];
                float* table = Grid.Table + (nint)level.Offset * Grid.PerLevel;
                for (int i = 0; i < count; i += Lanes)
                {
                    bool adjacent = Grid.Locate(level, scratch + i, indices, out HashGridCells cells);
                    Grid.Apply(this, level, table, adjacent, indices, corners, Math.Min(Lanes, count - i), rows + (nint)i * Grid.RowLength + l * Grid.PerLevel);
                    cells.AddGradient(
                        CellCornersOfEight.LoadByCell(corners), gradient + i, gradient + BlockSize + i, gradient + 2 * BlockSize + i);
                }
            }

            StoreGradient(gradient, count, Result + (nint)first * 3);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, int* indices, float* corners, int count, float* row)
            where TEntries : struct, ICellEntries
        {
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

    private struct CotangentWork : IHostWork, ICellOperation
    {
        public HostGrid Grid;
        public float* Directions;
        public float* DLdCotangent;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int item, float* scratch)
        {
            int first = item * BlockSize;
            int count = Grid.CountFrom(first);
            float* rows = DLdCotangent + (nint)first * Grid.RowLength;
            float* directions = scratch + 3 * BlockSize;
            float* kappa = directions + 3 * BlockSize;
            int* indices = (int*)(kappa + 8 * Lanes);
            Grid.LoadUnit(first, count, scratch);
            Grid.LoadDirections(Directions, first, count, directions);
            for (int l = 0; l < Grid.ActiveLevels; l++)
            {
                HashGridLevel level = Grid.Levels[l];
                float* table = Grid.Table + (nint)level.Offset * Grid.PerLevel;
                for (int i = 0; i < count; i += Lanes)
                {
                    bool adjacent = Grid.Locate(level, scratch + i, indices, out HashGridCells cells);
                    cells.WeightDerivatives(
                        Vector256.Load(directions + i), Vector256.Load(directions + BlockSize + i), Vector256.Load(directions + 2 * BlockSize + i))
                        .StoreByCell(kappa);
                    Grid.Apply(this, level, table, adjacent, indices, kappa, Math.Min(Lanes, count - i), rows + (nint)i * Grid.RowLength + l * Grid.PerLevel);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Apply<TEntries>(in TEntries entries, int* indices, float* corners, int count, float* row)
            where TEntries : struct, ICellEntries
        {
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
    }
}
