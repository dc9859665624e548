using System;
using System.Numerics;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>Random shading, light and background of the training views; keyed by seed, step and view.</summary>
public sealed class ShadingSampler
{
    private const uint ShadedLane = 0, TexturelessLane = 1, AmbientLane = 2, PhongLane = 3, DistanceLane = 4;

    private readonly RunConfiguration _configuration;
    private readonly BackgroundSampler _backgrounds;

    /// <summary>Draws as the configuration states them.</summary>
    public ShadingSampler(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
        _backgrounds = new BackgroundSampler(configuration.Background, configuration.Seed);
    }

    /// <summary>
    /// The shading of a view. Mode and ambient share are drawn once a step, as in the references: the views of a batch share them.
    /// Each view has its own light and background.
    /// </summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="camera">The view's camera.</param>
    /// <param name="view">View of the step's batch, from 0.</param>
    public ViewShading Sample(int step, OrbitCamera camera, int view)
    {
        ShadingOdds odds = ShadingOdds.At(_configuration, step);
        Rgb? background = _backgrounds.Sample(step, (uint)view, odds.IsLatent);
        var ofStep = new RandomKey(_configuration.Seed, (uint)step, RandomPurpose.Light);
        ShadingMode mode = Mode(odds, ofStep);
        if (mode == ShadingMode.Normal)
        {
            return new ViewShading(mode, camera.Back, odds.Ambient.Min, background);
        }
        if (mode == ShadingMode.Albedo)
        {
            return ViewShading.AlbedoOn(background);
        }
        MaterialConfiguration material = _configuration.Material;
        var ofView = new RandomKey(_configuration.Seed, (uint)step, RandomPurpose.OfView(RandomPurpose.Light, view));
        Vector3 direction = LightDirection(ofView, camera);
        float ambient = odds.Ambient.At(CounterRandom.Uniform(ofStep, 0, AmbientLane));
        return new ViewShading(mode, direction, ambient, background, material)
        {
            LightPosition = material.Light == LightKind.Point
                ? material.LightDistanceRange.At(CounterRandom.Uniform(ofView, 0, DistanceLane)) * direction
                : null,
            LightColour = material.LightColour,
        };
    }

    private ShadingMode Mode(in ShadingOdds odds, RandomKey key)
    {
        if (odds.IsLatent)
        {
            return ShadingMode.Normal;
        }
        if (odds.Albedo == 1f || CounterRandom.Uniform(key, 0, ShadedLane) >= _configuration.ShadedRatio)
        {
            return ShadingMode.Albedo;
        }
        return CounterRandom.Uniform(key, 0, TexturelessLane) < _configuration.TexturelessRatio ? ShadingMode.Textureless
            : CounterRandom.Uniform(key, 0, PhongLane) < _configuration.PhongRatio ? ShadingMode.Phong
            : ShadingMode.Lambertian;
    }

    private Vector3 LightDirection(RandomKey key, OrbitCamera camera)
    {
        MaterialConfiguration material = _configuration.Material;
        var noise = new Vector3(CounterRandom.Normal(key, 1, 0), CounterRandom.Normal(key, 1, 1), CounterRandom.Normal(key, 1, 2));
        Vector3 mean = material.LightMean == LightMean.CameraPosition ? camera.Position : camera.Back;
        return Vector3.Normalize(mean + (material.LightSpread * noise));
    }
}
