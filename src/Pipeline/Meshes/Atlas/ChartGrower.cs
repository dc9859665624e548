using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes.Atlas;

/// <summary>
/// Cuts a surface into charts by growing regions of similar normals (as Sander et al. 2001 and Lévy et al. 2002 do): from the largest free
/// face, the neighbour that deviates least from the region's mean normal comes next. The region is then flattened along its mean
/// normal; faces that would overlap others there are left for later charts. The work is bounded by a count of overlap tests, not by a clock,
/// so the same mesh gives the same charts on any machine: beyond it every face left over becomes a chart of its own.
/// </summary>
public sealed class ChartGrower
{
    /// <summary>Cosine of the most that a face may deviate from the mean normal while a region grows.</summary>
    private const float RegionCosine = 0.6f;

    /// <summary>Cosine of the most that a face may be tilted from the chart's plane: it shrinks by as much.</summary>
    private const float LeastCosine = 0.3f;

    /// <summary>Overlap tests that a face may cost on the average, ten times what smooth and rough surfaces need.</summary>
    public const long TestsPerFace = 2000;

    private readonly TriangleMesh _mesh;
    private readonly Vector3[] _normals;
    private readonly float[] _areas;
    private readonly int[] _neighbours;
    private readonly bool[] _taken;
    private readonly int[] _reached;
    private readonly FlatOverlap _overlap;
    private readonly long _budget;

    private ChartGrower(TriangleMesh mesh, long testsPerFace)
    {
        _mesh = mesh;
        _budget = testsPerFace * mesh.FaceCount;
        _normals = new Vector3[mesh.FaceCount];
        _areas = new float[mesh.FaceCount];
        double edges = 0;
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            Vector3 normal = mesh.AreaNormal(face);
            float length = normal.Length();
            _areas[face] = 0.5f * length;
            _normals[face] = length > 0f ? normal / length : Vector3.Zero;
            edges += Math.Sqrt(length);
        }

        _neighbours = Neighbours(mesh);
        _taken = new bool[mesh.FaceCount];
        _reached = new int[mesh.FaceCount];
        _overlap = new FlatOverlap((float)Math.Max(edges / mesh.FaceCount, 1e-6));
    }

    /// <summary>Cuts a mesh into charts; every face is in exactly one.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="testsPerFace">Budget of the work, overlap tests for each face of the mesh; at least 0.</param>
    public static IReadOnlyList<UvChart> Cut(TriangleMesh mesh, long testsPerFace = TestsPerFace)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ChartGrower grower = new(mesh, testsPerFace);
        List<UvChart> charts = [];
        // A stable sort: faces of equal area stay in their order.
        foreach (int seed in Enumerable.Range(0, mesh.FaceCount).OrderByDescending(face => grower._areas[face]))
        {
            if (!grower._taken[seed])
            {
                charts.Add(grower.Chart(seed, charts.Count + 1).Turned(mesh));
            }
        }

        return charts;
    }

    private UvChart Chart(int seed, int number)
    {
        bool exhausted = _overlap.TestCount > _budget;
        Vector3 axis = exhausted ? _normals[seed] : MeanNormal(Region(seed, number));
        if (!(Vector3.Dot(axis, _normals[seed]) >= LeastCosine))
        {
            axis = _normals[seed];
        }

        // A face without an area has no normal, and any plane will do for it.
        axis = axis == Vector3.Zero ? Vector3.UnitZ : axis;
        Vector3 helper = MathF.Abs(axis.Y) < 0.9f ? Vector3.UnitY : Vector3.UnitX;
        var u = Vector3.Normalize(Vector3.Cross(helper, axis));
        UvChart empty = new([], u, Vector3.Cross(axis, u));
        return empty with { Faces = exhausted ? Take(seed) : Flatten(seed, number, axis, empty) };
    }

    private int[] Take(int seed)
    {
        _taken[seed] = true;
        return [seed];
    }

    // Faces by their deviation from the mean normal at the time they were reached.
    private List<int> Region(int seed, int number)
    {
        PriorityQueue<int, float> queue = new();
        queue.Enqueue(seed, 0f);
        _reached[seed] = number;
        List<int> region = [];
        Vector3 sum = Vector3.Zero;
        while (queue.TryDequeue(out int face, out _))
        {
            Vector3 mean = sum == Vector3.Zero ? _normals[seed] : Vector3.Normalize(sum);
            if (Vector3.Dot(mean, _normals[face]) < RegionCosine && region.Count > 0)
            {
                continue;
            }

            region.Add(face);
            sum += _areas[face] * _normals[face];
            for (int side = 0; side < 3; side++)
            {
                int next = _neighbours[(3 * face) + side];
                if (next >= 0 && !_taken[next] && _reached[next] != number)
                {
                    _reached[next] = number;
                    queue.Enqueue(next, 1f - Vector3.Dot(mean, _normals[next]));
                }
            }
        }

        return region;
    }

    private Vector3 MeanNormal(List<int> region)
    {
        Vector3 sum = Vector3.Zero;
        foreach (int face in region)
        {
            sum += _areas[face] * _normals[face];
        }

        return sum.LengthSquared() > 0f ? Vector3.Normalize(sum) : Vector3.Zero;
    }

    // Ring by ring from the seed, so that a face left out for its overlap lies at the rim and does not tear the chart.
    private List<int> Flatten(int seed, int number, Vector3 axis, UvChart plane)
    {
        _overlap.Clear();
        List<int> faces = [];
        Queue<int> queue = new([seed]);
        _reached[seed] = -number;
        while (queue.TryDequeue(out int face))
        {
            bool fits = face == seed || (Vector3.Dot(axis, _normals[face]) >= LeastCosine);
            if (!fits || !_overlap.TryAdd(Corner(plane, face, 0), Corner(plane, face, 1), Corner(plane, face, 2)))
            {
                continue;
            }

            faces.Add(face);
            _taken[face] = true;
            for (int side = 0; side < 3; side++)
            {
                int next = _neighbours[(3 * face) + side];
                if (next >= 0 && !_taken[next] && _reached[next] != -number)
                {
                    _reached[next] = -number;
                    queue.Enqueue(next);
                }
            }
        }

        return faces;
    }

    private Vector2 Corner(UvChart plane, int face, int corner) => plane.Flatten(_mesh.Positions[_mesh.Triangles[(3 * face) + corner]]);

    // The face beyond each side [F · 3], -1 where there is none or more than one.
    private static int[] Neighbours(TriangleMesh mesh)
    {
        int[] neighbours = new int[mesh.Triangles.Length];
        Array.Fill(neighbours, -1);
        Dictionary<(int, int), int> sides = new(mesh.Triangles.Length);
        HashSet<(int, int)> repeated = [];
        for (int i = 0; i < mesh.Triangles.Length; i++)
        {
            (int, int) side = (mesh.Triangles[i], mesh.Triangles[i % 3 == 2 ? i - 2 : i + 1]);
            if (!sides.TryAdd(side, i))
            {
                repeated.Add(side);
            }
        }

        foreach (((int from, int to) side, int i) in sides)
        {
            if (!repeated.Contains(side) && !repeated.Contains((side.to, side.from)) && sides.TryGetValue((side.to, side.from), out int opposite))
            {
                neighbours[i] = opposite / 3;
            }
        }

        return neighbours;
    }
}
