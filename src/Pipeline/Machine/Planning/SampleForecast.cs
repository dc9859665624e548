using System;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Field;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>
/// How many samples the rays of a configuration will meet, the one number of a step that is not in the configuration. Thumbnails of the
/// run's own cameras are marched twice through a small copy of the field, with the run's networks, blob and thresholds but few cells and table
/// entries: as it stands at the start, and with every cell occupied. An object then grows from the one towards a share of the other.
/// </summary>
internal sealed class SampleForecast
{
    /// <summary>
    /// Samples of a large object as a share of those with every cell occupied. Of the 24 prompts of the toybox preset the blue cube has the most,
    /// 11.0 a ray of the 11.4 that there are, the hamburger 7.2, half of them fewer than 3.8.
    /// </summary>
    public const double GrownShare = 0.85;

    /// <summary>Steps after which an object has grown so large; the hamburger has its most at step 718, 73 % of that after 240.</summary>
    public const int StepsToGrow = 600;

    // Of the busiest tile of a picture; the object is nearly as large after 400 steps as after 1,200.
    private const double GrownPictureShare = 0.75;
    private const int StepsToGrowInPictures = 400;

    private const int Side = 16;
    private const int CameraCount = 12;
    private const int ProbeCells = 32;
    private const int ProbeLog2TableSize = 8;
    private const int PictureBands = 16;

    private readonly double _trainStart;
    private readonly double _trainFull;
    private readonly double[] _pictureStart;
    private readonly double[] _pictureFull;
    private readonly int _iters;

    /// <summary>Marches the thumbnails.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="device">A CPU device.</param>
    public SampleForecast(RunConfiguration configuration, DeviceContext device)
    {
        _iters = configuration.Iters;
        (_trainStart, _pictureStart) = March(configuration, device, isFull: false);
        (_trainFull, _pictureFull) = March(configuration, device, isFull: true);
    }

    /// <summary>Samples of a training ray at the start, mean over the image of the busiest camera.</summary>
    public double PerRayAtStart => _trainStart;

    /// <summary>The same with every cell occupied.</summary>
    public double PerRayWhenFull => _trainFull;

    /// <summary>Samples of a training ray at the busiest step, mean over the image.</summary>
    public double PerRay => Grown(_trainStart, _trainFull, GrownShare, StepsToGrow);

    /// <summary>Samples of a picture's ray in its busiest tile.</summary>
    /// <param name="tileShare">Rays of a tile over pixels of the picture, above 0 to 1.</param>
    public double PerPictureRay(double tileShare)
    {
        int bands = Math.Clamp((int)Math.Round(tileShare * PictureBands), 1, PictureBands);
        return Enumerable.Range(0, PictureBands - bands + 1).Max(
            first => Grown(Mean(_pictureStart, first, bands), Mean(_pictureFull, first, bands), GrownPictureShare, StepsToGrowInPictures));
    }

    private static double Mean(double[] bands, int first, int count) => bands.AsSpan(first, count).ToArray().Average();

    // The grown object takes time, and a short run ends before.
    private double Grown(double start, double full, double share, int steps) => start + (Math.Min(1d, (double)_iters / steps) * Math.Max(0d, (share * full) - start));

    private static (double Train, double[] Picture) March(RunConfiguration configuration, DeviceContext device, bool isFull)
    {
        RendererConfiguration options = configuration.Renderer with { GridResolution = Math.Min(ProbeCells, configuration.Renderer.GridResolution) };
        if (isFull)
        {
            options = options with { DensityThreshold = 0f, DensityThresholdByMean = false };
        }
        using var field = new RadianceField(device, Small(FieldOptions.From(configuration.Nerf)));
        field.Initialise(configuration.Seed);
        field.Prepare(0);
        using var occupancy = new OccupancyUpdater(device, field, options, configuration.Seed);
        occupancy.Update(0);
        var renderer = new Renderer(field, occupancy, RendererOptions.From(options, configuration.Loss));
        var cameras = new CameraSampler(configuration.Data.Train, configuration.Seed, configuration.Iters);
        RayMarchOptions march = renderer.Steps(configuration.Renderer.MaxSteps, int.MaxValue);
        double train = Enumerable.Range(0, CameraCount)
            .Select(i => (int)((long)i * configuration.Iters / CameraCount))
            .Max(step => Bands(device, renderer, occupancy, cameras.Sample(step, 0), march, Aspect(configuration, step)).Average());
        RayMarchOptions pictureMarch = renderer.Steps(configuration.Renderer.EvalMaxSteps, int.MaxValue);
        double[] picture = Bands(device, renderer, occupancy, EvaluationViews.Cameras(configuration, 1)[0], pictureMarch, Side);
        return (train, picture);
    }

    // The table's size changes neither the features' number nor, as they start near 0, the density.
    private static FieldOptions Small(FieldOptions options) => options.Encoding is HashGridEncodingOptions grid
        ? options with { Encoding = grid with { Grid = grid.Grid with { Log2TableSize = Math.Min(ProbeLog2TableSize, grid.Grid.Log2TableSize) } } }
        : options;

    private static int Aspect(RunConfiguration configuration, int step)
    {
        TrainSize size = configuration.Data.Train.SizeAt(step);
        return Math.Clamp(Side * size.Height / size.Width, 1, 8 * Side);
    }

    // Samples a ray, mean over each band of rows from top to bottom.
    private static double[] Bands(DeviceContext device, Renderer renderer, OccupancyUpdater occupancy, OrbitCamera camera, RayMarchOptions march, int height)
    {
        using var tape = new Tape(device, recording: false);
        RayBatch rays = renderer.CastRays(tape, camera, Side, height);
        PackedSamples samples = tape.March(rays, occupancy.Grid, march, jitter: null);
        var ranges = new SampleRange[rays.Count];
        samples.Ranges.CopyToCPU(ranges);
        double[] sums = new double[PictureBands];
        int[] counts = new int[PictureBands];
        for (int ray = 0; ray < ranges.Length; ray++)
        {
            int band = (int)((long)ray * PictureBands / ranges.Length);
            sums[band] += ranges[ray].Count;
            counts[band]++;
        }
        return [.. sums.Select((sum, band) => counts[band] == 0 ? 0d : sum / counts[band])];
    }
}
