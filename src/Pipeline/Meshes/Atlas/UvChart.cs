using System;
using System.Collections.Generic;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes.Atlas;

/// <summary>
/// A connected part of a surface that is flattened by looking at it along one axis. Seen so, no two of its faces overlap: that is tested
/// face by face when the chart grows.
/// </summary>
/// <param name="Faces">The faces, in the order in which they were taken.</param>
/// <param name="AxisU">Unit axis of the plane that becomes the chart's width.</param>
/// <param name="AxisV">Unit axis of the plane that becomes its height.</param>
public sealed record UvChart(IReadOnlyList<int> Faces, Vector3 AxisU, Vector3 AxisV)
{
    private const int Directions = 16;

    /// <summary>Where a point lies in the chart's plane, world units.</summary>
    public Vector2 Flatten(Vector3 point) => new(Vector3.Dot(point, AxisU), Vector3.Dot(point, AxisV));

    /// <summary>The corners of the chart's bounding box in its plane, world units.</summary>
    public (Vector2 Least, Vector2 Greatest) Bounds(TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        Vector2 least = new(float.PositiveInfinity), greatest = new(float.NegativeInfinity);
        foreach (int face in Faces)
        {
            for (int corner = 0; corner < 3; corner++)
            {
                Vector2 point = Flatten(mesh.Positions[mesh.Triangles[(3 * face) + corner]]);
                least = Vector2.Min(least, point);
                greatest = Vector2.Max(greatest, point);
            }
        }

        return (least, greatest);
    }

    /// <summary>The same chart turned in its plane so that its bounding box is smallest, of 16 directions, and lies on its longer side.</summary>
    public UvChart Turned(TriangleMesh mesh)
    {
        UvChart best = this;
        float bestArea = float.PositiveInfinity;
        for (int direction = 0; direction < Directions; direction++)
        {
            // A quarter turn is a box on its other side, so half a turn covers both.
            (float sin, float cos) = MathF.SinCos(MathF.PI * direction / Directions);
            UvChart turned = this with { AxisU = (cos * AxisU) + (sin * AxisV), AxisV = (cos * AxisV) - (sin * AxisU) };
            (Vector2 least, Vector2 greatest) = turned.Bounds(mesh);
            Vector2 size = greatest - least;
            if (size.X >= size.Y && size.X * size.Y < bestArea)
            {
                (best, bestArea) = (turned, size.X * size.Y);
            }
        }

        return best;
    }
}
