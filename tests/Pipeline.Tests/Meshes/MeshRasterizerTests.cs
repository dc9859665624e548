using System;
using System.Linq;
using System.Numerics;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Meshes.Raster;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

public sealed class MeshRasterizerTests
{
    private static readonly ParallelOptions _parallel = new();

    /// <summary>The ball's own silhouette by ray tracing, pixel centre by pixel centre, from above and from the side.</summary>
    [Theory]
    [InlineData(20f, 60f)]
    [InlineData(-130f, 100f)]
    public void The_silhouette_is_the_ray_tracers(float azimuth, float polar)
    {
        AnalyticSolid solid = AnalyticSolid.Asymmetric;
        TriangleMesh mesh = IsoSurface.Extract(solid, SamplingLattice.Cube(1f, 96), AnalyticSolid.FullDensity / 2f);
        OrbitCamera camera = new(azimuth, polar, 3.5f, 1f);
        var seen = VisibilityBuffer.Draw(mesh, camera, 120, 90, _parallel);
        FieldView truth = solid.Render(camera, 120, 90);
        int wrong = 0;
        for (int pixel = 0; pixel < seen.Faces.Length; pixel++)
        {
            wrong += seen.Faces[pixel] >= 0 != truth.Opacity.Data[pixel] > 0.5f ? 1 : 0;
        }

        int covered = truth.Opacity.Data.Count(opacity => opacity > 0.5f);
        Assert.True(covered > 1000 && wrong <= covered / 60, $"{wrong} of {covered}");
    }

    /// <summary>Depth along the camera's axis: a ball of radius r seen from R has R - r in the middle.</summary>
    [Fact]
    public void Depth_is_measured_along_the_axis()
    {
        TriangleMesh mesh = IsoSurface.Extract(AnalyticSolid.Ball, SamplingLattice.Cube(1f, 64), AnalyticSolid.FullDensity / 2f);
        var seen = VisibilityBuffer.Draw(mesh, new OrbitCamera(70f, 75f, 3f, 1f), 101, 101, _parallel);
        Assert.Equal(3f - AnalyticSolid.Radius, 1f / seen.InverseDepths[(50 * 101) + 50], 2e-3f);
        Assert.Equal(0f, seen.InverseDepths[0]);
    }

    /// <summary>A checkered floor in steep perspective against the same floor by intersecting rays; linear interpolation in the picture would miss by cells.</summary>
    [Fact]
    public void Textures_are_right_in_perspective()
    {
        const int Size = 256;
        var texture = new FloatImage(Size, Size, 3);
        for (int i = 0; i < Size * Size; i++)
        {
            texture.Data[3 * i] = (i % Size) / (float)Size;
            texture.Data[(3 * i) + 1] = (i / Size) / (float)Size;
        }

        // u along x, v along z: the floor y = 0.
        var mesh = new TexturedMesh(
            new TriangleMesh([new(-1f, 0f, -1f), new(1f, 0f, -1f), new(1f, 0f, 1f), new(-1f, 0f, 1f)], [0, 2, 1, 0, 3, 2]),
            [.. Enumerable.Repeat(Vector3.UnitY, 4)],
            [new(0f, 0f), new(1f, 0f), new(1f, 1f), new(0f, 1f)],
            texture);
        OrbitCamera camera = new(25f, 65f, 2f, 1f);
        MeshView view = new MeshRasterizer(mesh, _parallel).Draw(camera, 64, 64, MeshShading.Albedo, Vector3.One, samplesPerSide: 1);
        int compared = 0;
        for (int pixel = 0; pixel < 64 * 64; pixel++)
        {
            float focal = camera.FocalPixels(64);
            Vector3 ray = (((pixel % 64) + 0.5f - 32f) / focal * camera.Right) + ((32f - (pixel / 64) - 0.5f) / focal * camera.Up) - camera.Back;
            Vector3 hit = camera.Position - (camera.Position.Y / ray.Y * ray);
            if (MathF.Max(MathF.Abs(hit.X), MathF.Abs(hit.Z)) < 0.97f)
            {
                // The texel's value is that of its left edge, hence the half.
                Assert.Equal(((hit.X + 1f) / 2f) - (0.5f / Size), view.Colour.Data[3 * pixel], 2e-3f);
                Assert.Equal(((hit.Z + 1f) / 2f) - (0.5f / Size), view.Colour.Data[(3 * pixel) + 1], 2e-3f);
                compared++;
            }
        }

        Assert.True(compared > 300, $"{compared} pixels");
    }

    /// <summary>A wall that reaches behind the camera is cut there, and what lies in front of it is seen.</summary>
    [Fact]
    public void Faces_that_reach_behind_the_camera_are_cut()
    {
        TriangleMesh floor = new([new(-50f, -0.5f, -50f), new(50f, -0.5f, -50f), new(50f, -0.5f, 50f), new(-50f, -0.5f, 50f)], [0, 2, 1, 0, 3, 2]);
        var seen = VisibilityBuffer.Draw(floor, new OrbitCamera(0f, 90f, 2f, 2f), 40, 40, _parallel);
        // Eye at height 0, horizon in the middle: below it floor, above it nothing.
        Assert.All(Enumerable.Range(0, 40 * 40), pixel => Assert.Equal(pixel / 40 >= 20, seen.Faces[pixel] >= 0));
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        TriangleMesh mesh = IsoSurface.Extract(AnalyticSolid.Torus, SamplingLattice.Cube(1.1f, 32), AnalyticSolid.FullDensity / 2f);
        OrbitCamera camera = new(30f, 70f, 4f, 1.1f);
        int[] one = VisibilityBuffer.Draw(mesh, camera, 100, 100, new ParallelOptions { MaxDegreeOfParallelism = 1 }).Faces.ToArray();
        int[] many = VisibilityBuffer.Draw(mesh, camera, 100, 100, new ParallelOptions { MaxDegreeOfParallelism = 5 }).Faces.ToArray();
        Assert.Equal(one, many);
    }
}
