using System;
using System.Collections.Generic;
using System.Numerics;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Meshes.Atlas;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>
/// Paints the field's albedo into a texture. A texel belongs to the face that covers its centre, or else to the nearest one that touches it
/// (conservative rasterisation), and asks at the nearest point of that face; so no texel that a filter reads next to a face is left out.
/// Its colour is what a ray along the normal would show: albedo composited from a little outside to a little inside, because a field's
/// surface is a layer and its colour lies behind its threshold. What is still empty takes the colour of the nearest painted texel.
/// </summary>
public sealed class TextureBaker
{
    // Half a texel's diagonal: a texel touched by a face has its centre nearer than this.
    private const float Reach = 0.71f;

    private const int TexelsPerBatch = 4096;
    private const int NoFace = -1;

    private readonly TriangleMesh _mesh;
    private readonly Vector3[] _normals;
    private readonly UvAtlas _atlas;
    private readonly int[] _faces;
    private readonly float[] _distances;
    private readonly Vector2[] _weights;

    private TextureBaker(TriangleMesh mesh, Vector3[] normals, UvAtlas atlas)
    {
        _mesh = mesh;
        _normals = normals;
        _atlas = atlas;
        int count = atlas.Size * atlas.Size;
        _faces = new int[count];
        _distances = new float[count];
        _weights = new Vector2[count];
        Array.Fill(_faces, NoFace);
        Array.Fill(_distances, Reach * Reach);
    }

