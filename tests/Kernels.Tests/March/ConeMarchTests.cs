using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Tests.Rays;
using DreamFusion.References.March;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.March;

public sealed class ConeMarchTests
{
    private static readonly RandomKey _key = new(11, 5, RandomPurpose.RayJitter);

    private static OccupancyGridBuffers Grid(TestDevice device, int resolution, float bound, int cascades, Func<int, bool> occupied)
    {
        var grid = new OccupancyGridBuffers(device.Accelerator, new OccupancyGridOptions { Resolution = resolution, Bound = bound, CascadeCount = cascades, DensityThreshold = 0.5f, ThresholdByMean = false });
        OccupancyGridTests.Fill(device, grid, cell => occupied(cell) ? 1f : 0f);
        return grid;
    }

    private static RayBatch Rays(TestDevice device, Float3[] origins, Float3[] directions, float bound)
    {
        var box = new BoxBound(bound);
        var near = new float[origins.Length];
        var far = new float[origins.Length];
        for (int ray = 0; ray < origins.Length; ray++)
        {
            box.Intersect(origins[ray], directions[ray], out near[ray], out far[ray]);
            near[ray] = Math.Max(near[ray], 0f);
        }
        return new RayBatch(device.Upload(origins), device.Upload(directions), device.Upload(near), device.Upload(far));
    }

    // 2√3 / 1024 and 2√3 · 4 / 128, section "Ray marching" of stable-dreamfusion's raymarching.cu.
    [Fact]
    public void ConeStepsAreStableDreamfusions()
    {
        var options = RayMarchOptions.Cone(new OccupancyGridOptions { Bound = 4f, CascadeCount = 3 }, 1024, 1f / 128f);
        Close.Require("dt", 0.00338291, options.StepLength, 1e-8);
        Close.Require("dt_max", 0.10825318, options.MaxStepLength, 1e-7);
        Assert.Equal((0.2f, 1024), (options.MinNear, options.MaxSamples));
    }

