using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>
/// Reduces a mesh to a number of faces by joining the two ends of one edge after another, cheapest first (Garland and Heckbert 1997).
/// The price is the quadric error of the point at which the ends meet: squared distances to the planes of all faces that went into it,
/// weighted by area, with a small term that keeps vertices of flat regions evenly spread. Topology stays: an edge is joined only if its ends
/// share exactly the neighbours of its own faces (the link condition of Dey et al. 1999), boundaries are held by planes across them, and no
/// face may turn over or become a sliver. Sequential with ties in the order of insertion, so the same mesh gives the same result.
/// </summary>
public sealed class QuadricDecimator
{
    // Planes against points: flat regions have no cost of their own, curved ones move by a thousandth of a vertex distance.
    private const double PointWeight = 1e-3;

    // The border's planes against the faces', so that an outline moves last.
    private const double BoundaryWeight = 10;

    // Cosine of the most that a face may turn in one step.
    private const float LeastTurnCosine = 0.2f;

    // Sine of the angle between a face's longest and shortest side; 0.87 in an equilateral triangle. Flatter faces are made only of even
    // flatter ones. A needle is not flat in this sense: its short side is soon joined by itself.
    private const float LeastShape = 0.1f;

    // Refused edges are tried again whenever the faces have become this share of what they were.
    private const double RetryShare = 0.9;

    private readonly Vector3[] _positions;
    private readonly int[] _triangles;
    private readonly VertexFaces _around;
    private readonly Quadric[] _quadrics;
    private readonly int[] _stamps;
    private readonly int[] _marks;
    private readonly bool[] _onBoundary;
    private readonly PriorityQueue<Candidate, double> _queue = new();
    private readonly List<(Candidate Candidate, double Cost)> _refused = [];
    private readonly List<int> _facesOfKept = [];
    private readonly List<int> _facesOfGone = [];
    private readonly List<int> _neighbours = [];
    private int _mark;
    private int _faceCount;

    private QuadricDecimator(TriangleMesh mesh)
    {
        _positions = [.. mesh.Positions];
        _triangles = [.. mesh.Triangles];
        _faceCount = mesh.FaceCount;
        _around = new VertexFaces(_triangles, mesh.VertexCount);
        _quadrics = new Quadric[mesh.VertexCount];
        _stamps = new int[mesh.VertexCount];
        _marks = new int[mesh.VertexCount];
        _onBoundary = new bool[mesh.VertexCount];
        AddFaceQuadrics(mesh);
        EnqueueEdges(mesh);
    }

    private readonly record struct Candidate(int Kept, int Gone, int KeptStamp, int GoneStamp, Vector3 Target);

    /// <summary>Reduces a mesh. It may keep more faces than asked for where every further step would damage it.</summary>
    /// <param name="mesh">The mesh; it is not changed.</param>
    /// <param name="faceBudget">Most faces, at least 4.</param>
    public static TriangleMesh Reduce(TriangleMesh mesh, int faceBudget)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentOutOfRangeException.ThrowIfLessThan(faceBudget, 4);
        if (mesh.FaceCount <= faceBudget)
        {
            return mesh;
        }

        QuadricDecimator decimator = new(mesh);
        int retryBelow = (int)(RetryShare * mesh.FaceCount);
        while (decimator._faceCount > faceBudget && decimator._queue.TryDequeue(out Candidate candidate, out double cost))
        {
            if (decimator.IsCurrent(candidate) && !decimator.TryJoin(candidate))
            {
                decimator._refused.Add((candidate, cost));
            }

            if (decimator._faceCount < retryBelow)
            {
                decimator.RetryRefused();
                retryBelow = (int)(RetryShare * decimator._faceCount);
            }
        }

