using System;
using System.Numerics;

namespace DreamFusion.Fitting.Scenes;

/// <summary>The part of a ray inside a convex region; a ray that misses enters at infinity.</summary>
/// <param name="Enter">Distance of the entry; may be negative.</param>
/// <param name="Leave">Distance of the exit.</param>
public readonly record struct RaySpan(float Enter, float Leave)
{
    /// <summary>The span of a ray that misses.</summary>
    public static RaySpan None => new(float.PositiveInfinity, float.NegativeInfinity);

    /// <summary>Inside |o + t d| ≤ 1; d need not have length one, and a d of zero is a ray that stays where it is.</summary>
    public static RaySpan OfUnitBall(Vector3 origin, Vector3 direction)
    {
        float a = direction.LengthSquared();
        if (a == 0f)
        {
            return origin.LengthSquared() <= 1f ? new RaySpan(float.NegativeInfinity, float.PositiveInfinity) : None;
        }
        // From the foot of the perpendicular: b² - 4ac of the textbook form cancels for a far origin.
        float closest = -Vector3.Dot(origin, direction) / a;
        float halfChordSquared = (1f - (origin + (closest * direction)).LengthSquared()) / a;
        if (!(halfChordSquared > 0f))
        {
            return None;
        }
        float halfChord = MathF.Sqrt(halfChordSquared);
        return new RaySpan(closest - halfChord, closest + halfChord);
    }

    /// <summary>Inside |o + t d| ≤ half along one axis.</summary>
    public static RaySpan OfSlab(float origin, float direction, float half)
    {
        if (direction == 0f)
        {
            return MathF.Abs(origin) <= half ? new RaySpan(float.NegativeInfinity, float.PositiveInfinity) : None;
        }
        float a = (-half - origin) / direction, b = (half - origin) / direction;
        return new RaySpan(MathF.Min(a, b), MathF.Max(a, b));
    }

    /// <summary>Inside both regions.</summary>
    public RaySpan And(RaySpan other)
    {
        var both = new RaySpan(MathF.Max(Enter, other.Enter), MathF.Min(Leave, other.Leave));
        return both.Enter < both.Leave ? both : None;
    }
}
