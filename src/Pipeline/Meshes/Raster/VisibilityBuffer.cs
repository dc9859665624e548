using System;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Cameras;

namespace DreamFusion.Pipeline.Meshes.Raster;

/// <summary>
/// Which face each pixel of a view shows: a z-buffer over the triangles, both sides seen, cut at a near plane. Bands of rows are drawn side
/// by side, and of equally near faces the one with the lower number wins, so the result does not depend on the number of threads.
/// </summary>
public sealed class VisibilityBuffer
{
    private const int RowsPerBand = 16;

    // World units in front of the camera; nothing nearer is drawn.
    private const float Near = 1e-3f;

    private readonly int _width;
    private readonly int _height;
    private readonly int[] _faces;
    private readonly float[] _inverseDepths;

    private readonly int _firstRow;

    private VisibilityBuffer(int width, int height, int firstRow, int rows)
    {
        _width = width;
        _height = height;
        _firstRow = firstRow;
        _faces = new int[checked(width * rows)];
        _inverseDepths = new float[_faces.Length];
        Array.Fill(_faces, -1);
    }

    /// <summary>Face of each pixel [rows · width], row-major from the left end of the first row that was drawn, -1 where there is none.</summary>
    public ReadOnlySpan<int> Faces => _faces;

    /// <summary>One over the depth of each pixel, 1/world units along the camera's axis; 0 where there is no face.</summary>
    public ReadOnlySpan<float> InverseDepths => _inverseDepths;

    /// <summary>Draws a mesh.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="camera">The camera; pixel centres as in the renderer of the field.</param>
    /// <param name="width">Image width, pixels.</param>
    /// <param name="height">Image height, pixels.</param>
    /// <param name="parallel">Threads to use.</param>
    public static VisibilityBuffer Draw(TriangleMesh mesh, OrbitCamera camera, int width, int height, ParallelOptions parallel) =>
        DrawRows(mesh, camera, width, height, 0, height, parallel);