        return decimator.Result();
    }

    private bool IsCurrent(in Candidate candidate) =>
        _stamps[candidate.Kept] == candidate.KeptStamp && _stamps[candidate.Gone] == candidate.GoneStamp;

    // What stood in the way of an edge may have gone without either of its ends having moved.
    private void RetryRefused()
    {
        _queue.EnqueueRange(_refused.Where(entry => IsCurrent(entry.Candidate)));
        _refused.Clear();
    }

    private void AddFaceQuadrics(TriangleMesh mesh)
    {
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            Vector3 areaNormal = mesh.AreaNormal(face);
            float doubleArea = areaNormal.Length();
            if (!(doubleArea > 0f))
            {
                continue;
            }

            double area = 0.5 * doubleArea;
            var plane = Quadric.Plane(areaNormal / doubleArea, mesh.Positions[mesh.Triangles[3 * face]], area);
            for (int corner = 0; corner < 3; corner++)
            {
                int vertex = mesh.Triangles[(3 * face) + corner];
                _quadrics[vertex] += plane + Quadric.Point(mesh.Positions[vertex], PointWeight * area);
            }
        }
    }

    // Sorted by (low, high), so that an edge's faces stand together and the queue is filled in a fixed order.
    private void EnqueueEdges(TriangleMesh mesh)
    {
        var edges = new (int Low, int High, int Face)[mesh.Triangles.Length];
        for (int i = 0; i < edges.Length; i++)
        {
            int from = mesh.Triangles[i], to = mesh.Triangles[i % 3 == 2 ? i - 2 : i + 1];
            edges[i] = (Math.Min(from, to), Math.Max(from, to), i / 3);
        }

        ulong[] keys = Array.ConvertAll(edges, edge => ((ulong)edge.Low << 32) | (uint)edge.High);
        Array.Sort(keys, edges);
        for (int first = 0, end; first < edges.Length; first = end)
        {
            for (end = first + 1; end < edges.Length && keys[end] == keys[first];)
            {
                end++;
            }

            if (end - first == 1)
            {
                HoldBoundary(mesh, edges[first].Low, edges[first].High, edges[first].Face);
            }
        }

        var candidates = new List<(Candidate, double)>(edges.Length / 2);
        for (int i = 0; i < edges.Length; i++)
        {
            if (i == 0 || keys[i] != keys[i - 1])
            {
                candidates.Add(Price(edges[i].Low, edges[i].High));
            }
        }

        _queue.EnqueueRange(candidates);
    }

    private void HoldBoundary(TriangleMesh mesh, int from, int to, int face)
    {
        Vector3 edge = mesh.Positions[to] - mesh.Positions[from];
        Vector3 across = Vector3.Cross(edge, mesh.AreaNormal(face));
        if (across.LengthSquared() > 0f)
        {
            var plane = Quadric.Plane(Vector3.Normalize(across), mesh.Positions[from], BoundaryWeight * edge.LengthSquared());
            _quadrics[from] += plane;
            _quadrics[to] += plane;
        }

        _onBoundary[from] = _onBoundary[to] = true;
    }

    private (Candidate Candidate, double Cost) Price(int first, int second)
    {
        Quadric sum = _quadrics[first] + _quadrics[second];
        Vector3 a = _positions[first], b = _positions[second], middle = 0.5f * (a + b);
        // A minimum far from the edge comes from planes that are nearly parallel: numerically true, useless as a place.
        if (!sum.TryMinimum(out Vector3 target) || !((target - middle).LengthSquared() <= 4f * (a - b).LengthSquared()))
        {
            target = middle;
            foreach (Vector3 end in (ReadOnlySpan<Vector3>)[a, b])
            {
                target = sum.At(end) < sum.At(target) ? end : target;
            }
        }

        return (new Candidate(first, second, _stamps[first], _stamps[second], target), Math.Max(sum.At(target), 0));
    }

    private bool TryJoin(in Candidate candidate)
    {
        (int kept, int gone, _, _, Vector3 target) = candidate;
        _around.Around(kept, _facesOfKept);
        _around.Around(gone, _facesOfGone);
        if (!KeepsTopology(kept, gone) || TurnsAFace(kept, gone, target, _facesOfKept) || TurnsAFace(gone, kept, target, _facesOfGone))
        {
            return false;
        }

        _faceCount -= _around.Join(kept, gone);
        _positions[kept] = target;
        _quadrics[kept] += _quadrics[gone];
        _onBoundary[kept] |= _onBoundary[gone];
        _stamps[kept]++;
        _stamps[gone] = -1;
        _around.Around(kept, _facesOfKept);
        CollectNeighbours(kept, _facesOfKept);
        foreach (int neighbour in _neighbours)
        {
            (Candidate next, double cost) = Price(kept, neighbour);
            _queue.Enqueue(next, cost);
        }

        return true;
    }

    // The ends may share the third corners of the edge's own faces and no other vertex, else two sheets would be glued together.
    private bool KeepsTopology(int kept, int gone)
    {
        int sharedFaces = 0;
        foreach (int face in _facesOfKept)
        {
            sharedFaces += _triangles.AsSpan(3 * face, 3).Contains(gone) ? 1 : 0;
        }

        if (sharedFaces is not (1 or 2) || (sharedFaces == 2 && _onBoundary[kept] && _onBoundary[gone]))
        {
            return false;
        }

        CollectNeighbours(kept, _facesOfKept);
        int common = 0;
        bool others = _neighbours.Count > sharedFaces + 1;
        foreach (int face in _facesOfGone)
        {
            for (int corner = 0; corner < 3; corner++)
            {
                int vertex = _triangles[(3 * face) + corner];
                if (vertex == gone || vertex == kept)
                {
                    continue;
                }

                if (_marks[vertex] == _mark)
                {
                    common++;
                    _marks[vertex] = -_mark;
                }
                else
                {
                    others |= _marks[vertex] != -_mark;
                }
            }
        }

        // A tetrahedron's edge obeys the condition too, but joining it would leave two faces back to back.
        return common == sharedFaces && others;
    }

    private void CollectNeighbours(int vertex, List<int> faces)
    {
        _mark++;
        _neighbours.Clear();
        foreach (int face in faces)
        {
            for (int corner = 0; corner < 3; corner++)
            {
                int other = _triangles[(3 * face) + corner];
                if (other != vertex && _marks[other] != _mark)
                {
                    _marks[other] = _mark;
                    _neighbours.Add(other);
                }
            }
        }
    }

    private bool TurnsAFace(int moved, int other, Vector3 target, List<int> faces)
    {
        Vector3 around = Vector3.Zero;
        foreach (int face in faces)
        {
            around += AreaNormal(_triangles.AsSpan(3 * face, 3));
        }

        foreach (int face in faces)
        {
            ReadOnlySpan<int> vertices = _triangles.AsSpan(3 * face, 3);
            if (vertices.Contains(other))
            {
                continue;
            }

            int corner = vertices.IndexOf(moved);
            Vector3 b = _positions[vertices[(corner + 1) % 3]], c = _positions[vertices[(corner + 2) % 3]];
            Vector3 before = Vector3.Cross(b - _positions[moved], c - _positions[moved]);
            Vector3 after = Vector3.Cross(b - target, c - target);
            float shapeBefore = Shape(before, _positions[moved], b, c), shape = Shape(after, target, b, c);
            // A sliver's own normal is noise; it would be held in place by it for good.
            Vector3 reference = shapeBefore < LeastShape ? around : before;
            bool turned = Vector3.Dot(reference, after) < LeastTurnCosine * reference.Length() * after.Length();
            if (turned || !(shape > 0f) || (shape < LeastShape && shape < shapeBefore))
            {
                return true;
            }
        }

        return false;
    }

    private Vector3 AreaNormal(ReadOnlySpan<int> vertices)
    {
        Vector3 a = _positions[vertices[0]];
        return Vector3.Cross(_positions[vertices[1]] - a, _positions[vertices[2]] - a);
    }

    private static float Shape(Vector3 areaNormal, Vector3 a, Vector3 b, Vector3 c)
    {
        float ab = (a - b).LengthSquared(), bc = (b - c).LengthSquared(), ca = (c - a).LengthSquared();
        return areaNormal.Length() / MathF.Sqrt(MathF.Max(ab, MathF.Max(bc, ca)) * MathF.Min(ab, MathF.Min(bc, ca)));
    }

    private TriangleMesh Result()
    {
        int[] live = [.. Enumerable.Range(0, _triangles.Length / 3).Where(face => !_around.IsRemoved(face))];
        int[] triangles = new int[3 * live.Length];
        for (int i = 0; i < live.Length; i++)
        {
            _triangles.AsSpan(3 * live[i], 3).CopyTo(triangles.AsSpan(3 * i));
        }

        // Where() drops the vertices that no face uses any more.
        return new TriangleMesh(_positions, triangles).Where(_ => true);
    }
}
