using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.March;

public sealed class OccupancySubsetTests
{
    private static readonly RandomKey _key = new(7, 3, RandomPurpose.OccupancyJitter);

    private static OccupancyGridBuffers Grid(TestDevice device, int resolution, int cascades, Func<int, bool> occupied)
    {
        var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions
        {
            Resolution = resolution,
            Bound = 1 << (cascades - 1),
            CascadeCount = cascades,
            DensityThreshold = 0.5f,
            ThresholdByMean = false,
            Decay = 0.5f,
        });
        OccupancyGridTests.Fill(device, grid, cell => occupied(cell) ? 1f : 0f);
        return grid;
    }

    private static ArrayView<int> Choose(TestDevice device, OccupancyGridBuffers grid, RandomKey key)
    {
        ArrayView<int> cells = device.Zeros<int>(OccupancySubset.MaxCount(grid.Options));
        int count = device.Kernels<OccupancySubset>().Choose(grid, key, cells, device.Zeros<int>(OccupancySubset.ScratchLength(grid.Options)));
        return cells.SubView(0, count);
    }

    [Theory]
    [InlineData(4, 1, 0.0)]
    [InlineData(4, 1, 1.0)]
    [InlineData(16, 1, 0.1)]
    [InlineData(16, 1, 0.6)]
    [InlineData(16, 3, 0.02)]
    [InlineData(32, 2, 0.9)]
    public void AQuarterOfTheCellsAndAsManyOccupiedOnesAreChosenOnce(int resolution, int cascades, double share)
    {
        using var device = new TestDevice();
        var random = new Random(resolution);
        using OccupancyGridBuffers grid = Grid(device, resolution, cascades, _ => random.NextDouble() < share);
        uint[] bits = device.Read(grid.Bits);
        bool IsOccupied(int cell) => ((bits[cell / 32] >> (cell % 32)) & 1) != 0;
        int quarter = grid.Options.CellCount / 4;
        int[] cells = device.Read(Choose(device, grid, _key));

        Assert.Equal(Enumerable.Range(0, quarter), cells[..quarter].Select(cell => cell / 4));
        Assert.Equal(cells.Length, cells.Distinct().Count());
        var drawn = cells[..quarter].ToHashSet();
        int[] candidates = Enumerable.Range(0, grid.Options.CellCount).Where(cell => IsOccupied(cell) && !drawn.Contains(cell)).ToArray();
        int[] occupied = cells[quarter..];
        Assert.Equal(Math.Min(candidates.Length, quarter), occupied.Length);
        // One of each stretch, in order; with few candidates a stretch is one cell and all are taken.
        int[] places = occupied.Select(cell => Array.BinarySearch(candidates, cell)).ToArray();
        for (int i = 0; i < places.Length; i++)
        {
            Assert.InRange(places[i], (int)((long)i * candidates.Length / places.Length), (int)((i + 1L) * candidates.Length / places.Length) - 1);
        }
    }

    // The share of a cell among the draws of many steps is binomial: five standard errors.
    [Theory]
    [InlineData(0.0, 0.25)]
    [InlineData(1.0, 0.5)]
    public void EveryCellIsDrawnEquallyOften(double occupiedShare, double expected)
    {
        const int steps = 1500;
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 4, 1, _ => occupiedShare > 0.5);
        var counts = new int[64];
        ArrayView<int> room = device.Zeros<int>(32), scratch = device.Zeros<int>(OccupancySubset.ScratchLength(grid.Options));
        for (uint step = 0; step < steps; step++)
        {
            int count = device.Kernels<OccupancySubset>().Choose(grid, new RandomKey(1, step, RandomPurpose.OccupancyJitter), room, scratch);
            foreach (int cell in device.Read(room.SubView(0, count)))
            {
                counts[cell]++;
            }
        }
        double error = 5 * Math.Sqrt(steps * expected * (1 - expected));
        Assert.All(counts, count => Assert.InRange(count, steps * expected - error, steps * expected + error));
    }

    [Fact]
    public void PositionsAreThoseOfAnUpdateOfAllCells()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 8, 2, cell => cell % 3 == 0);
        ArrayView<int> cells = Choose(device, grid, _key);
        ArrayView<Float3> all = device.Zeros<Float3>(grid.Options.CellCount), some = device.Zeros<Float3>(cells.IntLength);
        device.Kernels<OccupancyGrid>().Positions(grid, _key, 0, all);
        device.Kernels<OccupancySubset>().Positions(grid, _key, cells, some);
        Float3[] whole = device.Read(all);
        Assert.Equal(device.Read(cells).Select(cell => whole[cell]), device.Read(some));
    }

    [Fact]
    public void OnlyChosenCellsDecayAndRise()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 8, 1, cell => cell % 5 == 0);
        float[] expected = device.Read(grid.Densities);
        ArrayView<int> cells = Choose(device, grid, _key);
        int[] chosen = device.Read(cells);
        float[] densities = chosen.Select(cell => cell % 2 == 0 ? 0.25f : 2f).ToArray();
        device.Kernels<OccupancySubset>().Fold(grid, cells, device.Upload(densities));
        for (int i = 0; i < chosen.Length; i++)
        {
            expected[chosen[i]] = Math.Max(0.5f * expected[chosen[i]], densities[i]);
        }
        Assert.Equal(expected, device.Read(grid.Densities));
        Assert.True(chosen.Length < expected.Length);
    }

    // With every chosen density zero, occupied cells halve at each update they are part of; all are if they are few.
    [Fact]
    public void VanishedMatterIsForgottenAtOnceWhereFewCellsAreOccupied()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 8, 1, cell => cell % 7 == 0);
        ArrayView<int> cells = Choose(device, grid, _key);
        device.Kernels<OccupancySubset>().Fold(grid, cells, device.Zeros<float>(cells.IntLength));
        device.Kernels<OccupancyGrid>().Rebuild(grid);
        Assert.Equal(0f, grid.ReadStatistics().OccupiedShare);
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        int[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            var random = new Random(3);
            using OccupancyGridBuffers grid = Grid(device, 32, 2, _ => random.Next(3) == 0);
            return device.Read(Choose(device, grid, _key));
        }).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0], run));
        using var other = new TestDevice();
        using OccupancyGridBuffers same = Grid(other, 32, 2, _ => false);
        Assert.NotEqual(other.Read(Choose(other, same, _key)), other.Read(Choose(other, same, new RandomKey(7, 4, RandomPurpose.OccupancyJitter))));
    }

    [Fact]
    public void TooLittleRoomIsAnError()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 4, 1, _ => true);
        OccupancySubset kernels = device.Kernels<OccupancySubset>();
        int scratch = OccupancySubset.ScratchLength(grid.Options);
        ArgumentException error = Assert.Throws<ArgumentException>(() => kernels.Choose(grid, _key, device.Zeros<int>(31), device.Zeros<int>(scratch)));
        Assert.Contains("room for 32", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => kernels.Choose(grid, _key, device.Zeros<int>(32), device.Zeros<int>(scratch - 1)));
        Assert.Throws<ArgumentException>(() => kernels.Positions(grid, _key, device.Zeros<int>(3), device.Zeros<Float3>(2)));
        Assert.Throws<ArgumentException>(() => kernels.Fold(grid, device.Zeros<int>(3), device.Zeros<float>(4)));
    }
}
