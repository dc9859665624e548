using DreamFusion.Kernels.Encode;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Field;

/// <summary>How positions become the inputs of the field's networks.</summary>
public abstract record PositionEncodingOptions
{
    /// <summary>Features of each position.</summary>
    public abstract int FeatureCount { get; }
}

/// <summary>A trainable multiresolution grid of features (Müller et al. 2022).</summary>
/// <param name="Grid">Its levels; the position scale maps world positions into the unit cube.</param>
/// <param name="InitialFeature">Features start uniform in ± this.</param>
public sealed record HashGridEncodingOptions(HashGridOptions Grid, float InitialFeature) : PositionEncodingOptions
{
    /// <inheritdoc/>
    public override int FeatureCount => Grid.FeatureCount;

    /// <summary>
    /// Whether analytic normals keep the features' derivatives between their passes (12 bytes per sample and feature; on a CPU also the
    /// network's hidden units, 4 bytes each), default true. Without them the table is read twice more, its gradient takes a second pass, and
    /// the hidden units are computed four times: for devices where memory is shorter than time.
    /// </summary>
    public bool KeepsJacobian { get; init; } = true;

    /// <summary>Share of the levels that are in use from the start, above 0 to 1, default 1; see <see cref="RadianceField.MaxLevel"/>.</summary>
    public float MaxLevel { get; init; } = 1f;
}

/// <summary>Sines and cosines of multiples of the world coordinates; nothing to train (Mildenhall et al. 2020).</summary>
/// <param name="Frequency">Frequencies and their order.</param>
public sealed record FrequencyEncodingOptions(FrequencyOptions Frequency) : PositionEncodingOptions
{
    /// <inheritdoc/>
    public override int FeatureCount => Frequency.FeatureCount;
}

/// <summary>
/// The expected sines and cosines of a Gaussian around the position, isotropic, its width annealed over the run; nothing to train.
/// Source: DreamFusion (Poole et al. 2022), appendix A.2, after mip-NeRF (Barron et al. 2021).
/// </summary>
/// <param name="Bands">Frequencies.</param>
/// <param name="Covariance">λ_Σ by step, &gt; 0.</param>
/// <param name="Scale">What λ_Σ means.</param>
public sealed record IntegratedEncodingOptions(IntegratedPositionalOptions Bands, ScheduledValue Covariance, Kernels.Encode.CovarianceScale Scale) : PositionEncodingOptions
{
    /// <inheritdoc/>
    public override int FeatureCount => Bands.FeatureCount;

    /// <summary>The variance along each axis at a step, square world units.</summary>
    /// <param name="step">Step, from 0.</param>
    public float VarianceAt(int step)
    {
        float lambda = Covariance.At(step);
        return Scale == Kernels.Encode.CovarianceScale.StandardDeviation ? lambda * lambda : lambda;
    }
}
