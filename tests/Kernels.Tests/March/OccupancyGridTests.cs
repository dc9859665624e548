using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.References.March;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.March;

public sealed class OccupancyGridTests
{
    private static readonly RandomKey _key = new(7, 3, RandomPurpose.OccupancyJitter);

    /// <summary>Folds one density per cell, by Morton index, and rebuilds.</summary>
    internal static void Fill(TestDevice device, OccupancyGridBuffers grid, Func<int, float> density)
    {
        float[] values = Enumerable.Range(0, grid.Options.CellCount).Select(density).ToArray();
        OccupancyGrid kernels = device.Kernels<OccupancyGrid>();
        kernels.Fold(grid, 0, device.Upload(values));
        kernels.Rebuild(grid);
    }

    internal static bool IsOccupied(uint[] bits, int x, int y, int z)
    {
        int cell = MarchReference.Morton(x, y, z);
        return ((bits[cell / 32] >> (cell % 32)) & 1) != 0;
    }

    [Theory]
    [InlineData(4, 1.0f)]
    [InlineData(16, 1.15f)]
    public void PositionsLieInTheirCells(int resolution, float bound)
    {
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = resolution, Bound = bound });
        ArrayView<Float3> view = device.Zeros<Float3>(grid.Options.CellCount);
        device.Kernels<OccupancyGrid>().Positions(grid, _key, 0, view);
        Float3[] positions = device.Read(view);
        double side = 2.0 * bound / resolution;
        var offsets = new List<double>();
        for (int z = 0; z < resolution; z++)
        {
            for (int y = 0; y < resolution; y++)
            {
                for (int x = 0; x < resolution; x++)
                {
                    Float3 p = positions[MarchReference.Morton(x, y, z)];
                    double[] inCell = [(p.X + bound) / side - x, (p.Y + bound) / side - y, (p.Z + bound) / side - z];
                    Assert.All(inCell, u => Assert.InRange(u, -1e-5, 1 + 1e-5));
                    offsets.AddRange(inCell);
                }
            }
        }
        // Uniform jitter: mean ½ within five standard errors.
        Assert.InRange(offsets.Average(), 0.5 - 1.45 / Math.Sqrt(offsets.Count), 0.5 + 1.45 / Math.Sqrt(offsets.Count));
    }

    [Fact]
    public void RangesGiveTheSamePositionsAsTheWhole()
    {
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 8 });
        OccupancyGrid kernels = device.Kernels<OccupancyGrid>();
        ArrayView<Float3> whole = device.Zeros<Float3>(512), part = device.Zeros<Float3>(100);
        kernels.Positions(grid, _key, 0, whole);
        kernels.Positions(grid, _key, 300, part);
        Assert.Equal(device.Read(whole)[300..400], device.Read(part));
        Assert.Throws<ArgumentException>(() => kernels.Positions(grid, _key, 450, part));
    }

    [Fact]
    public void FoldDecaysAndTakesTheMaximum()
    {
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 4, Decay = 0.5f });
        Fill(device, grid, cell => cell);
        Fill(device, grid, cell => 20);
        Assert.Equal(Enumerable.Range(0, 64).Select(cell => Math.Max(0.5f * cell, 20f)), device.Read(grid.Densities));
    }

    // Density of cell i is i / 64; the mean is 63 / 128 = 0.4921875 exactly, so the limits straddle it.
    [Theory]
    [InlineData(true, 10f, 0.4921875f)]
    [InlineData(true, 0.5f, 0.4921875f)]
    [InlineData(true, 0.25f, 0.25f)]
    [InlineData(false, 0.75f, 0.75f)]
    public void ThresholdIsTheMeanWhereThatIsLower(bool byMean, float limit, float threshold)
    {
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 4, DensityThreshold = limit, ThresholdByMean = byMean });
        Fill(device, grid, cell => cell / 64f);
        int occupied = Enumerable.Range(0, 64).Count(cell => cell / 64f > threshold);
        Assert.Equal(new OccupancyStatistics(0.4921875f, threshold, occupied / 64f), grid.ReadStatistics());
        uint[] bits = device.Read(grid.Bits);
        for (int cell = 0; cell < 64; cell++)
        {
            Assert.Equal(cell / 64f > threshold, ((bits[cell / 32] >> (cell % 32)) & 1) != 0);
        }
    }

    [Theory]
    [InlineData(0.05f, false)]
    [InlineData(0.050001f, true)]
    public void CellAtTheThresholdIsEmpty(float density, bool occupied)
    {
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 4, DensityThreshold = 0.05f, ThresholdByMean = false });
        Fill(device, grid, cell => cell == 17 ? density : 0f);
        Assert.Equal(occupied ? 1u << 17 : 0u, device.Read(grid.Bits)[0]);
    }

    [Fact]
    public void NewGridIsEmpty()
    {
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 8 });
        device.Kernels<OccupancyGrid>().Rebuild(grid);
        Assert.All(device.Read(grid.Bits), word => Assert.Equal(0u, word));
        Assert.Equal(0f, grid.ReadStatistics().OccupiedShare);
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        (float Mean, uint[] Bits)[] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 32 });
            var random = new Random(3);
            Fill(device, grid, _ => random.NextSingle());
            return (grid.ReadStatistics().MeanDensity, device.Read(grid.Bits));
        }).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0].Mean, run.Mean));
        Assert.All(runs, run => Assert.Equal(runs[0].Bits, run.Bits));
        Close.Require("mean", 0.5, runs[0].Mean, 0.01);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(2)]
    [InlineData(2048)]
    public void UnusableResolutionIsRefused(int resolution)
    {
        using var device = new TestDevice();
        ArgumentException error = Assert.Throws<ArgumentException>(() => new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = resolution }));
        Assert.Contains($"resolution {resolution}", error.Message, StringComparison.Ordinal);
    }
}
