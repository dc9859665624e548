using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>A regular lattice of points with cubic cells.</summary>
/// <param name="Origin">The point (0, 0, 0), world units.</param>
/// <param name="CellSize">Edge of a cell, world units, &gt; 0.</param>
/// <param name="CountX">Points along X, at least 2.</param>
/// <param name="CountY">Points along Y, at least 2.</param>
/// <param name="CountZ">Points along Z, at least 2.</param>
public readonly record struct SamplingLattice(Vector3 Origin, float CellSize, int CountX, int CountY, int CountZ)
{
    /// <summary>Points in one layer of constant z.</summary>
    public int LayerLength => CountX * CountY;

    /// <summary>A lattice over a cube around the origin.</summary>
    /// <param name="bound">Half the cube's side, world units.</param>
    /// <param name="resolution">Cells a side, at least 1.</param>
    public static SamplingLattice Cube(float bound, int resolution) => Box(new Vector3(-bound), new Vector3(bound), resolution);

    /// <summary>A lattice over a box; the shorter sides are rounded up to whole cells, symmetrically.</summary>
    /// <param name="minimum">Least corner, world units.</param>
    /// <param name="maximum">Greatest corner, world units.</param>
    /// <param name="resolution">Cells along the longest side, at least 1.</param>
    public static SamplingLattice Box(Vector3 minimum, Vector3 maximum, int resolution)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resolution, 1);
        Vector3 size = maximum - minimum;
        float longest = MathF.Max(size.X, MathF.Max(size.Y, size.Z));
        if (!(longest > 0f) || !float.IsFinite(longest))
        {
            throw new ArgumentException($"SamplingLattice: expected a box of positive size, got {minimum} to {maximum}.", nameof(maximum));
        }

        float cell = longest / resolution;
        // The hair keeps a side of 10.000001 cells from becoming 11.
        int Cells(float side) => Math.Clamp((int)MathF.Ceiling((side / cell) - 1e-4f), 1, resolution);
        int x = Cells(size.X), y = Cells(size.Y), z = Cells(size.Z);
        Vector3 origin = ((minimum + maximum) / 2f) - (new Vector3(x, y, z) * (cell / 2f));
        return new SamplingLattice(origin, cell, x + 1, y + 1, z + 1);
    }

    /// <summary>The position of a point, world units.</summary>
    public Vector3 Point(int x, int y, int z) => Origin + (CellSize * new Vector3(x, y, z));

    /// <summary>Whether a point lies on the lattice's outermost layer.</summary>
    public bool IsOutermost(int x, int y, int z) =>
        x == 0 || y == 0 || z == 0 || x == CountX - 1 || y == CountY - 1 || z == CountZ - 1;
}
