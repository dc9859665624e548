using System.Numerics;

namespace DreamFusion.Fitting.Scenes;

/// <summary>A shape somewhere in the world, opaque and without shading: every view sees the pattern's own colour.</summary>
/// <param name="Shape">The shape.</param>
/// <param name="Pattern">Its solid texture.</param>
/// <param name="Position">Where the shape's origin lies, world units.</param>
/// <param name="Orientation">From the shape's axes to the world's.</param>
public sealed record Body(IShape Shape, Pattern Pattern, Vector3 Position, Quaternion Orientation)
{
    private readonly Quaternion _toShape = Quaternion.Conjugate(Orientation);

    /// <summary>A point of the world in the shape's coordinates.</summary>
    public Vector3 ToShape(Vector3 point) => Vector3.Transform(point - Position, _toShape);

    /// <summary>Whether a point of the world lies inside.</summary>
    public bool Contains(Vector3 point) => Shape.Contains(ToShape(point));

    /// <summary>Distance at which a ray of the world enters, or positive infinity.</summary>
    public float Enter(Vector3 origin, Vector3 direction) => Shape.Enter(ToShape(origin), Vector3.Transform(direction, _toShape));

    /// <summary>The colour at a point of the world.</summary>
    public Vector3 ColourAt(Vector3 point) => Pattern.At(ToShape(point));
}
