using System;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// Host twin of <see cref="HashGridKernels"/>. Cells, weights and position gradients of eight samples are computed in the lanes of a vector
/// (<see cref="HashGridCells"/>), table entries are read and written sample by sample with the features in the lanes
/// (<see cref="CellOperations{TEntries}"/>): a hardware gather would fetch one float at a time. Samples go in blocks through one level after the other, so that a level's
/// entries stay in the cache; while one batch of eight is worked on, the entries of the next are fetched (a table is larger than the caches). Every
/// sum has the kernels' order, so the bits are theirs, for any number of threads.
/// </summary>
internal sealed unsafe partial class HashGridHost<TInterpolation>(HostThreads threads)
    where TInterpolation : struct, IGridInterpolation
{
    /// <summary>Samples of a block, a multiple of eight.</summary>
    private const int BlockSize = 512;

    private const int Lanes = 8;

    /// <summary>Entries of a level this large are fetched ahead; smaller levels stay in the cache.</summary>
    private const int FetchedBytes = 256 << 10;

    /// <summary>The twin, or null if there are no threads for it, no vectors, or an interpolation that it does not know.</summary>
    public static HashGridHost<TInterpolation>? Create(HostThreads? threads)
    {
        bool known = typeof(TInterpolation) == typeof(LinearInterpolation) || typeof(TInterpolation) == typeof(SmoothstepInterpolation);
        return threads is not null && known && Vector128.IsHardwareAccelerated ? new HashGridHost<TInterpolation>(threads) : null;
    }

    /// <summary>Twin of <see cref="HashGridKernels.Encode{TInterpolation}"/>.</summary>
    public void Encode(HashGridLayout layout, in HashGridKernels.EncodeArgs a)
        => threads.Run(BlockCount(a.Positions), ScratchLength, new EncodePass
        {
            Grid = Bind(layout, a.Grid, a.Positions),
            Features = (float*)a.Features.LoadEffectiveAddressAsPtr(),
            Jacobian = a.Jacobian.Length == 0 ? null : (float*)a.Jacobian.LoadEffectiveAddressAsPtr(),
        });

    /// <summary>Twin of <see cref="HashGridKernels.BackwardTable{TInterpolation}"/>.</summary>
    public void BackwardTable(HashGridLayout layout, in HashGridKernels.BackwardTableArgs a)
    {
        HostGrid grid = Bind(layout, a.Grid, a.Positions);
        float* table = (float*)a.DLdTable.LoadEffectiveAddressAsPtr();
        if (a.Cotangent.Length == 0)
        {
            threads.Run(grid.ActiveLevels, ScratchLength, new TablePass { Grid = grid, Values = (float*)a.DLdFeatures.LoadEffectiveAddressAsPtr(), DLdTable = table });
            return;
        }

        float* cotangent = (float*)a.Cotangent.LoadEffectiveAddressAsPtr();
        float* directions = (float*)a.DLdGradient.LoadEffectiveAddressAsPtr();
        if (a.DLdFeatures.Length == 0)
        {
            threads.Run(grid.ActiveLevels, ScratchLength, new TablePass { Grid = grid, Values = cotangent, Directions = directions, DLdTable = table });
            return;
        }

        threads.Run(grid.ActiveLevels, ScratchLength, new BothOrdersPass
        {
            Grid = grid,
            DLdFeatures = (float*)a.DLdFeatures.LoadEffectiveAddressAsPtr(),
            Cotangent = cotangent,
            Directions = directions,
            DLdTable = table,
        });
    }

    /// <summary>Twin of <see cref="HashGridKernels.PositionGradient{TInterpolation}"/>.</summary>
    public void PositionGradient(HashGridLayout layout, in HashGridKernels.PositionGradientArgs a)
        => RunGradient(layout, a, accumulates: false);

    /// <summary>Twin of <see cref="HashGridKernels.BackwardPosition{TInterpolation}"/>.</summary>
    public void BackwardPosition(HashGridLayout layout, in HashGridKernels.PositionGradientArgs a)
        => RunGradient(layout, a, accumulates: true);

    /// <summary>Twin of <see cref="HashGridKernels.PositionGradientBackwardCotangent{TInterpolation}"/>.</summary>
    public void PositionGradientBackwardCotangent(HashGridLayout layout, in HashGridKernels.SecondOrderCotangentArgs a)
        => threads.Run(BlockCount(a.Positions), ScratchLength, new CotangentPass
        {
            Grid = Bind(layout, a.Grid, a.Positions),
            Directions = (float*)a.DLdGradient.LoadEffectiveAddressAsPtr(),
            DLdCotangent = (float*)a.DLdCotangent.LoadEffectiveAddressAsPtr(),
        });

    /// <summary>Unit coordinates, and directions or gradients, of a block; two batches.</summary>
    private static long ScratchLength => (6 * BlockSize) + (2 * Batch.Length);

    private static int BlockCount(ArrayView<Float3> positions) => (positions.IntLength + BlockSize - 1) / BlockSize;

    private void RunGradient(HashGridLayout layout, in HashGridKernels.PositionGradientArgs a, bool accumulates)
        => threads.Run(BlockCount(a.Positions), ScratchLength, new GradientPass
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

        /// <summary>The level of a work item, finest first: the coarse ones are quick and fill up what the threads have left.</summary>
        public readonly int LevelOf(int item) => ActiveLevels - 1 - item;

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

        /// <summary>Takes the cells of a block on one level through a pass, eight at a time, and fetches the entries of the next eight meanwhile.</summary>
        /// <param name="pass">The pass.</param>
        /// <param name="index">Level.</param>
        /// <param name="table">First float of the table, or of its gradient.</param>
        /// <param name="first">First sample of the block.</param>
        /// <param name="scratch">The block's unit coordinates, what the pass keeps of the block, and two batches.</param>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void RunLevel<TPass>(in TPass pass, int index, float* table, int first, float* scratch)
            where TPass : struct, ICellPass
        {
            HashGridLevel level = Levels[index];
            table += (nint)level.Offset * PerLevel;
            bool fetches = (long)level.EntryCount * PerLevel * sizeof(float) >= FetchedBytes;
            int count = CountFrom(first);
            var current = new Batch(scratch + (6 * BlockSize));
            var next = new Batch(scratch + (6 * BlockSize) + Batch.Length);
            current.Adjacent = Locate(level, scratch, current.Indices, out HashGridCells cells);
            pass.Prepare(cells, scratch, current.Corners);
            for (int i = 0; i < count; i += Lanes)
            {
                HashGridCells cellsOfNext = default;
                if (i + Lanes < count)
                {
                    next.Adjacent = Locate(level, scratch + i + Lanes, next.Indices, out cellsOfNext);
                    pass.Prepare(cellsOfNext, scratch + i + Lanes, next.Corners);
                    if (fetches)
                    {
                        Fetch(level, table, next);
                    }
                }

                Apply(pass, level, table, current, index, first + i, Math.Min(Lanes, count - i));
                pass.Finish(cells, scratch + i, current.Corners);
                (current, next) = (next, current);
                cells = cellsOfNext;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly bool Locate(in HashGridLevel level, float* unit, int* indices, out HashGridCells cells)
            => HashGridCells.Locate<TInterpolation>(
                level, PerLevel, Vector256.Load(unit), Vector256.Load(unit + BlockSize), Vector256.Load(unit + 2 * BlockSize), indices, out cells);

        // Corners 2k and 2k + 1 mostly share a line.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Fetch(in HashGridLevel level, float* table, in Batch batch)
        {
            if (!Sse.IsSupported)
            {
                return;
            }

            for (int i = 0; i < Lanes; i++)
            {
                if (batch.Adjacent)
                {
                    nint stepY = (nint)level.Resolution * PerLevel;
                    nint stepZ = level.Resolution * stepY;
                    float* corner = table + batch.Indices[i];
                    Sse.Prefetch0(corner);
                    Sse.Prefetch0(corner + stepY);
                    Sse.Prefetch0(corner + stepZ);
                    Sse.Prefetch0(corner + stepY + stepZ);
                }
                else
                {
                    Sse.Prefetch0(table + batch.Indices[i]);
                    Sse.Prefetch0(table + batch.Indices[i + (2 * Lanes)]);
                    Sse.Prefetch0(table + batch.Indices[i + (4 * Lanes)]);
                    Sse.Prefetch0(table + batch.Indices[i + (6 * Lanes)]);
                }
            }
        }

        /// <summary>Runs a pass on a batch of cells, in the loop for the way in which their entries lie.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Apply<TPass>(in TPass pass, in HashGridLevel level, float* table, in Batch batch, int index, int sample, int count)
            where TPass : struct, ICellPass
        {
            nint stepY = (nint)level.Resolution * PerLevel;
            nint stepZ = level.Resolution * stepY;
            if (batch.Adjacent && PerLevel == 2)
            {
                pass.Apply(new PairedEntries { Level = table, StepY = stepY, StepZ = stepZ }, batch, index, sample, count);
            }
            else if (batch.Adjacent)
            {
                pass.Apply(new AdjacentEntries { Level = table, StepX = PerLevel, StepY = stepY, StepZ = stepZ }, batch, index, sample, count);
            }
            else
            {
                pass.Apply(new IndexedEntries { Level = table }, batch, index, sample, count);
            }
        }
    }

    /// <summary>At most eight cells: their corners' indices, and numbers that the pass keeps for them.</summary>
    private struct Batch
    {
        /// <summary>Floats of a batch.</summary>
        public const int Length = (3 * 8 * Lanes);

        /// <summary>Indices as <see cref="HashGridCells.Locate"/> gives them.</summary>
        public readonly int* Indices;

        /// <summary>Up to two numbers for each corner of each cell.</summary>
        public readonly float* Corners;

        /// <summary>What <see cref="HashGridCells.Locate"/> returned.</summary>
        public bool Adjacent;

        public Batch(float* memory)
        {
            Indices = (int*)memory;
            Corners = memory + (8 * Lanes);
            Adjacent = false;
        }
    }

    /// <summary>What happens to the cells of a level.</summary>
    private interface ICellPass : IHostWork
    {
        /// <summary>Computes, for eight cells, what <see cref="Apply"/> needs.</summary>
        /// <param name="cells">The cells.</param>
        /// <param name="lane">Scratch of the block from the first cell's sample on.</param>
        /// <param name="corners">Where the results go.</param>
        void Prepare(in HashGridCells cells, float* lane, float* corners);

        /// <summary>Goes through the cells, one after the other, with their entries.</summary>
        /// <param name="entries">Where the cells' entries lie.</param>
        /// <param name="batch">The cells.</param>
        /// <param name="level">Level.</param>
        /// <param name="sample">Sample of the first cell.</param>
        /// <param name="count">Number of cells, 1 to 8.</param>
        void Apply<TEntries>(in TEntries entries, in Batch batch, int level, int sample, int count)
            where TEntries : struct, ICellEntries;

        /// <summary>Uses, for eight cells, what <see cref="Apply"/> left.</summary>
        /// <param name="cells">The cells.</param>
        /// <param name="lane">Scratch of the block from the first cell's sample on.</param>
        /// <param name="corners">What it left.</param>
        void Finish(in HashGridCells cells, float* lane, float* corners);
    }
}
