using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>What a mesh is taken from: a density and a colour at every point of a cube around the origin.</summary>
public interface ISolidField
{
    /// <summary>Half the side of the cube [-b, b]³ that holds everything, world units; outside it the density is zero.</summary>
    float Bound { get; }

    /// <summary>Whether the field is defined at a point. Elsewhere its density is zero, and the step to it says nothing about the object's shape.</summary>
    bool Contains(Vector3 point);

    /// <summary>σ of M points.</summary>
    /// <param name="points">Points [M], world units.</param>
    /// <param name="densities">σ [M], 1/world unit, ≥ 0; overwritten.</param>
    void Density(ReadOnlySpan<Vector3> points, Span<float> densities);

    /// <summary>σ and albedo of M points.</summary>
    /// <param name="points">Points [M], world units.</param>
    /// <param name="densities">σ [M], 1/world unit, ≥ 0; overwritten.</param>
    /// <param name="albedo">RGB [M], 0..1, sRGB as trained; overwritten.</param>
    void Sample(ReadOnlySpan<Vector3> points, Span<float> densities, Span<Vector3> albedo);
}
