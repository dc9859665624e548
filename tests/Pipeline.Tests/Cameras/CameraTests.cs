using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Cameras;

public sealed class CameraTests
{
    [Theory]
    [InlineData(0f, 90f, 0f, 0f, 1f)]
    [InlineData(90f, 90f, 1f, 0f, 0f)]
    [InlineData(180f, 90f, 0f, 0f, -1f)]
    [InlineData(0f, 30f, 0f, 0.8660254f, 0.5f)]
    public void Positions_follow_the_spherical_convention(float azimuth, float polar, float x, float y, float z)
    {
        var camera = new OrbitCamera(azimuth, polar, 3f, 1f);
        Assert.True(Vector3.Distance(3f * new Vector3(x, y, z), camera.Position) < 1e-5f);
    }

    [Fact]
    public void Axes_are_right_handed_and_look_at_the_origin()
    {
        for (int azimuth = -180; azimuth < 180; azimuth += 30)
        {
            for (int polar = 10; polar < 180; polar += 20)
            {
                var camera = new OrbitCamera(azimuth, polar, 2.5f, 1f);
                Assert.True(Vector3.Distance(Vector3.Cross(camera.Right, camera.Up), camera.Back) < 1e-5f);
                Assert.True(MathF.Abs(camera.Up.Length() - 1f) < 1e-5f);
                Assert.True(Vector3.Distance(camera.Position, 2.5f * camera.Back) < 1e-5f);
            }
        }
    }

    [Fact]
    public void The_half_width_is_the_images_at_the_origin()
    {
        var camera = new OrbitCamera(0f, 90f, 4f, 1.15f);
        // A point at the right edge of the plane through the origin projects to half the image's width.
        Assert.Equal(32f, camera.FocalPixels(64) * 1.15f / 4f, 4);
    }

    [Fact]
    public void Jittered_axes_are_right_handed_and_look_at_the_target()
    {
        var sampler = new CameraSampler(new TrainDataConfiguration { Jitter = true, JitterUp = 0.3f, RadiusRange = new Interval(1f, 1.5f) }, seed: 4, iters: 1);
        for (int step = 0; step < 500; step++)
        {
            OrbitCamera camera = sampler.Sample(step, 0);
            Assert.True(Vector3.Distance(Vector3.Cross(camera.Right, camera.Up), camera.Back) < 1e-5f);
            Assert.True(MathF.Abs(camera.Right.Length() - 1f) < 1e-5f && MathF.Abs(camera.Back.Length() - 1f) < 1e-5f);
            Assert.True(Vector3.Distance(camera.Target + (Vector3.Distance(camera.Position, camera.Target) * camera.Back), camera.Position) < 1e-5f);
            Assert.True(Vector3.Dot(camera.Up, camera.UpHint) > 0f);
            // The hint has no part across the image: that is what up means.
            Assert.True(MathF.Abs(Vector3.Dot(camera.Right, camera.UpHint)) < 1e-5f);
        }
    }

    [Fact]
    public void A_camera_straight_above_has_axes_with_any_hint()
    {
        foreach (Vector3 hint in (Vector3[])[Vector3.Zero, Vector3.UnitY, -Vector3.UnitY])
        {
            var camera = new OrbitCamera(30f, 0f, 3f, 1f) { UpHint = hint };
            Assert.True(MathF.Abs(camera.Right.Length() - 1f) < 1e-5f);
            Assert.True(Vector3.Distance(Vector3.Cross(camera.Right, camera.Up), camera.Back) < 1e-5f);
        }
    }

    // The same camera in all four units, for an image twice as wide as high: at distance 2 a half width of 1 is tan(fovx / 2) = 1/2,
    // tan(fovy / 2) = 1/4 and a focal length of one image width.
    [Fact]
    public void Lenses_can_be_given_in_four_units()
    {
        float Degrees(double tangent) => (float)(2 * Math.Atan(tangent) * 180 / Math.PI);
        TrainDataConfiguration data = new() { Width = 64, Height = 32, RadiusRange = new Interval(2f, 2f), HalfWidthRange = null };
        TrainDataConfiguration[] alike =
        [
            data with { HalfWidthRange = Only(1f) }, data with { FovxRange = Only(Degrees(0.5)) },
            data with { FovyRange = Only(Degrees(0.25)) }, data with { FocalRange = Only(1f) },
        ];
        Assert.All(alike, d => Assert.Equal(64f, new CameraSampler(d, 1, 1).Sample(0, 0).FocalPixels(64), 3));
    }

