using System;
using System.Numerics;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.March;

/// <summary>
/// The cells of an occupancy grid that one update after the warm-up looks at: a quarter of all cells, drawn uniformly, and
/// up to as many of the occupied ones.
/// <code>
/// uniform:  of each four consecutive cells one, 4g + ⌊4 u_g⌋
/// occupied: n occupied cells that were not drawn, in ascending order; all of them if n ≤ q = C·N³ / 4, else of the
///           stretch [⌊i n / q⌋, ⌊(i + 1) n / q⌋) one, for i = 0 … q - 1
/// D ← max(decay · D, σ(p)) for the chosen cells; the others keep their density
/// </code>
/// The shares are instant-ngp's (Müller et al. 2022, appendix C), which draws with replacement and merges by atomic maximum.
/// Stratified draws never take a cell twice, so nothing collides, every bit is reproducible, and the variance is lower.
/// No backward: occupancy only decides where the field is evaluated.
/// </summary>
public static class OccupancySubsetKernels
{
    /// <summary>Cells of which one is drawn uniformly.</summary>
    public const int CellsPerDraw = 4;

    /// <summary>Words of the bitfield that one work item of the prefix sum counts.</summary>
    public const int WordsPerSum = 256;

    // Lanes 0 to 2 of the key are the jitter inside a cell.
    private const uint UniformLane = 3;
    private const uint OccupiedLane = 4;

    /// <summary>Device arguments. C cascades of N³ cells, each in Morton order.</summary>
    public struct Args
    {
        /// <summary>Cells along a side N, a power of two.</summary>
        public int Resolution;

        /// <summary>Number of cascades C.</summary>
        public int CascadeCount;

        /// <summary>Half the side of the last cascade's cube, world units.</summary>
        public float Bound;

        /// <summary>Factor on the old density.</summary>
        public float Decay;

        /// <summary>Key of the draws and of the jitter.</summary>
        public RandomKey Key;

        /// <summary>Occupied cells that were not drawn uniformly: n.</summary>
        public int CandidateCount;

        /// <summary>Bit i of word w: cell 32w + i is occupied [C·N³/32].</summary>
        public ArrayView<uint> Bits;

        /// <summary>Candidates in each <see cref="WordsPerSum"/> words, then where they start; last their number n.</summary>
        public ArrayView<int> Sums;

        /// <summary>The candidates in ascending order [at least n]; overwritten by <see cref="WriteCandidates"/>.</summary>
        public ArrayView<int> Candidates;

        /// <summary>The chosen cells, all different; overwritten by <see cref="DrawUniform"/> and <see cref="DrawOccupied"/>.</summary>
        public ArrayView<int> Cells;

        /// <summary>Jittered position of each chosen cell, world units; overwritten by <see cref="Positions"/>.</summary>
        public ArrayView<Float3> CellPositions;

        /// <summary>Density σ at those positions, 1/world unit, ≥ 0; read by <see cref="Fold"/>.</summary>
        public ArrayView<float> NewDensities;

        /// <summary>Decayed maximum density of every cell [C·N³]; the chosen ones are updated by <see cref="Fold"/>.</summary>
        public ArrayView<float> Densities;
    }

    /// <summary>Counts the candidates of one fixed range of words.</summary>
    public static void CountCandidates(Index1D chunk, Args a)
    {
        int end = EndOfChunk(chunk, a);
        int count = 0;
        for (int word = chunk * WordsPerSum; word < end; word++)
        {
            count += BitOperations.PopCount(CandidatesOf(word, a));
        }
        a.Sums[chunk] = count;
    }

    /// <summary>One work item: turns the counts into their exclusive prefix, with n at the end.</summary>
    public static void ScanCounts(Index1D one, Args a)
    {
        int offset = 0;
        for (int chunk = one; chunk < a.Sums.IntLength - 1; chunk++)
        {
            int count = a.Sums[chunk];
            a.Sums[chunk] = offset;
            offset += count;
        }
        a.Sums[a.Sums.IntLength - 1] = offset;
    }

    /// <summary>Writes the candidates of one fixed range of words in ascending order.</summary>
    public static void WriteCandidates(Index1D chunk, Args a)
    {
        int end = EndOfChunk(chunk, a);
        int next = a.Sums[chunk];
        for (int word = chunk * WordsPerSum; word < end; word++)
        {
            uint candidates = CandidatesOf(word, a);
            for (int bit = 0; bit < 32; bit++)
            {
                if (((candidates >> bit) & 1u) != 0)
                {
                    a.Candidates[next] = (word * 32) + bit;
                    next++;
                }
            }
        }
    }

