using System;
using System.Numerics;

namespace DreamFusion.Kernels.March;

/// <summary>Settings of the occupancy grid over the cube [-Bound, Bound]³.</summary>
public sealed record OccupancyGridOptions
{
    /// <summary>Smallest side in cells: one 32-bit word of the bitfield holds 4·4·2 cells.</summary>
    public const int MinResolution = 4;

    /// <summary>Largest side in cells: ten bits per axis fit the Morton code.</summary>
    public const int MaxResolution = 1024;

    /// <summary>Cells along a side N, a power of two in [4, 1024]. Default 128.</summary>
    public int Resolution { get; init; } = 128;

    /// <summary>Half the side of the cube, world units, &gt; 0. Default 1.</summary>
    public float Bound { get; init; } = 1f;

    /// <summary>Factor on a cell's density before the maximum with a new one, in [0, 1]. Default 0.95.</summary>
    public float Decay { get; init; } = 0.95f;

    /// <summary>Density above which a cell is occupied, 1/world unit, ≥ 0. Default 10.</summary>
    public float DensityThreshold { get; init; } = 10f;

    /// <summary>
    /// Whether the threshold is min(mean density, <see cref="DensityThreshold"/>), which keeps a young, thin field visible,
    /// or <see cref="DensityThreshold"/> itself. Default true.
    /// </summary>
    public bool ThresholdByMean { get; init; } = true;

    /// <summary>Number of cells N³.</summary>
    public int CellCount => Resolution * Resolution * Resolution;

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
