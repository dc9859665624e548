using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

/// <summary>Whole exports of solids whose surface and colours are known.</summary>
public sealed class MeshExportTests
{
    private static readonly ExportOptions _options = new() { Resolution = 96, Faces = 5000, TextureSize = 512, ReportViews = 6, ViewSize = 128 };

    [Theory]
    [InlineData("ball", 1f)]
    [InlineData("torus", 1f)]
    [InlineData("box", 1.2f)]
    public void Shape_and_texture_are_those_of_the_solid(string name, float cells)
    {
        AnalyticSolid solid = Solid(name);
        ExportedMesh mesh = MeshExport.Run(solid, solid, _options);
        MeshReport report = mesh.Report;
        float distance = MeshDistance.Hausdorff(mesh.Solid, solid);
        Assert.True(distance <= cells * report.CellSize, $"{distance / report.CellSize} cells");
        Assert.InRange(report.Faces, 4000, 5000);
        Assert.True(report.Topology.IsWatertight && report.Topology.InconsistentEdges == 0 && report.Topology.Components == 1);
        Assert.Equal((0, 0), (report.FlippedFaces, report.OverlappingTexels));
        Assert.True(report.SilhouetteIoU >= 0.99, $"IoU {report.SilhouetteIoU}");
        // Against ray-traced pictures; silhouettes included.
        Assert.True(report.Psnr >= 35 && report.ObjectPsnr >= 33, $"{report.Psnr} dB, {report.ObjectPsnr} dB on the object");
        double texture = TexturePsnr(mesh.Textured, solid);
        Assert.True(texture >= 30, $"texture {texture} dB");
    }

    /// <summary>Normals are the gradient of the signed distance; that of the box has none at its edges, where the two walls' mean may lie anywhere between them.</summary>
    [Theory]
    [InlineData("ball", 0.99f)]
    [InlineData("torus", 0.99f)]
    [InlineData("box", 0.5f)]
    public void Normals_point_outwards(string name, float leastCosine)
    {
        AnalyticSolid solid = Solid(name);
        ExportedMesh mesh = MeshExport.Run(solid, solid, _options with { TextureSize = 256, ReportViews = 1, ViewSize = 32 });
        for (int vertex = 0; vertex < mesh.Textured.Normals.Length; vertex++)
        {
            Vector3 normal = mesh.Textured.Normals[vertex];
            Assert.Equal(1f, normal.Length(), 1e-5f);
            float cosine = Vector3.Dot(normal, Outwards(solid, mesh.Textured.Geometry.Positions[vertex], mesh.Report.CellSize));
            Assert.True(cosine >= leastCosine, $"{name} at {mesh.Textured.Geometry.Positions[vertex]}: cosine {cosine}");
        }
    }

    private static AnalyticSolid Solid(string name) => name switch { "ball" => AnalyticSolid.Ball, "torus" => AnalyticSolid.Torus, _ => AnalyticSolid.Box };

    private static Vector3 Outwards(AnalyticSolid solid, Vector3 p, float distance)
    {
        float Slope(Vector3 axis) => solid.Distance(p + (distance * axis)) - solid.Distance(p - (distance * axis));
        return Vector3.Normalize(new Vector3(Slope(Vector3.UnitX), Slope(Vector3.UnitY), Slope(Vector3.UnitZ)));
    }

    [Fact]
    public void The_threshold_gives_the_outline_and_can_be_given()
    {
        // A fog around the ball: the mean of the densities lies far from the surface that the renders show.
        AnalyticSolid ball = AnalyticSolid.Ball;
        ExportedMesh mesh = MeshExport.Run(ball, ball, _options with { TextureSize = 128, ReportViews = 3, ViewSize = 64 });
        Assert.True(mesh.Report.Trials.Count >= 6 && mesh.Report.Trials.All(trial => trial.SilhouetteIoU <= mesh.Report.Trials.Single(best => best.Threshold == mesh.Report.Threshold).SilhouetteIoU));
        ExportedMesh given = MeshExport.Run(ball, ball, _options with { Threshold = 20f, TextureSize = 128, ReportViews = 3, ViewSize = 64 });
        Assert.Equal((20f, 0), (given.Report.Threshold, given.Report.Trials.Count));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_mesh()
    {
        ExportOptions small = _options with { Resolution = 48, TextureSize = 256, ReportViews = 2, ViewSize = 48, Faces = 2000 };
        ExportedMesh one = MeshExport.Run(AnalyticSolid.Asymmetric, AnalyticSolid.Asymmetric, small with { Threads = 1 });
        ExportedMesh three = MeshExport.Run(AnalyticSolid.Asymmetric, AnalyticSolid.Asymmetric, small with { Threads = 3 });
        Assert.Equal(one.Textured.Geometry.Positions, three.Textured.Geometry.Positions);
        Assert.Equal(one.Textured.Geometry.Triangles, three.Textured.Geometry.Triangles);
        Assert.Equal(one.Textured.TextureCoordinates, three.Textured.TextureCoordinates);
        Assert.Equal(one.Textured.Texture.Data, three.Textured.Texture.Data);
    }

    [Fact]
    public void Nothing_to_export_is_an_error_that_says_what_to_do()
    {
        AnalyticSolid empty = AnalyticSolid.Ball with { Distance = _ => 1f };
        var none = Assert.Throws<DfkException>(() => MeshExport.Run(empty, empty, _options));
        Assert.Equal(ExitCode.BadInput, none.ExitCode);
        var high = Assert.Throws<DfkException>(() => MeshExport.Run(AnalyticSolid.Ball, AnalyticSolid.Ball, _options with { Threshold = 1000f }));
        Assert.Contains("--threshold", high.Message, StringComparison.Ordinal);
    }

    /// <summary>The alpha of a sample and the order of two, by hand: 1 - e^(-σ δ).</summary>
    [Fact]
    public void A_probe_composites_front_to_back()
    {
        BakeProbe probe = new(0.2f, 0.2f, 2);
        Assert.Equal(0.1f, probe.Height(0), 1e-6f);
        Assert.Equal(-0.1f, probe.Height(1), 1e-6f);
        float alpha = 1f - MathF.Exp(-0.2f);
        Vector3 colour = probe.Composite([1f, 1f], [Vector3.UnitX, Vector3.UnitY]);
        Assert.Equal(alpha / (1f - MathF.Exp(-0.4f)), colour.X, 1e-5f);
        Assert.Equal(1f - colour.X, colour.Y, 1e-5f);
        Assert.Equal(Vector3.UnitY, probe.Composite([0f, 0f], [Vector3.UnitX, Vector3.UnitY]));
    }

    // The texture as the mesh shows it against the solid's colour at the nearest point that is known: the vertices' own places and the faces' centres.
    private static double TexturePsnr(TexturedMesh mesh, AnalyticSolid solid)
    {
        double sum = 0;
        for (int face = 0; face < mesh.Geometry.FaceCount; face++)
        {
            Vector3 difference = mesh.Albedo(face, new Vector3(1f / 3f)) - solid.Colour(mesh.Geometry.Centre(face));
            sum += Vector3.Dot(difference, difference) / 3;
        }

        return -10 * Math.Log10(sum / mesh.Geometry.FaceCount);
    }
}
