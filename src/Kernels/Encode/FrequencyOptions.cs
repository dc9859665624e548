using System;
using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Encode;

/// <summary>The two published forms of the frequency encoding; they differ in the angles and in the order of the features.</summary>
public enum FrequencyForm
{
    /// <summary>
    /// torch-ngp and stable-dreamfusion: [x, sin x, cos x, sin 2x, cos 2x, ...], no factor π; each of them a run of D features.
    /// </summary>
    TorchNgp,

    /// <summary>
    /// tiny-cuda-nn: sin(2ᵏπx), cos(2ᵏπx), without x itself; per dimension, then per frequency, sine before cosine. Columns that
    /// tiny-cuda-nn pads with 1 for alignment are not part of the encoding here.
    /// </summary>
    TinyCudaNn,
}

/// <summary>Shape of a frequency encoding.</summary>
public sealed record FrequencyOptions
{
    /// <summary>Largest <see cref="FrequencyCount"/>; from 2²⁰ on the angle of a float has no fraction worth encoding.</summary>
    public const int MaxFrequencyCount = 20;

    /// <summary>Angles and order of the features, default torch-ngp's.</summary>
    public FrequencyForm Form { get; init; } = FrequencyForm.TorchNgp;

    /// <summary>Dimensions of the input D, 1 to 16, default 3.</summary>
    public int DimensionCount { get; init; } = 3;

    /// <summary>Frequencies K: 2⁰ to 2ᴷ⁻¹, 1 to 20, default 6 (stable-dreamfusion's background).</summary>
    public int FrequencyCount { get; init; } = 6;

    /// <summary>Features per row: D + 2DK for torch-ngp's form, 2DK for tiny-cuda-nn's.</summary>
    public int FeatureCount => DimensionCount * (2 * FrequencyCount + (Form == FrequencyForm.TorchNgp ? 1 : 0));

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        if (!Enum.IsDefined(Form))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Frequency encoding: unknown form {(int)Form}; use TorchNgp or TinyCudaNn."));
        }

        if (DimensionCount is < 1 or > 16)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Frequency encoding: {DimensionCount} dimensions, expected 1 to 16; change encoder.input_dims."));
        }

        if (FrequencyCount is < 1 or > MaxFrequencyCount)
        {
            problems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Frequency encoding: {FrequencyCount} frequencies, expected 1 to {MaxFrequencyCount}; change encoder.multi_res."));
        }

        return problems;
    }
}
