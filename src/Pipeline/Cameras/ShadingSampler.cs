using System;
using System.Numerics;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>How a view is shaded.</summary>
public enum ShadingMode
{
    /// <summary>c = ρ.</summary>
    Albedo,

    /// <summary>c = ρ (a + b max(0, n·l)), by default with b = 1 - a.</summary>
    Lambertian,

    /// <summary>c = a + b max(0, n·l).</summary>
    Textureless,

    /// <summary>c = (n + 1) / 2.</summary>
    Normal,

    /// <summary>Lambertian with the highlights of the material.</summary>
    Phong,
}

/// <summary>Shading, light and background of one view.</summary>
/// <param name="Mode">How colours are made.</param>
/// <param name="LightDirection">Unit direction towards a light at infinity; not used with a <see cref="LightPosition"/>.</param>
/// <param name="Ambient">Ambient share a, 0..1.</param>
/// <param name="Background">Colour behind the object, channels 0..1; null for the scene's learnt background.</param>
/// <param name="Material">Highlights of Phong shading; null for the material's defaults.</param>
public readonly record struct ViewShading(
    ShadingMode Mode, Vector3 LightDirection, float Ambient, Rgb? Background, MaterialConfiguration? Material = null)
{
    /// <summary>Position of a point light, world units; null, the default, for a light at infinity. Light does not fall off with distance.</summary>
    public Vector3? LightPosition { get; init; }

    /// <summary>Diffuse share b, ≥ 0; null, the default, for 1 - a.</summary>
    public float? Diffuse { get; init; }

    /// <summary>Colour of the light, a factor on ambient, diffuse and highlight; channels ≥ 0, default white.</summary>
    public Rgb LightColour { get; init; } = Rgb.White;

    /// <summary>Plain albedo on a background.</summary>
    public static ViewShading AlbedoOn(Rgb? background) => new(ShadingMode.Albedo, Vector3.UnitY, 1f, background);
}

/// <summary>Random shading, light and background of the training views; keyed by seed and step.</summary>
public sealed class ShadingSampler
{
    private const uint ShadedLane = 0, TexturelessLane = 1, AmbientLane = 2;

    private readonly RunConfiguration _configuration;
    private readonly BackgroundSampler _backgrounds;

    /// <summary>Draws as the configuration states them.</summary>
    public ShadingSampler(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _configuration = configuration;
        _backgrounds = new BackgroundSampler(configuration.Background, configuration.Seed);
    }

    /// <summary>Whether a step belongs to the first <c>latent_iter_ratio</c> of the run, in which renders stand for latents.</summary>
    /// <param name="step">Step, from 0.</param>
    public bool IsLatent(int step) => step < _configuration.LatentIterRatio * _configuration.Iters;

    /// <summary>
    /// The shading of a step: normals as colours in the latent phase; albedo in the first <c>albedo_iter_ratio</c> of the run; then shaded on a share
    /// <c>shaded_ratio</c> of the steps (of those textureless on <c>textureless_ratio</c>), the light near the camera and
    /// the ambient share uniform between its two bounds.
    /// </summary>
    public ViewShading Sample(int step, OrbitCamera camera)
    {
        Rgb? background = _backgrounds.Sample(step, view: 0, IsLatent(step));
        if (IsLatent(step))
        {
            return new ViewShading(ShadingMode.Normal, camera.Back, 1f, background);
        }
        var key = new RandomKey(_configuration.Seed, (uint)step, RandomPurpose.Light);
        bool albedoPhase = step <= _configuration.AlbedoIterRatio * _configuration.Iters;
        if (albedoPhase || CounterRandom.Uniform(key, 0, ShadedLane) >= _configuration.ShadedRatio)
        {
            return ViewShading.AlbedoOn(background);
        }
        float spread = _configuration.Material.LightSpread;
        var noise = new Vector3(CounterRandom.Normal(key, 1, 0), CounterRandom.Normal(key, 1, 1), CounterRandom.Normal(key, 1, 2));
        bool textureless = CounterRandom.Uniform(key, 0, TexturelessLane) < _configuration.TexturelessRatio;
        return new ViewShading(
            textureless ? ShadingMode.Textureless : ShadingMode.Lambertian,
            Vector3.Normalize(camera.Back + (spread * noise)),
            new Interval(_configuration.MinAmbientRatio, _configuration.MaxAmbientRatio).At(CounterRandom.Uniform(key, 0, AmbientLane)),
            background,
            _configuration.Material);
    }
}
