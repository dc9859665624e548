using System;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Meshes.Raster;

/// <summary>
/// Pictures of a textured mesh: each sample of a pixel finds its face in a <see cref="VisibilityBuffer"/>, then meets the face's plane along
/// its own ray, so that texture coordinates and normals are right in perspective; a pixel is the mean of its samples.
/// </summary>
/// <param name="mesh">The mesh.</param>
/// <param name="parallel">Threads to use.</param>
public sealed class MeshRasterizer(TexturedMesh mesh, ParallelOptions parallel)
{
    /// <summary>Draws a view.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="width">Image width, pixels.</param>
    /// <param name="height">Image height, pixels.</param>
    /// <param name="shading">What is shown.</param>
    /// <param name="background">RGB, 0..1.</param>
    /// <param name="ambient">Ambient share of the shaded modes, 0..1.</param>
    /// <param name="samplesPerSide">Samples of a pixel each way, at least 1.</param>
    public MeshView Draw(
        OrbitCamera camera, int width, int height, MeshShading shading, Vector3 background, float ambient = 0.4f, int samplesPerSide = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samplesPerSide, 1);
        var seen = VisibilityBuffer.Draw(mesh.Geometry, camera, width * samplesPerSide, height * samplesPerSide, parallel);
        var view = new MeshView(new FloatImage(width, height, 3), new FloatImage(width, height, 1));
        Parallel.For(0, height, parallel, row =>
        {
            for (int column = 0; column < width; column++)
            {
                Vector3 sum = Vector3.Zero;
                int hits = 0;
                for (int sample = 0; sample < samplesPerSide * samplesPerSide; sample++)
                {
                    int x = (column * samplesPerSide) + (sample % samplesPerSide), y = (row * samplesPerSide) + (sample / samplesPerSide);
                    int face = seen.Faces[(y * width * samplesPerSide) + x];
                    hits += face >= 0 ? 1 : 0;
                    sum += face >= 0 ? Shade(face, camera, width * samplesPerSide, height * samplesPerSide, x, y, shading, ambient) : background;
                }

                int samples = samplesPerSide * samplesPerSide, pixel = (row * width) + column;
                (sum / samples).CopyTo(view.Colour.Data.AsSpan(3 * pixel));
                view.Opacity.Data[pixel] = (float)hits / samples;
            }
        });
        return view;
    }

    private Vector3 Shade(int face, OrbitCamera camera, int width, int height, int column, int row, MeshShading shading, float ambient)
    {
        float focal = camera.FocalPixels(width);
        Vector3 ray = ((column + 0.5f - (0.5f * width)) / focal * camera.Right) + (((0.5f * height) - row - 0.5f) / focal * camera.Up) - camera.Back;
        Vector3 weights = Weights(mesh.Geometry, face, camera.Position, ray);
        Vector3 normal = mesh.Normal(face, weights);
        // A surface seen from behind is lit like its front: the field has no behind.
        float cosine = MathF.Abs(Vector3.Dot(normal, camera.Back));
        float light = ambient + ((1f - ambient) * cosine);
        return shading switch
        {
            MeshShading.Albedo => mesh.Albedo(face, weights),
            MeshShading.Lambertian => light * mesh.Albedo(face, weights),
            MeshShading.Textureless => new Vector3(light),
            MeshShading.Normal => 0.5f * (normal + Vector3.One),
            _ => throw new ArgumentOutOfRangeException(nameof(shading), shading, "Unknown shading."),
        };
    }

    // Barycentric coordinates of the point where a ray meets the face's plane (Möller and Trumbore 1997); a sample at the rim may lie a
    // rounding error outside, and is moved in.
    internal static Vector3 Weights(TriangleMesh geometry, int face, Vector3 origin, Vector3 ray)
    {
        Vector3 a = geometry.Positions[geometry.Triangles[3 * face]];
        Vector3 ab = geometry.Positions[geometry.Triangles[(3 * face) + 1]] - a, ac = geometry.Positions[geometry.Triangles[(3 * face) + 2]] - a;
        Vector3 p = Vector3.Cross(ray, ac);
        float determinant = Vector3.Dot(ab, p);
        if (determinant == 0f)
        {
            return new Vector3(1f / 3f);
        }

        Vector3 offset = origin - a;
        float b = Math.Clamp(Vector3.Dot(offset, p) / determinant, 0f, 1f);
        float c = Math.Clamp(Vector3.Dot(ray, Vector3.Cross(offset, ab)) / determinant, 0f, 1f - b);
        return new Vector3(1f - b - c, b, c);
    }
}
