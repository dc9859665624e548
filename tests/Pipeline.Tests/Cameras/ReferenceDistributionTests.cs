using System;
using System.Linq;
using System.Numerics;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Cameras;

/// <summary>
/// 10,000 cameras and lights of each preset against the distributions that its source states; the numbers here are typed in from the
/// sources (sections of text-to-3d.md are named), none is read from the preset.
/// </summary>
public sealed class ReferenceDistributionTests
{
    private const int Draws = 10_000;

    // Behind every reference's first phase, in which nothing is lit.
    private const int FirstStep = 5_000;
    private const double Degree = Math.PI / 180;

    // Section 1.2, rows Radius, Elevation and Uniform-sphere option, Azimuth, FoV / focal; 1.3, Light, Lambertian and Draw per step.
    private static readonly Reference[] _references =
    [
        new("stable-dreamfusion")
        {
            Radius = (3, 3.5), Elevation = Distribution.Uniform(-15, 45), Azimuth = (-180, 180), FieldOfView = (10, 30),
            Ambient = (0.1, 1), LightSpread = 1, Textureless = 0.2, Lambertian = 0.8, RandomBackground = 0.5,
        },
        new("dreamfusion")
        {
            Radius = (1, 1.5), Azimuth = (-180, 180), Focal = (0.7, 1.35), Jitter = true,
            Elevation = e => (0.5 * Distribution.Uniform(-10, 90)(e)) + (0.5 * Math.Max(0, Math.Sin(e * Degree))),
            Ambient = (0.1, 0.1), LightSpread = 1, LightDistance = (0.8, 1.5), Albedo = 0.25, Textureless = 0.375, Lambertian = 0.375,
        },
        new("threestudio")
        {
            Radius = (1.5, 2), Azimuth = (-180, 180), FieldOfView = (40, 70), Jitter = true,
            Elevation = e => (0.5 * Distribution.Uniform(-10, 45)(e)) + (0.5 * UniformInArea(-10, 45)(e)),
            Ambient = (0.1, 0.1), LightSpread = 1, LightDistance = (0.8, 1.5), Albedo = 0.25, Textureless = 0.375, Lambertian = 0.375,
        },
        // The toybox's own numbers, as the model card and docs/toybox-preset.md give them.
        new("toybox")
        {
            Radius = (3, 4), Azimuth = (-180, 180), HalfWidth = (0.8, 1.1),
            Elevation = e => (0.88 * Distribution.Uniform(-15, 45)(e)) + (0.12 * Distribution.Uniform(60, 85)(e)),
            Ambient = (0.2, 0.9), LightSpread = 0.4, IsLightAroundDirection = true, Albedo = 0.5, Lambertian = 0.5, RandomBackground = 0.7,
        },
    ];

