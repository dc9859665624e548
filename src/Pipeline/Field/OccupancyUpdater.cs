using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Configuration;
using ILGPU;

namespace DreamFusion.Pipeline.Field;

/// <summary>
/// Keeps the occupancy grid in step with the field: one random point in each of all cells, after the warm-up in each of a
/// subset of them, in batches of bounded memory.
/// </summary>
public sealed class OccupancyUpdater : IDisposable
{
    private const int CellsPerBatch = 1 << 15;

    private readonly DeviceContext _device;
    private readonly RadianceField _field;
    private readonly uint _seed;
    private readonly int _warmupSteps;
    private readonly int _interval;

    /// <summary>An empty grid for a field.</summary>
    public OccupancyUpdater(DeviceContext device, RadianceField field, RendererConfiguration renderer, uint seed)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(renderer);
        _device = device;
        _field = field;
        _seed = seed;
        _warmupSteps = renderer.GridWarmupSteps;
        _interval = renderer.UpdateInterval;
        Grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions
        {
            Resolution = renderer.GridResolution,
            Bound = field.Options.Bound.HalfSide,
            CascadeCount = renderer.GridLevels ?? Cascades.CountFor(field.Options.Bound.HalfSide),
            Decay = renderer.GridDecay,
            DensityThreshold = renderer.DensityThreshold,
            ThresholdByMean = renderer.DensityThresholdByMean,
        });
    }

    /// <summary>The grid.</summary>
    public OccupancyGridBuffers Grid { get; }

    /// <summary>Share of the cells that are marched, 0..1, as of the last <see cref="Update"/>.</summary>
    public float OccupiedShare { get; private set; }

    /// <summary>Mean density of the cells, 1/world unit, as of the last <see cref="Update"/>.</summary>
    public float MeanDensity { get; private set; }

    /// <summary>Whether the grid is to be updated before a step.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="extraInterval">The run's <c>update_extra_interval</c>.</param>
    public bool IsDue(int step, int extraInterval) => step % extraInterval == 0 && step % _interval == 0;

    /// <summary>Folds the field's present density into the cells, <c>max(decay · old, new)</c>, and rebuilds the bits.</summary>
    /// <param name="step">Training step; with the seed it fixes which cells are asked, and where in each.</param>
    public void Update(int step)
    {
        var key = new RandomKey(_seed, (uint)step, RandomPurpose.OccupancyJitter);
        OccupancyGrid kernels = _device.Kernels<OccupancyGrid>();
        using var scratch = new Tape(_device, recording: false);
        int batch = Math.Min(CellsPerBatch, Grid.Options.CellCount);
        ArrayView<Float3> positions = scratch.Scratch<Float3>(batch);
        ArrayView<float> densities = scratch.Scratch<float>(batch);
        if (step < _warmupSteps)
        {
            UpdateAll(kernels, key, positions, densities);
        }
        else
        {
            UpdateSubset(scratch, key, positions, densities);
        }
        Rebuild(kernels);
    }

    /// <summary>Rebuilds the bits from densities that a checkpoint has restored.</summary>
    public void Rebuild() => Rebuild(_device.Kernels<OccupancyGrid>());

    /// <inheritdoc/>
    public void Dispose() => Grid.Dispose();

    private void UpdateAll(OccupancyGrid kernels, RandomKey key, ArrayView<Float3> positions, ArrayView<float> densities)
    {
        for (int first = 0; first < Grid.Options.CellCount; first += positions.IntLength)
        {
            int count = Math.Min(positions.IntLength, Grid.Options.CellCount - first);
            kernels.Positions(Grid, key, first, positions.SubView(0, count));
            _field.Density(positions.SubView(0, count), densities.SubView(0, count));
            kernels.Fold(Grid, first, densities.SubView(0, count));
        }
    }

    private void UpdateSubset(Tape scratch, RandomKey key, ArrayView<Float3> positions, ArrayView<float> densities)
    {
        OccupancySubset kernels = _device.Kernels<OccupancySubset>();
        ArrayView<int> chosen = scratch.Scratch<int>(OccupancySubset.MaxCount(Grid.Options));
        int total = kernels.Choose(Grid, key, chosen, scratch.Scratch<int>(OccupancySubset.ScratchLength(Grid.Options)));
        for (int first = 0; first < total; first += positions.IntLength)
        {
            int count = Math.Min(positions.IntLength, total - first);
            ArrayView<int> cells = chosen.SubView(first, count);
            kernels.Positions(Grid, key, cells, positions.SubView(0, count));
            _field.Density(positions.SubView(0, count), densities.SubView(0, count));
            kernels.Fold(Grid, cells, densities.SubView(0, count));
        }
    }

    private void Rebuild(OccupancyGrid kernels)
    {
        kernels.Rebuild(Grid);
        OccupancyStatistics statistics = Grid.ReadStatistics();
        OccupiedShare = statistics.OccupiedShare;
        MeanDensity = statistics.MeanDensity;
    }
}
