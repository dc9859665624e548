using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The cells of a partial update. Not differentiable.</summary>
internal sealed class OccupancySubsetCheck : ISelfCheck
{
    private const int CellCount = 64;
    private static readonly RandomKey _key = new(7, 3, RandomPurpose.OccupancyJitter);

    public string Family => "occupancy subset";

    public void Run(SelfCheckRun run)
    {
        // By definition: of 64 cells 16 uniform ones, one of each four, and 16 of the upper half, which is occupied, in ascending order.
        (int[] cells, float[] positions, float[] densities) = Update(run.Device);
        int[] uniform = cells[..16], occupied = cells[16..];
        run.Exact("one of each four cells", [.. Enumerable.Range(0, 16)], [.. uniform.Select(cell => cell / 4)]);
        run.Holds("a quarter of occupied cells", occupied.Length == 16 && occupied.All(cell => cell >= 32) && occupied.SequenceEqual(occupied.Order()));
        run.Exact("no cell twice", [CellCount / 2], [cells.Distinct().Count()]);
        int inside = cells.Where((cell, i) => Morton.Encode(Cell(positions[3 * i]), Cell(positions[3 * i + 1]), Cell(positions[3 * i + 2])) == cell).Count();
        run.Exact("positions lie in their cells", [cells.Length], [inside]);

        // Chosen cells fall to half their density, i/128, the others keep i/64.
        double[] expected = [.. Enumerable.Range(0, CellCount).Select(cell => cells.Contains(cell) ? cell / 128d : cell / 64d)];
        run.Golden("only chosen cells decay", expected, densities, tolerance: 0);
        run.Repeats("", device => Flat(Update(device)));
    }

    private static uint Cell(float x) => (uint)((x + 1f) * 2f);

    private static float[] Flat((int[] Cells, float[] Positions, float[] Densities) update)
        => [.. update.Cells.Select(cell => (float)cell), .. update.Positions, .. update.Densities];

    private static (int[] Cells, float[] Positions, float[] Densities) Update(CheckDevice device)
    {
        var options = new OccupancyGridOptions { Resolution = 4, Decay = 0.5f };
        using var grid = new OccupancyGridBuffers(device.Accelerator, options);
        device.Kernels<OccupancyGrid>().Fold(grid, 0, device.Upload([.. Enumerable.Range(0, CellCount).Select(i => i / 64f)]));
        device.Kernels<OccupancyGrid>().Rebuild(grid);
        OccupancySubset subset = device.Kernels<OccupancySubset>();
        ArrayView<int> room = device.Zeros<int>(OccupancySubset.MaxCount(options));
        int count = subset.Choose(grid, _key, room, device.Zeros<int>(OccupancySubset.ScratchLength(options)));
        ArrayView<int> cells = room.SubView(0, count);
        ArrayView<Float3> positions = device.OutputVectors(count);
        subset.Positions(grid, _key, cells, positions);
        subset.Fold(grid, cells, device.Zeros<float>(count));
        return (CheckDevice.Read(cells), CheckDevice.Rows(positions), CheckDevice.Read(grid.Densities));
    }
}