    public static TheoryData<string> Names => [.. _references.Select(reference => reference.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Positions_and_lenses(string name)
    {
        Reference stated = Stated(name);
        OrbitCamera[] cameras = Cameras(Run(name));
        Distribution.RequireFollows("radius", cameras.Select(c => (double)c.Radius), Uniform(stated.Radius));
        Distribution.RequireFollows("elevation", cameras.Select(c => (double)c.ElevationDegrees), stated.Elevation);
        Distribution.RequireFollows("azimuth", cameras.Select(c => Turn(c.AzimuthDegrees)), Uniform(stated.Azimuth));
        if (stated.FieldOfView is { } degrees)
        {
            Distribution.RequireFollows("field of view", cameras.Select(c => (double)c.FieldOfViewDegrees), Uniform(degrees));
        }
        if (stated.Focal is { } focal)
        {
            Distribution.RequireFollows("focal length", cameras.Select(c => c.FocalPixels(64) / 64d), Uniform(focal));
        }
        if (stated.HalfWidth is { } halfWidth)
        {
            Distribution.RequireFollows("half width", cameras.Select(c => (double)c.HalfWidth), Uniform(halfWidth));
        }
        Distribution.RequireShare("overhead", cameras.Count(c => c.ElevationDegrees > 60f), Draws, 1 - stated.Elevation(60));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Jitter(string name)
    {
        Reference stated = Stated(name);
        OrbitCamera[] cameras = Cameras(Run(name));
        if (!stated.Jitter)
        {
            Assert.All(cameras, c => Assert.Equal((Vector3.Zero, Vector3.Zero, Vector3.Zero), (c.Offset, c.Target, c.UpHint)));
            return;
        }
        RequireJitter(cameras, c => c.UpHint - Vector3.UnitY);
    }

    // Section 1.2, Position jitter: off by default; then centre .2 rand - .1, target .2 randn, up .02 randn on the image's up axis.
    [Fact]
    public void Jitter_of_stable_dreamfusion_when_switched_on()
    {
        RunConfiguration run = Run("stable-dreamfusion");
        TrainDataConfiguration data = run.Data.Train with { Jitter = true };
        OrbitCamera[] cameras = Cameras(run with { Data = run.Data with { Train = data } });
        RequireJitter(cameras, c => c.UpHint - (c with { UpHint = Vector3.Zero }).Up);
    }

    // Section 1.2: threestudio's elevation takes each branch with probability .5; here each alone. stable-dreamfusion's
    // uniform_sphere_rate: normalize(randn, |randn|, randn), uniform on the upper half sphere.
    [Fact]
    public void Each_branch_of_the_elevation()
    {
        RunConfiguration threestudio = Run("threestudio");
        RequireElevation(threestudio.Data.Train with { UniformAreaRate = 0f }, Distribution.Uniform(-10, 45));
        RequireElevation(threestudio.Data.Train with { UniformAreaRate = 1f }, UniformInArea(-10, 45));
        RunConfiguration paper = Run("dreamfusion");
        RequireElevation(paper.Data.Train with { UniformSphereRate = 0f }, Distribution.Uniform(-10, 90));
        RequireElevation(paper.Data.Train with { UniformSphereRate = 1f }, UniformInArea(0, 90));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lights(string name)
    {
        Reference stated = Stated(name);
        RunConfiguration run = Run(name) with { ShadedRatio = 1f };
        OrbitCamera[] cameras = Cameras(run);
        ViewShading[] shadings = Shadings(run, cameras);
        Vector3 Mean(OrbitCamera camera) => (stated.IsLightAroundDirection ? camera.Back : camera.Position) / (float)stated.LightSpread;
        Distribution.RequireFollows(
            "angle of the light", shadings.Select((s, i) =>
            {
                Vector3 mean = Mean(cameras[i]);
                return Distribution.CosineToMean(Vector3.Dot(s.LightDirection, Vector3.Normalize(mean)), mean.Length());
            }),
            Distribution.Uniform(0, 1));
        Distribution.RequireFollows("turn of the light around the view", shadings.Select((s, i) => TurnAround(s.LightDirection, Mean(cameras[i]))), Distribution.Uniform(-180, 180));
        if (stated.LightDistance is { } distance)
        {
            Distribution.RequireFollows("distance of the light", shadings.Select(s => (double)s.LightPosition!.Value.Length()), Uniform(distance));
            Assert.All(shadings, s => Assert.True(Vector3.Distance(Vector3.Normalize(s.LightPosition!.Value), s.LightDirection) < 1e-5f));
        }
        else
        {
            Assert.All(shadings, s => Assert.Null(s.LightPosition));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Shading_modes_and_ambient_light(string name)
    {
        Reference stated = Stated(name);
        RunConfiguration run = Run(name);
        ViewShading[] shadings = Shadings(run, Cameras(run));
        Distribution.RequireShare("albedo", shadings.Count(s => s.Mode == ShadingMode.Albedo), Draws, stated.Albedo);
        Distribution.RequireShare("textureless", shadings.Count(s => s.Mode == ShadingMode.Textureless), Draws, stated.Textureless);
        Distribution.RequireShare("Lambertian", shadings.Count(s => s.Mode == ShadingMode.Lambertian), Draws, stated.Lambertian);
        ViewShading[] lit = [.. shadings.Where(s => s.Mode != ShadingMode.Albedo)];
        if (stated.Ambient.Min < stated.Ambient.Max)
        {
            Distribution.RequireFollows("ambient", lit.Select(s => (double)s.Ambient), Uniform(stated.Ambient));
        }
        else
        {
            Assert.All(lit, s => Assert.Equal((float)stated.Ambient.Min, s.Ambient));
        }
        Assert.All(lit, s => Assert.Null(s.Diffuse));
    }

    // Section 1.8 and 1.6, Background: stable-dreamfusion's network, on half of the steps one random colour; the paper's and threestudio's
    // networks alone. toybox: white or one random colour.
    [Theory]
    [MemberData(nameof(Names))]
    public void Backgrounds(string name)
    {
        Reference stated = Stated(name);
        RunConfiguration run = Run(name);
        Rgb?[] backgrounds = [.. Shadings(run, Cameras(run)).Select(s => s.Background)];
        Rgb? usual = name == "toybox" ? Rgb.White : null;
        Rgb[] colours = [.. backgrounds.Where(b => b != usual).Select(b => b!.Value)];
        Distribution.RequireShare("random background", colours.Length, Draws, stated.RandomBackground);
        foreach (Func<Rgb, float> channel in (Func<Rgb, float>[])[c => c.R, c => c.G, c => c.B])
        {
            if (colours.Length > 0)
            {
                Distribution.RequireFollows("background", colours.Select(c => (double)channel(c)), Distribution.Uniform(0, 1));
            }
        }
    }

    private static void RequireJitter(OrbitCamera[] cameras, Func<OrbitCamera, Vector3> upNoise)
    {
        foreach (Func<Vector3, float> axis in (Func<Vector3, float>[])[v => v.X, v => v.Y, v => v.Z])
        {
            Distribution.RequireFollows("offset", cameras.Select(c => (double)axis(c.Offset)), Distribution.Uniform(-0.1, 0.1));
            Distribution.RequireFollows("target", cameras.Select(c => (double)axis(c.Target)), Distribution.Normal(0.2));
            Distribution.RequireFollows("up", cameras.Select(c => (double)axis(upNoise(c))), Distribution.Normal(0.02));
        }
    }

    private static void RequireElevation(TrainDataConfiguration data, Func<double, double> cumulative)
    {
        var sampler = new CameraSampler(data, seed: 5, iters: FirstStep + Draws);
        Distribution.RequireFollows(
            "elevation", Enumerable.Range(FirstStep, Draws).Select(step => (double)sampler.Sample(step, 0).ElevationDegrees), cumulative);
    }

    // A batch's views are drawn one by one: as many steps fewer.
    private static OrbitCamera[] Cameras(RunConfiguration run)
    {
        var sampler = new CameraSampler(run.Data.Train, seed: 7, run.Iters);
        int views = run.Data.Train.SizeAt(0).BatchSize;
        return [.. Enumerable.Range(0, Draws).Select(i => sampler.Sample(FirstStep + (i / views), i % views))];
    }

    private static ViewShading[] Shadings(RunConfiguration run, OrbitCamera[] cameras)
    {
        var sampler = new ShadingSampler(run);
        return [.. cameras.Select((camera, i) => sampler.Sample(FirstStep + i, camera, 0))];
    }

    private static Func<double, double> UniformInArea(double min, double max) => e =>
        Math.Clamp((Math.Sin(e * Degree) - Math.Sin(min * Degree)) / (Math.Sin(max * Degree) - Math.Sin(min * Degree)), 0, 1);

    private static Func<double, double> Uniform((double Min, double Max) range) => Distribution.Uniform(range.Min, range.Max);

    private static double Turn(double degrees) => degrees >= 180 ? degrees - 360 : degrees;

    private static double TurnAround(Vector3 direction, Vector3 axis)
    {
        var right = Vector3.Normalize(Vector3.Cross(Vector3.UnitY, axis));
        var up = Vector3.Normalize(Vector3.Cross(axis, right));
        return Math.Atan2(Vector3.Dot(direction, up), Vector3.Dot(direction, right)) / Degree;
    }

    private static RunConfiguration Run(string name) => PresetCatalogue.Get(name) with { Seed = 11, Iters = 10_000 };

    private static Reference Stated(string name) => _references.Single(reference => reference.Name == name);

    private sealed record Reference(string Name)
    {
        public required (double Min, double Max) Radius { get; init; }

        public required Func<double, double> Elevation { get; init; }

        public required (double Min, double Max) Azimuth { get; init; }

        public (double Min, double Max)? FieldOfView { get; init; }

        public (double Min, double Max)? Focal { get; init; }

        public (double Min, double Max)? HalfWidth { get; init; }

        public bool Jitter { get; init; }

        public required (double Min, double Max) Ambient { get; init; }

        public required double LightSpread { get; init; }

        public bool IsLightAroundDirection { get; init; }

        public (double Min, double Max)? LightDistance { get; init; }

        public double Albedo { get; init; }

        public double Textureless { get; init; }

        public double Lambertian { get; init; }

        public double RandomBackground { get; init; }
    }
}
