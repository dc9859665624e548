using System;
using System.Numerics;

namespace DreamFusion.Kernels.March;

/// <summary>Settings of the occupancy grid over the cube [-Bound, Bound]³: one cube of cells, or nested <see cref="Cascades"/>.</summary>
public sealed record OccupancyGridOptions
{
    /// <summary>Smallest side in cells: one 32-bit word of the bitfield holds 4·4·2 cells.</summary>
    public const int MinResolution = 4;

    /// <summary>Largest side in cells: ten bits per axis fit the Morton code.</summary>
    public const int MaxResolution = 1024;

    /// <summary>Largest number of cells of all cascades; 2³⁰ densities take 4 GiB.</summary>
    public const int MaxCellCount = 1 << 30;

    /// <summary>Cells along a side of a cascade N, a power of two in [4, 1024]. Default 128.</summary>
    public int Resolution { get; init; } = 128;

    /// <summary>Half the side of the cube, world units, &gt; 0. Default 1.</summary>
    public float Bound { get; init; } = 1f;

    /// <summary>
    /// Number of cascades C, in [1, <see cref="Cascades.CountFor"/>(Bound)]; cascade c spans ±2ᶜ, the last one ±Bound. Default 1:
    /// cells of one size everywhere.
    /// </summary>
    public int CascadeCount { get; init; } = 1;

    /// <summary>Factor on a cell's density before the maximum with a new one, in [0, 1]. Default 0.95.</summary>
    public float Decay { get; init; } = 0.95f;

    /// <summary>Density above which a cell is occupied, 1/world unit, ≥ 0. Default 10.</summary>
    public float DensityThreshold { get; init; } = 10f;

    /// <summary>
    /// Whether the threshold is min(mean density, <see cref="DensityThreshold"/>), which keeps a young, thin field visible,
    /// or <see cref="DensityThreshold"/> itself. Default true.
    /// </summary>
    public bool ThresholdByMean { get; init; } = true;

    /// <summary>Number of cells of one cascade N³.</summary>
    public int CellsPerCascade => Resolution * Resolution * Resolution;

    /// <summary>Number of cells of all cascades C·N³.</summary>
    public int CellCount => CascadeCount * CellsPerCascade;

    /// <summary>Checks every setting on the host.</summary>
    /// <exception cref="ArgumentException">The message names the setting, its value and its range.</exception>
    public void Validate()
    {
        if (Resolution < MinResolution || Resolution > MaxResolution || !BitOperations.IsPow2(Resolution))
        {
            throw new ArgumentException($"Occupancy grid: resolution {Resolution}; it must be a power of two in [{MinResolution}, {MaxResolution}], set renderer.grid_resolution.");
        }
        if (!(Bound > 0f && float.IsFinite(Bound)))
        {
            throw new ArgumentException($"Occupancy grid: bound {Bound}; it must be positive and finite.");
        }
        if (CascadeCount < 1 || CascadeCount > Cascades.CountFor(Bound))
        {
            throw new ArgumentException($"Occupancy grid: {CascadeCount} cascades for a bound of {Bound}; there must be 1 to {Cascades.CountFor(Bound)}, of which the last spans the bound.");
        }
        if ((long)CascadeCount * CellsPerCascade > MaxCellCount)
        {
            throw new ArgumentException($"Occupancy grid: {CascadeCount} cascades of {Resolution}³ cells are {(long)CascadeCount * CellsPerCascade} cells, at most {MaxCellCount} fit; lower renderer.grid_resolution.");
        }
        if (!(Decay >= 0f && Decay <= 1f))
        {
            throw new ArgumentException($"Occupancy grid: decay {Decay}; it must lie in [0, 1].");
        }
        if (!(DensityThreshold >= 0f && float.IsFinite(DensityThreshold)))
        {
            throw new ArgumentException($"Occupancy grid: density threshold {DensityThreshold}; it must be at least 0 and finite, set renderer.density_thresh.");
        }
    }
}
