using System;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Rays;

/// <summary>A convex region around the origin outside of which the scene is empty.</summary>
public interface IRayBound
{
    /// <summary>Length of the longest segment inside the region, world units.</summary>
    float LongestChord { get; }

    /// <summary>Half the side of the axis-aligned cube around the region, world units.</summary>
    float HalfSide { get; }

    /// <summary>Distances at which a ray enters and leaves the region; a ray that misses it gets near &gt; far.</summary>
    /// <param name="origin">Ray origin.</param>
    /// <param name="direction">Unit direction.</param>
    /// <param name="near">Entry distance, negative if the origin lies inside or beyond.</param>
    /// <param name="far">Exit distance.</param>
    void Intersect(Float3 origin, Float3 direction, out float near, out float far);
}

/// <summary>The ball of a radius around the origin.</summary>
public struct SphereBound : IRayBound
{
    /// <summary>Radius, world units, &gt; 0.</summary>
    public float Radius;

    /// <summary>A ball.</summary>
    public SphereBound(float radius) => Radius = radius;

    /// <inheritdoc/>
    public readonly float LongestChord => 2f * Radius;

    /// <inheritdoc/>
    public readonly float HalfSide => Radius;

    /// <inheritdoc/>
    public readonly void Intersect(Float3 origin, Float3 direction, out float near, out float far)
    {
        // Half chord from the perpendicular distance: b² - c of the textbook form cancels when the origin is far away.
        float closest = -Float3.Dot(origin, direction);
        Float3 perpendicular = origin + (direction * closest);
        float halfChordSquared = (Radius * Radius) - Float3.Dot(perpendicular, perpendicular);
        if (halfChordSquared > 0f)
        {
            float halfChord = MathF.Sqrt(halfChordSquared);
            near = closest - halfChord;
            far = closest + halfChord;
        }
        else
        {
            near = float.MaxValue;
            far = float.MinValue;
        }
    }
}

/// <summary>The cube [-half, half]³.</summary>
public struct BoxBound : IRayBound
{
    /// <summary>Half the side, world units, &gt; 0.</summary>
    public float Half;

    /// <summary>A cube.</summary>
    public BoxBound(float half) => Half = half;

    /// <inheritdoc/>
    public readonly float LongestChord => 2f * MathF.Sqrt(3f) * Half;

    /// <inheritdoc/>
    public readonly float HalfSide => Half;

    /// <inheritdoc/>
    public readonly void Intersect(Float3 origin, Float3 direction, out float near, out float far)
    {
        near = float.MinValue;
        far = float.MaxValue;
        Clip(origin.X, direction.X, ref near, ref far);
        Clip(origin.Y, direction.Y, ref near, ref far);
        Clip(origin.Z, direction.Z, ref near, ref far);
    }

    private readonly void Clip(float origin, float direction, ref float near, ref float far)
    {
        // A ray parallel to the slab would divide 0 by 0 on its faces; it either lies inside the slab or misses.
        if (direction == 0f)
        {
            if (origin < -Half || origin > Half)
            {
                near = float.MaxValue;
                far = float.MinValue;
            }
            return;
        }
        float a = (-Half - origin) / direction;
        float b = (Half - origin) / direction;
        float enter = a < b ? a : b;
        float leave = a < b ? b : a;
        near = enter > near ? enter : near;
        far = leave < far ? leave : far;
    }
}
