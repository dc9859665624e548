using System;
using System.Globalization;
using System.Linq;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>Triangles over shared vertices, counter-clockwise seen from outside.</summary>
public sealed class TriangleMesh
{
    /// <summary>Wraps arrays; they are not copied.</summary>
    /// <param name="positions">Vertices [V], world units.</param>
    /// <param name="triangles">Vertex numbers [F · 3].</param>
    /// <exception cref="ArgumentException">If a number is out of range or the length no multiple of three.</exception>
    public TriangleMesh(Vector3[] positions, int[] triangles)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(triangles);
        if (triangles.Length % 3 != 0 || triangles.Any(vertex => (uint)vertex >= (uint)positions.Length))
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"TriangleMesh: expected three vertex numbers below {positions.Length} a face, got {triangles.Length} numbers up to {triangles.Max()}."),
                nameof(triangles));
        }

        Positions = positions;
        Triangles = triangles;
    }

#pragma warning disable CA1819 // The arrays are the mesh.
    /// <summary>Vertices [V], world units.</summary>
    public Vector3[] Positions { get; }

    /// <summary>Vertex numbers [F · 3].</summary>
    public int[] Triangles { get; }
#pragma warning restore CA1819

    /// <summary>Number of vertices.</summary>
    public int VertexCount => Positions.Length;

    /// <summary>Number of triangles.</summary>
    public int FaceCount => Triangles.Length / 3;

    /// <summary>(b - a) × (c - a): twice the face's area long, outwards.</summary>
    public Vector3 AreaNormal(int face)
    {
        Vector3 a = Positions[Triangles[3 * face]];
        return Vector3.Cross(Positions[Triangles[(3 * face) + 1]] - a, Positions[Triangles[(3 * face) + 2]] - a);
    }

    /// <summary>Mean of the face's corners.</summary>
    public Vector3 Centre(int face) =>
        (Positions[Triangles[3 * face]] + Positions[Triangles[(3 * face) + 1]] + Positions[Triangles[(3 * face) + 2]]) / 3f;

    /// <summary>Sum of the faces' areas, square world units.</summary>
    public double Area()
    {
        double sum = 0;
        for (int face = 0; face < FaceCount; face++)
        {
            sum += 0.5 * AreaNormal(face).Length();
        }

        return sum;
    }

    /// <summary>Normals of the vertices [V]: the mean of the faces around, weighted by area; zero where they cancel.</summary>
    public Vector3[] AreaWeightedNormals()
    {
        var normals = new Vector3[VertexCount];
        for (int face = 0; face < FaceCount; face++)
        {
            Vector3 normal = AreaNormal(face);
            for (int corner = 0; corner < 3; corner++)
            {
                normals[Triangles[(3 * face) + corner]] += normal;
            }
        }

        return Array.ConvertAll(normals, normal => normal.LengthSquared() > 0f ? Vector3.Normalize(normal) : Vector3.Zero);
    }

    /// <summary>The faces that a test accepts, with the vertices that they use, in the old order.</summary>
    /// <param name="keep">Whether a face stays.</param>
    public TriangleMesh Where(Func<int, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        int[] kept = [.. Enumerable.Range(0, FaceCount).Where(keep)];
        int[] renumbered = new int[VertexCount];
        foreach (int face in kept)
        {
            for (int corner = 0; corner < 3; corner++)
            {
                renumbered[Triangles[(3 * face) + corner]] = 1;
            }
        }

        int count = 0;
        for (int vertex = 0; vertex < renumbered.Length; vertex++)
        {
            renumbered[vertex] = renumbered[vertex] == 1 ? count++ : -1;
        }

        var positions = new Vector3[count];
        for (int vertex = 0; vertex < renumbered.Length; vertex++)
        {
            if (renumbered[vertex] >= 0)
            {
                positions[renumbered[vertex]] = Positions[vertex];
            }
        }

        int[] triangles = new int[3 * kept.Length];
        for (int i = 0; i < triangles.Length; i++)
        {
            triangles[i] = renumbered[Triangles[(3 * kept[i / 3]) + (i % 3)]];
        }

        return new TriangleMesh(positions, triangles);
    }
}
