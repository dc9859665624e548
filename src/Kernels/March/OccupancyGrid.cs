using System;
using System.Numerics;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.March;

/// <summary>
/// The occupancy grid: which cells of the cube [-bound, bound]³ can hold matter, so that the march skips the others.
/// <code>
/// p = ((x + u) / N · 2 - 1) · b                  jittered position of cell (x, y, z), u uniform in [0, 1)³,
///                                                b the half side of the cell's cascade (the bound if there is one)
/// D ← max(decay · D, σ(p))                       per cell, by cascade, then in Morton order
/// bit ← D &gt; min(mean D, threshold)   or   D &gt; threshold,   mean over the cells of all cascades
/// bit ← bit or any bit of the next finer cascade inside the cell
/// </code>
/// The last line (max-pooling) makes an empty cell empty in every finer cascade too, so that a coarse skip is as safe as
/// fine ones. Source: instant-ngp (Müller et al. 2022), appendix C; decay-and-max as in stable-dreamfusion. No backward:
/// occupancy only decides where the field is evaluated.
/// </summary>
public static class OccupancyGridKernels
{
    /// <summary>Cells that one work item sums; fixed, so that the mean has the same bits for any number of threads.</summary>
    public const int CellsPerSum = 1024;

    /// <summary>Index of the mean density among the statistics.</summary>
    public const int MeanDensity = 0;

    /// <summary>Index of the threshold in force among the statistics.</summary>
    public const int Threshold = 1;

    /// <summary>Index of the share of occupied cells among the statistics.</summary>
    public const int OccupiedShare = 2;

    /// <summary>Length of the statistics.</summary>
    public const int StatisticsCount = 3;

    // Widens the pooled range of cells whose faces do not coincide with finer ones, in finer cells: rounding must never lose one.
    private const float PoolingMargin = 1e-3f;

    /// <summary>Device arguments. C cascades of N³ cells, each in Morton order.</summary>
    public struct Args
    {
        /// <summary>Cells along a side N, a power of two.</summary>
        public int Resolution;

        /// <summary>Number of cascades C.</summary>
        public int CascadeCount;

        /// <summary>The cascade that <see cref="Pool"/> raises, in [1, C).</summary>
        public int Cascade;

        /// <summary>Half the side of the cube, world units.</summary>
        public float Bound;

        /// <summary>Factor on the old density.</summary>
        public float Decay;

        /// <summary>Upper limit of the threshold, 1/world unit.</summary>
        public float DensityThreshold;

        /// <summary>1 if the threshold is the mean where that is lower, else 0.</summary>
        public int ThresholdByMean;

        /// <summary>First cell of the range handled by this launch.</summary>
        public int FirstCell;

        /// <summary>Key of the jitter.</summary>
        public RandomKey Jitter;

        /// <summary>Jittered positions of the range's cells, world units; overwritten by <see cref="Positions"/>.</summary>
        public ArrayView<Float3> CellPositions;

        /// <summary>Densities σ at those positions, 1/world unit, ≥ 0; read by <see cref="Fold"/>.</summary>
        public ArrayView<float> NewDensities;

        /// <summary>Decayed maximum density of every cell [C·N³]; updated by <see cref="Fold"/>.</summary>
        public ArrayView<float> Densities;

        /// <summary>Sums over <see cref="CellsPerSum"/> cells each; overwritten by <see cref="PartialSums"/>.</summary>
        public ArrayView<float> Sums;

        /// <summary>Mean density, threshold, occupied share [3]; overwritten.</summary>
        public ArrayView<float> Statistics;

        /// <summary>Bit i of word w: cell 32w + i is occupied [C·N³/32]; overwritten by <see cref="BuildBits"/>, raised by <see cref="Pool"/>.</summary>
        public ArrayView<uint> Bits;
    }

    /// <summary>Writes the jittered position of one cell of the range.</summary>
    public static void Positions(Index1D i, Args a)
    {
        a.CellPositions[i] = JitteredPosition(a.FirstCell + i, a.Resolution, a.CascadeCount, a.Bound, a.Jitter);
    }

    /// <summary>Folds one new density into its cell.</summary>
    public static void Fold(Index1D i, Args a)
    {
        float old = a.Decay * a.Densities[a.FirstCell + i];
        float density = a.NewDensities[i];
        a.Densities[a.FirstCell + i] = density > old ? density : old;
    }

    /// <summary>Sums one fixed range of cells in order.</summary>
    public static void PartialSums(Index1D chunk, Args a)
    {
        int first = chunk * CellsPerSum;
        int end = first + CellsPerSum < a.Densities.IntLength ? first + CellsPerSum : a.Densities.IntLength;
        float sum = 0f;
        for (int cell = first; cell < end; cell++)
        {
            sum += a.Densities[cell];
        }
        a.Sums[chunk] = sum;
    }

