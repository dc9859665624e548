using System;
using System.Linq;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Meshes;

namespace DreamFusion.Pipeline.Tests.Meshes;

/// <summary>Distances between a mesh and a surface that is known by its signed distance.</summary>
internal static class MeshDistance
{
    /// <summary>Hausdorff distance, both ways, from points on every face and from points on the surface.</summary>
    public static float Hausdorff(TriangleMesh mesh, AnalyticSolid solid, int rays = 500) => MathF.Max(FromMesh(mesh, solid), FromSurface(mesh, solid, rays));

    /// <summary>The largest distance of a point of the mesh from the surface: at corners, middles of edges and centres.</summary>
    public static float FromMesh(TriangleMesh mesh, AnalyticSolid solid)
    {
        float worst = 0f;
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            (Vector3 a, Vector3 b, Vector3 c) = Corners(mesh, face);
            foreach (Vector3 point in (ReadOnlySpan<Vector3>)[a, (a + b) / 2f, (b + c) / 2f, (c + a) / 2f, (a + b + c) / 3f])
            {
                worst = MathF.Max(worst, MathF.Abs(solid.Distance(point)));
            }
        }

        return worst;
    }

    /// <summary>The largest distance of a point of the surface from the mesh, over points that rays find from all around.</summary>
    public static float FromSurface(TriangleMesh mesh, AnalyticSolid solid, int rays)
    {
        var random = new Random(3);
        float Next() => (2f * random.NextSingle()) - 1f;
        Vector3[] points =
        [
            .. Enumerable.Range(0, rays).Select(_ =>
            {
                Vector3 origin = 3f * Vector3.Normalize(new Vector3(Next(), Next(), Next()) + new Vector3(1e-3f));
                Vector3 target = 0.8f * solid.Bound * new Vector3(Next(), Next(), Next());
                return solid.Trace(origin, Vector3.Normalize(target - origin));
            }).OfType<Vector3>(),
        ];
        float[] distances = new float[points.Length];
        Parallel.For(0, points.Length, i => distances[i] = Distance(mesh, points[i]));
        return distances.Max();
    }

    private static float Distance(TriangleMesh mesh, Vector3 point)
    {
        float best = float.PositiveInfinity;
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            (Vector3 a, Vector3 b, Vector3 c) = Corners(mesh, face);
            best = MathF.Min(best, (Closest(point, a, b, c) - point).LengthSquared());
        }

        return MathF.Sqrt(best);
    }

    private static (Vector3 A, Vector3 B, Vector3 C) Corners(TriangleMesh mesh, int face) => (
        mesh.Positions[mesh.Triangles[3 * face]], mesh.Positions[mesh.Triangles[(3 * face) + 1]], mesh.Positions[mesh.Triangles[(3 * face) + 2]]);

    // The foot on the plane if it lies inside, else the nearest point of the three sides.
    private static Vector3 Closest(Vector3 p, Vector3 a, Vector3 b, Vector3 c)
    {
        var normal = Vector3.Cross(b - a, c - a);
        float area = normal.LengthSquared();
        if (area > 0f)
        {
            Vector3 foot = p - (Vector3.Dot(p - a, normal) / area * normal);
            bool inside = Vector3.Dot(Vector3.Cross(b - a, foot - a), normal) >= 0f
                && Vector3.Dot(Vector3.Cross(c - b, foot - b), normal) >= 0f
                && Vector3.Dot(Vector3.Cross(a - c, foot - c), normal) >= 0f;
            if (inside)
            {
                return foot;
            }
        }

        Vector3[] sides = [OnSegment(p, a, b), OnSegment(p, b, c), OnSegment(p, c, a)];
        return sides.MinBy(side => (side - p).LengthSquared());
    }

    private static Vector3 OnSegment(Vector3 p, Vector3 from, Vector3 to)
    {
        Vector3 along = to - from;
        float length = along.LengthSquared();
        return length == 0f ? from : from + (Math.Clamp(Vector3.Dot(p - from, along) / length, 0f, 1f) * along);
    }
}
