using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Tests.Rays;
using DreamFusion.References.March;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.March;

public sealed class RayMarchTests
{
    private const float Bound = 1.15f;
    private static readonly RandomKey _key = new(11, 5, RandomPurpose.RayJitter);

    private static OccupancyGridBuffers Grid(TestDevice device, int resolution, Func<int, bool> occupied)
    {
        var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = resolution, Bound = Bound, DensityThreshold = 0.5f, ThresholdByMean = false });
        OccupancyGridTests.Fill(device, grid, cell => occupied(cell) ? 1f : 0f);
        return grid;
    }

    internal static PackedSamples March(TestDevice device, RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions options, RandomKey? jitter)
    {
        RayMarch march = device.Kernels<RayMarch>();
        ArrayView<SampleRange> ranges = device.Zeros<SampleRange>(rays.Count);
        int count = march.Count(rays, grid, options, jitter, ranges, device.Zeros<int>(RayMarch.ScratchLength(rays.Count)));
        var samples = new PackedSamples(ranges, device.Zeros<Float3>(count), device.Zeros<int>(count), device.Zeros<float>(count), device.Zeros<float>(count));
        march.Write(rays, grid, options, jitter, samples);
        return samples;
    }

    [Theory]
    [InlineData(64, 32, true, 0.5)]
    [InlineData(64, 32, false, 0.03)]
    [InlineData(8, 100, true, 0.1)]
    [InlineData(4, 512, true, 0.3)]
    [InlineData(128, 200, true, 0.002)]
    public void SamplesAreTheOccupiedLatticePoints(int resolution, int steps, bool jittered, double share)
    {
        using var device = new TestDevice();
        var random = new Random(resolution);
        using OccupancyGridBuffers grid = Grid(device, resolution, _ => random.NextDouble() < share);
        uint[] bits = device.Read(grid.Bits);
        var sphere = new SphereBound(Bound);
        PinholeCamera camera = CameraRaysTests.Orbit(37, 64, 3.4, 40, 23, 21);
        RayBatch rays = CameraRaysTests.Cast(device, camera, sphere);
        var options = RayMarchOptions.Across(sphere, steps);
        RandomKey? jitter = jittered ? _key : null;
        PackedSamples samples = March(device, rays, grid, options, jitter);
        CheckPacking(device, rays, samples, options);

        SampleRange[] ranges = device.Read(samples.Ranges);
        float[] distances = device.Read(samples.Distances), near = device.Read(rays.Near), far = device.Read(rays.Far);
        Float3[] directions = device.Read(rays.Directions);
        int certain = 0, undecided = 0;
        for (int ray = 0; ray < rays.Count; ray++)
        {
            double shift = jitter.HasValue ? CounterRandom.Uniform(_key, (uint)ray, 0) : 0.5;
            List<(MarchReference.Point Kind, double Distance)> lattice = MarchReference.Lattice(
                [camera.Position.X, camera.Position.Y, camera.Position.Z], [directions[ray].X, directions[ray].Y, directions[ray].Z],
                near[ray], far[ray], shift, options.StepLength, steps, resolution, Bound, (x, y, z) => OccupancyGridTests.IsOccupied(bits, x, y, z));
            var found = new Queue<float>(distances[ranges[ray].Offset..(ranges[ray].Offset + ranges[ray].Count)]);
            foreach ((MarchReference.Point kind, double distance) in lattice)
            {
                bool sampled = found.Count > 0 && Math.Abs(found.Peek() - distance) < 0.01 * options.StepLength;
                if (sampled)
                {
                    found.Dequeue();
                }
                Assert.True(kind == MarchReference.Point.Undecided || sampled == (kind == MarchReference.Point.Sample), $"ray {ray}, t {distance}: {kind}, sampled {sampled}");
                certain += kind == MarchReference.Point.Sample ? 1 : 0;
                undecided += kind == MarchReference.Point.Undecided ? 1 : 0;
            }
            Assert.Empty(found);
        }
        Assert.True(certain > 50, $"only {certain} samples");
        Assert.True(undecided < certain / 4 + 200, $"{undecided} undecided of {certain}");
    }

    // Lattice points exactly on cell faces, where a skip that rounds the wrong way would jump over an occupied one.
    [Theory]
    [InlineData(1f)]
    [InlineData(-1f)]
    public void SkippingNeverChangesTheSamples(float direction)
    {
        const int side = 12, resolution = 16, steps = 128;
        using var device = new TestDevice();
        var random = new Random(17);
        using var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = resolution, DensityThreshold = 0.5f, ThresholdByMean = false });
        OccupancyGridTests.Fill(device, grid, _ => random.Next(5) == 0 ? 1f : 0f);
        uint[] bits = device.Read(grid.Bits);
        // Four steps to a cell of 1/8, starting half a step before the cube: t_k = 1 + k/32.
        var options = new RayMarchOptions { StepLength = 1f / 32f, MaxSteps = steps };
        Float3[] origins = Enumerable.Range(0, side * side).Select(i => new Float3(2f * (i % side) / side - 0.95f, 2f * (i / side) / side - 0.95f, -2f * direction)).ToArray();
        var rays = new RayBatch(
            device.Upload(origins),
            device.Upload(Enumerable.Repeat(new Float3(0f, 0f, direction), origins.Length).ToArray()),
            device.Upload(Enumerable.Repeat(1f - 1f / 64f, origins.Length).ToArray()),
            device.Upload(Enumerable.Repeat(3f, origins.Length).ToArray()));
        PackedSamples samples = March(device, rays, grid, options, null);
        var expected = new List<(int Ray, float Distance)>();
        for (int ray = 0; ray < origins.Length; ray++)
        {
            for (int k = 0; k < steps; k++)
            {
                float t = 1f + k / 32f;
                int Cell(float coordinate) => Math.Min((int)((coordinate + 1f) * 8f), resolution - 1);
                if (t < 3f && OccupancyGridTests.IsOccupied(bits, Cell(origins[ray].X), Cell(origins[ray].Y), Cell(origins[ray].Z + t * direction)))
                {
                    expected.Add((ray, t));
                }
            }
        }
        Assert.Equal(expected, device.Read(samples.RayIndices).Zip(device.Read(samples.Distances)));
    }

    [Fact]
    public void FullGridGivesEveryLatticePointInsideTheSphere()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 16, _ => true);
        var sphere = new SphereBound(Bound);
        PinholeCamera camera = CameraRaysTests.Orbit(0, 90, 3.5, 1000, 1, 1);
        RayBatch rays = CameraRaysTests.Cast(device, camera, sphere);
        PackedSamples samples = March(device, rays, grid, RayMarchOptions.Across(sphere, 32), null);
        float step = 2 * Bound / 32;
        Close.Require("t", Enumerable.Range(0, 32).Select(k => 3.5 - Bound + (k + 0.5) * step).ToArray(), device.Read(samples.Distances), 1e-6);
        Assert.All(device.Read(samples.Lengths), length => Assert.Equal(step, length));
    }

    [Fact]
    public void EmptyGridAndMissingRaysGiveNoSamples()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers empty = Grid(device, 8, _ => false);
        using OccupancyGridBuffers full = Grid(device, 8, _ => true);
        var sphere = new SphereBound(Bound);
        var options = RayMarchOptions.Across(sphere, 32);
        RayBatch hits = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(0, 90, 3, 20, 8, 8), sphere);
        Assert.Equal(0, March(device, hits, empty, options, _key).Count);
        PinholeCamera away = CameraRaysTests.Orbit(0, 90, 3, 20, 8, 8);
        away.Position = away.Back * -3f;
        PackedSamples missed = March(device, CameraRaysTests.Cast(device, away, sphere), full, options, _key);
        Assert.Equal(0, missed.Count);
        Assert.All(device.Read(missed.Ranges), range => Assert.Equal((0, 0), (range.Offset, range.Count)));
    }

    [Fact]
    public void JitterIsUniformPerRay()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 4, _ => true);
        var sphere = new SphereBound(Bound);
        RayBatch rays = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(10, 80, 3, 200, 40, 40), sphere);
        var options = RayMarchOptions.Across(sphere, 16);
        PackedSamples samples = March(device, rays, grid, options, _key);
        SampleRange[] ranges = device.Read(samples.Ranges);
        float[] t = device.Read(samples.Distances), near = device.Read(rays.Near);
        double[] shifts = Enumerable.Range(0, rays.Count).Select(ray => (t[ranges[ray].Offset] - near[ray]) / (double)options.StepLength).ToArray();
        Assert.All(shifts, shift => Assert.InRange(shift, -1e-4, 1 + 1e-4));
        Assert.InRange(shifts.Average(), 0.46, 0.54);
        Assert.NotEqual(device.Read(samples.Distances), device.Read(March(device, rays, grid, options, new RandomKey(11, 6, RandomPurpose.RayJitter)).Distances));
    }

    [Fact]
    public void BudgetIsAnErrorThatNamesBothNumbers()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 4, _ => true);
        var sphere = new SphereBound(Bound);
        RayBatch rays = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(10, 80, 3, 200, 4, 4), sphere);
        RayMarchOptions options = RayMarchOptions.Across(sphere, 16) with { SampleBudget = 1 };
        int needed = March(device, rays, grid, options with { SampleBudget = 1000 }, null).Count;
        Assert.Equal(needed, March(device, rays, grid, options with { SampleBudget = needed }, null).Count);
        SampleBudgetException error = Assert.Throws<SampleBudgetException>(() => March(device, rays, grid, options with { SampleBudget = needed - 1 }, null));
        Assert.Equal((needed, needed - 1), (error.SampleCount, error.Budget));
        Assert.Contains($"need {needed} samples, the budget is {needed - 1}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(23)]
    public void PackingHoldsForAnyNumberOfRays(int side)
    {
        using var device = new TestDevice();
        var random = new Random(side);
        using OccupancyGridBuffers grid = Grid(device, 16, _ => random.Next(4) == 0);
        var sphere = new SphereBound(Bound);
        var options = RayMarchOptions.Across(sphere, 40);
        RayBatch rays = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(55, 60, 3.2, 1.2 * side, side, side), sphere);
        CheckPacking(device, rays, March(device, rays, grid, options, _key), options);
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        (float[] Positions, int[] Rays)[] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            var random = new Random(9);
            using OccupancyGridBuffers grid = Grid(device, 32, _ => random.Next(3) == 0);
            var sphere = new SphereBound(Bound);
            RayBatch rays = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(-40, 75, 3.2, 80, 64, 64), sphere);
            PackedSamples samples = March(device, rays, grid, RayMarchOptions.Across(sphere, 32), _key);
            return (device.ReadRows(samples.Positions), device.Read(samples.RayIndices));
        }).ToArray();
        Assert.True(runs[0].Rays.Length > 5000);
        Assert.All(runs, run => Assert.Equal(runs[0].Positions, run.Positions));
        Assert.All(runs, run => Assert.Equal(runs[0].Rays, run.Rays));
    }

    private static void CheckPacking(TestDevice device, RayBatch rays, PackedSamples samples, RayMarchOptions options)
    {
        SampleRange[] ranges = device.Read(samples.Ranges);
        Float3[] positions = device.Read(samples.Positions), origins = device.Read(rays.Origins), directions = device.Read(rays.Directions);
        int[] rayIndices = device.Read(samples.RayIndices);
        float[] distances = device.Read(samples.Distances), lengths = device.Read(samples.Lengths);
        int next = 0;
        for (int ray = 0; ray < ranges.Length; ray++)
        {
            Assert.Equal(next, ranges[ray].Offset);
            for (int i = next; i < next + ranges[ray].Count; i++)
            {
                Assert.Equal(ray, rayIndices[i]);
                Assert.Equal(origins[ray] + directions[ray] * distances[i], positions[i]);
                Assert.Equal(options.StepLength, lengths[i]);
                Assert.True(i == next || distances[i] > distances[i - 1]);
            }
            next += ranges[ray].Count;
        }
        Assert.Equal(samples.Count, next);
    }
}
