using System;
using System.Collections.Generic;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>The surface of a field: sampled in layers, cut by marching cubes, its vertices then moved to where the field itself crosses the threshold.</summary>
public static class IsoSurface
{
    private const int PointsPerBatch = 1 << 17;

    // 2⁻⁶ of a cell: a hundredth of what the faces themselves deviate by.
    private const int Bisections = 6;

    // As in MarchingCubes: no face without an area.
    private const float LeastFraction = 0.02f;

    /// <summary>Extracts the surface on which the density is the threshold.</summary>
    /// <param name="field">The field.</param>
    /// <param name="lattice">Where it is sampled. The outermost points count as empty, so that the surface is closed.</param>
    /// <param name="threshold">Density, above 0.</param>
    public static TriangleMesh Extract(ISolidField field, SamplingLattice lattice, float threshold)
    {
        ArgumentNullException.ThrowIfNull(field);
        var points = new Vector3[lattice.LayerLength];
        LatticeSurface surface = MarchingCubes.Extract(lattice, threshold, (z, layer) => SampleLayer(field, lattice, z, points, layer));
        return new TriangleMesh(Refine(field, lattice, threshold, surface.Crossings), surface.Triangles);
    }

    /// <summary>Samples the densities of a whole lattice, x fastest, then y: for lattices so small that they fit.</summary>
    public static float[] SampleAll(ISolidField field, SamplingLattice lattice)
    {
        ArgumentNullException.ThrowIfNull(field);
        var points = new Vector3[lattice.LayerLength];
        float[] layer = new float[lattice.LayerLength];
        float[] all = new float[checked(lattice.LayerLength * lattice.CountZ)];
        for (int z = 0; z < lattice.CountZ; z++)
        {
            SampleLayer(field, lattice, z, points, layer);
            layer.CopyTo(all.AsSpan(z * layer.Length));
        }

        return all;
    }

    /// <summary>Extracts a surface from densities of <see cref="SampleAll"/>, without asking the field again.</summary>
    public static TriangleMesh Extract(float[] densities, SamplingLattice lattice, float threshold) => Cut(densities, lattice, threshold).ToMesh(lattice);

    /// <summary>Extracts a surface from densities of <see cref="SampleAll"/>; its vertices are moved to where the field itself crosses the threshold.</summary>
    /// <param name="field">The field.</param>
    /// <param name="densities">Its densities on the lattice.</param>
    /// <param name="lattice">The lattice.</param>
    /// <param name="threshold">Density, above 0.</param>
    public static TriangleMesh Extract(ISolidField field, float[] densities, SamplingLattice lattice, float threshold)
    {
        ArgumentNullException.ThrowIfNull(field);
        LatticeSurface surface = Cut(densities, lattice, threshold);
        return new TriangleMesh(Refine(field, lattice, threshold, surface.Crossings), surface.Triangles);
    }

    private static LatticeSurface Cut(float[] densities, SamplingLattice lattice, float threshold)
    {
        ArgumentNullException.ThrowIfNull(densities);
        return MarchingCubes.Extract(
            lattice, threshold, (z, layer) => densities.AsSpan(z * layer.Length, layer.Length).CopyTo(layer));
    }

    private static void SampleLayer(ISolidField field, SamplingLattice lattice, int z, Vector3[] points, float[] layer)
    {
        for (int y = 0; y < lattice.CountY; y++)
        {
            for (int x = 0; x < lattice.CountX; x++)
            {
                points[(y * lattice.CountX) + x] = lattice.Point(x, y, z);
            }
        }

        field.Density(points, layer);
        for (int y = 0; y < lattice.CountY; y++)
        {
            for (int x = 0; x < lattice.CountX; x++)
            {
                if (lattice.IsOutermost(x, y, z))
                {
                    layer[(y * lattice.CountX) + x] = 0f;
                }
            }
        }
    }

    // Bisection, not a secant: a trained density may jump from nothing to thousands within a cell, where a secant creeps.
    private static Vector3[] Refine(ISolidField field, SamplingLattice lattice, float threshold, IReadOnlyList<EdgeCrossing> crossings)
    {
        var positions = new Vector3[crossings.Count];
        int batch = Math.Min(PointsPerBatch, crossings.Count);
        float[] lower = new float[batch], upper = new float[batch], densities = new float[batch];
        var points = new Vector3[batch];
        for (int first = 0; first < crossings.Count; first += PointsPerBatch)
        {
            int count = Math.Min(PointsPerBatch, crossings.Count - first);
            Array.Clear(lower);
            Array.Fill(upper, 1f);
            for (int round = 0; round < Bisections; round++)
            {
                for (int i = 0; i < count; i++)
                {
                    points[i] = crossings[first + i].At(lattice, 0.5f * (lower[i] + upper[i]));
                }

                field.Density(points.AsSpan(0, count), densities);
                for (int i = 0; i < count; i++)
                {
                    bool sameAsLower = densities[i] >= threshold == crossings[first + i].LowerInside;
                    float middle = 0.5f * (lower[i] + upper[i]);
                    (lower[i], upper[i]) = sameAsLower ? (middle, upper[i]) : (lower[i], middle);
                }
            }

            for (int i = 0; i < count; i++)
            {
                float fraction = Math.Clamp(0.5f * (lower[i] + upper[i]), LeastFraction, 1f - LeastFraction);
                positions[first + i] = crossings[first + i].At(lattice, fraction);
            }
        }

        return positions;
    }
}
