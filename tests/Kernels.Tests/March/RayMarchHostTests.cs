using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Kernels.Tests.Rays;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.March;

/// <summary>The host twin, which looks at every lattice point, against the kernels, which skip empty cells: the same samples to the bit.</summary>
public sealed class RayMarchHostTests
{
    private const float Bound = 1.15f;

    // Steps across the sphere from less than one to a cell to four, where the twin ends, and eight, where the kernels run.
    [Theory]
    [InlineData(64, 110, 0.3, true)]
    [InlineData(64, 110, 0.01, false)]
    [InlineData(128, 110, 0.02, true)]
    [InlineData(16, 30, 1, true)]
    [InlineData(16, 30, 0, true)]
    [InlineData(32, 128, 0.1, true)]
    [InlineData(16, 128, 0.1, true)]
    public void Samples_are_the_kernels(int resolution, int steps, double share, bool jittered)
    {
        var options = RayMarchOptions.Across(new SphereBound(Bound), steps);
        Compare(resolution, share, jittered, options);
        Compare(resolution, share, jittered, options with { MaxSteps = 13 });
        Compare(resolution, share, jittered, options with { MaxSamples = 5 });
        Compare(resolution, share, jittered, options with { MinNear = 3f });
    }

    [Fact]
    public void Growing_steps_and_cascades_run_the_kernels()
    {
        RayMarchKernels.Args args = new() { CascadeCount = 1, StepLength = 0.02f, Resolution = 64, Bound = Bound };
        Assert.True(RayMarchHost.Serves(args));
        args.ConeAngle = 0.01f;
        Assert.False(RayMarchHost.Serves(args));
        args.ConeAngle = 0f;
        args.CascadeCount = 2;
        Assert.False(RayMarchHost.Serves(args));
        args.CascadeCount = 1;
        args.StepLength = 2f * Bound / 64f / (RayMarchHost.MostStepsPerCell + 1);
        Assert.False(RayMarchHost.Serves(args));
    }

    private static void Compare(int resolution, double share, bool jittered, RayMarchOptions options)
    {
        float[][] expected = March(2, KernelChoice.Portable, resolution, share, jittered, options);
        foreach (int threads in (int[])[1, 2, 4])
        {
            float[][] actual = March(threads, KernelChoice.Tuned, resolution, share, jittered, options);
            for (int array = 0; array < expected.Length; array++)
            {
                Same.Require($"array {array}", expected[array], actual[array]);
            }
        }
    }

    private static float[][] March(int threads, KernelChoice choice, int resolution, double share, bool jittered, RayMarchOptions options)
    {
        using var device = new TestDevice(threads, choice);
        var random = new Random(resolution);
        using var grid = new OccupancyGridBuffers(
            device.Accelerator, new OccupancyGridOptions { Resolution = resolution, Bound = Bound, DensityThreshold = 0.5f, ThresholdByMean = false });
        OccupancyGridTests.Fill(device, grid, _ => random.NextDouble() < share ? 1f : 0f);
        // Some rays miss the sphere; the number of rays is no multiple of a work item.
        RayBatch rays = CameraRaysTests.Cast(device, CameraRaysTests.Orbit(37, 64, 3.4, 25, 23, 21), new SphereBound(Bound));
        PackedSamples samples = RayMarchTests.March(
            device, rays, grid, options, jittered ? new RandomKey(11, 5, RandomPurpose.RayJitter) : null);
        return
        [
            device.Read(samples.Ranges).SelectMany(range => (float[])[range.Offset, range.Count]).ToArray(),
            device.ReadRows(samples.Positions), Array.ConvertAll(device.Read(samples.RayIndices), ray => (float)ray),
            device.Read(samples.Distances), device.Read(samples.Lengths),
        ];
    }
}