    /// <summary>Paints a texture.</summary>
    /// <param name="field">The field.</param>
    /// <param name="mesh">The mesh.</param>
    /// <param name="normals">Unit normals of its vertices [V].</param>
    /// <param name="atlas">Its layout.</param>
    /// <param name="probe">From where to where a texel looks along the inward normal.</param>
    public static FloatImage Bake(ISolidField field, TriangleMesh mesh, Vector3[] normals, UvAtlas atlas, BakeProbe probe)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(atlas);
        ArgumentNullException.ThrowIfNull(probe);
        TextureBaker baker = new(mesh, normals, atlas);
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            baker.Cover(face);
        }

        var texture = new FloatImage(atlas.Size, atlas.Size, 3);
        baker.Paint(field, probe, texture);
        baker.Dilate(texture);
        return texture;
    }

    private void Cover(int face)
    {
        Vector2 a = _atlas.Corner(face, 0), b = _atlas.Corner(face, 1), c = _atlas.Corner(face, 2);
        var least = Vector2.Min(a, Vector2.Min(b, c));
        var greatest = Vector2.Max(a, Vector2.Max(b, c));
        for (int y = Math.Max(0, (int)(least.Y - 0.5f)); y <= Math.Min(_atlas.Size - 1, (int)(greatest.Y + 0.5f)); y++)
        {
            for (int x = Math.Max(0, (int)(least.X - 0.5f)); x <= Math.Min(_atlas.Size - 1, (int)(greatest.X + 0.5f)); x++)
            {
                int texel = (y * _atlas.Size) + x;
                var centre = new Vector2(x + 0.5f, y + 0.5f);
                Vector2 weights = NearestWeights(centre, a, b, c);
                float distance = (((1f - weights.X - weights.Y) * a) + (weights.X * b) + (weights.Y * c) - centre).LengthSquared();
                if (distance < _distances[texel])
                {
                    (_faces[texel], _distances[texel], _weights[texel]) = (face, distance, weights);
                }
            }
        }
    }

    // Weights of b and c of the triangle's point that is nearest to p.
    private static Vector2 NearestWeights(Vector2 p, Vector2 a, Vector2 b, Vector2 c)
    {
        Vector2 ab = b - a, ac = c - a, ap = p - a;
        float area = (ab.X * ac.Y) - (ab.Y * ac.X);
        if (area != 0f)
        {
            float v = ((ap.X * ac.Y) - (ap.Y * ac.X)) / area, w = ((ab.X * ap.Y) - (ab.Y * ap.X)) / area;
            if (v >= 0f && w >= 0f && v + w <= 1f)
            {
                return new Vector2(v, w);
            }
        }

        float onAb = Along(ap, ab), onAc = Along(ap, ac), onBc = Along(p - b, c - b);
        ReadOnlySpan<Vector2> candidates = [new(onAb, 0f), new(0f, onAc), new(1f - onBc, onBc)];
        Vector2 best = candidates[0];
        float bestDistance = float.PositiveInfinity;
        foreach (Vector2 candidate in candidates)
        {
            float distance = ((candidate.X * ab) + (candidate.Y * ac) - ap).LengthSquared();
            (best, bestDistance) = distance < bestDistance ? (candidate, distance) : (best, bestDistance);
        }

        return best;
    }

    private static float Along(Vector2 offset, Vector2 side)
    {
        float length = side.LengthSquared();
        return length > 0f ? Math.Clamp(Vector2.Dot(offset, side) / length, 0f, 1f) : 0f;
    }

    private void Paint(ISolidField field, BakeProbe probe, FloatImage texture)
    {
        List<int> texels = [];
        for (int texel = 0; texel < _faces.Length; texel++)
        {
            if (_faces[texel] != NoFace)
            {
                texels.Add(texel);
            }

            if (texels.Count == TexelsPerBatch || (texel == _faces.Length - 1 && texels.Count > 0))
            {
                PaintBatch(field, probe, texels, texture);
                texels.Clear();
            }
        }
    }

    private void PaintBatch(ISolidField field, BakeProbe probe, List<int> texels, FloatImage texture)
    {
        int samples = probe.SampleCount;
        var points = new Vector3[texels.Count * samples];
        for (int i = 0; i < texels.Count; i++)
        {
            (Vector3 position, Vector3 normal) = Surface(texels[i]);
            for (int k = 0; k < samples; k++)
            {
                points[(i * samples) + k] = position + (probe.Height(k) * normal);
            }
        }

        float[] densities = new float[points.Length];
        var albedo = new Vector3[points.Length];
        field.Sample(points, densities, albedo);
        for (int i = 0; i < texels.Count; i++)
        {
            Vector3 colour = probe.Composite(densities.AsSpan(i * samples, samples), albedo.AsSpan(i * samples, samples));
            Vector3.Clamp(colour, Vector3.Zero, Vector3.One).CopyTo(texture.Data.AsSpan(3 * texels[i]));
        }
    }

    private (Vector3 Position, Vector3 Normal) Surface(int texel)
    {
        int face = _faces[texel];
        Vector3 weights = new(1f - _weights[texel].X - _weights[texel].Y, _weights[texel].X, _weights[texel].Y);
        Vector3 position = Vector3.Zero, normal = Vector3.Zero;
        for (int corner = 0; corner < 3; corner++)
        {
            int vertex = _mesh.Triangles[(3 * face) + corner];
            position += weights[corner] * _mesh.Positions[vertex];
            normal += weights[corner] * _normals[vertex];
        }

        return (position, normal.LengthSquared() > 0f ? Vector3.Normalize(normal) : Vector3.Zero);
    }

    // Breadth first from all painted texels at once, so each empty one takes a nearest colour; the whole texture is filled for the mipmaps.
    private void Dilate(FloatImage texture)
    {
        int size = _atlas.Size;
        Queue<int> queue = new();
        bool[] painted = new bool[_faces.Length];
        for (int texel = 0; texel < _faces.Length; texel++)
        {
            painted[texel] = _faces[texel] != NoFace;
            if (painted[texel])
            {
                queue.Enqueue(texel);
            }
        }

        while (queue.TryDequeue(out int from))
        {
            (int x, int y) = (from % size, from / size);
            foreach ((int nextX, int nextY) in (ReadOnlySpan<(int, int)>)[(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)])
            {
                int to = (nextY * size) + nextX;
                if ((uint)nextX < (uint)size && (uint)nextY < (uint)size && !painted[to])
                {
                    painted[to] = true;
                    texture.Data.AsSpan(3 * from, 3).CopyTo(texture.Data.AsSpan(3 * to));
                    queue.Enqueue(to);
                }
            }
        }
    }
}
