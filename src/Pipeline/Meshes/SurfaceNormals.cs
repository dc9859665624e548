using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>Normals of a mesh from the field's density: n = -∇σ / |∇σ|, by central differences.</summary>
public static class SurfaceNormals
{
    private const int VerticesPerBatch = 1 << 14;

    // Where the gradient disagrees with the faces by more than this (cosine), it belongs to another wall of a thin part.
    private const float LeastAgreement = 0.3f;

    /// <summary>
    /// Normals of the vertices [V], unit length, outwards. Where the density has no gradient or one that contradicts the faces around, theirs;
    /// likewise at the edge of the field, where the density ends by definition.
    /// </summary>
    /// <param name="field">The field.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="distance">Half the distance of the differences, world units, &gt; 0; about a cell of the lattice.</param>
    public static Vector3[] Of(ISolidField field, TriangleMesh mesh, float distance)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(distance);
        Vector3[] normals = mesh.AreaWeightedNormals();
        ReadOnlySpan<Vector3> axes = [Vector3.UnitX, Vector3.UnitY, Vector3.UnitZ];
        var points = new Vector3[6 * VerticesPerBatch];
        float[] densities = new float[points.Length];
        for (int first = 0; first < mesh.VertexCount; first += VerticesPerBatch)
        {
            int count = Math.Min(VerticesPerBatch, mesh.VertexCount - first);
            for (int i = 0; i < 6 * count; i++)
            {
                points[i] = mesh.Positions[first + (i / 6)] + ((i % 2 == 0 ? distance : -distance) * axes[i % 6 / 2]);
            }

            field.Density(points.AsSpan(0, 6 * count), densities);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> d = densities.AsSpan(6 * i, 6);
                Vector3 inwards = new(d[0] - d[1], d[2] - d[3], d[4] - d[5]);
                float length = inwards.Length();
                if (length > 0f && IsInside(field, points.AsSpan(6 * i, 6)) && Vector3.Dot(-inwards / length, normals[first + i]) >= LeastAgreement)
                {
                    normals[first + i] = -inwards / length;
                }
            }
        }

        return Array.ConvertAll(normals, normal => normal == Vector3.Zero ? Vector3.UnitY : normal);
    }

    private static bool IsInside(ISolidField field, ReadOnlySpan<Vector3> points)
    {
        foreach (Vector3 point in points)
        {
            if (!field.Contains(point))
            {
                return false;
            }
        }

        return true;
    }
}
