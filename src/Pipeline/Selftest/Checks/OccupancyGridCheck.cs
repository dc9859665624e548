using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The occupancy grid and its Morton order. Not differentiable.</summary>
internal sealed class OccupancyGridCheck : ISelfCheck
{
    public string Family => "occupancy grid";

    public void Run(SelfCheckRun run)
    {
        // Bits interleaved by hand: bit i of x, y, z becomes bit 3i, 3i+1, 3i+2.
        run.Exact("Morton indices", [53, 299593, 599186, 2097151, 344064], [Morton.Encode(1, 2, 3), Morton.Encode(127, 0, 0), Morton.Encode(0, 127, 0), Morton.Encode(127, 127, 127), Morton.Encode(64, 32, 16)]);
        run.Golden("Morton order on the device", [1, 2, 3, 127, 0, 0, 0, 127, 0, 64, 32, 16], CellsOf(run.Device, 53, 299593, 599186, 344064), tolerance: 0);

        // Arithmetic series: 64 cells with densities i/64 have the mean 63/128, and i = 32 … 63 exceed it.
        run.Golden("mean, threshold, share", [63 / 128d, 63 / 128d, 0.5], Rebuild(run.Device, 0f), tolerance: 0);

        // One update later with empty space everywhere, the densities have decayed by 0.95.
        run.Golden("decay", [0.95 * 63 / 128, 0.95 * 63 / 128, 0.5], Rebuild(run.Device, 0.95f));
        // Two cascades ±1 and ±2 of 4³ cells; matter in cell (0, 0, 0) of the finer one, [-1, -½]³. It lies in cell (1, 1, 1) of the
        // coarser one, Morton index 7.
        run.Golden("coarse cells hold what finer ones do", [1, 0, 1 << 7, 0, 2 / 128d], Pool(run.Device), tolerance: 0);
        run.Repeats("", device => [.. Rebuild(device, 0.95f), .. Pool(device)]);
    }

    private static double[] CellsOf(CheckDevice device, params int[] cells)
    {
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 128 });
        double[] coordinates = new double[3 * cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            ArrayView<Float3> position = device.OutputVectors(1);
            device.Kernels<OccupancyGrid>().Positions(grid, new RandomKey(5, 0, RandomPurpose.OccupancyJitter), cells[i], position);
            float[] x = CheckDevice.Rows(position);
            for (int axis = 0; axis < 3; axis++)
            {
                coordinates[3 * i + axis] = Math.Floor((x[axis] + 1d) * 64d);
            }
        }

        return coordinates;
    }

    /// <summary>Mean, threshold and share of 64 cells with densities i/64, after an empty update if the decay is not 0.</summary>
    private static float[] Rebuild(CheckDevice device, float decay)
    {
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 4, Decay = decay });
        OccupancyGrid kernels = device.Kernels<OccupancyGrid>();
        kernels.Fold(grid, 0, device.Upload([.. Enumerable.Range(0, 64).Select(i => i / 64f)]));
        if (decay > 0f)
        {
            kernels.Fold(grid, 0, device.Zeros<float>(64));
        }

        kernels.Rebuild(grid);
        OccupancyStatistics statistics = grid.ReadStatistics();
        return [statistics.MeanDensity, statistics.Threshold, statistics.OccupiedShare];
    }

    /// <summary>The four words of bits and the occupied share of two cascades with one dense cell.</summary>
    private static float[] Pool(CheckDevice device)
    {
        var options = new OccupancyGridOptions { Resolution = 4, Bound = 2f, CascadeCount = 2, ThresholdByMean = false };
        using var grid = new OccupancyGridBuffers(device.Accelerator, options);
        OccupancyGrid kernels = device.Kernels<OccupancyGrid>();
        kernels.Fold(grid, 0, device.Upload(100f));
        kernels.Rebuild(grid);
        return [.. CheckDevice.Read(grid.Bits).Select(word => (float)word), grid.ReadStatistics().OccupiedShare];
    }
}