    // γ = ¼ from t_0 = 1 + ½ · ¼: every number below is a short binary fraction, so floats hold it exactly.
    [Fact]
    public void StepsGrowWithTheDistanceBetweenTheirLimits()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 4, 8f, 4, _ => true);
        RayBatch rays = Rays(device, [new Float3(0.1f, 0.1f, -4f)], [new Float3(0f, 0f, 1f)], 8f);
        var options = new RayMarchOptions { StepLength = 0.3125f, MaxStepLength = 0.5f, ConeAngle = 0.25f, MinNear = 1f };
        PackedSamples samples = RayMarchTests.March(device, rays, grid, options with { MaxSteps = 6 }, null);
        // t_0 = 1 + ½ · 0.3125; 0.3125 until γ t exceeds it, ½ from t = 2 on.
        Assert.Equal([1.15625f, 1.46875f, 1.8359375f, 2.294921875f, 2.794921875f, 3.294921875f], device.Read(samples.Distances));
        Assert.Equal([0.3125f, 0.3671875f, 0.458984375f, 0.5f, 0.5f, 0.5f], device.Read(samples.Lengths));
        Assert.Equal(4, RayMarchTests.March(device, rays, grid, options with { MaxSamples = 4 }, null).Count);
    }

    [Theory]
    [InlineData(1f, 1, 32, 0.02f, 0.1)]
    [InlineData(2f, 2, 32, 0.01f, 0.05)]
    [InlineData(3f, 3, 16, 0.02f, 0.03)]
    [InlineData(4f, 3, 32, 0.03f, 0.02)]
    [InlineData(8f, 4, 16, 0f, 0.02)]
    [InlineData(8f, 2, 64, 0.03f, 0.005)]
    public void SamplesAreTheOccupiedPointsOfTheReference(float bound, int cascades, int resolution, float coneAngle, double share)
    {
        using var device = new TestDevice();
        var random = new Random(resolution);
        using OccupancyGridBuffers grid = Grid(device, resolution, bound, cascades, _ => random.NextDouble() < share);
        uint[] bits = device.Read(grid.Bits);
        PinholeCamera camera = CameraRaysTests.Orbit(37, 64, 2.1 * bound, 30, 17, 15);
        RayBatch rays = CameraRaysTests.Cast(device, camera, new BoxBound(bound));
        var options = RayMarchOptions.Cone(grid.Options, 256, coneAngle) with { MinNear = 0.6f * bound, MaxSamples = 10_000 };
        PackedSamples samples = RayMarchTests.March(device, rays, grid, options, _key);
        var reference = new ConeMarchReference(2 * Math.Sqrt(3) / 256, 2 * Math.Sqrt(3) * bound / resolution, coneAngle, resolution, bound, cascades);
        SampleRange[] ranges = device.Read(samples.Ranges);
        float[] distances = device.Read(samples.Distances), lengths = device.Read(samples.Lengths), near = device.Read(rays.Near), far = device.Read(rays.Far);
        Float3[] directions = device.Read(rays.Directions);
        int certain = 0, undecided = 0, total = 0;
        for (int ray = 0; ray < rays.Count; ray++)
        {
            List<ConeMarchReference.Point> lattice = reference.Lattice(
                [camera.Position.X, camera.Position.Y, camera.Position.Z], [directions[ray].X, directions[ray].Y, directions[ray].Z],
                Math.Max(near[ray], options.MinNear), far[ray], CounterRandom.Uniform(_key, (uint)ray, 0),
                (cascade, x, y, z) => CascadesTests.IsOccupied(bits, resolution, cascade, x, y, z));
            total += lattice.Count;
            int next = ranges[ray].Offset, end = next + ranges[ray].Count;
            foreach (ConeMarchReference.Point point in lattice)
            {
                bool sampled = next < end && Math.Abs(distances[next] - point.Distance) < 0.1 * point.Step;
                if (sampled)
                {
                    Assert.True(Math.Abs(lengths[next] - point.Step) <= 1e-3 * point.Step);
                    next++;
                }
                Assert.True(point.Kind == MarchReference.Point.Undecided || sampled == (point.Kind == MarchReference.Point.Sample), $"ray {ray}, {point}, sampled {sampled}");
                certain += point.Kind == MarchReference.Point.Sample ? 1 : 0;
                undecided += point.Kind == MarchReference.Point.Undecided ? 1 : 0;
            }
            Assert.Equal(end, next);
        }
        Assert.True(certain > 100, $"only {certain} samples");
        Assert.True(undecided < 0.15 * total, $"{undecided} undecided of {total}");
    }

    // Every lattice point, in floats, with the occupancy of its own cell, and nothing skipped: the same bits are required.
    [Theory]
    [InlineData(1f, 1, 16, 0.02f, 64)]
    [InlineData(1f, 1, 8, 0f, 100)]
    [InlineData(2f, 2, 16, 0.004f, 512)]
    [InlineData(3f, 3, 16, 0f, 128)]
    [InlineData(3f, 3, 8, 0.05f, 128)]
    [InlineData(5f, 4, 16, 0.02f, 100)]
    [InlineData(8f, 4, 32, 0.01f, 128)]
    [InlineData(8f, 4, 64, 0.1f, 128)]
    [InlineData(8f, 4, 8, 0.01f, 256)]
    [InlineData(8f, 4, 4, 0f, 300)]
    [InlineData(4f, 3, 4, 0f, 301)]
    public void SkippingNeverChangesTheSamples(float bound, int cascades, int resolution, float coneAngle, int steps)
    {
        using var device = new TestDevice();
        var random = new Random(resolution + steps);
        using OccupancyGridBuffers grid = Grid(device, resolution, bound, cascades, _ => random.Next(60) == 0);
        uint[] bits = device.Read(grid.Bits);
        (Float3[] origins, Float3[] directions) = EdgeRays(random, bound, resolution);
        RayBatch rays = Rays(device, origins, directions, bound);
        RayMarchOptions options = RayMarchOptions.Cone(grid.Options with { Resolution = 8 }, steps, coneAngle) with { MaxSamples = 10_000 };
        PackedSamples samples = RayMarchTests.March(device, rays, grid, options, _key);
        float[] near = device.Read(rays.Near), far = device.Read(rays.Far);
        var expected = new List<(int Ray, float Distance, float Length)>();
        var visited = new HashSet<int>();
        for (int ray = 0; ray < origins.Length; ray++)
        {
            float start = Math.Max(near[ray], options.MinNear), t = start + CounterRandom.Uniform(_key, (uint)ray, 0) * Step(start), first = t;
            for (int k = 0; t < far[ray]; k++)
            {
                float step = Step(t), x = origins[ray].X + t * directions[ray].X, y = origins[ray].Y + t * directions[ray].Y, z = origins[ray].Z + t * directions[ray].Z;
                float largest = Math.Max(Math.Max(Math.Abs(x), Math.Abs(y)), Math.Abs(z));
                int cascade = Math.Clamp(Math.Max(Math.ILogB(largest), Math.ILogB(step * resolution / 2)) + 1, 0, cascades - 1);
                float half = cascade == cascades - 1 ? bound : 1 << cascade;
                int Cell(float coordinate) => Math.Clamp((int)((coordinate + half) * (resolution / (2 * half))), 0, resolution - 1);
                if (CascadesTests.IsOccupied(bits, resolution, cascade, Cell(x), Cell(y), Cell(z)))
                {
                    expected.Add((ray, t, step));
                    visited.Add(cascade);
                }
                t = coneAngle > 0f ? t + step : first + (k + 1) * step;
            }
        }
        float Step(float t) => Math.Max(Math.Min(t * coneAngle, options.MaxStepLength), options.StepLength);
        Assert.True(expected.Count > 300, $"only {expected.Count} samples");
        Assert.Equal(cascades > 1, visited.Count > 1);
        Assert.Equal(expected, device.Read(samples.RayIndices).Zip(device.Read(samples.Distances), device.Read(samples.Lengths)));
        Assert.Equal(
            expected.Select(sample => origins[sample.Ray] + directions[sample.Ray] * sample.Distance),
            device.Read(samples.Positions));
    }

    // Rays at random, from inside, along axes on cell faces and on the box, through its edges and corners, and past it.
    private static (Float3[] Origins, Float3[] Directions) EdgeRays(Random random, float bound, int resolution)
    {
        var origins = new List<Float3>();
        var directions = new List<Float3>();
        void Add(Float3 origin, Float3 direction)
        {
            origins.Add(origin);
            directions.Add(direction * (1f / direction.Length));
        }
        Float3 InBox(float scale) => new Float3(2f * random.NextSingle() - 1f, 2f * random.NextSingle() - 1f, 2f * random.NextSingle() - 1f) * scale;
        for (int i = 0; i < 150; i++)
        {
            Float3 from = InBox(1f);
            Add(from * (3f * bound / from.Length), InBox(bound) - (from * (3f * bound / from.Length)));
            Add(InBox(bound), InBox(1f));
            float face = bound * (2f * random.Next(resolution + 1) / resolution - 1f);
            float sign = random.Next(2) == 0 ? 1f : -1f;
            Add(new Float3(face, bound * (random.NextSingle() - 0.5f), -2f * bound * sign), new Float3(0f, 0f, sign));
            Add(new Float3(-2f * bound, face, face), new Float3(1f, 0f, 0f));
            Add(new Float3(0.01f * i, 2f * bound, 0f), new Float3(0f, -1f, 0f));
            // Almost along a face, across it somewhere on the way: rounding decides where.
            float graze = MathF.Pow(10f, -4f - 4f * random.NextSingle()) * (random.Next(2) == 0 ? 1f : -1f);
            Add(new Float3(face - 2f * bound * graze * (0.5f + random.NextSingle()), bound * (random.NextSingle() - 0.5f), -2f * bound * sign), new Float3(graze, 0f, sign));
        }
        Add(new Float3(2f, 2f, 2f) * bound, new Float3(-1f, -1f, -1f));
        Add(new Float3(2f, 0f, 0f) * bound, new Float3(-1f, 1f, 0f));
        Add(new Float3(0f, 0f, 2f * bound), new Float3(0f, 0f, 1f));
        Add(new Float3(1.5f * bound, 0f, 2f * bound), new Float3(0f, 0f, -1f));
        Add(new Float3(bound, bound, 2f * bound), new Float3(0f, 0f, -1f));
        return (origins.ToArray(), directions.ToArray());
    }

    // The finest cascade is empty, the next one full: points are found where the next one is asked, beyond |x| = 1 or with
    // steps dt N / 2 ≥ 1, that is dt ≥ 1/8.
    [Theory]
    [InlineData(0.124f, false)]
    [InlineData(0.126f, true)]
    public void LongStepsAskTheCoarserCascade(float step, bool everywhere)
    {
        const int resolution = 16, cells = resolution * resolution * resolution;
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, resolution, 2f, 2, cell => cell >= cells);
        RayBatch rays = Rays(device, [new Float3(0.1f, 0.1f, -4f)], [new Float3(0f, 0f, 1f)], 2f);
        PackedSamples samples = RayMarchTests.March(device, rays, grid, new RayMarchOptions { StepLength = step }, null);
        float[] lattice = Enumerable.Range(0, 100).Select(k => 2f + (k + 0.5f) * step).Where(t => t < 6f).ToArray();
        Close.Require("t", lattice.Where(t => everywhere || Math.Abs(t - 4f) >= 1f).Select(t => (double)t).ToArray(), device.Read(samples.Distances), 1e-6);
    }

    // With γ = 1 the distance doubles: 0.26, 0.52, 1.04. The cell [0, ½]³ of the empty finest cascade is crossed along its diagonal
    // from t = 0.2 to 1.066, but from t = ½ on, dt N / 2 ≥ 1 asks the full coarser one.
    [Fact]
    public void GrowingStepsNoticeTheCoarserCascade()
    {
        const int resolution = 4, cells = resolution * resolution * resolution;
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, resolution, 2f, 2, cell => cell >= cells);
        Float3 diagonal = new Float3(1f, 1f, 1f) * (1f / MathF.Sqrt(3f));
        var rays = new RayBatch(device.Upload([diagonal * -0.2f]), device.Upload([diagonal]), device.Upload([0.26f / 1.5f]), device.Upload([1.1f]));
        var options = new RayMarchOptions { StepLength = 0.001f, ConeAngle = 1f };
        Close.Require("t", [0.52, 1.04], device.Read(RayMarchTests.March(device, rays, grid, options, null).Distances), 1e-6);
    }

    [Fact]
    public void RaysStartAtTheirMinimumDistance()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers grid = Grid(device, 4, 1f, 1, _ => true);
        RayBatch rays = Rays(device, [default, new Float3(0f, 0f, -3f), new Float3(0f, 0f, -1.1f)], Enumerable.Repeat(new Float3(0f, 0f, 1f), 3).ToArray(), 1f);
        PackedSamples samples = RayMarchTests.March(device, rays, grid, new RayMarchOptions { StepLength = 0.5f, MinNear = 0.25f }, null);
        SampleRange[] ranges = device.Read(samples.Ranges);
        float[] distances = device.Read(samples.Distances);
        Assert.Equal([0.5f, 2.25f, 0.5f], ranges.Select(range => distances[range.Offset]));
        Assert.Equal([1, 4, 4], ranges.Select(range => range.Count));
    }

    [Fact]
    public void NothingToSampleAndTooMuchToSample()
    {
        using var device = new TestDevice();
        using OccupancyGridBuffers empty = Grid(device, 8, 4f, 3, _ => false), full = Grid(device, 8, 4f, 3, _ => true);
        RayBatch rays = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(10, 80, 9, 20, 8, 8), new BoxBound(4f));
        var options = RayMarchOptions.Cone(full.Options, 128, 0.01f);
        Assert.Equal(0, RayMarchTests.March(device, rays, empty, options, _key).Count);
        int needed = RayMarchTests.March(device, rays, full, options, _key).Count;
        Assert.Equal(needed, RayMarchTests.March(device, rays, full, options with { SampleBudget = needed }, _key).Count);
        SampleBudgetException error = Assert.Throws<SampleBudgetException>(() => RayMarchTests.March(device, rays, full, options with { SampleBudget = needed - 1 }, _key));
        Assert.Equal((needed, needed - 1), (error.SampleCount, error.Budget));
        PackedSamples few = RayMarchTests.March(device, rays, full, options with { MaxSamples = 3 }, _key);
        Assert.All(device.Read(few.Ranges), range => Assert.InRange(range.Count, 0, 3));
        Assert.Contains(device.Read(few.Ranges), range => range.Count == 3);
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        (float[] Positions, float[] Lengths)[] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            var random = new Random(9);
            using OccupancyGridBuffers grid = Grid(device, 32, 4f, 3, _ => random.Next(30) == 0);
            RayBatch rays = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(-40, 75, 6, 40, 48, 48), new BoxBound(4f));
            PackedSamples samples = RayMarchTests.March(device, rays, grid, RayMarchOptions.Cone(grid.Options, 256, 0.005f), _key);
            return (device.ReadRows(samples.Positions), device.Read(samples.Lengths));
        }).ToArray();
        Assert.True(runs[0].Lengths.Length > 5000);
        Assert.All(runs, run => Assert.Equal(runs[0].Positions, run.Positions));
        Assert.All(runs, run => Assert.Equal(runs[0].Lengths, run.Lengths));
    }

    [Fact]
    public void UnusableSettingsAreRefused()
    {
        var options = new RayMarchOptions { StepLength = 0.1f };
        void Refused(RayMarchOptions wrong, string message) => Assert.Contains(message, Assert.Throws<ArgumentException>(wrong.Validate).Message, StringComparison.Ordinal);
        Refused(options with { ConeAngle = float.NaN }, "cone angle NaN");
        Refused(options with { ConeAngle = 0.1f, MaxStepLength = 0.05f }, "cone steps from 0.1 to 0.05");
        Refused(options with { ConeAngle = 0.1f, MaxStepLength = float.NaN }, "cone steps from 0.1 to NaN");
        Refused(options with { MinNear = -1f }, "distance -1");
        Refused(options with { MaxSteps = RayMarchOptions.MostSteps + 1 }, "steps per ray");
        Refused(options with { MaxSamples = 0 }, "0 samples per ray");
        Assert.Throws<ArgumentException>(() => RayMarchOptions.Cone(new OccupancyGridOptions(), 64, 0.1f));
    }
}
