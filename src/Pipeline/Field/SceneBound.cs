using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Field;

/// <summary>The region around the origin that holds the field; outside is nothing.</summary>
/// <param name="Kind">Its shape.</param>
/// <param name="HalfSide">Radius of the sphere, or half the side of the cube, world units, &gt; 0.</param>
public readonly record struct SceneBound(BoundKind Kind, float HalfSide)
{
    /// <summary>Radius of the ball that the density is cut to: that of a sphere; none for a cube, which rays and cells do not leave.</summary>
    public float DensityRadius => Kind == BoundKind.Sphere ? HalfSide : float.PositiveInfinity;

    /// <summary>Length of the longest segment inside, world units.</summary>
    public float LongestChord => Kind switch
    {
        BoundKind.Sphere => new SphereBound(HalfSide).LongestChord,
        BoundKind.Cube => new BoxBound(HalfSide).LongestChord,
        _ => throw new InvalidOperationException($"Unknown bound {Kind}."),
    };

    /// <summary>Whether a point lies inside or on the surface.</summary>
    public bool Contains(Float3 point) => Kind switch
    {
        BoundKind.Sphere => point.LengthSquared <= HalfSide * HalfSide,
        BoundKind.Cube => MathF.Max(MathF.Max(MathF.Abs(point.X), MathF.Abs(point.Y)), MathF.Abs(point.Z)) <= HalfSide,
        _ => throw new InvalidOperationException($"Unknown bound {Kind}."),
    };

    /// <summary>The rays of some pixels of a camera, clipped to the region.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="firstPixel">First pixel, row-major.</param>
    /// <param name="count">Number of pixels, at least 1.</param>
    public RayBatch CastRays(Tape tape, in PinholeCamera camera, int firstPixel, int count) => Kind switch
    {
        BoundKind.Sphere => tape.CastRays(camera, new SphereBound(HalfSide), firstPixel, count),
        BoundKind.Cube => tape.CastRays(camera, new BoxBound(HalfSide), firstPixel, count),
        _ => throw new InvalidOperationException($"Unknown bound {Kind}."),
    };
}
