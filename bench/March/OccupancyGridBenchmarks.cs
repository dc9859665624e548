using System;
using BenchmarkDotNet.Attributes;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Bench.Measurement;
using DreamFusion.Bench.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;

namespace DreamFusion.Bench.March;

/// <summary>
/// Both kinds of update of an occupancy grid of 128³ cells without the field's density between them, one thread, per cell of the grid. All: a
/// position in every cell, its fold. Subset: choice, positions and fold of a quarter of the cells and of the occupied ones (a ball of radius
/// 0.75 in the cube ±1.15). Rebuild: threshold, bits and share; with three cascades also pooling, per cell of the three.
/// </summary>
[Config(typeof(FamilyConfig))]
public class OccupancyGridBenchmarks
{
    private const int CellCount = 128 * 128 * 128;
    private const int BatchCount = 1 << 15;

    private static readonly RandomKey _key = new(1, 2, RandomPurpose.OccupancyJitter);

    private TwinDevices _devices = null!;
    private OccupancyGridBuffers _grid = null!;
    private OccupancyGridBuffers _cascades = null!;
    private ArrayView<Float3> _positions;
    private ArrayView<float> _densities;
    private ArrayView<int> _cells;
    private ArrayView<int> _scratch;
    private int _chosen;

    [GlobalSetup]
    public void Setup()
    {
        _devices = TwinDevices.Create();
        var options = new OccupancyGridOptions { Bound = MarchedScene.Bound };
        _grid = new Blob(0.75f).Grid(_devices, options, 2f * options.Bound / options.Resolution);
        _cascades = new Blob(0.45f).Grid(_devices, options with { Bound = 4f, CascadeCount = 3 }, 1f / 16f);
        _positions = _devices.Upload(new Float3[BatchCount]);
        _densities = _devices.Upload(new float[BatchCount]);
        _cells = _devices.Upload(new int[OccupancySubset.MaxCount(options)]);
        _scratch = _devices.Upload(new int[OccupancySubset.ScratchLength(options)]);
        _chosen = Choose();
        Console.WriteLine($"// occupied share {_grid.ReadStatistics().OccupiedShare}, chosen cells {_chosen}");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _grid.Dispose();
        _cascades.Dispose();
        _devices.Dispose();
    }

    [Benchmark(OperationsPerInvoke = CellCount)]
    public void AllPositions()
    {
        for (int first = 0; first < CellCount; first += BatchCount)
        {
            _devices.Portable.Kernels<OccupancyGrid>().Positions(_grid, _key, first, _positions);
        }
    }

    [Benchmark(OperationsPerInvoke = CellCount)]
    [Traffic(12)]
    public void AllFold()
    {
        for (int first = 0; first < CellCount; first += BatchCount)
        {
            _devices.Portable.Kernels<OccupancyGrid>().Fold(_grid, first, _densities);
        }
    }

    [Benchmark(OperationsPerInvoke = CellCount)]
    public int SubsetChoose() => Choose();

    [Benchmark(OperationsPerInvoke = CellCount)]
    public void SubsetPositions()
    {
        for (int first = 0; first < _chosen; first += BatchCount)
        {
            int count = Math.Min(BatchCount, _chosen - first);
            _devices.Portable.Kernels<OccupancySubset>().Positions(_grid, _key, _cells.SubView(first, count), _positions.SubView(0, count));
        }
    }

    [Benchmark(OperationsPerInvoke = CellCount)]
    public void SubsetFold()
    {
        for (int first = 0; first < _chosen; first += BatchCount)
        {
            int count = Math.Min(BatchCount, _chosen - first);
            _devices.Portable.Kernels<OccupancySubset>().Fold(_grid, _cells.SubView(first, count), _densities.SubView(0, count));
        }
    }

    [Benchmark(OperationsPerInvoke = CellCount)]
    public void Rebuild() => _devices.Portable.Kernels<OccupancyGrid>().Rebuild(_grid);

    [Benchmark(OperationsPerInvoke = 3 * CellCount)]
    public void RebuildThreeCascades() => _devices.Portable.Kernels<OccupancyGrid>().Rebuild(_cascades);

    private int Choose() => _devices.Portable.Kernels<OccupancySubset>().Choose(_grid, _key, _cells, _scratch);
}
