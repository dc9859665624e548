using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>How the faces of a mesh hang together.</summary>
/// <param name="EdgeCount">Edges, each counted once.</param>
/// <param name="BoundaryEdges">Edges with one face.</param>
/// <param name="NonManifoldEdges">Edges with more than two faces.</param>
/// <param name="InconsistentEdges">Edges with two faces that run along it in the same direction: one of them is turned inside out.</param>
/// <param name="DegenerateFaces">Faces that name a vertex twice or have no area.</param>
/// <param name="Components">Connected parts.</param>
public sealed record MeshTopology(int EdgeCount, int BoundaryEdges, int NonManifoldEdges, int InconsistentEdges, int DegenerateFaces, int Components)
{
    /// <summary>Whether the mesh encloses a volume without a hole: every edge has exactly two faces.</summary>
    public bool IsWatertight => EdgeCount > 0 && BoundaryEdges == 0 && NonManifoldEdges == 0;

    /// <summary>Counts edges, faces and parts.</summary>
    public static MeshTopology Of(TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ulong[] edges = DirectedEdges(mesh);
        int edgeCount = 0, boundary = 0, nonManifold = 0, inconsistent = 0;
        for (int first = 0; first < edges.Length;)
        {
            int end = first;
            int forwards = 0;
            while (end < edges.Length && edges[end] >> 1 == edges[first] >> 1)
            {
                forwards += (int)(edges[end++] & 1);
            }

            edgeCount++;
            switch (end - first)
            {
                case 1:
                    boundary++;
                    break;
                case 2:
                    inconsistent += forwards == 1 ? 0 : 1;
                    break;
                default:
                    nonManifold++;
                    break;
            }

            first = end;
        }

        int degenerate = 0;
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            degenerate += mesh.AreaNormal(face).LengthSquared() > 0f ? 0 : 1;
        }

        return new MeshTopology(edgeCount, boundary, nonManifold, inconsistent, degenerate, MeshComponents.Of(mesh).Count);
    }

    // Lower vertex, upper vertex, direction: sorted, the faces of an edge stand together. Vertex numbers are below 2^31.
    private static ulong[] DirectedEdges(TriangleMesh mesh)
    {
        ulong[] edges = new ulong[mesh.Triangles.Length];
        for (int i = 0; i < edges.Length; i++)
        {
            int from = mesh.Triangles[i];
            int to = mesh.Triangles[i % 3 == 2 ? i - 2 : i + 1];
            edges[i] = from < to ? ((ulong)from << 32) | ((ulong)to << 1) | 1 : ((ulong)to << 32) | ((ulong)from << 1);
        }

        Array.Sort(edges);
        return edges;
    }
}

/// <summary>The connected parts of a mesh.</summary>
/// <param name="OfFace">Number of each face's part [F], from 0 in the order of their first faces.</param>
/// <param name="Areas">Area of each part, square world units.</param>
/// <param name="Volumes">Enclosed volume of each part, cubic world units; negative for a hollow inside a body.</param>
public sealed record MeshComponents(int[] OfFace, double[] Areas, double[] Volumes)
{
    /// <summary>Number of parts.</summary>
    public int Count => Areas.Length;

    /// <summary>Finds the parts: faces are connected if they share a vertex.</summary>
    public static MeshComponents Of(TriangleMesh mesh)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        int[] parents = new int[mesh.VertexCount];
        for (int vertex = 0; vertex < parents.Length; vertex++)
        {
            parents[vertex] = vertex;
        }

        for (int face = 0; face < mesh.FaceCount; face++)
        {
            int a = Root(parents, mesh.Triangles[3 * face]);
            int b = Root(parents, mesh.Triangles[(3 * face) + 1]);
            parents[Math.Max(a, b)] = Math.Min(a, b);
            a = Math.Min(a, b);
            int c = Root(parents, mesh.Triangles[(3 * face) + 2]);
            parents[Math.Max(a, c)] = Math.Min(a, c);
        }

        return Measure(mesh, parents);
    }

    private static MeshComponents Measure(TriangleMesh mesh, int[] parents)
    {
        int[] numbers = new int[mesh.VertexCount];
        Array.Fill(numbers, -1);
        int[] ofFace = new int[mesh.FaceCount];
        int count = 0;
        for (int face = 0; face < ofFace.Length; face++)
        {
            int root = Root(parents, mesh.Triangles[3 * face]);
            if (numbers[root] < 0)
            {
                numbers[root] = count++;
            }

            ofFace[face] = numbers[root];
        }

        double[] areas = new double[count], volumes = new double[count];
        for (int face = 0; face < ofFace.Length; face++)
        {
            Vector3 normal = mesh.AreaNormal(face);
            areas[ofFace[face]] += 0.5 * normal.Length();
            volumes[ofFace[face]] += Vector3.Dot(mesh.Positions[mesh.Triangles[3 * face]], normal) / 6.0;
        }

        return new MeshComponents(ofFace, areas, volumes);
    }

    private static int Root(int[] parents, int vertex)
    {
        while (parents[vertex] != vertex)
        {
            parents[vertex] = parents[parents[vertex]];
            vertex = parents[vertex];
        }

        return vertex;
    }
}
