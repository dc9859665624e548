using System;
using System.Numerics;

namespace DreamFusion.Fitting.Scenes;

/// <summary>(x/a)² + (y/b)² + (z/c)² ≤ 1.</summary>
/// <param name="Radii">a, b, c, world units.</param>
public sealed record Ellipsoid(Vector3 Radii) : IShape
{
    /// <summary>A ball.</summary>
    public Ellipsoid(float radius)
        : this(new Vector3(radius))
    {
    }

    /// <inheritdoc/>
    public bool Contains(Vector3 point) => (point / Radii).LengthSquared() <= 1f;

    /// <inheritdoc/>
    public float Enter(Vector3 origin, Vector3 direction) => RaySpan.OfUnitBall(origin / Radii, direction / Radii).Enter;
}

/// <summary>|x| ≤ a, |y| ≤ b, |z| ≤ c.</summary>
/// <param name="Half">a, b, c, world units.</param>
public sealed record Box(Vector3 Half) : IShape
{
    /// <inheritdoc/>
    public bool Contains(Vector3 point)
    {
        Vector3 distance = Vector3.Abs(point);
        return distance.X <= Half.X && distance.Y <= Half.Y && distance.Z <= Half.Z;
    }

    /// <inheritdoc/>
    public float Enter(Vector3 origin, Vector3 direction) =>
        RaySpan.OfSlab(origin.X, direction.X, Half.X)
            .And(RaySpan.OfSlab(origin.Y, direction.Y, Half.Y))
            .And(RaySpan.OfSlab(origin.Z, direction.Z, Half.Z)).Enter;
}

/// <summary>x² + z² ≤ r², |y| ≤ h.</summary>
/// <param name="HalfHeight">h, world units.</param>
/// <param name="Radius">r, world units.</param>
public sealed record Cylinder(float HalfHeight, float Radius) : IShape
{
    /// <inheritdoc/>
    public bool Contains(Vector3 point) => (point.X * point.X) + (point.Z * point.Z) <= Radius * Radius && MathF.Abs(point.Y) <= HalfHeight;

    /// <inheritdoc/>
    public float Enter(Vector3 origin, Vector3 direction)
    {
        var flat = new Vector3(1f, 0f, 1f);
        return RaySpan.OfUnitBall(origin * flat / Radius, direction * flat / Radius).And(RaySpan.OfSlab(origin.Y, direction.Y, HalfHeight)).Enter;
    }
}

/// <summary>All points within r of the segment from (0, -h, 0) to (0, h, 0).</summary>
/// <param name="HalfLength">h, world units.</param>
/// <param name="Radius">r, world units.</param>
public sealed record Capsule(float HalfLength, float Radius) : IShape
{
    private readonly Cylinder _middle = new(HalfLength, Radius);

    private Vector3 End => new(0f, HalfLength, 0f);

    /// <inheritdoc/>
    public bool Contains(Vector3 point) => Vector3.Distance(point, Vector3.Clamp(point, -End, End)) <= Radius;

    /// <inheritdoc/>
    public float Enter(Vector3 origin, Vector3 direction)
    {
        float top = RaySpan.OfUnitBall((origin - End) / Radius, direction / Radius).Enter;
        float bottom = RaySpan.OfUnitBall((origin + End) / Radius, direction / Radius).Enter;
        return MathF.Min(_middle.Enter(origin, direction), MathF.Min(top, bottom));
    }
}
