using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>The faces around each vertex while vertices are joined: chains of face corners, so that joining two vertices moves no list.</summary>
internal sealed class VertexFaces
{
    private const int None = -1;

    private readonly int[] _triangles;
    private readonly int[] _first;
    private readonly int[] _next;

    /// <summary>Collects the corners of every vertex.</summary>
    /// <param name="triangles">Vertex numbers [F · 3], changed by <see cref="Join"/>; a removed face has -1 as its first.</param>
    /// <param name="vertexCount">Number of vertices.</param>
    public VertexFaces(int[] triangles, int vertexCount)
    {
        _triangles = triangles;
        _first = new int[vertexCount];
        _next = new int[triangles.Length];
        Array.Fill(_first, None);
        for (int corner = triangles.Length - 1; corner >= 0; corner--)
        {
            _next[corner] = _first[triangles[corner]];
            _first[triangles[corner]] = corner;
        }
    }

    /// <summary>Whether a face has been removed.</summary>
    public bool IsRemoved(int face) => _triangles[3 * face] < 0;

    /// <summary>The live faces around a vertex; removed ones are unlinked on the way.</summary>
    /// <param name="vertex">Vertex.</param>
    /// <param name="faces">Cleared and filled.</param>
    public void Around(int vertex, List<int> faces)
    {
        faces.Clear();
        ref int link = ref _first[vertex];
        while (link != None)
        {
            if (IsRemoved(link / 3))
            {
                link = _next[link];
                continue;
            }

            faces.Add(link / 3);
            link = ref _next[link];
        }
    }

    /// <summary>Puts one vertex in the place of another: faces with both are removed, the others of <paramref name="gone"/> now name <paramref name="kept"/>.</summary>
    /// <returns>Number of faces removed.</returns>
    public int Join(int kept, int gone)
    {
        int removed = 0;
        int last = None;
        for (int corner = _first[gone]; corner != None; corner = _next[corner])
        {
            last = corner;
            int face = corner / 3;
            if (IsRemoved(face))
            {
                continue;
            }

            Span<int> vertices = _triangles.AsSpan(3 * face, 3);
            if (vertices.Contains(kept))
            {
                vertices.Fill(None);
                removed++;
            }
            else
            {
                vertices[corner - (3 * face)] = kept;
            }
        }

        if (last != None)
        {
            _next[last] = _first[kept];
            _first[kept] = _first[gone];
            _first[gone] = None;
        }

        return removed;
    }
}
