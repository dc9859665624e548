using System;
using System.Numerics;
using DreamFusion.Bench.HostTwins;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Cameras;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.Scenes;

/// <summary>
/// What the kernels see in a training step: the 64x64 rays of an orbit camera and the samples of their march, with jitter, through an occupancy grid
/// of 128³ cells around a ball of radius 0.75 in the sphere of radius 1.15. The march finds some more samples; the first 65,536 are kept, so
/// that times per sample divide by the same number everywhere.
/// </summary>
public sealed class MarchedScene : IDisposable
{
    public const int ImageSide = 64;
    public const int RayCount = ImageSide * ImageSide;
    public const int SampleCount = 65536;
    public const int StepsAcross = 72;
    public const float Bound = 1.15f;

    private readonly OccupancyGridBuffers _grid;

    private MarchedScene(int threads)
    {
        Devices = TwinDevices.Create(threads);
        Camera = Orbit(ImageSide);
        Rays = Cast(Devices, Camera, new SphereBound(Bound));
        var options = new OccupancyGridOptions { Bound = Bound };
        _grid = new Blob(0.75f).Grid(Devices, options, grain: 2f * Bound / options.Resolution);
        Samples = Keep(Devices, March(Devices, Rays, _grid, RayMarchOptions.Across(new SphereBound(Bound), StepsAcross)));
    }

    public TwinDevices Devices { get; }

    public PinholeCamera Camera { get; }

    public RayBatch Rays { get; }

    public PackedSamples Samples { get; }

    /// <summary>Key of the per-ray shift of the lattice.</summary>
    public static RandomKey Jitter { get; } = new(1, 1, RandomPurpose.RayJitter);

    public static MarchedScene Create(int threads = 1) => new(threads);

    /// <summary>A camera 2.6 from the origin, 26 degrees above it, which sees 1.8 units of it across the image.</summary>
    public static PinholeCamera Orbit(int side)
    {
        var camera = new OrbitCamera(37f, 64f, 2.6f, 0.9f);
        return new PinholeCamera
        {
            Position = Vector(camera.Position),
            Right = Vector(camera.Right),
            Up = Vector(camera.Up),
            Back = Vector(camera.Back),
            FocalPixels = camera.FocalPixels(side),
            Width = side,
            Height = side,
        };
    }

    public static RayBatch EmptyRays(TwinDevices devices, int count) => new(
        devices.Upload(new Float3[count]), devices.Upload(new Float3[count]), devices.Upload(new float[count]), devices.Upload(new float[count]));

    public static RayBatch Cast<TBound>(TwinDevices devices, PinholeCamera camera, TBound bound)
        where TBound : unmanaged, IRayBound
    {
        RayBatch rays = EmptyRays(devices, camera.PixelCount);
        devices.Portable.Kernels<CameraRays<TBound>>().Cast(camera, bound, rays);
        return rays;
    }

    public static PackedSamples March(TwinDevices devices, in RayBatch rays, OccupancyGridBuffers grid, RayMarchOptions options)
    {
        RayMarch march = devices.Portable.Kernels<RayMarch>();
        ArrayView<SampleRange> ranges = devices.Upload(new SampleRange[rays.Count]);
        int count = march.Count(rays, grid, options, Jitter, ranges, devices.Upload(new int[RayMarch.ScratchLength(rays.Count)]));
        var samples = new PackedSamples(
            ranges, devices.Upload(new Float3[count]), devices.Upload(new int[count]), devices.Upload(new float[count]), devices.Upload(new float[count]));
        march.Write(rays, grid, options, Jitter, samples);
        return samples;
    }

    /// <summary>Uniform values in [-bound, bound) [M, columns].</summary>
    public ArrayView<float> PerSample(int columns, float bound = 1f) => Devices.Uniform(SampleCount * columns, bound);

    /// <summary>Uniform values in [0, 1) [M].</summary>
    public ArrayView<float> Shares(int count)
    {
        var random = new Random(3);
        var shares = new float[count];
        for (int i = 0; i < count; i++)
        {
            shares[i] = random.NextSingle();
        }

        return Devices.Upload(shares);
    }

    /// <summary>Unit vectors in all directions.</summary>
    public ArrayView<Float3> Directions(int count)
    {
        var random = new Random(4);
        var directions = new Float3[count];
        for (int i = 0; i < count; i++)
        {
            directions[i] = Float3.Normalize(new Float3(random.NextSingle() - 0.5f, random.NextSingle() - 0.5f, random.NextSingle() - 0.5f));
        }

        return Devices.Upload(directions);
    }

    /// <summary>Uniform vectors in [0, 1)³.</summary>
    public ArrayView<Float3> Colours(int count)
    {
        var random = new Random(5);
        var colours = new Float3[count];
        for (int i = 0; i < count; i++)
        {
            colours[i] = new Float3(random.NextSingle(), random.NextSingle(), random.NextSingle());
        }

        return Devices.Upload(colours);
    }

    public void Dispose()
    {
        _grid.Dispose();
        Devices.Dispose();
    }

    private static PackedSamples Keep(TwinDevices devices, in PackedSamples samples)
    {
        if (samples.Count < SampleCount)
        {
            throw new InvalidOperationException($"Scene: the march found {samples.Count} samples, expected at least {SampleCount}; raise the steps across the sphere.");
        }

        var ranges = new SampleRange[samples.RayCount];
        samples.Ranges.CopyToCPU(ranges);
        for (int ray = 0; ray < ranges.Length; ray++)
        {
            int offset = Math.Min(ranges[ray].Offset, SampleCount);
            ranges[ray] = new SampleRange { Offset = offset, Count = Math.Min(ranges[ray].Count, SampleCount - offset) };
        }

        return new PackedSamples(
            devices.Upload(ranges), samples.Positions.SubView(0, SampleCount), samples.RayIndices.SubView(0, SampleCount),
            samples.Distances.SubView(0, SampleCount), samples.Lengths.SubView(0, SampleCount));
    }

    private static Float3 Vector(Vector3 v) => new(v.X, v.Y, v.Z);
}