    /// <summary>Draws one of four consecutive cells.</summary>
    public static void DrawUniform(Index1D draw, Args a) => a.Cells[draw] = (draw * CellsPerDraw) + UniformPick(draw, a);

    /// <summary>Draws one candidate from each stretch; <see cref="Args.Cells"/> is the part after the uniform draws.</summary>
    public static void DrawOccupied(Index1D draw, Args a)
    {
        int stretch = draw;
        int first = (int)((long)stretch * a.CandidateCount / a.Cells.IntLength);
        int end = (int)(((long)stretch + 1) * a.CandidateCount / a.Cells.IntLength);
        ulong scaled = (ulong)CounterRandom.Bits(a.Key, (uint)stretch, OccupiedLane) * (ulong)(end - first);
        a.Cells[draw] = a.Candidates[first + (int)(scaled >> 32)];
    }

    /// <summary>Writes the jittered position of one chosen cell, the same that an update of all cells would look at.</summary>
    public static void Positions(Index1D i, Args a) =>
        a.CellPositions[i] = OccupancyGridKernels.JitteredPosition(a.Cells[i], a.Resolution, a.CascadeCount, a.Bound, a.Key);

    /// <summary>Folds one new density into its cell; the cells differ, so no two work items meet.</summary>
    public static void Fold(Index1D i, Args a)
    {
        int cell = a.Cells[i];
        float old = a.Decay * a.Densities[cell];
        float density = a.NewDensities[i];
        a.Densities[cell] = density > old ? density : old;
    }

    private static uint CandidatesOf(int word, in Args a)
    {
        const int groups = 32 / CellsPerDraw;
        uint drawn = 0;
        for (int group = 0; group < groups; group++)
        {
            drawn |= 1u << ((group * CellsPerDraw) + UniformPick((word * groups) + group, a));
        }
        return a.Bits[word] & ~drawn;
    }

    private static int UniformPick(int draw, in Args a) =>
        (int)(((ulong)CounterRandom.Bits(a.Key, (uint)draw, UniformLane) * CellsPerDraw) >> 32);

    private static int EndOfChunk(int chunk, in Args a)
    {
        int end = (chunk + 1) * WordsPerSum;
        return end < a.Bits.IntLength ? end : a.Bits.IntLength;
    }
}

/// <summary>Launcher of <see cref="OccupancySubsetKernels"/>.</summary>
/// <remarks>
/// An update is: <see cref="Choose"/>; for ranges of the chosen cells <see cref="Positions"/>, the field's density at them,
/// <see cref="Fold"/>; then <see cref="OccupancyGrid.Rebuild"/> once.
/// </remarks>
public sealed class OccupancySubset : IKernelFamily<OccupancySubset>
{
    private readonly Action<Index1D, OccupancySubsetKernels.Args> _countCandidates;
    private readonly Action<Index1D, OccupancySubsetKernels.Args> _scanCounts;
    private readonly Action<Index1D, OccupancySubsetKernels.Args> _writeCandidates;
    private readonly Action<Index1D, OccupancySubsetKernels.Args> _drawUniform;
    private readonly Action<Index1D, OccupancySubsetKernels.Args> _drawOccupied;
    private readonly Action<Index1D, OccupancySubsetKernels.Args> _positions;
    private readonly Action<Index1D, OccupancySubsetKernels.Args> _fold;
    private readonly int[] _total = new int[1];

    private OccupancySubset(Accelerator accelerator)
    {
        _countCandidates = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancySubsetKernels.Args>(OccupancySubsetKernels.CountCandidates);
        _scanCounts = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancySubsetKernels.Args>(OccupancySubsetKernels.ScanCounts);
        _writeCandidates = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancySubsetKernels.Args>(OccupancySubsetKernels.WriteCandidates);
        _drawUniform = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancySubsetKernels.Args>(OccupancySubsetKernels.DrawUniform);
        _drawOccupied = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancySubsetKernels.Args>(OccupancySubsetKernels.DrawOccupied);
        _positions = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancySubsetKernels.Args>(OccupancySubsetKernels.Positions);
        _fold = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancySubsetKernels.Args>(OccupancySubsetKernels.Fold);
    }

    /// <inheritdoc/>
    public static OccupancySubset Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Most cells that <see cref="Choose"/> chooses: half of the grid's.</summary>
    public static int MaxCount(OccupancyGridOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.CellCount / 2;
    }

