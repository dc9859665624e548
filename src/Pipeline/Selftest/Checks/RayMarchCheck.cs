using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Samples along rays. Not differentiable: the march is fixed within a step.</summary>
internal sealed class RayMarchCheck : ISelfCheck
{
    private const float Step = 0.25f;

    public string Family => "march";

    // By hand: rays along -Z from z = 3 through the cube ±1, near 2 and far 4; the second one misses.
    public void Run(SelfCheckRun run)
    {
        var fixedSteps = new RayMarchOptions { StepLength = Step };
        double[] lattice = [.. Enumerable.Range(0, 8).Select(k => 2.125 + 0.25 * k)];
        Samples full = March(run.Device, _ => true, fixedSteps, null);
        run.Golden("fixed steps", [.. lattice, .. lattice], full.Distances, tolerance: 0);
        run.Golden("packing", [0, 8, 8, 0, 8, 8], full.Ranges, tolerance: 0);

        // Cells 0 and 1 along z fill [-1, 0]: the farther half.
        run.Golden("empty cells are skipped", [.. lattice[4..], .. lattice[4..]], March(run.Device, z => z < 2, fixedSteps, null).Distances, tolerance: 0);

        // The jitter of ray 0 is a uniform number of known bits (tests/Golden/README.md).
        var key = new RandomKey(2023, 41, RandomPurpose.RayJitter);
        run.Golden("jitter", 2 + 0.25 * 15634392 / 16777216d, March(run.Device, _ => true, fixedSteps, key).Distances[0]);

        // dt = t/8 from half a step behind t = 2 on: a geometric series.
        var cone = new RayMarchOptions { StepLength = 0.01f, ConeAngle = 0.125f };
        double[] growing = [.. Enumerable.Range(0, 6).Select(k => 2.125 * Math.Pow(1.125, k))];
        Samples cones = March(run.Device, _ => true, cone, null);
        run.Golden("cone steps", [.. growing, .. growing], cones.Distances);
        run.Golden("cone lengths", [.. growing.Concat(growing).Select(t => t / 8)], cones.Lengths);
        run.Repeats("", device => March(device, z => z != 2, fixedSteps, key).Flat());
    }

    private static Samples March(CheckDevice device, Func<uint, bool> occupied, RayMarchOptions options, RandomKey? jitter)
    {
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = 4, DensityThreshold = 0.5f, ThresholdByMean = false });
        device.Kernels<OccupancyGrid>().Fold(grid, 0, device.Upload([.. Enumerable.Range(0, 64).Select(cell => occupied(Morton.Decode((uint)cell, 2)) ? 1f : 0f)]));
        device.Kernels<OccupancyGrid>().Rebuild(grid);
        var rays = new RayBatch(
            device.UploadVectors(0.1f, 0.1f, 3f, 5f, 5f, 3f, -0.3f, 0.2f, 3f), device.UploadVectors(0f, 0f, -1f, 0f, 0f, -1f, 0f, 0f, -1f),
            device.Upload(2f, 1f, 2f), device.Upload(4f, 0f, 4f));
        ArrayView<SampleRange> ranges = device.Zeros<SampleRange>(3);
        RayMarch march = device.Kernels<RayMarch>();
        int count = march.Count(rays, grid, options, jitter, ranges, device.Zeros<int>(RayMarch.ScratchLength(3)));
        var samples = new PackedSamples(ranges, device.OutputVectors(count), device.Zeros<int>(count), device.Output(count), device.Output(count));
        march.Write(rays, grid, options, jitter, samples);
        return new Samples(
            [.. CheckDevice.Read(ranges).SelectMany(range => new float[] { range.Offset, range.Count })], CheckDevice.Rows(samples.Positions),
            CheckDevice.Read(samples.RayIndices), CheckDevice.Read(samples.Distances), CheckDevice.Read(samples.Lengths));
    }

    private sealed record Samples(float[] Ranges, float[] Positions, int[] RayIndices, float[] Distances, float[] Lengths)
    {
        public float[] Flat() => [.. Ranges, .. Positions, .. RayIndices.Select(ray => (float)ray), .. Distances, .. Lengths];
    }
}
