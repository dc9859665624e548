using System;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Field;

/// <summary>The kernels' options that a configuration's <c>nerf</c> group stands for.</summary>
/// <param name="Grid">The position encoding over the cube [-bound, bound]³.</param>
/// <param name="Network">The network behind it: one density output, three of colour.</param>
/// <param name="Density">From the first output to σ.</param>
/// <param name="AlbedoGain">Factor on the colour outputs before the sigmoid.</param>
/// <param name="InitialFeature">Features start uniform in ± this.</param>
public sealed record FieldOptions(HashGridOptions Grid, MlpOptions Network, DensityOptions Density, float AlbedoGain, float InitialFeature)
{
    /// <summary>Column of the density in the network's output.</summary>
    public const int DensityColumn = 0;

    /// <summary>First of the three columns of the albedo in the network's output.</summary>
    public const int AlbedoColumn = 1;

    /// <summary>
    /// Whether analytic normals keep the features' derivatives between their passes (12 bytes per sample and feature; on a CPU also the
    /// network's hidden units, 4 bytes each), default true. Without them the table is read twice more, its gradient takes a second pass, and
    /// the hidden units are computed four times: for devices where memory is shorter than time.
    /// </summary>
    public bool KeepsJacobian { get; init; } = true;

    /// <summary>The learnt background; null, the default, for none.</summary>
    public EnvironmentOptions? Background { get; init; }

    /// <summary>Radius of the sphere that holds the field, world units.</summary>
    public float Bound => Density.Bound;

    /// <summary>Translates a configuration.</summary>
    /// <param name="nerf">The field.</param>
    /// <param name="background">What is behind it; null for nothing that is learnt.</param>
    public static FieldOptions From(NerfConfiguration nerf, BackgroundConfiguration? background = null)
    {
        ArgumentNullException.ThrowIfNull(nerf);
        EncoderConfiguration encoder = nerf.Encoder;
        HashGridOptions grid = new HashGridOptions
        {
            LevelCount = encoder.Levels,
            FeaturesPerLevel = encoder.FeaturesPerLevel,
            Log2TableSize = encoder.Log2HashmapSize,
            BaseResolution = encoder.BaseResolution,
            PerLevelScale = HashGridOptions.PerLevelScaleFor(encoder.BaseResolution, encoder.DesiredResolution, encoder.Levels),
            Interpolation = encoder.Interpolation switch
            {
                GridInterpolation.Linear => HashGridInterpolation.Linear,
                GridInterpolation.Smoothstep => HashGridInterpolation.Smoothstep,
                _ => throw new ArgumentOutOfRangeException(nameof(nerf), encoder.Interpolation, "Unknown interpolation."),
            },
        }.InCube(nerf.Bound);
        var network = new MlpOptions
        {
            InputCount = grid.FeatureCount,
            Width = nerf.Net.NumHiddenDims,
            HiddenLayers = nerf.Net.HiddenLayers,
            OutputCount = 4,
            HasBias = nerf.Net.Bias,
            HiddenActivation = ActivationFrom(nerf.Net),
        };
        return new FieldOptions(grid, network, DensityFrom(nerf), nerf.AlbedoGain, encoder.InitScale)
        {
            Background = background is { IsLearnt: true } ? BackgroundFrom(background) : null,
        };
    }

    private static EnvironmentOptions BackgroundFrom(BackgroundConfiguration background) => new()
    {
        Encoding = background.EncoderType switch
        {
            DirectionEncoderType.Frequency => DirectionEncoding.Frequency,
            DirectionEncoderType.SphericalHarmonics => DirectionEncoding.SphericalHarmonics,
            null => background.Kind == BackgroundKind.Torchngp ? DirectionEncoding.Frequency : DirectionEncoding.SphericalHarmonics,
            _ => throw new ArgumentOutOfRangeException(nameof(background), background.EncoderType, "Unknown direction encoding."),
        },
        FrequencyCount = background.EncoderMultiRes,
        Degree = background.EncoderDegree,
        Width = background.Net.NumHiddenDims,
        HiddenLayers = background.Net.HiddenLayers,
        HasBias = background.Net.Bias,
        HiddenActivation = ActivationFrom(background.Net),
    };

    private static HiddenActivation ActivationFrom(MlpConfiguration network) => network.HiddenActivation switch
    {
        MlpActivation.Relu => HiddenActivation.Relu,
        MlpActivation.Silu => HiddenActivation.Silu,
        _ => throw new ArgumentOutOfRangeException(nameof(network), network.HiddenActivation, "Unknown hidden activation."),
    };

    private static DensityOptions DensityFrom(NerfConfiguration nerf) => new()
    {
        Activation = nerf.DensityActivation switch
        {
            Configuration.DensityActivation.Exp => Kernels.Shade.DensityActivation.Exp,
            Configuration.DensityActivation.Softplus => Kernels.Shade.DensityActivation.Softplus,
            _ => throw new ArgumentOutOfRangeException(nameof(nerf), nerf.DensityActivation, "Unknown density activation."),
        },
        Blob = nerf.BlobKind switch
        {
            BlobKind.Linear => DensityBlob.Linear,
            BlobKind.Gaussian => DensityBlob.Gaussian,
            BlobKind.AddedGaussian => DensityBlob.AddedGaussian,
            _ => throw new ArgumentOutOfRangeException(nameof(nerf), nerf.BlobKind, "Unknown blob."),
        },
        BlobDensity = nerf.BlobDensity,
        BlobRadius = nerf.BlobRadius,
        Gain = nerf.DensityGain,
        Bias = nerf.DensityBias,
        Scale = nerf.DensityScale,
        Bound = nerf.Bound,
    };
}
