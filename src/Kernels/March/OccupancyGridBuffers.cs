using System;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.March;

/// <summary>The memory of one occupancy grid: densities, bits and statistics, all of them zero at first (nothing occupied).</summary>
public sealed class OccupancyGridBuffers : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _densities;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _sums;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _statistics;
    private readonly MemoryBuffer1D<uint, Stride1D.Dense> _bits;

    /// <summary>Allocates an empty grid.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public OccupancyGridBuffers(Accelerator accelerator, OccupancyGridOptions options)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        int cells = options.CellCount;
        _densities = accelerator.Allocate1D<float>(cells);
        _sums = accelerator.Allocate1D<float>((cells + OccupancyGridKernels.CellsPerSum - 1) / OccupancyGridKernels.CellsPerSum);
        _statistics = accelerator.Allocate1D<float>(OccupancyGridKernels.StatisticsCount);
        _bits = accelerator.Allocate1D<uint>(cells / 32);
        _densities.MemSetToZero();
        _statistics.MemSetToZero();
        _bits.MemSetToZero();
    }

    /// <summary>Settings.</summary>
    public OccupancyGridOptions Options { get; }

    /// <summary>Decayed maximum density of each cell [C·N³], 1/world unit, by cascade, then in Morton order; what a checkpoint keeps.</summary>
    public ArrayView<float> Densities => _densities.View.BaseView;

    /// <summary>Occupancy bits [C·N³/32]: bit i of word w is cell 32w + i.</summary>
    public ArrayView<uint> Bits => _bits.View.BaseView;

    /// <summary>Mean density, threshold in force and occupied share [3], as of the last rebuild.</summary>
    public ArrayView<float> Statistics => _statistics.View.BaseView;

    /// <summary>Reads the statistics back to the host (waits for the device).</summary>
    public OccupancyStatistics ReadStatistics()
    {
        float[] values = new float[OccupancyGridKernels.StatisticsCount];
        _statistics.View.BaseView.CopyToCPU(values);
        return new OccupancyStatistics(
            values[OccupancyGridKernels.MeanDensity],
            values[OccupancyGridKernels.Threshold],
            values[OccupancyGridKernels.OccupiedShare]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _densities.Dispose();
        _sums.Dispose();
        _statistics.Dispose();
        _bits.Dispose();
    }

    internal OccupancyGridKernels.Args Arguments() => new()
    {
        Resolution = Options.Resolution,
        CascadeCount = Options.CascadeCount,
        Bound = Options.Bound,
        Decay = Options.Decay,
        DensityThreshold = Options.DensityThreshold,
        ThresholdByMean = Options.ThresholdByMean ? 1 : 0,
        Densities = Densities,
        Sums = _sums.View.BaseView,
        Statistics = Statistics,
        Bits = Bits,
    };
}

/// <summary>What the last rebuild of an occupancy grid found.</summary>
/// <param name="MeanDensity">Mean over all cells of the decayed maximum density, 1/world unit.</param>
/// <param name="Threshold">Density above which a cell counts as occupied.</param>
/// <param name="OccupiedShare">Share of occupied cells, in [0, 1].</param>
public readonly record struct OccupancyStatistics(float MeanDensity, float Threshold, float OccupiedShare);
