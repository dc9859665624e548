using System;
using System.Linq;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Meshes.Raster;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>
/// Looks at a textured mesh by our own rasteriser, with the cameras, lights and kinds of picture of a field. Each pixel is the mean of
/// nine samples. Surfaces seen from behind are lit like their front, as a field has no behind.
/// </summary>
public sealed class MeshPictures : IPictureSource
{
    private const int SamplesPerSide = 3;
    private const int PixelsPerTile = 1 << 16;

    private readonly TexturedMesh _mesh;
    private readonly ParallelOptions _parallel;

    /// <summary>Looks at a mesh.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="threads">CPU threads, at least 1.</param>
    /// <param name="radius">Radius of the ball of the field that it was made from, for depth on the same scale; null for the mesh's own.</param>
    public MeshPictures(TexturedMesh mesh, int threads, float? radius = null)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        _mesh = mesh;
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Radius = radius ?? mesh.Geometry.Positions.Max(position => position.Length());
    }

    /// <inheritdoc/>
    public float Radius { get; }

    /// <inheritdoc/>
    public bool HasLearntBackground => false;

    /// <inheritdoc/>
    public int TilePixels(int width) => Math.Max(1, PixelsPerTile / width) * width;

    /// <inheritdoc/>
    public bool Shows(PictureKind kind) => kind != PictureKind.Phong;

    /// <inheritdoc/>
    public void Render(OrbitCamera camera, PictureSize size, PictureLook look, int first, RawPixels pixels)
    {
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(pixels);
        int firstRow = first / size.Width, rows = ((first + pixels.Count - 1) / size.Width) - firstRow + 1;
        int width = size.Width * SamplesPerSide, height = size.Height * SamplesPerSide;
        var seen = VisibilityBuffer.DrawRows(_mesh.Geometry, camera, width, height, firstRow * SamplesPerSide, rows * SamplesPerSide, _parallel);
        Parallel.For(0, rows, _parallel, row =>
        {
            int from = Math.Max(first, (firstRow + row) * size.Width), to = Math.Min(first + pixels.Count, (firstRow + row + 1) * size.Width);
            for (int pixel = from; pixel < to; pixel++)
            {
                DrawPixel(new Eye(camera, width, height), look, seen, pixel % size.Width, firstRow + row, firstRow, pixels, pixel - first);
            }
        });
    }

    private void DrawPixel(in Eye eye, PictureLook look, VisibilityBuffer seen, int column, int row, int firstRow, RawPixels pixels, int at)
    {
        const int Samples = SamplesPerSide * SamplesPerSide;
        int kinds = look.Kinds.Count;
        Span<Vector3> sums = stackalloc Vector3[kinds];
        sums.Clear();
        float distance = 0f;
        int hits = 0;
        for (int sample = 0; sample < Samples; sample++)
        {
            int x = (column * SamplesPerSide) + (sample % SamplesPerSide), y = (row * SamplesPerSide) + (sample / SamplesPerSide);
            int index = ((y - (firstRow * SamplesPerSide)) * eye.Width) + x;
            int face = seen.Faces[index];
            if (face < 0)
            {
                continue;
            }

            hits++;
            Vector3 ray = eye.Ray(x, y);
            // The ray has length 1 along the camera's axis, as depth is measured.
            distance += ray.Length() / seen.InverseDepths[index];
            AddSample(eye.Camera, look, face, ray, sums);
        }

        pixels.Opacity[at] = (float)hits / Samples;
        pixels.Depth[at] = distance / Samples;
        Vector3 background = new(look.Background.Colour.R, look.Background.Colour.G, look.Background.Colour.B);
        for (int i = 0; i < kinds; i++)
        {
            if (PictureLook.IsColour(look.Kinds[i]))
            {
                ((sums[i] + ((Samples - hits) * background)) / Samples).CopyTo(pixels.Colour(i)[(3 * at)..]);
            }
        }
    }

    private void AddSample(OrbitCamera camera, PictureLook look, int face, Vector3 ray, Span<Vector3> sums)
    {
        Vector3 weights = MeshRasterizer.Weights(_mesh.Geometry, face, camera.Position, ray);
        Vector3 normal = _mesh.Normal(face, weights);
        Vector3 lit = Vector3.Dot(normal, ray) > 0f ? -normal : normal;
        float light = look.Ambient + ((1f - look.Ambient) * MathF.Max(0f, Vector3.Dot(lit, look.LightFor(camera))));
        Vector3 albedo = _mesh.Albedo(face, weights);
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += look.Kinds[i] switch
            {
                PictureKind.Albedo => albedo,
                PictureKind.Lambertian => light * albedo,
                PictureKind.Textureless => new Vector3(light),
                PictureKind.Normal => 0.5f * (normal + Vector3.One),
                _ => Vector3.Zero,
            };
        }
    }

    // A camera and the samples of its picture.
    private readonly record struct Eye(OrbitCamera Camera, int Width, int Height)
    {
        public Vector3 Ray(int column, int row)
        {
            float focal = Camera.FocalPixels(Width);
            return ((column + 0.5f - (0.5f * Width)) / focal * Camera.Right) + (((0.5f * Height) - row - 0.5f) / focal * Camera.Up) - Camera.Back;
        }
    }
}