    // text-to-3d.md 1.2, Progressive view: stable-dreamfusion's r = min(1, .2 + 2 ratio) from (3.2, 90, 0, 20) to its ranges.
    [Theory]
    [InlineData(0, 3.16f, 3.26f, 81f, 93f, -36f, 36f, 18f, 22f)]
    [InlineData(2000, 3.08f, 3.38f, 63f, 99f, -108f, 108f, 14f, 26f)]
    [InlineData(4000, 3f, 3.5f, 45f, 105f, -180f, 180f, 10f, 30f)]
    [InlineData(9999, 3f, 3.5f, 45f, 105f, -180f, 180f, 10f, 30f)]
    public void The_view_widens_as_in_stable_dreamfusion(int step, params float[] ends)
    {
        TrainDataConfiguration data = PresetCatalogue.Get("stable-dreamfusion").Data.Train with { ProgressiveView = true };
        CameraRanges ranges = CameraRanges.At(data, step, 10_000);
        float[] got =
        [
            ranges.Radius.Min, ranges.Radius.Max, ranges.Polar.Min, ranges.Polar.Max, ranges.Azimuth.Min, ranges.Azimuth.Max, ranges.Lens.Min, ranges.Lens.Max,
        ];
        Assert.All(got.Zip(ends), pair => Assert.Equal(pair.Second, pair.First, 3));
    }

    // text-to-3d.md 1.2: threestudio's progressive_until N, r = min(1, step / (N + 1)), elevation and azimuth alone, from (15, 0).
    [Theory]
    [InlineData(0, 75f, 75f, 0f, 0f)]
    [InlineData(50, 60f, 87.5f, -90f, 90f)]
    [InlineData(100, 45f, 100f, -180f, 180f)]
    [InlineData(5000, 45f, 100f, -180f, 180f)]
    public void The_angles_widen_as_in_threestudio(int step, float polarMin, float polarMax, float azimuthMin, float azimuthMax)
    {
        TrainDataConfiguration data = PresetCatalogue.Get("threestudio").Data.Train with { ProgressiveUntilSteps = 99 };
        CameraRanges ranges = CameraRanges.At(data, step, 10_000);
        Assert.Equal((polarMin, polarMax, azimuthMin, azimuthMax), (ranges.Polar.Min, ranges.Polar.Max, ranges.Azimuth.Min, ranges.Azimuth.Max));
        Assert.Equal((new Interval(1.5f, 2f), new Interval(40f, 70f)), (ranges.Radius, ranges.Lens));
    }

    [Fact]
    public void A_uniform_batch_has_one_view_in_each_part_of_the_circle()
    {
        var sampler = new CameraSampler(new TrainDataConfiguration { BatchSize = 4, BatchUniformAzimuth = true }, seed: 2, iters: 1);
        foreach (int step in Enumerable.Range(0, 100))
        {
            foreach (int view in Enumerable.Range(0, 4))
            {
                Assert.InRange(sampler.Sample(step, view).AzimuthDegrees, -180f + (90f * view), -90f + (90f * view));
            }
        }
    }

    [Fact]
    public void Views_of_a_step_share_the_mode_and_not_the_light()
    {
        var sampler = new ShadingSampler(PresetCatalogue.Get("threestudio"));
        var camera = new OrbitCamera(40f, 80f, 3f, 1f);
        foreach (int step in Enumerable.Range(3000, 200))
        {
            ViewShading[] views = [.. Enumerable.Range(0, 4).Select(view => sampler.Sample(step, camera, view))];
            Assert.Single(views.Select(v => (v.Mode, v.Ambient)).Distinct());
            Assert.Equal(views[0].Mode == ShadingMode.Albedo ? 1 : 4, views.Select(v => v.LightDirection).Distinct().Count());
        }
    }

    [Fact]
    public void Albedo_comes_first_for_the_longer_of_the_two_counts()
    {
        RunConfiguration run = new() { Iters = 400, AlbedoIterRatio = 0.1f, AlbedoIterSteps = 0, ShadedRatio = 1f };
        Assert.Equal((1f, 0f), (ShadingOdds.At(run, 40).Albedo, ShadingOdds.At(run, 41).Albedo));
        run = run with { AlbedoIterSteps = 60 };
        Assert.Equal((1f, 0f), (ShadingOdds.At(run, 59).Albedo, ShadingOdds.At(run, 60).Albedo));
        run = run with { AlbedoIterRatio = 0f, AlbedoIterSteps = 0, TexturelessRatio = 0.5f, PhongRatio = 0.5f };
        Assert.Equal((0f, 0.5f, 0.25f, 0.25f), (ShadingOdds.At(run, 0).Albedo, ShadingOdds.At(run, 0).Textureless, ShadingOdds.At(run, 0).Lambertian, ShadingOdds.At(run, 0).Phong));
        var sampler = new ShadingSampler(run with { Material = new MaterialConfiguration { LightColour = new Rgb(1f, 0.5f, 0f) } });
        ViewShading[] draws = [.. Enumerable.Range(0, 4000).Select(step => sampler.Sample(step, new OrbitCamera(0f, 80f, 3f, 1f), 0))];
        Distribution.RequireShare("Phong", draws.Count(d => d.Mode == ShadingMode.Phong), draws.Length, 0.25);
        Assert.All(draws, draw => Assert.Equal(new Rgb(1f, 0.5f, 0f), draw.LightColour));
    }

    private static Interval Only(float value) => new(value, value);
}
