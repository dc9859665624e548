using System;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>What a step may render and how likely; the probabilities sum to 1.</summary>
/// <param name="IsLatent">Whether the render stands for a latent; its mode is then <see cref="ShadingMode.Normal"/>.</param>
/// <param name="Normal">Probability of normals as colours.</param>
/// <param name="Albedo">Probability of plain albedo.</param>
/// <param name="Lambertian">Probability of lit albedo.</param>
/// <param name="Textureless">Probability of a lit white surface.</param>
/// <param name="Phong">Probability of lit albedo with highlights.</param>
/// <param name="Ambient">Ambient share of a lit view, uniform in it; 1 where nothing is lit.</param>
public readonly record struct ShadingOdds(
    bool IsLatent, float Normal, float Albedo, float Lambertian, float Textureless, float Phong, Interval Ambient)
{
    private static readonly Interval _unlit = new(1f, 1f);

    /// <summary>
    /// The odds of a step: normals in the latent phase, albedo in the albedo phase, then shaded on a share <c>shaded_ratio</c>; of the
    /// shaded steps a share <c>textureless_ratio</c> is textureless, of those with albedo a share <c>phong_ratio</c> has highlights.
    /// With 1 and 0.2 that is stable-dreamfusion's and NeMo's schedule, with 0.75 and 0.5 threestudio's and the paper's.
    /// </summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="step">Step, from 0.</param>
    public static ShadingOdds At(RunConfiguration configuration, int step)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (IsLatentAt(configuration, step))
        {
            return new ShadingOdds(true, 1f, 0f, 0f, 0f, 0f, _unlit);
        }
        if (IsAlbedoAt(configuration, step))
        {
            return new ShadingOdds(false, 0f, 1f, 0f, 0f, 0f, _unlit);
        }
        float shaded = configuration.ShadedRatio;
        float textureless = shaded * configuration.TexturelessRatio;
        float phong = (shaded - textureless) * configuration.PhongRatio;
        return new ShadingOdds(
            false, 0f, 1f - shaded, shaded - textureless - phong, textureless, phong,
            new Interval(configuration.MinAmbientRatio, configuration.MaxAmbientRatio));
    }

    // stable-dreamfusion counts steps from 1 and includes the end, NeMo counts from 0 and excludes it: the same steps.
    private static bool IsLatentAt(RunConfiguration configuration, int step) => step < configuration.LatentIterRatio * configuration.Iters;

    private static bool IsAlbedoAt(RunConfiguration configuration, int step) =>
        step < configuration.AlbedoIterSteps
        || (configuration.AlbedoIterRatio > 0f && step <= configuration.AlbedoIterRatio * configuration.Iters);
}
