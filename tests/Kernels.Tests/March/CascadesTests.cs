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

public sealed class CascadesTests
{
    internal static bool IsOccupied(uint[] bits, int resolution, int cascade, int x, int y, int z)
    {
        int cell = (cascade * resolution * resolution * resolution) + MarchReference.Morton(x, y, z);
        return ((bits[cell / 32] >> (cell % 32)) & 1) != 0;
    }

    // 1 + ⌈log₂ bound⌉, by hand.
    [Theory]
    [InlineData(0.5f, 1)]
    [InlineData(1f, 1)]
    [InlineData(1.15f, 2)]
    [InlineData(2f, 2)]
    [InlineData(2.5f, 3)]
    [InlineData(4f, 3)]
    [InlineData(8f, 4)]
    [InlineData(100f, 8)]
    public void CountGrowsWithTheLogarithmOfTheBound(float bound, int count)
    {
        Assert.Equal(count, Cascades.CountFor(bound));
        for (int cascade = 0; cascade < count; cascade++)
        {
            Assert.Equal(Math.Min(MathF.Pow(2, cascade), bound), Cascades.HalfSide(cascade, count, bound));
        }
        Assert.Equal(bound, Cascades.HalfSide(0, 1, bound));
    }

    [Theory]
    [InlineData(0.5f, 1, 1)]
    [InlineData(1.15f, 1, 1)]
    [InlineData(1.15f, 2, 1)]
    [InlineData(2f, 2, 2)]
    [InlineData(3f, 3, 2)]
    [InlineData(4f, 3, 3)]
    [InlineData(8f, 3, 2)]
    public void OnlyTheLastCascadeMayNotBeTwiceTheOneBefore(float bound, int cascades, int nested) =>
        Assert.Equal(nested, Cascades.NestedCount(cascades, bound));

    // The exponent of frexp: [½, 1) gives 0, [1, 2) gives 1, and so on; clamped to the four cascades.
    [Theory]
    [InlineData(0f, 0)]
    [InlineData(1e-42f, 0)]
    [InlineData(0.25f, 0)]
    [InlineData(0.99999994f, 0)]
    [InlineData(1f, 1)]
    [InlineData(1.9999999f, 1)]
    [InlineData(2f, 2)]
    [InlineData(3.9999998f, 2)]
    [InlineData(4f, 3)]
    [InlineData(100f, 3)]
    public void PositionsAndStepsChooseByTheirBinaryExponent(float value, int cascade)
    {
        Assert.Equal(cascade, Cascades.OfPosition(value, 4));
        Assert.Equal(0, Cascades.OfPosition(value, 1));
        // dt N / 2 = value, exactly, for N = 128.
        Assert.Equal(cascade, Cascades.OfStep(value / 64f, 128, 4));
    }

    [Theory]
    [InlineData(2f, 2)]
    [InlineData(3f, 3)]
    [InlineData(8f, 4)]
    [InlineData(8f, 2)]
    public void PositionsLieInTheirCellsOfEveryCascade(float bound, int cascades)
    {
        const int resolution = 8;
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = resolution, Bound = bound, CascadeCount = cascades });
        Assert.Equal(cascades * 512, grid.Options.CellCount);
        ArrayView<Float3> view = device.Zeros<Float3>(grid.Options.CellCount);
        device.Kernels<OccupancyGrid>().Positions(grid, new RandomKey(1, 2, RandomPurpose.OccupancyJitter), 0, view);
        Float3[] positions = device.Read(view);
        Assert.Equal(positions.Length, positions.Distinct().Count());
        for (int i = 0; i < positions.Length; i++)
        {
            double half = i / 512 == cascades - 1 ? bound : Math.Pow(2, i / 512);
            int Cell(float coordinate) => (int)Math.Floor((coordinate / half + 1) / 2 * resolution * (1 - 1e-6));
            Assert.Equal(i % 512, MarchReference.Morton(Cell(positions[i].X), Cell(positions[i].Y), Cell(positions[i].Z)));
        }
    }

    // A cell is occupied if its own density says so, or if it overlaps an occupied cell of the next finer cascade.
    [Theory]
    [InlineData(4f, 3)]
    [InlineData(3f, 3)]
    [InlineData(1.15f, 2)]
    public void CoarseCellsContainWhatFineOnesDo(float bound, int cascades)
    {
        const int resolution = 8, cells = resolution * resolution * resolution;
        using var device = new TestDevice();
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = resolution, Bound = bound, CascadeCount = cascades, DensityThreshold = 0.5f, ThresholdByMean = false });
        var random = new Random(5);
        bool[] own = Enumerable.Range(0, grid.Options.CellCount).Select(_ => random.Next(20) == 0).ToArray();
        OccupancyGridTests.Fill(device, grid, cell => own[cell] ? 1f : 0f);
        uint[] bits = device.Read(grid.Bits);
        int pooled = 0;
        for (int cell = 0; cell < own.Length; cell++)
        {
            int cascade = cell / cells;
            (int X, int Y, int Z) = ((int)Morton.Decode((uint)(cell % cells), 0), (int)Morton.Decode((uint)(cell % cells), 1), (int)Morton.Decode((uint)(cell % cells), 2));
            bool must = own[cell], may = own[cell];
            if (cascade > 0)
            {
                double coarse = 2.0 * Cascades.HalfSide(cascade, cascades, bound) / resolution, fine = 2.0 * Cascades.HalfSide(cascade - 1, cascades, bound) / resolution;
                double Overlap(int a, int b) => Math.Min((a + 1 - resolution / 2) * coarse, (b + 1 - resolution / 2) * fine) - Math.Max((a - resolution / 2) * coarse, (b - resolution / 2) * fine);
                foreach ((int x, int y, int z) in AllCells(resolution))
                {
                    double overlap = Math.Min(Math.Min(Overlap(X, x), Overlap(Y, y)), Overlap(Z, z));
                    bool occupied = IsOccupied(bits, resolution, cascade - 1, x, y, z);
                    must |= occupied && overlap > 1e-9;
                    may |= occupied && overlap > -2e-3 * fine && (overlap > 1e-9 || coarse != 2 * fine);
                }
            }
            bool actual = IsOccupied(bits, resolution, cascade, X, Y, Z);
            Assert.True(!must || actual, $"cell {cell} must be occupied");
            Assert.True(may || !actual, $"cell {cell} must be empty");
            pooled += actual && !own[cell] ? 1 : 0;
        }
        Assert.True(pooled > 30, $"only {pooled} cells pooled");
        Assert.Equal(Enumerable.Range(0, own.Length).Count(cell => ((bits[cell / 32] >> (cell % 32)) & 1) != 0) / (float)own.Length, grid.ReadStatistics().OccupiedShare);
    }

    [Theory]
    [InlineData(1f, 2, 64, "2 cascades for a bound of 1")]
    [InlineData(4f, 4, 64, "4 cascades for a bound of 4")]
    [InlineData(4f, 0, 64, "0 cascades")]
    [InlineData(4f, 2, 1024, "at most 1073741824 fit")]
    public void UnusableCascadesAreRefused(float bound, int cascades, int resolution, string message)
    {
        var options = new OccupancyGridOptions { Bound = bound, CascadeCount = cascades, Resolution = resolution };
        Assert.Contains(message, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(int X, int Y, int Z)> AllCells(int resolution) =>
        from z in Enumerable.Range(0, resolution) from y in Enumerable.Range(0, resolution) from x in Enumerable.Range(0, resolution) select (x, y, z);
}
