using System;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>A vertex of the surface: where it cuts an edge of the lattice.</summary>
/// <param name="X">Lattice point at the edge's lower end.</param>
/// <param name="Y">Lattice point at the edge's lower end.</param>
/// <param name="Z">Lattice point at the edge's lower end.</param>
/// <param name="Axis">0 along X, 1 along Y, 2 along Z.</param>
/// <param name="LowerInside">Whether the lower end is the inner one.</param>
/// <param name="Fraction">Where the edge is cut, 0 at the lower end, 1 at the upper, by linear interpolation of the density.</param>
public readonly record struct EdgeCrossing(int X, int Y, int Z, int Axis, bool LowerInside, float Fraction)
{
    /// <summary>The position at a fraction of the edge, world units.</summary>
    public Vector3 At(in SamplingLattice lattice, float fraction)
    {
        Vector3 step = Axis switch { 0 => Vector3.UnitX, 1 => Vector3.UnitY, _ => Vector3.UnitZ };
        return lattice.Point(X, Y, Z) + (fraction * lattice.CellSize * step);
    }
}

/// <summary>A surface as marching cubes leaves it.</summary>
/// <param name="Crossings">The vertices.</param>
/// <param name="Triangles">Vertex numbers [F · 3], counter-clockwise seen from outside.</param>
public sealed record LatticeSurface(IReadOnlyList<EdgeCrossing> Crossings, int[] Triangles)
{
    /// <summary>A mesh with the vertices where linear interpolation puts them.</summary>
    public TriangleMesh ToMesh(SamplingLattice lattice)
    {
        var positions = new Vector3[Crossings.Count];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = Crossings[i].At(lattice, Crossings[i].Fraction);
        }

        return new TriangleMesh(positions, Triangles);
    }
}

/// <summary>
/// The surface on which a sampled density crosses a threshold (Lorensen and Cline 1987, with the table of <see cref="MarchingCubesTable"/>):
/// layer by layer, so that memory holds two layers and the surface, whatever the lattice's height. Every edge of the lattice has one
/// vertex, shared by all cells around it.
/// </summary>
public sealed class MarchingCubes
{
    // A vertex on a corner of the lattice would make faces without an area; two hundredths of a cell are below what the density is known to.
    private const float LeastFraction = 0.02f;

    private readonly SamplingLattice _lattice;
    private readonly float _threshold;
    private readonly List<EdgeCrossing> _crossings = [];
    private readonly List<int> _triangles = [];
    private readonly int[][] _alongX;
    private readonly int[][] _alongY;
    private readonly int[] _alongZ;

    private MarchingCubes(SamplingLattice lattice, float threshold)
    {
        _lattice = lattice;
        _threshold = threshold;
        _alongX = [new int[lattice.LayerLength], new int[lattice.LayerLength]];
        _alongY = [new int[lattice.LayerLength], new int[lattice.LayerLength]];
        _alongZ = new int[lattice.LayerLength];
    }

    /// <summary>Extracts the surface.</summary>
    /// <param name="lattice">Where the density was or will be sampled.</param>
    /// <param name="threshold">The surface's density, above 0.</param>
    /// <param name="fillLayer">Writes the densities of a layer [CountY · CountX], x fastest; called once for each z in order.</param>
    public static LatticeSurface Extract(SamplingLattice lattice, float threshold, Action<int, float[]> fillLayer)
    {
        ArgumentNullException.ThrowIfNull(fillLayer);
        if (!(threshold > 0f) || !float.IsFinite(threshold))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be a positive number.");
        }

        MarchingCubes march = new(lattice, threshold);
        float[] lower = new float[lattice.LayerLength];
        float[] upper = new float[lattice.LayerLength];
        march.Fill(fillLayer, 0, lower);
        march.CutLayer(lower, 0);
        for (int z = 0; z + 1 < lattice.CountZ; z++)
        {
            march.Fill(fillLayer, z + 1, upper);
            march.CutLayer(upper, z + 1);
            march.CutBetween(lower, upper, z);
            march.Cells(lower, upper, z);
            (lower, upper) = (upper, lower);
        }

        return new LatticeSurface(march._crossings, [.. march._triangles]);
    }

    private void Fill(Action<int, float[]> fillLayer, int z, float[] layer)
    {
        fillLayer(z, layer);
        int bad = Array.FindIndex(layer, density => !float.IsFinite(density));
        if (bad >= 0)
        {
            Vector3 at = _lattice.Point(bad % _lattice.CountX, bad / _lattice.CountX, z);
            throw new DfkException(
                ExitCode.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"mesh: the density at ({at.X:g4}, {at.Y:g4}, {at.Z:g4}) is {layer[bad]}, expected a number; the field has diverged, export an earlier checkpoint."));
        }
    }

    private bool Inside(float density) => density >= _threshold;

    private int Cut(float[] from, int i, float[] to, int j, int x, int y, int z, int axis)
    {
        bool inside = Inside(from[i]);
        if (inside == Inside(to[j]))
        {
            return -1;
        }

        float fraction = Math.Clamp((_threshold - from[i]) / (to[j] - from[i]), LeastFraction, 1f - LeastFraction);
        _crossings.Add(new EdgeCrossing(x, y, z, axis, inside, fraction));
        return _crossings.Count - 1;
    }

    private void CutLayer(float[] layer, int z)
    {
        int[] alongX = _alongX[z & 1];
        int[] alongY = _alongY[z & 1];
        int width = _lattice.CountX;
        for (int y = 0; y < _lattice.CountY; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int i = (y * width) + x;
                alongX[i] = x + 1 < width ? Cut(layer, i, layer, i + 1, x, y, z, 0) : -1;
                alongY[i] = y + 1 < _lattice.CountY ? Cut(layer, i, layer, i + width, x, y, z, 1) : -1;
            }
        }
    }

    private void CutBetween(float[] lower, float[] upper, int z)
    {
        for (int i = 0; i < lower.Length; i++)
        {
            _alongZ[i] = Cut(lower, i, upper, i, i % _lattice.CountX, i / _lattice.CountX, z, 2);
        }
    }

    private void Cells(float[] lower, float[] upper, int z)
    {
        int width = _lattice.CountX;
        for (int y = 0; y + 1 < _lattice.CountY; y++)
        {
            for (int x = 0; x + 1 < width; x++)
            {
                int i = (y * width) + x;
                int insideCorners = Row(lower, i) | (Row(lower, i + width) << 2) | (Row(upper, i) << 4) | (Row(upper, i + width) << 6);
                if (insideCorners is not (0 or 255))
                {
                    foreach (byte edge in MarchingCubesTable.Triangles(insideCorners))
                    {
                        _triangles.Add(VertexOn(edge, i, z));
                    }
                }
            }
        }
    }

    private int Row(float[] layer, int i) => (Inside(layer[i]) ? 1 : 0) | (Inside(layer[i + 1]) ? 2 : 0);

    private int VertexOn(int edge, int cell, int z)
    {
        int corner = MarchingCubesTable.LowerCorner(edge);
        int i = cell + (corner & 1) + (((corner >> 1) & 1) * _lattice.CountX);
        return MarchingCubesTable.Axis(edge) switch
        {
            0 => _alongX[(z + (corner >> 2)) & 1][i],
            1 => _alongY[(z + (corner >> 2)) & 1][i],
            _ => _alongZ[i],
        };
    }
}
