using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Shade;

/// <summary>How a raw network output becomes a density.</summary>
public enum DensityActivation
{
    /// <summary>exp(a), with the gradient exp(min(a, 15)) of instant-ngp.</summary>
    Exp,

    /// <summary>ln(1 + exp(a)).</summary>
    Softplus,
}

/// <summary>Shape of the bias that puts matter at the origin before training.</summary>
public enum DensityBlob
{
    /// <summary>density (1 - |x| / radius), Magic3D.</summary>
    Linear,

    /// <summary>density exp(-|x|² / (2 radius²)) before the activation, as stable-dreamfusion and threestudio do.</summary>
    Gaussian,

    /// <summary>
    /// The same Gaussian added to the density after the activation, DreamFusion's own form; its height is a density, ≥ 0. There
    /// is no linear one: it would make densities negative far out.
    /// </summary>
    AddedGaussian,
}

/// <summary>
/// σ = Scale · act(Gain·o + blob(x) + Bias) for |x| ≤ Bound, 0 outside; with <see cref="DensityBlob.AddedGaussian"/>
/// σ = Scale · act(Gain·o + Bias) + blob(x).
/// </summary>
public sealed record DensityOptions
{
    /// <summary>Activation, default exp.</summary>
    public DensityActivation Activation { get; init; } = DensityActivation.Exp;

    /// <summary>Blob shape, default Gaussian.</summary>
    public DensityBlob Blob { get; init; } = DensityBlob.Gaussian;

    /// <summary>
    /// Blob height, in units of the activation's argument, or 1/world unit for a blob that is added after it; any finite number (there
    /// ≥ 0), 0 switches the blob off, default 5.
    /// </summary>
    public float BlobDensity { get; init; } = 5f;

    /// <summary>Blob radius, world units, &gt; 0, default 0.2.</summary>
    public float BlobRadius { get; init; } = 0.2f;

    /// <summary>Factor of the raw output, finite, default 1.</summary>
    public float Gain { get; init; } = 1f;

    /// <summary>Added before the activation, finite, default 0.</summary>
    public float Bias { get; init; }

    /// <summary>Factor after the activation, 1/world unit, &gt; 0, default 1.</summary>
    public float Scale { get; init; } = 1f;

    /// <summary>Radius of the ball that may hold matter, world units, &gt; 0; default unlimited.</summary>
    public float Bound { get; init; } = float.PositiveInfinity;

    /// <summary>σ = 10 softplus(4 o + 5 (1 - |x| / 0.6) - 1) within 1.15, the field of the small embedded prior.</summary>
    public static DensityOptions Toybox { get; } = new()
    {
        Activation = DensityActivation.Softplus,
        Blob = DensityBlob.Linear,
        BlobDensity = 5f,
        BlobRadius = 0.6f,
        Gain = 4f,
        Bias = -1f,
        Scale = 10f,
        Bound = 1.15f,
    };

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        Require(float.IsFinite(BlobDensity), "blob_density", BlobDensity, "a finite number");
        Require(Blob != DensityBlob.AddedGaussian || BlobDensity >= 0f, "blob_density", BlobDensity, "a number of at least 0, because the blob is added to the density");
        Require(float.IsFinite(BlobRadius) && BlobRadius > 0f, "blob_radius", BlobRadius, "a positive number");
        Require(float.IsFinite(Gain), "density gain", Gain, "a finite number");
        Require(float.IsFinite(Bias), "density bias", Bias, "a finite number");
        Require(float.IsFinite(Scale) && Scale > 0f, "density scale", Scale, "a positive number");
        Require(Bound > 0f, "bound", Bound, "a positive number");
        return problems;

        void Require(bool condition, string name, float value, string expected)
        {
            if (!condition)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"Density: {name} is {value}, expected {expected}; change it in the configuration."));
            }
        }
    }
}
