using System;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>What a range of lenses is counted in.</summary>
public enum LensUnit
{
    /// <summary>Half of the image's width at the origin, world units.</summary>
    HalfWidth,

    /// <summary>Horizontal field of view, degrees.</summary>
    HorizontalFieldOfView,

    /// <summary>Vertical field of view, degrees.</summary>
    VerticalFieldOfView,

    /// <summary>Focal length in image widths.</summary>
    FocalFactor,
}

/// <summary>Ranges that a step's cameras are drawn from.</summary>
/// <param name="Radius">Distance from the origin, world units.</param>
/// <param name="Polar">Polar angle from +Y, degrees.</param>
/// <param name="OverheadPolar">Polar angle of an overhead view, degrees.</param>
/// <param name="Azimuth">Azimuth from +Z towards +X, degrees.</param>
/// <param name="Lens">Lenses, in <paramref name="Unit"/>.</param>
/// <param name="Unit">What <paramref name="Lens"/> is counted in.</param>
public readonly record struct CameraRanges(Interval Radius, Interval Polar, Interval OverheadPolar, Interval Azimuth, Interval Lens, LensUnit Unit)
{
    /// <summary>Growth of stable-dreamfusion's progressive view over the whole run; its ranges are complete before the run's half.</summary>
    private const float ProgressiveGrowth = 2f;

    /// <summary>
    /// The ranges of a step. With a progressive view the ends stand on the way from the default view to their full values:
    /// end = (1 - r) default + r full.
    /// </summary>
    /// <param name="data">The training cameras.</param>
    /// <param name="step">Step, from 0.</param>
    /// <param name="iters">Steps of the run.</param>
    public static CameraRanges At(TrainDataConfiguration data, int step, int iters)
    {
        ArgumentNullException.ThrowIfNull(data);
        (Interval lens, LensUnit unit) = LensOf(data);
        var full = new CameraRanges(data.RadiusRange, data.ThetaRange, data.OverheadThetaRange, data.PhiRange, lens, unit);
        if (data.ProgressiveView)
        {
            float r = MathF.Min(1f, data.ProgressiveViewInitRatio + (ProgressiveGrowth * step / iters));
            full = full with { Radius = Towards(data.DefaultRadius, full.Radius, r), Lens = Towards(DefaultLens(data, unit, data.SizeAt(step)), lens, r) };
            return full.WithAngles(data, r);
        }
        return data.ProgressiveUntilSteps == 0
            ? full
            : full.WithAngles(data, MathF.Min(1f, step / (data.ProgressiveUntilSteps + 1f)));
    }

    /// <summary>Half of the image's width at a distance, world units.</summary>
    /// <param name="lens">A lens in <see cref="Unit"/>.</param>
    /// <param name="radius">The distance, world units.</param>
    /// <param name="aspect">Width of the image in heights.</param>
    public float HalfWidthOf(float lens, float radius, float aspect) => Unit switch
    {
        LensUnit.HalfWidth => lens,
        LensUnit.HorizontalFieldOfView => radius * TangentOfHalf(lens),
        LensUnit.VerticalFieldOfView => radius * TangentOfHalf(lens) * aspect,
        LensUnit.FocalFactor => 0.5f * radius / lens,
        _ => throw new InvalidOperationException($"Unknown unit of lenses {Unit}."),
    };

    private static (Interval Lens, LensUnit Unit) LensOf(TrainDataConfiguration data) =>
        data.HalfWidthRange is { } halfWidth ? (halfWidth, LensUnit.HalfWidth)
        : data.FovyRange is { } vertical ? (vertical, LensUnit.VerticalFieldOfView)
        : data.FovxRange is { } horizontal ? (horizontal, LensUnit.HorizontalFieldOfView)
        : data.FocalRange is { } focal ? (focal, LensUnit.FocalFactor)
        : throw new ArgumentException("Training cameras without a lens: set half_width_range, fovx_range, fovy_range or focal_range.", nameof(data));

    private static float DefaultLens(TrainDataConfiguration data, LensUnit unit, TrainSize size)
    {
        float tangent = TangentOfHalf(data.DefaultFovy) * size.Width / size.Height;
        return unit switch
        {
            LensUnit.HalfWidth => data.DefaultRadius * tangent,
            LensUnit.HorizontalFieldOfView => 2f * MathF.Atan(tangent) * (180f / MathF.PI),
            LensUnit.VerticalFieldOfView => data.DefaultFovy,
            LensUnit.FocalFactor => 0.5f / tangent,
            _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "Unknown unit of lenses."),
        };
    }

    private CameraRanges WithAngles(TrainDataConfiguration data, float r) => this with
    {
        Polar = Towards(data.DefaultPolar, Polar, r),
        OverheadPolar = Towards(data.DefaultPolar, OverheadPolar, r),
        Azimuth = Towards(data.DefaultAzimuth, Azimuth, r),
    };

    private static Interval Towards(float start, Interval full, float r) =>
        new(((1f - r) * start) + (r * full.Min), ((1f - r) * start) + (r * full.Max));

    private static float TangentOfHalf(float degrees) => MathF.Tan(degrees * (MathF.PI / 360f));
}