    /// <summary>One work item: mean and threshold from the partial sums.</summary>
    public static void ChooseThreshold(Index1D one, Args a)
    {
        float sum = 0f;
        for (int chunk = 0; chunk < a.Sums.IntLength; chunk++)
        {
            sum += a.Sums[chunk];
        }
        float mean = sum / a.Densities.IntLength;
        a.Statistics[one + MeanDensity] = mean;
        a.Statistics[one + Threshold] = a.ThresholdByMean != 0 && mean < a.DensityThreshold ? mean : a.DensityThreshold;
    }

    /// <summary>Builds the 32 bits of one word.</summary>
    public static void BuildBits(Index1D word, Args a)
    {
        float threshold = a.Statistics[Threshold];
        uint bits = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            if (a.Densities[(word * 32) + bit] > threshold)
            {
                bits |= 1u << bit;
            }
        }
        a.Bits[word] = bits;
    }

    /// <summary>Sets the bits of one word of a cascade's cells in which the next finer cascade has an occupied one.</summary>
    public static void Pool(Index1D word, Args a)
    {
        int wordsPerCascade = a.Resolution * a.Resolution * a.Resolution / 32;
        float ratio = Cascades.HalfSide(a.Cascade, a.CascadeCount, a.Bound) / Cascades.HalfSide(a.Cascade - 1, a.CascadeCount, a.Bound);
        uint bits = a.Bits[(a.Cascade * wordsPerCascade) + word];
        for (int bit = 0; bit < 32; bit++)
        {
            if ((bits & (1u << bit)) == 0 && AnyFinerOccupied((uint)((word * 32) + bit), ratio, (a.Cascade - 1) * wordsPerCascade, a))
            {
                bits |= 1u << bit;
            }
        }
        a.Bits[(a.Cascade * wordsPerCascade) + word] = bits;
    }

    /// <summary>One work item: the share of occupied cells.</summary>
    public static void CountOccupied(Index1D one, Args a)
    {
        int occupied = 0;
        for (int word = 0; word < a.Bits.IntLength; word++)
        {
            occupied += BitOperations.PopCount(a.Bits[word]);
        }
        a.Statistics[one + OccupiedShare] = (float)occupied / a.Densities.IntLength;
    }

    /// <summary>A position inside a cell; it depends on the key and the cell alone.</summary>
    internal static Float3 JitteredPosition(int cell, int resolution, int cascadeCount, float bound, RandomKey jitter)
    {
        int cellsPerCascade = resolution * resolution * resolution;
        int cascade = cell / cellsPerCascade;
        uint code = (uint)(cell - (cascade * cellsPerCascade));
        float half = Cascades.HalfSide(cascade, cascadeCount, bound);
        float scale = 2f * half / resolution;
        return new Float3(
            ((Morton.Decode(code, 0) + CounterRandom.Uniform(jitter, (uint)cell, 0)) * scale) - half,
            ((Morton.Decode(code, 1) + CounterRandom.Uniform(jitter, (uint)cell, 1)) * scale) - half,
            ((Morton.Decode(code, 2) + CounterRandom.Uniform(jitter, (uint)cell, 2)) * scale) - half);
    }

    private static bool AnyFinerOccupied(uint code, float ratio, int firstFinerWord, in Args a)
    {
        uint x = Morton.Decode(code, 0), y = Morton.Decode(code, 1), z = Morton.Decode(code, 2);
        int endX = EndOfFiner(x, ratio, a.Resolution), endY = EndOfFiner(y, ratio, a.Resolution), endZ = EndOfFiner(z, ratio, a.Resolution);
        for (int k = FirstFiner(z, ratio, a.Resolution); k < endZ; k++)
        {
            for (int j = FirstFiner(y, ratio, a.Resolution); j < endY; j++)
            {
                for (int i = FirstFiner(x, ratio, a.Resolution); i < endX; i++)
                {
                    uint finer = Morton.Encode((uint)i, (uint)j, (uint)k);
                    if (((a.Bits[firstFinerWord + (int)(finer >> 5)] >> (int)(finer & 31)) & 1u) != 0)
                    {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    // The finer cells [first, end) along an axis that a cell overlaps; none if it lies outside the finer cube.
    private static int FirstFiner(uint cell, float ratio, int resolution)
    {
        float margin = ratio == 2f ? 0f : PoolingMargin;
        float low = (((int)cell - (resolution / 2)) * ratio) + (resolution / 2) - margin;
        return low > 0f ? (int)low : 0;
    }

    private static int EndOfFiner(uint cell, float ratio, int resolution)
    {
        float margin = ratio == 2f ? 0f : PoolingMargin;
        float high = (((int)cell + 1 - (resolution / 2)) * ratio) + (resolution / 2) + margin;
        int below = high > 0f ? (int)high : 0;
        int end = high > below ? below + 1 : below;
        return end < resolution ? end : resolution;
    }
}

/// <summary>Launcher of <see cref="OccupancyGridKernels"/>.</summary>
/// <remarks>
/// An update is: for ranges of cells, <see cref="Positions"/>, the field's density at them, <see cref="Fold"/>; then
/// <see cref="Rebuild"/> once. <see cref="OccupancySubset"/> does the same for a part of the cells.
/// </remarks>
public sealed class OccupancyGrid : IKernelFamily<OccupancyGrid>
{
    private readonly Action<Index1D, OccupancyGridKernels.Args> _positions;
    private readonly Action<Index1D, OccupancyGridKernels.Args> _fold;
    private readonly Action<Index1D, OccupancyGridKernels.Args> _partialSums;
    private readonly Action<Index1D, OccupancyGridKernels.Args> _chooseThreshold;
    private readonly Action<Index1D, OccupancyGridKernels.Args> _buildBits;
    private readonly Action<Index1D, OccupancyGridKernels.Args> _pool;
    private readonly Action<Index1D, OccupancyGridKernels.Args> _countOccupied;
    private readonly Action<KernelConfig, OccupancyGridKernels.Args>? _ballotBits;
    private readonly Action<KernelConfig, OccupancyGridKernels.Args>? _groupCount;

    private OccupancyGrid(Accelerator accelerator, GpuTuning? gpu)
    {
        if (gpu is not null)
        {
            _ballotBits = accelerator.LoadStreamKernel<OccupancyGridKernels.Args>(WarpOccupancyKernels.BuildBits);
            _groupCount = accelerator.LoadStreamKernel<OccupancyGridKernels.Args>(WarpOccupancyKernels.CountOccupied);
        }

        _positions = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancyGridKernels.Args>(OccupancyGridKernels.Positions);
        _fold = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancyGridKernels.Args>(OccupancyGridKernels.Fold);
        _partialSums = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancyGridKernels.Args>(OccupancyGridKernels.PartialSums);
        _chooseThreshold = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancyGridKernels.Args>(OccupancyGridKernels.ChooseThreshold);
        _buildBits = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancyGridKernels.Args>(OccupancyGridKernels.BuildBits);
        _pool = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancyGridKernels.Args>(OccupancyGridKernels.Pool);
        _countOccupied = accelerator.LoadAutoGroupedStreamKernel<Index1D, OccupancyGridKernels.Args>(OccupancyGridKernels.CountOccupied);
    }

    /// <inheritdoc/>
    public static OccupancyGrid Load(Accelerator accelerator) => new(accelerator, null);

    /// <inheritdoc/>
    public static OccupancyGrid Load(Accelerator accelerator, HostThreads? host, GpuTuning? gpu) => new(accelerator, gpu);

    /// <summary>Writes a jittered position for each cell of [firstCell, firstCell + positions.Length).</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="jitter">Key of the draw; a cell's jitter depends on the key and the cell alone.</param>
    /// <param name="firstCell">First cell, by cascade, then in Morton order.</param>
    /// <param name="positions">World positions; overwritten.</param>
    public void Positions(OccupancyGridBuffers grid, RandomKey jitter, int firstCell, ArrayView<Float3> positions)
    {
        ArgumentNullException.ThrowIfNull(grid);
        CheckRange(grid, firstCell, positions.Length);
        if (positions.Length == 0)
        {
            return;
        }
        OccupancyGridKernels.Args args = grid.Arguments();
        args.FirstCell = firstCell;
        args.Jitter = jitter;
        args.CellPositions = positions;
        _positions(positions.IntLength, args);
    }

    /// <summary>Decays the cells of [firstCell, firstCell + densities.Length) and raises them to the new densities.</summary>
    public void Fold(OccupancyGridBuffers grid, int firstCell, ArrayView<float> densities)
    {
        ArgumentNullException.ThrowIfNull(grid);
        CheckRange(grid, firstCell, densities.Length);
        if (densities.Length == 0)
        {
            return;
        }
        OccupancyGridKernels.Args args = grid.Arguments();
        args.FirstCell = firstCell;
        args.NewDensities = densities;
        _fold(densities.IntLength, args);
    }

    /// <summary>Recomputes mean, threshold, bits and occupied share from the densities; to be called after the last fold.</summary>
    public void Rebuild(OccupancyGridBuffers grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        OccupancyGridKernels.Args args = grid.Arguments();
        _partialSums(args.Sums.IntLength, args);
        _chooseThreshold(1, args);
        if (_ballotBits is not null)
        {
            _ballotBits(((grid.Options.CellCount + WarpOccupancyKernels.GroupSize - 1) / WarpOccupancyKernels.GroupSize, WarpOccupancyKernels.GroupSize), args);
        }
        else
        {
            _buildBits(args.Bits.IntLength, args);
        }

        for (int cascade = 1; cascade < grid.Options.CascadeCount; cascade++)
        {
            args.Cascade = cascade;
            _pool(grid.Options.CellsPerCascade / 32, args);
        }
        if (_groupCount is not null)
        {
            _groupCount((1, WarpOccupancyKernels.GroupSize), args);
        }
        else
        {
            _countOccupied(1, args);
        }
    }

    private static void CheckRange(OccupancyGridBuffers grid, int firstCell, long count)
    {
        if (firstCell < 0 || firstCell + count > grid.Options.CellCount)
        {
            throw new ArgumentException($"Occupancy grid: cells [{firstCell}, {firstCell + count}) of {grid.Options.CellCount}; split the update into ranges inside the grid.");
        }
    }
}
