using System;
using System.Collections.Generic;
using System.Globalization;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Kernels.Shade;

/// <summary>Which vector a highlight is measured with.</summary>
public enum SpecularVector
{
    /// <summary>The half vector between light and viewer, against the normal (Blinn 1977).</summary>
    Half,

    /// <summary>The light's mirror image about the normal, against the direction to the viewer (Phong 1975).</summary>
    Reflected,
}

/// <summary>Highlights of a shaded surface.</summary>
public sealed record SpecularOptions
{
    /// <summary>Strength s, finite, ≥ 0, default 0.25; added to every channel, as light of the light's colour.</summary>
    public float Strength { get; init; } = 0.25f;

    /// <summary>Exponent e, 1 to 1000, default 32; larger is glossier.</summary>
    public float Exponent { get; init; } = 32f;

    /// <summary>Vector of the highlight, default half.</summary>
    public SpecularVector Vector { get; init; } = SpecularVector.Half;

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (!(Strength >= 0f) || !float.IsFinite(Strength))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Specular: strength is {Strength}, expected a number of at least 0; change the material."));
        }

        if (!(Exponent is >= 1f and <= 1000f))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Specular: exponent is {Exponent}, expected 1 to 1000; change the material."));
        }

        if (!Enum.IsDefined(Vector))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Specular: unknown vector {(int)Vector}; use Half or Reflected."));
        }

        return problems;
    }
}

/// <summary>
/// Lambertian reflection with Blinn's highlight:
/// <code>
/// h = (l + v) / |l + v|    x = n·h    c = ρ (a + b max(0, n·l)) + [n·l &gt; 0][x &gt; 0] s xᵉ
/// dL/dρ as Lambertian      dL/dn = Lambertian's + [n·l &gt; 0][x &gt; 0] s e xᵉ⁻¹ (Σ dL/dc) h
/// </code>
/// Source: Blinn 1977. Not normalised: the highlight's peak is s for every exponent. A surface turned away from the light has none;
/// that edge and the kinks have the derivative of their dark side. Light from behind the surface's own eye, l = -v, has no half
/// vector and no highlight.
/// </summary>
public struct BlinnPhong : IShadingModel
{
    /// <summary>Ambient share a, ≥ 0.</summary>
    public float Ambient;

    /// <summary>Diffuse share b, ≥ 0.</summary>
    public float Diffuse;

    /// <summary>Specular strength s, ≥ 0.</summary>
    public float Strength;

    /// <summary>Specular exponent e, ≥ 1.</summary>
    public float Exponent;

    /// <summary>A model with the given shares and highlight.</summary>
    public BlinnPhong(float ambient, float diffuse, float strength, float exponent)
    {
        Ambient = ambient;
        Diffuse = diffuse;
        Strength = strength;
        Exponent = exponent;
    }

    /// <inheritdoc/>
    public static int UsesViewer => 1;

    /// <inheritdoc/>
    public readonly Float3 Shade(in Surface surface)
    {
        float cosine = Float3.Dot(surface.Normal, HalfVector(surface));
        return surface.Albedo * Lambertian.Light(surface, Ambient, Diffuse) + new Float3(Strength * Highlight.Value(surface, cosine, Exponent));
    }

    /// <inheritdoc/>
    public readonly SurfaceGradient Gradient(in Surface surface, Float3 dLdColour)
    {
        Float3 half = HalfVector(surface);
        float cosine = Float3.Dot(surface.Normal, half);
        float slope = Strength * Highlight.Derivative(surface, cosine, Exponent) * (dLdColour.X + dLdColour.Y + dLdColour.Z);
        return new SurfaceGradient
        {
            Albedo = dLdColour * Lambertian.Light(surface, Ambient, Diffuse),
            Normal = Lambertian.NormalGradient(surface, Diffuse * Float3.Dot(surface.Albedo, dLdColour)) + half * slope,
        };
    }

    private static Float3 HalfVector(in Surface surface)
    {
        Float3 sum = surface.ToLight + surface.ToViewer;
        float length = sum.Length;
        // NaN stays NaN, so that a broken direction shows.
        return length <= 1e-6f ? Float3.Zero : sum * (1f / length);
    }
}

/// <summary>
/// Lambertian reflection with Phong's highlight:
/// <code>
/// r = 2 (n·l) n - l    x = r·v = 2 (n·l)(n·v) - l·v    c = ρ (a + b max(0, n·l)) + [n·l &gt; 0][x &gt; 0] s xᵉ
/// dL/dρ as Lambertian  dL/dn = Lambertian's + [n·l &gt; 0][x &gt; 0] s e xᵉ⁻¹ (Σ dL/dc) · 2 ((n·v) l + (n·l) v)
/// </code>
/// Source: Phong 1975. The remarks of <see cref="BlinnPhong"/> hold.
/// </summary>
public struct Phong : IShadingModel
{
    /// <summary>Ambient share a, ≥ 0.</summary>
    public float Ambient;

    /// <summary>Diffuse share b, ≥ 0.</summary>
    public float Diffuse;

    /// <summary>Specular strength s, ≥ 0.</summary>
    public float Strength;

    /// <summary>Specular exponent e, ≥ 1.</summary>
    public float Exponent;

    /// <summary>A model with the given shares and highlight.</summary>
    public Phong(float ambient, float diffuse, float strength, float exponent)
    {
        Ambient = ambient;
        Diffuse = diffuse;
        Strength = strength;
        Exponent = exponent;
    }

    /// <inheritdoc/>
    public static int UsesViewer => 1;

    /// <inheritdoc/>
    public readonly Float3 Shade(in Surface surface)
        => surface.Albedo * Lambertian.Light(surface, Ambient, Diffuse) + new Float3(Strength * Highlight.Value(surface, Cosine(surface), Exponent));

    /// <inheritdoc/>
    public readonly SurfaceGradient Gradient(in Surface surface, Float3 dLdColour)
    {
        float slope = 2f * Strength * Highlight.Derivative(surface, Cosine(surface), Exponent) * (dLdColour.X + dLdColour.Y + dLdColour.Z);
        Float3 direction = surface.ToLight * Float3.Dot(surface.Normal, surface.ToViewer) + surface.ToViewer * Float3.Dot(surface.Normal, surface.ToLight);
        return new SurfaceGradient
        {
            Albedo = dLdColour * Lambertian.Light(surface, Ambient, Diffuse),
            Normal = Lambertian.NormalGradient(surface, Diffuse * Float3.Dot(surface.Albedo, dLdColour)) + direction * slope,
        };
    }

    private static float Cosine(in Surface surface)
        => 2f * Float3.Dot(surface.Normal, surface.ToLight) * Float3.Dot(surface.Normal, surface.ToViewer) - Float3.Dot(surface.ToLight, surface.ToViewer);
}

/// <summary>The lobe xᵉ of a highlight on the lit side.</summary>
internal static class Highlight
{
    public static float Value(in Surface surface, float cosine, float exponent)
        => IsDark(surface, cosine) ? 0f : cosine * Power(cosine, exponent - 1f);

    public static float Derivative(in Surface surface, float cosine, float exponent)
        => IsDark(surface, cosine) ? 0f : exponent * Power(cosine, exponent - 1f);

    // Comparisons that NaN fails, so that it stays visible in the colour.
    private static bool IsDark(in Surface surface, float cosine) => cosine <= 0f || Float3.Dot(surface.Normal, surface.ToLight) <= 0f;

    private static float Power(float x, float exponent) => MathF.Exp(exponent * MathF.Log(x));
}
