using System;
using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Encode;

/// <summary>
/// What DreamFusion's annealed scale λ_Σ of the isotropic covariance means. The paper gives λ_Σ and its schedule, but the text
/// does not settle whether Σ = λ_Σ I or Σ = λ_Σ² I.
/// </summary>
public enum CovarianceScale
{
    /// <summary>
    /// λ_Σ is a standard deviation, Σ = λ_Σ² I; the default, because at the final 2e-3 all eight bands of the paper carry signal
    /// (the top one with exp(-½·2¹⁴·4e-6) = 0.97).
    /// </summary>
    StandardDeviation,

    /// <summary>λ_Σ is a variance, Σ = λ_Σ I: at 2e-3 band 5 keeps 0.36 and the top band is extinct (8e-8).</summary>
    Variance,
}

/// <summary>Shape of an integrated positional encoding.</summary>
public sealed record IntegratedPositionalOptions
{
    /// <summary>Dimensions of the input D, 1 to 16, default 3.</summary>
    public int DimensionCount { get; init; } = 3;

    /// <summary>Bands K: frequencies 2⁰ to 2ᴷ⁻¹, 1 to 16, default 8 (DreamFusion).</summary>
    public int FrequencyCount { get; init; } = 8;

    /// <summary>Features per row 2DK.</summary>
    public int FeatureCount => 2 * DimensionCount * FrequencyCount;

    /// <summary>
    /// The variance per axis at a training step, in DreamFusion's annealing: λ_Σ goes linearly from 5e-2 to 2e-3 over the first
    /// third of the run (5,000 of 15,000 steps) and stays there.
    /// </summary>
    /// <param name="scale">What λ_Σ means.</param>
    /// <param name="step">Step, ≥ 0.</param>
    /// <param name="stepCount">Steps of the run, positive.</param>
    public static float AnnealedVariance(CovarianceScale scale, int step, int stepCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepCount);
        double progress = Math.Min(1d, 3d * step / stepCount);
        double lambda = 5e-2 + (2e-3 - 5e-2) * progress;
        return (float)(scale == CovarianceScale.StandardDeviation ? lambda * lambda : lambda);
    }

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (DimensionCount is < 1 or > 16)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Integrated encoding: {DimensionCount} dimensions, expected 1 to 16; change encoder.input_dims."));
        }

        if (FrequencyCount is < 1 or > 16)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Integrated encoding: {FrequencyCount} bands, expected 1 to 16; change encoder.multi_res."));
        }

        return problems;
    }
}
