using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
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
    public void Ten_thousand_draws_fill_the_stated_ranges()
    {
        var data = new TrainDataConfiguration();
        var sampler = new CameraSampler(data, seed: 3, iters: 10_000);
        OrbitCamera[] cameras = [.. Enumerable.Range(0, 10_000).Select(step => sampler.Sample(step, 0))];
        OrbitCamera[] overhead = [.. cameras.Where(c => c.PolarDegrees <= data.OverheadThetaRange.Max)];
        // Four standard deviations of a binomial share of 0.12 over 10,000 draws are 0.013.
        Assert.InRange(overhead.Length / 10_000f, 0.107f, 0.133f);
        RequireUniform([.. overhead.Select(c => c.PolarDegrees)], data.OverheadThetaRange);
        RequireUniform([.. cameras.Except(overhead).Select(c => c.PolarDegrees)], data.ThetaRange);
        RequireUniform([.. cameras.Select(c => c.AzimuthDegrees)], data.PhiRange);
        RequireUniform([.. cameras.Select(c => c.Radius)], data.RadiusRange);
        RequireUniform([.. cameras.Select(c => c.HalfWidth)], new Interval(1f, 1.3f));
    }

    [Fact]
    public void Shading_draws_follow_the_configuration()
    {
        var configuration = new RunConfiguration { Prompt = "a cube", Iters = 20_000 };
        var sampler = new ShadingSampler(configuration);
        var camera = new OrbitCamera(40f, 80f, 3f, 1f);
        ViewShading[] draws = [.. Enumerable.Range(0, 20_000).Select(step => sampler.Sample(step, camera, 0))];
        Assert.All(draws.Take(2_000), draw => Assert.Equal(ShadingMode.Albedo, draw.Mode));
        ViewShading[] late = [.. draws.Skip(2_001)];
        ViewShading[] shaded = [.. late.Where(draw => draw.Mode == ShadingMode.Lambertian)];
        Assert.InRange((float)shaded.Length / late.Length, 0.48f, 0.52f);
        RequireUniform([.. shaded.Select(draw => draw.Ambient)], new Interval(0.2f, 0.9f));
        Assert.All(shaded, draw => Assert.InRange(draw.LightDirection.Length(), 0.9999f, 1.0001f));
        Assert.True(shaded.Average(draw => Vector3.Dot(draw.LightDirection, camera.Back)) > 0.8f);
        Assert.InRange(draws.Count(draw => draw.Background == Rgb.White) / 20_000f, 0.285f, 0.315f);
    }

    // The largest distance between the empirical and the uniform distribution; 1.95 / √n is passed once in a thousand.
    private static void RequireUniform(float[] values, Interval range)
    {
        Array.Sort(values);
        double worst = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double expected = (values[i] - range.Min) / (double)(range.Max - range.Min);
            worst = Math.Max(worst, Math.Max(Math.Abs(((i + 1d) / values.Length) - expected), Math.Abs(expected - ((double)i / values.Length))));
        }
        Assert.InRange(worst, 0, 1.95 / Math.Sqrt(values.Length));
    }
}
