using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Meshes.Atlas;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

public sealed class UvAtlasTests
{
    [Theory]
    [InlineData("torus", 2000)]
    [InlineData("asymmetric", 3000)]
    [InlineData("noise", 4000)]
    public void No_two_faces_share_a_place(string name, int faces)
    {
        TriangleMesh mesh = QuadricDecimator.Reduce(Surface(name), faces);
        var atlas = UvAtlas.Create(mesh, 512);
        // Four samples a texel and axis, so also what lies between the texels' centres.
        Assert.Equal(0, atlas.CountOverlaps(2048));
        int[] all = [.. atlas.Charts.SelectMany(chart => chart.Faces).Order()];
        Assert.Equal(Enumerable.Range(0, mesh.FaceCount), all);
        for (int face = 0; face < mesh.FaceCount; face++)
        {
            for (int corner = 0; corner < 3; corner++)
            {
                Vector2 at = atlas.Corner(face, corner);
                Assert.True(at.X >= UvAtlas.Margin - 0.01f && at.Y >= UvAtlas.Margin - 0.01f && at.X <= 512.01f - UvAtlas.Margin && at.Y <= 512.01f - UvAtlas.Margin, $"{at}");
            }
        }
    }

    /// <summary>The work has an end however a surface is folded: beyond the budget faces are charts of their own, and still no two overlap.</summary>
    [Fact]
    public void Beyond_its_budget_every_face_is_a_chart()
    {
        TriangleMesh mesh = QuadricDecimator.Reduce(Surface("noise"), 2000);
        int usual = ChartGrower.Cut(mesh).Count, most = ChartGrower.Cut(mesh, 0).Count;
        Assert.InRange(usual, 20, 400);
        // The first chart is what it would have been; whatever lies outside it is cut up.
        Assert.InRange(most, usual + 1, mesh.FaceCount);
        Assert.Equal(Enumerable.Range(0, mesh.FaceCount), ChartGrower.Cut(mesh, 0).SelectMany(chart => chart.Faces).Order());
        Assert.All(ChartGrower.Cut(mesh, 0).Skip(1), chart => Assert.Single(chart.Faces));
        Assert.Equal(ChartGrower.Cut(mesh).Select(chart => chart.Faces.Count), ChartGrower.Cut(mesh, ChartGrower.TestsPerFace / 10).Select(chart => chart.Faces.Count));
    }

    /// <summary>Charts keep twice the margin between them: no texel is next to faces of two charts.</summary>
    [Fact]
    public void Charts_keep_their_distance()
    {
        TriangleMesh mesh = QuadricDecimator.Reduce(Surface("asymmetric"), 2000);
        var atlas = UvAtlas.Create(mesh, 256);
        (Vector2 Least, Vector2 Greatest)[] boxes =
        [
            .. atlas.Charts.Select(chart => chart.Faces.SelectMany(face => Enumerable.Range(0, 3).Select(corner => atlas.Corner(face, corner)))
                .Aggregate((Least: new Vector2(1e9f), Greatest: new Vector2(-1e9f)), (box, point) => (Vector2.Min(box.Least, point), Vector2.Max(box.Greatest, point)))),
        ];
        for (int i = 0; i < boxes.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Vector2 gap = Vector2.Max(boxes[i].Least - boxes[j].Greatest, boxes[j].Least - boxes[i].Greatest);
                Assert.True(MathF.Max(gap.X, gap.Y) >= (2 * UvAtlas.Margin) - 0.01f, $"charts {i} and {j}: {gap}");
            }
        }
    }

    /// <summary>Six faces, six charts; seen from outside, none is mirrored, and lengths are those of the box times the scale.</summary>
    [Fact]
    public void A_cube_unfolds_into_six_unmirrored_squares()
    {
        TriangleMesh cube = Cube();
        var atlas = UvAtlas.Create(cube, 128);
        Assert.Equal(6, atlas.Charts.Count);
        for (int face = 0; face < cube.FaceCount; face++)
        {
            Vector2 ab = atlas.Corner(face, 1) - atlas.Corner(face, 0), ac = atlas.Corner(face, 2) - atlas.Corner(face, 0);
            // Rows run downwards, so counter-clockwise has a negative sign. The square's side is 1: half of it is the face.
            float doubled = (ab.X * ac.Y) - (ab.Y * ac.X);
            Assert.Equal(-atlas.TexelsPerUnit * atlas.TexelsPerUnit, doubled, 0.01f * atlas.TexelsPerUnit * atlas.TexelsPerUnit);
        }

        // Six squares in a square: three in a row at best, with four texels between them.
        Assert.InRange(atlas.TexelsPerUnit, 37.5f, 39.4f);
    }

    [Theory]
    [InlineData(0.5f, 0f, true)]
    [InlineData(1f, 0f, false)]
    [InlineData(0.999f, 0f, true)]
    [InlineData(0f, -1f, false)]
    public void Overlap_is_exact(float x, float y, bool expected)
    {
        (Vector2, Vector2, Vector2) first = (Vector2.Zero, Vector2.UnitX, Vector2.UnitY);
        Vector2 shift = new(x, y);
        Assert.Equal(expected, FlatOverlap.Overlap(first, (shift, shift + Vector2.UnitX, shift + Vector2.UnitY)));
        Assert.Equal(expected, FlatOverlap.Overlap(first, (shift, shift + Vector2.UnitY, shift + Vector2.UnitX)));
    }

    [Fact]
    public void Faces_across_a_common_edge_do_not_overlap_and_folded_ones_do()
    {
        Vector2 a = new(0.1f, 0.2f), b = new(0.93f, 0.41f), left = new(0.3f, 0.9f), right = new(0.7f, -0.5f);
        Assert.False(FlatOverlap.Overlap((a, b, left), (b, a, right)));
        Assert.True(FlatOverlap.Overlap((a, b, left), (b, a, left + new Vector2(0.01f, 0.02f))));
    }

    [Fact]
    public void What_cannot_fit_is_refused()
    {
        TriangleMesh mesh = Surface("noise");
        var error = Assert.Throws<DfkException>(() => UvAtlas.Create(mesh, 16));
        Assert.Contains("--texture-size", error.Message, StringComparison.Ordinal);
    }

    private static TriangleMesh Cube()
    {
        Vector3[] corners = [.. Enumerable.Range(0, 8).Select(i => new Vector3(i & 1, (i >> 1) & 1, i >> 2))];
        int[] triangles =
        [
            0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4,
            2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5,
        ];
        return new TriangleMesh(corners, triangles);
    }

    private static TriangleMesh Surface(string name)
    {
        AnalyticSolid solid = name switch
        {
            "torus" => AnalyticSolid.Torus,
            "asymmetric" => AnalyticSolid.Asymmetric,
            // Bumps that overhang: charts by normals alone would fold over here.
            _ => AnalyticSolid.Ball with { Distance = p => p.Length() - 0.6f - (0.2f * MathF.Sin(9f * p.X) * MathF.Sin(8f * p.Y) * MathF.Sin(10f * p.Z)) },
        };
        return IsoSurface.Extract(solid, SamplingLattice.Cube(solid.Bound, 48), AnalyticSolid.FullDensity / 2f);
    }
}