    /// <summary>Draws some rows of a mesh's picture: a tile, with the bits that it has in the whole.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="camera">The camera; pixel centres as in the renderer of the field.</param>
    /// <param name="width">Image width, pixels.</param>
    /// <param name="height">Image height, pixels.</param>
    /// <param name="firstRow">First row to draw.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="parallel">Threads to use.</param>
    public static VisibilityBuffer DrawRows(TriangleMesh mesh, OrbitCamera camera, int width, int height, int firstRow, int rows, ParallelOptions parallel)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(parallel);
        var buffer = new VisibilityBuffer(width, height, firstRow, rows);
        Vector3[] view = ToView(mesh.Positions, camera, parallel);
        float focal = camera.FocalPixels(width);
        int end = firstRow + rows, bands = (rows + RowsPerBand - 1) / RowsPerBand;
        Parallel.For(0, bands, parallel, band =>
        {
            int top = firstRow + (band * RowsPerBand), bottom = Math.Min(top + RowsPerBand, end);
            for (int face = 0; face < mesh.FaceCount; face++)
            {
                Vector3 a = view[mesh.Triangles[3 * face]], b = view[mesh.Triangles[(3 * face) + 1]], c = view[mesh.Triangles[(3 * face) + 2]];
                buffer.DrawFace(face, a, b, c, focal, top, bottom);
            }
        });
        return buffer;
    }

    // Right, up, and depth in front of the camera.
    private static Vector3[] ToView(Vector3[] positions, OrbitCamera camera, ParallelOptions parallel)
    {
        Vector3 origin = camera.Position, right = camera.Right, up = camera.Up, back = camera.Back;
        var view = new Vector3[positions.Length];
        Parallel.For(0, positions.Length, parallel, i =>
        {
            Vector3 offset = positions[i] - origin;
            view[i] = new Vector3(Vector3.Dot(offset, right), Vector3.Dot(offset, up), -Vector3.Dot(offset, back));
        });
        return view;
    }

    private void DrawFace(int face, Vector3 a, Vector3 b, Vector3 c, float focal, int top, int bottom)
    {
        int hidden = (a.Z < Near ? 1 : 0) + (b.Z < Near ? 1 : 0) + (c.Z < Near ? 1 : 0);
        if (hidden == 0)
        {
            DrawTriangle(face, Project(a, focal), Project(b, focal), Project(c, focal), top, bottom);
        }
        else if (hidden < 3)
        {
            // Cut at the near plane: one hidden corner leaves four, two hidden ones leave three.
            Span<Vector3> corners = stackalloc Vector3[4];
            int count = 0;
            ReadOnlySpan<Vector3> ring = [a, b, c];
            for (int i = 0; i < 3; i++)
            {
                Vector3 from = ring[i], to = ring[(i + 1) % 3];
                if (from.Z >= Near)
                {
                    corners[count++] = Project(from, focal);
                }

                if (from.Z < Near != to.Z < Near)
                {
                    corners[count++] = Project(Vector3.Lerp(from, to, (Near - from.Z) / (to.Z - from.Z)), focal);
                }
            }

            for (int i = 2; i < count; i++)
            {
                DrawTriangle(face, corners[0], corners[i - 1], corners[i], top, bottom);
            }
        }
    }

    // Pixels from the top left, and one over the depth, which is linear in the picture.
    private Vector3 Project(Vector3 p, float focal) =>
        new((0.5f * _width) + (focal * p.X / p.Z), (0.5f * _height) - (focal * p.Y / p.Z), 1f / p.Z);

    private void DrawTriangle(int face, Vector3 a, Vector3 b, Vector3 c, int top, int bottom)
    {
        // Single precision decides wrongly beside an edge; a hair's gap between two faces would show as a dot.
        double area = ((double)(b.X - a.X) * (c.Y - a.Y)) - ((double)(b.Y - a.Y) * (c.X - a.X));
        if (area == 0 || !double.IsFinite(area))
        {
            return;
        }

        int firstRow = Math.Max(top, FirstPixel(MathF.Min(a.Y, MathF.Min(b.Y, c.Y)), _height));
        int lastRow = Math.Min(bottom - 1, LastPixel(MathF.Max(a.Y, MathF.Max(b.Y, c.Y)), _height));
        int firstColumn = FirstPixel(MathF.Min(a.X, MathF.Min(b.X, c.X)), _width);
        int lastColumn = LastPixel(MathF.Max(a.X, MathF.Max(b.X, c.X)), _width);
        for (int row = firstRow; row <= lastRow; row++)
        {
            for (int column = firstColumn; column <= lastColumn; column++)
            {
                double x = column + 0.5, y = row + 0.5;
                double wa = (((b.X - x) * (c.Y - y)) - ((b.Y - y) * (c.X - x))) / area;
                double wb = (((c.X - x) * (a.Y - y)) - ((c.Y - y) * (a.X - x))) / area;
                double wc = 1 - wa - wb;
                if (wa >= 0 && wb >= 0 && wc >= 0)
                {
                    Offer(((row - _firstRow) * _width) + column, face, (float)((wa * a.Z) + (wb * b.Z) + (wc * c.Z)));
                }
            }
        }
    }

    private void Offer(int pixel, int face, float inverseDepth)
    {
        // Faces come in order, so "nearer" alone leaves the lower number where two are equally near.
        if (inverseDepth > _inverseDepths[pixel])
        {
            _inverseDepths[pixel] = inverseDepth;
            _faces[pixel] = face;
        }
    }

    private static int FirstPixel(float least, int size) => (int)Math.Clamp(MathF.Ceiling(least - 0.5f), 0f, size);

    private static int LastPixel(float greatest, int size) => (int)Math.Clamp(MathF.Floor(greatest - 0.5f), -1f, size - 1f);
}
