using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>
/// Random training cameras on an orbit. Every draw comes from the counter-based generator keyed by seed and step, so a
/// step's camera does not depend on the steps before it.
/// </summary>
public sealed class CameraSampler
{
    private const uint OverheadLane = 0, PolarLane = 1, AzimuthLane = 2, RadiusLane = 3, HalfWidthLane = 4;

    private readonly TrainDataConfiguration _data;
    private readonly uint _seed;

    /// <summary>Cameras of the ranges in <paramref name="data"/>.</summary>
    public CameraSampler(TrainDataConfiguration data, uint seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        _data = data;
        _seed = seed;
    }

    /// <summary>
    /// The camera of a step: azimuth, distance and half width uniform in their ranges; the polar angle uniform in
    /// <c>theta_range</c>, on a share <c>overhead_ratio</c> of the steps in <c>overhead_theta_range</c> instead.
    /// </summary>
    public OrbitCamera Sample(int step)
    {
        var key = new RandomKey(_seed, (uint)step, RandomPurpose.Camera);
        bool overhead = CounterRandom.Uniform(key, 0, OverheadLane) < _data.OverheadRatio;
        Interval polar = overhead ? _data.OverheadThetaRange : _data.ThetaRange;
        return new OrbitCamera(
            _data.PhiRange.At(CounterRandom.Uniform(key, 0, AzimuthLane)),
            polar.At(CounterRandom.Uniform(key, 0, PolarLane)),
            _data.RadiusRange.At(CounterRandom.Uniform(key, 0, RadiusLane)),
            _data.HalfWidthRange.At(CounterRandom.Uniform(key, 0, HalfWidthLane)));
    }
}
