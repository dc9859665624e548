using System;
using System.Numerics;

namespace DreamFusion.Fitting.Scenes;

/// <summary>A solid texture of two colours: what a body shows where its surface cuts through it.</summary>
/// <param name="First">RGB, 0..1.</param>
/// <param name="Second">RGB, 0..1.</param>
/// <param name="Period">Side of a check or width of a stripe, world units.</param>
public abstract record Pattern(Vector3 First, Vector3 Second, float Period)
{
    /// <summary>The colour at a point in the body's coordinates.</summary>
    public Vector3 At(Vector3 point) => (Cell(point / Period) & 1) == 0 ? First : Second;

    /// <summary>Number of the cell, in units of the period; its parity chooses the colour.</summary>
    protected abstract int Cell(Vector3 point);
}

/// <summary>Cubes of two colours.</summary>
/// <inheritdoc cref="Pattern"/>
public sealed record Checker(Vector3 First, Vector3 Second, float Period) : Pattern(First, Second, Period)
{
    /// <inheritdoc/>
    protected override int Cell(Vector3 point) => (int)MathF.Floor(point.X) + (int)MathF.Floor(point.Y) + (int)MathF.Floor(point.Z);
}

/// <summary>Layers of two colours across an axis.</summary>
/// <inheritdoc cref="Pattern"/>
/// <param name="First">RGB, 0..1.</param>
/// <param name="Second">RGB, 0..1.</param>
/// <param name="Period">Width of a stripe, world units.</param>
/// <param name="Axis">Unit normal of the layers.</param>
public sealed record Stripes(Vector3 First, Vector3 Second, float Period, Vector3 Axis) : Pattern(First, Second, Period)
{
    /// <inheritdoc/>
    protected override int Cell(Vector3 point) => (int)MathF.Floor(Vector3.Dot(point, Axis));
}
