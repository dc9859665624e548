using System.Collections.Generic;
using System.Globalization;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;

namespace DreamFusion.Kernels.Shade;

/// <summary>How the environment map encodes a direction.</summary>
public enum DirectionEncoding
{
    /// <summary>Sines and cosines, torch-ngp's form (stable-dreamfusion's and DreamFusion's background).</summary>
    Frequency,

    /// <summary>Spherical harmonics (threestudio's neural environment map).</summary>
    SphericalHarmonics,
}

/// <summary>
/// A learnt background: the colour that a small network gives to a ray's encoded unit direction,
/// <c>b = sigmoid(network(encode(d)))</c>. Source: DreamFusion (Poole et al. 2022), section 3.1. The direction is normalised before
/// it is encoded, which stable-dreamfusion does not do: there the background changes with the focal length.
/// </summary>
public sealed record EnvironmentOptions
{
    /// <summary>Encoding of the direction, default frequency.</summary>
    public DirectionEncoding Encoding { get; init; } = DirectionEncoding.Frequency;

    /// <summary>Frequencies of the frequency encoding, 1 to 20, default 6 (39 features).</summary>
    public int FrequencyCount { get; init; } = 6;

    /// <summary>Degree of the spherical harmonics, 1 to 4, default 3 (9 features).</summary>
    public int Degree { get; init; } = 3;

    /// <summary>Width of the hidden layers, 1 to 128, default 32.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Hidden layers, 1 to 4, default 1.</summary>
    public int HiddenLayers { get; init; } = 1;

    /// <summary>Whether every layer has a bias, default true.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>Activation of the hidden layers, default ReLU.</summary>
    public HiddenActivation HiddenActivation { get; init; } = HiddenActivation.Relu;

    /// <summary>The frequency encoding.</summary>
    public FrequencyOptions Frequency => new() { FrequencyCount = FrequencyCount };

    /// <summary>The network behind the encoding: three outputs through a sigmoid.</summary>
    public MlpOptions Network => new()
    {
        InputCount = Encoding == DirectionEncoding.Frequency ? Frequency.FeatureCount : Degree * Degree,
        Width = Width,
        HiddenLayers = HiddenLayers,
        OutputCount = 3,
        HasBias = HasBias,
        HiddenActivation = HiddenActivation,
        OutputActivation = OutputActivation.Sigmoid,
    };

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> problems = [];
        switch (Encoding)
        {
            case DirectionEncoding.Frequency:
                problems.AddRange(Frequency.Validate());
                break;
            case DirectionEncoding.SphericalHarmonics when Degree is < 1 or > 4:
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"Environment map: degree {Degree}, expected 1 to 4; change the background's encoding."));
                break;
            case DirectionEncoding.SphericalHarmonics:
                break;
            default:
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"Environment map: unknown encoding {(int)Encoding}; use Frequency or SphericalHarmonics."));
                break;
        }

        // The network's shape follows from the encoding's, so it is judged only behind a usable one.
        if (problems.Count == 0)
        {
            problems.AddRange(Network.Validate());
        }

        return problems;
    }
}