    /// <summary>Length that the scratch of <see cref="Choose"/> needs.</summary>
    public static int ScratchLength(OccupancyGridOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        // A quarter of the cells are drawn uniformly and are no candidates.
        return SumCount(options) + options.CellCount - (options.CellCount / OccupancySubsetKernels.CellsPerDraw);
    }

    /// <summary>Chooses the cells of one update by the bits of the last rebuild (waits for the device).</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="key">Key of the draws; equal keys and equal bits choose equal cells.</param>
    /// <param name="cells">Room for at least <see cref="MaxCount"/> cells; overwritten.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> values; overwritten.</param>
    /// <returns>The number of cells chosen, from a quarter to a half of all; the first quarter are the uniform ones.</returns>
    public int Choose(OccupancyGridBuffers grid, RandomKey key, ArrayView<int> cells, ArrayView<int> scratch)
    {
        ArgumentNullException.ThrowIfNull(grid);
        OccupancyGridOptions options = grid.Options;
        if (cells.Length < MaxCount(options) || scratch.Length < ScratchLength(options))
        {
            throw new ArgumentException($"Occupancy subset: {options.CellCount} cells need room for {MaxCount(options)} of them and a scratch of {ScratchLength(options)} values, got {cells.Length} and {scratch.Length}.");
        }
        int sums = SumCount(options), uniform = options.CellCount / OccupancySubsetKernels.CellsPerDraw;
        OccupancySubsetKernels.Args args = Arguments(grid, key);
        args.Sums = scratch.SubView(0, sums);
        args.Candidates = scratch.SubView(sums, ScratchLength(options) - sums);
        args.Cells = cells.SubView(0, uniform);
        _drawUniform(uniform, args);
        _countCandidates(sums - 1, args);
        _scanCounts(1, args);
        args.Sums.SubView(sums - 1, 1).CopyToCPU(_total);
        int occupied = Math.Min(_total[0], uniform);
        if (occupied == 0)
        {
            return uniform;
        }
        _writeCandidates(sums - 1, args);
        args.CandidateCount = _total[0];
        args.Cells = cells.SubView(uniform, occupied);
        _drawOccupied(occupied, args);
        return uniform + occupied;
    }

    /// <summary>Writes a jittered position for each chosen cell.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="key">Key of the jitter, as for <see cref="OccupancyGrid.Positions"/>.</param>
    /// <param name="cells">Chosen cells, or a range of them.</param>
    /// <param name="positions">World positions, one per cell; overwritten.</param>
    public void Positions(OccupancyGridBuffers grid, RandomKey key, ArrayView<int> cells, ArrayView<Float3> positions)
    {
        CheckLengths(cells, positions.Length, "positions");
        if (cells.Length == 0)
        {
            return;
        }
        OccupancySubsetKernels.Args args = Arguments(grid, key);
        args.Cells = cells;
        args.CellPositions = positions;
        _positions(cells.IntLength, args);
    }

    /// <summary>Decays the chosen cells and raises them to the new densities; the others keep theirs.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="cells">Chosen cells, or a range of them; all different.</param>
    /// <param name="densities">Densities, one per cell, 1/world unit, ≥ 0.</param>
    public void Fold(OccupancyGridBuffers grid, ArrayView<int> cells, ArrayView<float> densities)
    {
        CheckLengths(cells, densities.Length, "densities");
        if (cells.Length == 0)
        {
            return;
        }
        OccupancySubsetKernels.Args args = Arguments(grid, default);
        args.Cells = cells;
        args.NewDensities = densities;
        _fold(cells.IntLength, args);
    }

    private static int SumCount(OccupancyGridOptions options) =>
        (((options.CellCount / 32) + OccupancySubsetKernels.WordsPerSum - 1) / OccupancySubsetKernels.WordsPerSum) + 1;

    private static void CheckLengths(ArrayView<int> cells, long count, string what)
    {
        if (cells.Length != count)
        {
            throw new ArgumentException($"Occupancy subset: {cells.Length} cells need as many {what}, got {count}.");
        }
    }

    private static OccupancySubsetKernels.Args Arguments(OccupancyGridBuffers grid, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return new OccupancySubsetKernels.Args
        {
            Resolution = grid.Options.Resolution,
            CascadeCount = grid.Options.CascadeCount,
            Bound = grid.Options.Bound,
            Decay = grid.Options.Decay,
            Key = key,
            Bits = grid.Bits,
            Densities = grid.Densities,
        };
    }
}
