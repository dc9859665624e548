using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>
/// The 256 cases of marching cubes (Lorensen and Cline 1987), made from one rule instead of copied: on every face of the cube each run of
/// inside corners is cut off by a segment of its own (the consistent table of Montani, Scateni and Scopigno 1994), so two cubes that share
/// a face always agree about it, ambiguous faces included. The segments close to loops around the cube, and each loop is triangulated
/// without a diagonal in a face of the cube, which a neighbour could repeat. So the surface is closed, and no edge has more than two faces.
/// <code>
/// corner c of a cell: x = c &amp; 1, y = (c >> 1) &amp; 1, z = c >> 2;  case = Σ 2^c over the inside corners
/// edge 4 a + k: along axis a, k = the other two coordinates of its lower end in order x, y, z
/// </code>
/// </summary>
public static class MarchingCubesTable
{
    /// <summary>Edges of a cube.</summary>
    public const int EdgeCount = 12;

    private const int CaseCount = 256;

    private static readonly int[] _lowerCorners = MakeLowerCorners();
    private static readonly byte[][] _triangles = MakeTriangles();

    /// <summary>Edge numbers of the triangles of a case, three each, counter-clockwise seen from outside.</summary>
    /// <param name="insideCorners">The case, 0 to 255.</param>
    public static ReadOnlySpan<byte> Triangles(int insideCorners) => _triangles[insideCorners];

    /// <summary>The axis of an edge: 0 x, 1 y, 2 z.</summary>
    public static int Axis(int edge) => edge >> 2;

    /// <summary>The corner at an edge's lower end.</summary>
    public static int LowerCorner(int edge) => _lowerCorners[edge];

    /// <summary>The corner at an edge's upper end.</summary>
    public static int UpperCorner(int edge) => _lowerCorners[edge] | (1 << Axis(edge));

    /// <summary>The loops that the surface cuts out of the cube's faces: edge numbers in order, counter-clockwise seen from outside.</summary>
    /// <param name="insideCorners">The case, 0 to 255.</param>
    internal static IReadOnlyList<IReadOnlyList<int>> Loops(int insideCorners)
    {
        int[] next = new int[EdgeCount];
        Array.Fill(next, -1);
        for (int axis = 0; axis < 3; axis++)
        {
            for (int side = 0; side < 2; side++)
            {
                LinkFace(FaceCorners(axis, side), insideCorners, next);
            }
        }

        List<IReadOnlyList<int>> loops = [];
        for (int first = 0; first < EdgeCount; first++)
        {
            List<int> loop = [];
            for (int edge = first; next[edge] >= 0;)
            {
                loop.Add(edge);
                (edge, next[edge]) = (next[edge], -1);
            }

            if (loop.Count > 0)
            {
                loops.Add(loop);
            }
        }

        return loops;
    }

    /// <summary>Whether two edges lie in one face of the cube.</summary>
    internal static bool ShareFace(int first, int second)
    {
        for (int axis = 0; axis < 3; axis++)
        {
            // An edge lies in the face at side s of an axis if both its ends do.
            bool bothAcross = Axis(first) != axis && Axis(second) != axis;
            if (bothAcross && (((LowerCorner(first) ^ LowerCorner(second)) >> axis) & 1) == 0)
            {
                return true;
            }
        }

        return false;
    }

    private static int[] MakeLowerCorners()
    {
        int[] corners = new int[EdgeCount];
        for (int edge = 0; edge < EdgeCount; edge++)
        {
            (int axis, int k) = (edge >> 2, edge & 3);
            (int first, int second) = (axis == 0 ? 1 : 0, axis == 2 ? 1 : 2);
            corners[edge] = ((k & 1) << first) | ((k >> 1) << second);
        }

        return corners;
    }

    private static byte[][] MakeTriangles()
    {
        byte[][] table = new byte[CaseCount][];
        for (int insideCorners = 0; insideCorners < CaseCount; insideCorners++)
        {
            List<byte> triangles = [];
            foreach (IReadOnlyList<int> loop in Loops(insideCorners))
            {
                if (!Triangulate(loop, 0, loop.Count - 1, triangles))
                {
                    throw new InvalidOperationException($"Marching cubes: case {insideCorners} has a loop that cannot be triangulated inside the cube.");
                }
            }

            table[insideCorners] = [.. triangles];
        }

        return table;
    }

    // Corners of a face, counter-clockwise seen from outside the cube.
    private static int[] FaceCorners(int axis, int side)
    {
        (int u, int v) = ((axis + 1) % 3, (axis + 2) % 3);
        int at = side << axis;
        int[] corners = [at, at | (1 << u), at | (1 << u) | (1 << v), at | (1 << v)];
        if (side == 0)
        {
            Array.Reverse(corners);
        }

        return corners;
    }

    // Around the face, a run of inside corners is entered over one cut edge and left over another; the segment goes from the first to the second.
    private static void LinkFace(int[] corners, int insideCorners, int[] next)
    {
        for (int i = 0; i < 4; i++)
        {
            bool Inside(int corner) => ((insideCorners >> corners[corner & 3]) & 1) != 0;
            if (Inside(i) || !Inside(i + 1))
            {
                continue;
            }

            int last = i + 1;
            while (Inside(last + 1))
            {
                last++;
            }

            next[EdgeBetween(corners[i], corners[(i + 1) & 3])] = EdgeBetween(corners[last & 3], corners[(last + 1) & 3]);
        }
    }

    private static int EdgeBetween(int first, int second)
    {
        for (int edge = 0; edge < EdgeCount; edge++)
        {
            if (LowerCorner(edge) == (first & second) && UpperCorner(edge) == (first | second))
            {
                return edge;
            }
        }

        throw new ArgumentException($"Corners {first} and {second} have no edge.", nameof(second));
    }

    // The polygon's part from first to last, whose own chord is allowed or a side: the first triangle on that chord that leads to an end.
    private static bool Triangulate(IReadOnlyList<int> loop, int first, int last, List<byte> triangles)
    {
        if (last - first < 2)
        {
            return true;
        }

        for (int tip = first + 1; tip < last; tip++)
        {
            bool left = tip == first + 1 || !ShareFace(loop[first], loop[tip]);
            bool right = tip == last - 1 || !ShareFace(loop[tip], loop[last]);
            int before = triangles.Count;
            if (left && right && Triangulate(loop, first, tip, triangles) && Triangulate(loop, tip, last, triangles))
            {
                triangles.AddRange([(byte)loop[first], (byte)loop[tip], (byte)loop[last]]);
                return true;
            }

            triangles.RemoveRange(before, triangles.Count - before);
        }

        return false;
    }
}
