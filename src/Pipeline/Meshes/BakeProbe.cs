using System;
using System.Numerics;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>
/// The short ray along the inward normal whose colour a texel takes: α_k = 1 - exp(-σ_k δ), front to back as in rendering (Max 1995),
/// divided by the ray's opacity, because what lies behind the layer is the same body. A ray that meets nothing takes the albedo at the surface.
/// </summary>
/// <param name="Outside">Where it begins, world units above the surface, ≥ 0.</param>
/// <param name="Inside">Where it ends, world units below the surface, ≥ 0.</param>
/// <param name="SampleCount">Samples on it, at least 1; one alone lies on the surface.</param>
public sealed record BakeProbe(float Outside, float Inside, int SampleCount)
{
    private const float LeastOpacity = 1e-3f;

    /// <summary>Asks on the surface itself and nowhere else.</summary>
    public static BakeProbe Surface { get; } = new(0f, 0f, 1);

    /// <summary>Height of a sample above the surface, world units.</summary>
    /// <param name="sample">Sample, 0 is the outermost.</param>
    public float Height(int sample) => SampleCount == 1 ? 0f : Outside - (Spacing * (sample + 0.5f));

    private float Spacing => (Outside + Inside) / SampleCount;

    /// <summary>The ray's colour.</summary>
    /// <param name="densities">σ of its samples.</param>
    /// <param name="albedo">Their albedo.</param>
    public Vector3 Composite(ReadOnlySpan<float> densities, ReadOnlySpan<Vector3> albedo)
    {
        if (SampleCount == 1)
        {
            return albedo[0];
        }

        Vector3 sum = Vector3.Zero;
        float transmittance = 1f;
        for (int i = 0; i < densities.Length; i++)
        {
            float alpha = 1f - MathF.Exp(-densities[i] * Spacing);
            sum += transmittance * alpha * albedo[i];
            transmittance *= 1f - alpha;
        }

        float opacity = 1f - transmittance;
        return opacity > LeastOpacity ? sum / opacity : albedo[Math.Clamp((int)(Outside / Spacing), 0, albedo.Length - 1)];
    }
}
