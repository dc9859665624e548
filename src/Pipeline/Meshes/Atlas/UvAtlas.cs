using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes.Atlas;

/// <summary>
/// A flat place for every face in one square texture, all at one scale. Charts lie in rectangles of their own with a margin around them, and
/// no two faces of a chart overlap, so no two faces share a texel's centre.
/// </summary>
public sealed class UvAtlas
{
    /// <summary>Empty texels around each chart: two for the filter of the nearest mipmap, filled with the rim's colours.</summary>
    public const int Margin = 2;

    private const int ScaleSearchSteps = 16;

    private readonly Vector2[] _corners;

    private UvAtlas(int size, float texelsPerUnit, IReadOnlyList<UvChart> charts, int[] chartOfFace, Vector2[] corners)
    {
        Size = size;
        TexelsPerUnit = texelsPerUnit;
        Charts = charts;
        ChartOfFace = chartOfFace;
        _corners = corners;
    }

    /// <summary>Side of the texture, texels.</summary>
    public int Size { get; }

    /// <summary>Texels per world unit in the planes of the charts.</summary>
    public float TexelsPerUnit { get; }

    /// <summary>The charts.</summary>
    public IReadOnlyList<UvChart> Charts { get; }

    /// <summary>Chart of each face [F].</summary>
    public IReadOnlyList<int> ChartOfFace { get; }

    /// <summary>Where a face's corner lies, texels from the texture's top left corner.</summary>
    public Vector2 Corner(int face, int corner) => _corners[(3 * face) + corner];

    /// <summary>Lays a mesh out.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="size">Side of the texture, texels, at least 16.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if the charts do not fit at any scale.</exception>
    public static UvAtlas Create(TriangleMesh mesh, int size)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        IReadOnlyList<UvChart> charts = ChartGrower.Cut(mesh);
        (Vector2 Least, Vector2 Greatest)[] bounds = [.. charts.Select(chart => chart.Bounds(mesh))];
        Vector2[] extents = [.. bounds.Select(bound => bound.Greatest - bound.Least)];
        (float scale, (int X, int Y)[] places) = Pack(extents, size);
        int[] chartOfFace = new int[mesh.FaceCount];
        var corners = new Vector2[mesh.Triangles.Length];
        for (int c = 0; c < charts.Count; c++)
        {
            var shift = new Vector2(places[c].X + Margin, places[c].Y + Margin);
            foreach (int face in charts[c].Faces)
            {
                chartOfFace[face] = c;
                for (int corner = 0; corner < 3; corner++)
                {
                    Vector2 flat = charts[c].Flatten(mesh.Positions[mesh.Triangles[(3 * face) + corner]]);
                    Vector2 up = (scale * (flat - bounds[c].Least)) + shift;
                    // Rows of a texture run downwards; with v turned over, a chart is seen from outside and not mirrored.
                    corners[(3 * face) + corner] = new Vector2(up.X, size - up.Y);
                }
            }
        }

        return new UvAtlas(size, scale, charts, chartOfFace, corners);
    }

    /// <summary>Texels whose centre lies inside more than one face.</summary>
    /// <param name="resolution">Samples along the texture's side; more than its size looks between the texels' centres, too.</param>
    public int CountOverlaps(int resolution)
    {
        int[] owners = new int[checked(resolution * resolution)];
        float scale = (float)resolution / Size;
        int overlaps = 0;
        for (int face = 0; face < ChartOfFace.Count; face++)
        {
            Vector2 a = scale * Corner(face, 0), b = scale * Corner(face, 1), c = scale * Corner(face, 2);
            var least = Vector2.Min(a, Vector2.Min(b, c));
            var greatest = Vector2.Max(a, Vector2.Max(b, c));
            for (int y = (int)least.Y; y <= Math.Min(resolution - 1, (int)greatest.Y); y++)
            {
                for (int x = (int)least.X; x <= Math.Min(resolution - 1, (int)greatest.X); x++)
                {
                    if (IsInside(new Vector2(x + 0.5f, y + 0.5f), a, b, c))
                    {
                        int at = (y * resolution) + x;
                        overlaps += owners[at] == 1 ? 1 : 0;
                        owners[at]++;
                    }
                }
            }
        }

        return overlaps;
    }

    /// <summary>Share of the texture that faces cover, 0..1.</summary>
    public double CoveredShare()
    {
        double area = 0;
        for (int face = 0; face < ChartOfFace.Count; face++)
        {
            Vector2 ab = Corner(face, 1) - Corner(face, 0), ac = Corner(face, 2) - Corner(face, 0);
            area += 0.5 * Math.Abs((ab.X * ac.Y) - (ab.Y * ac.X));
        }

        return area / ((double)Size * Size);
    }

    // Strictly, by more than rounding: a centre on a common edge belongs to neither face here.
    private static bool IsInside(Vector2 p, Vector2 a, Vector2 b, Vector2 c)
    {
        static double Side(Vector2 from, Vector2 to, Vector2 p) => ((double)(to.X - from.X) * (p.Y - from.Y)) - ((double)(to.Y - from.Y) * (p.X - from.X));
        double ab = Side(a, b, p), bc = Side(b, c, p), ca = Side(c, a, p);
        const double Rounding = 1e-3;
        return (ab > Rounding && bc > Rounding && ca > Rounding) || (ab < -Rounding && bc < -Rounding && ca < -Rounding);
    }

    // The largest scale at which everything fits, by bisection between nothing and a texture filled without a gap.
    private static (float Scale, (int X, int Y)[] Places) Pack(Vector2[] extents, int size)
    {
        double area = extents.Sum(extent => (double)extent.X * extent.Y);
        float most = (float)Math.Min(size / Math.Sqrt(Math.Max(area, 1e-12)), size / Math.Max(extents.Max(extent => extent.X), 1e-6));
        float least = 0f;
        (int X, int Y)[]? best = null;
        int[] order = [.. Enumerable.Range(0, extents.Length).OrderByDescending(chart => extents[chart].Y)];
        for (int step = 0; step < ScaleSearchSteps; step++)
        {
            float middle = 0.5f * (least + most);
            if (TryPack(extents, order, middle, size) is { } places)
            {
                (least, best) = (middle, places);
            }
            else
            {
                most = middle;
            }
        }

        return best is not null
            ? (least, best)
            : throw new DfkException(
                ExitCode.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"texture: {extents.Length} charts with their margins do not fit into {size}x{size} texels. Raise --texture-size or lower --faces."));
    }

    private static (int X, int Y)[]? TryPack(Vector2[] extents, int[] order, float scale, int size)
    {
        SkylinePacker packer = new(size);
        var places = new (int X, int Y)[extents.Length];
        foreach (int chart in order)
        {
            int width = (int)MathF.Ceiling(scale * extents[chart].X) + (2 * Margin);
            int height = (int)MathF.Ceiling(scale * extents[chart].Y) + (2 * Margin);
            if (packer.Place(width, height) is not { } place)
            {
                return null;
            }

            places[chart] = place;
        }

        return places;
    }
}
