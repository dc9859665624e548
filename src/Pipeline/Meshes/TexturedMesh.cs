using System;
using System.Numerics;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>A mesh as it is exported: vertices are split where the texture has a seam.</summary>
/// <param name="Geometry">Positions and triangles; right-handed, metres, +Y up, front towards +Z.</param>
/// <param name="Normals">Unit normals of the vertices [V], outwards.</param>
/// <param name="TextureCoordinates">Of the vertices [V]: (0, 0) is the texture's top left corner, (1, 1) its bottom right one.</param>
/// <param name="Texture">Albedo, RGB, sRGB as trained.</param>
public sealed record TexturedMesh(TriangleMesh Geometry, Vector3[] Normals, Vector2[] TextureCoordinates, FloatImage Texture)
{
    /// <summary>The normal at a point of a face.</summary>
    /// <param name="face">Face.</param>
    /// <param name="weights">Barycentric coordinates.</param>
    public Vector3 Normal(int face, Vector3 weights)
    {
        (int a, int b, int c) = Corners(face);
        Vector3 mean = (weights.X * Normals[a]) + (weights.Y * Normals[b]) + (weights.Z * Normals[c]);
        return mean.LengthSquared() > 0f ? Vector3.Normalize(mean) : Normals[a];
    }

    /// <summary>The texture at a point of a face, interpolated between the four nearest texels.</summary>
    /// <param name="face">Face.</param>
    /// <param name="weights">Barycentric coordinates.</param>
    public Vector3 Albedo(int face, Vector3 weights)
    {
        (int a, int b, int c) = Corners(face);
        Vector2 at = (weights.X * TextureCoordinates[a]) + (weights.Y * TextureCoordinates[b]) + (weights.Z * TextureCoordinates[c]);
        float x = (at.X * Texture.Width) - 0.5f, y = (at.Y * Texture.Height) - 0.5f;
        int left = (int)MathF.Floor(x), top = (int)MathF.Floor(y);
        var above = Vector3.Lerp(Texel(left, top), Texel(left + 1, top), x - left);
        var below = Vector3.Lerp(Texel(left, top + 1), Texel(left + 1, top + 1), x - left);
        return Vector3.Lerp(above, below, y - top);
    }

    private (int A, int B, int C) Corners(int face) =>
        (Geometry.Triangles[3 * face], Geometry.Triangles[(3 * face) + 1], Geometry.Triangles[(3 * face) + 2]);

    private Vector3 Texel(int x, int y)
    {
        int at = (Math.Clamp(y, 0, Texture.Height - 1) * Texture.Width) + Math.Clamp(x, 0, Texture.Width - 1);
        return new Vector3(Texture.Data.AsSpan(3 * at, 3));
    }
}
