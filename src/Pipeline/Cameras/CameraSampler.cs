using System;
using System.Numerics;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>
/// Random training cameras on an orbit. Every draw comes from the counter-based generator keyed by seed, step and view, so a
/// step's cameras do not depend on the steps before it.
/// </summary>
public sealed class CameraSampler
{
    private const uint OverheadLane = 0, PolarLane = 1, AzimuthLane = 2, RadiusLane = 3, LensLane = 4, SphereLane = 5, AreaLane = 6, OffsetLane = 8;
    private const uint SphereNormal = 0, TargetNormal = 4, UpNormal = 8;

    private readonly TrainDataConfiguration _data;
    private readonly uint _seed;
    private readonly int _iters;

    /// <summary>Cameras of the ranges in <paramref name="data"/>.</summary>
    /// <param name="data">The training cameras, validated.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iters">Steps of the run, over which a progressive view widens.</param>
    public CameraSampler(TrainDataConfiguration data, uint seed, int iters)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(iters, 1);
        _data = data;
        _seed = seed;
        _iters = iters;
    }

    /// <summary>A camera of a step: distance, lens and direction from the step's ranges, then jitter.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="view">View of the step's batch, from 0.</param>
    public OrbitCamera Sample(int step, int view)
    {
        var key = new RandomKey(_seed, (uint)step, RandomPurpose.OfView(RandomPurpose.Camera, view));
        TrainSize size = _data.SizeAt(step);
        CameraRanges ranges = CameraRanges.At(_data, step, _iters);
        (float azimuth, float polar) = Direction(key, ranges, view, size.BatchSize);
        float radius = ranges.Radius.At(CounterRandom.Uniform(key, 0, RadiusLane));
        float lens = ranges.Lens.At(CounterRandom.Uniform(key, 0, LensLane));
        var camera = new OrbitCamera(azimuth, polar, radius, ranges.HalfWidthOf(lens, radius, (float)size.Width / size.Height));
        return _data.Jitter ? Shake(key, camera) : camera;
    }

    private (float Azimuth, float Polar) Direction(RandomKey key, in CameraRanges ranges, int view, int views)
    {
        float along = CounterRandom.Uniform(key, 0, AzimuthLane);
        float azimuth = ranges.Azimuth.At(_data.BatchUniformAzimuth ? (along + view) / views : along);
        float share = CounterRandom.Uniform(key, 0, PolarLane);
        if (CounterRandom.Uniform(key, 0, OverheadLane) < _data.OverheadRatio)
        {
            return (azimuth, ranges.OverheadPolar.At(share));
        }
        if (CounterRandom.Uniform(key, 0, SphereLane) < _data.UniformSphereRate)
        {
            return OnUpperHalfSphere(Normals(key, SphereNormal));
        }
        return CounterRandom.Uniform(key, 0, AreaLane) < _data.UniformAreaRate
            ? (azimuth, UniformInArea(ranges.Polar, share))
            : (azimuth, ranges.Polar.At(share));
    }

    // The direction of three normals is uniform on the sphere; |y| folds the lower half onto the upper one.
    private static (float Azimuth, float Polar) OnUpperHalfSphere(Vector3 normals)
    {
        float horizontal = MathF.Sqrt((normals.X * normals.X) + (normals.Z * normals.Z));
        return (Degrees(MathF.Atan2(normals.X, normals.Z)), Degrees(MathF.Atan2(horizontal, MathF.Abs(normals.Y))));
    }

    // A band of the sphere has an area proportional to its extent in cos θ (Archimedes).
    private static float UniformInArea(Interval polar, float share)
    {
        var cosine = new Interval(MathF.Cos(polar.Min * (MathF.PI / 180f)), MathF.Cos(polar.Max * (MathF.PI / 180f)));
        return Degrees(MathF.Acos(Math.Clamp(cosine.At(share), -1f, 1f)));
    }

    private OrbitCamera Shake(RandomKey key, OrbitCamera camera)
    {
        camera = camera with
        {
            Offset = _data.JitterCenter * new Vector3(
                CounterRandom.Uniform(key, 0, OffsetLane) - 0.5f,
                CounterRandom.Uniform(key, 0, OffsetLane + 1) - 0.5f,
                CounterRandom.Uniform(key, 0, OffsetLane + 2) - 0.5f),
            Target = _data.JitterTarget * Normals(key, TargetNormal),
        };
        Vector3 up = _data.JitterUpAxis == UpAxis.Image ? camera.Up : Vector3.UnitY;
        return camera with { UpHint = up + (_data.JitterUp * Normals(key, UpNormal)) };
    }

    private static Vector3 Normals(RandomKey key, uint lane) =>
        new(CounterRandom.Normal(key, 0, lane), CounterRandom.Normal(key, 0, lane + 1), CounterRandom.Normal(key, 0, lane + 2));

    private static float Degrees(float radians) => radians * (180f / MathF.PI);
}
