using System;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Field;

/// <summary>From the words of a configuration to the options of kernels.</summary>
internal static class FieldTranslation
{
    /// <summary>The field of a configuration.</summary>
    public static FieldOptions Translate(NerfConfiguration nerf, BackgroundConfiguration? background)
    {
        ArgumentNullException.ThrowIfNull(nerf);
        PositionEncodingOptions encoding = Encoding(nerf);
        var bound = new SceneBound(nerf.BoundKind, nerf.Bound);
        return new FieldOptions
        {
            Bound = bound,
            Encoding = encoding,
            Networks = Networks(nerf, encoding.FeatureCount),
            Density = Density(nerf, bound),
            AlbedoGain = nerf.AlbedoGain,
            AlbedoActivation = nerf.AlbedoActivation,
            Normals = Normals(nerf),
            Background = background is { IsLearnt: true } ? Background(background) : null,
        };
    }

    private static PositionEncodingOptions Encoding(NerfConfiguration nerf)
    {
        EncoderConfiguration encoder = nerf.Encoder;
        return encoder.EncoderType switch
        {
            EncoderType.Hashgrid => new HashGridEncodingOptions(Grid(encoder, nerf.Bound), encoder.InitScale) { MaxLevel = encoder.EncoderMaxLevel ?? 1f },
            EncoderType.Frequency => new FrequencyEncodingOptions(new FrequencyOptions { FrequencyCount = encoder.EncoderMultiRes }),
            EncoderType.Integrated => new IntegratedEncodingOptions(
                new IntegratedPositionalOptions { FrequencyCount = encoder.EncoderMultiRes },
                encoder.Covariance,
                encoder.CovarianceScale switch
                {
                    Configuration.CovarianceScale.StandardDeviation => Kernels.Encode.CovarianceScale.StandardDeviation,
                    Configuration.CovarianceScale.Variance => Kernels.Encode.CovarianceScale.Variance,
                    _ => throw new ArgumentOutOfRangeException(nameof(nerf), encoder.CovarianceScale, "Unknown meaning of the covariance."),
                }),
            _ => throw new ArgumentOutOfRangeException(nameof(nerf), encoder.EncoderType, "Unknown encoder."),
        };
    }

    private static HashGridOptions Grid(EncoderConfiguration encoder, float bound) => new HashGridOptions
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
            _ => throw new ArgumentOutOfRangeException(nameof(encoder), encoder.Interpolation, "Unknown interpolation."),
        },
    }.InCube(bound);

    private static FieldNetworkOptions Networks(NerfConfiguration nerf, int features) => nerf is { SigmaNet: { } sigma, FeaturesNet: { } albedo }
        ? new SeparateNetworkOptions(
            Network(sigma, features, nerf.SigmaNetNumOutputDims), Network(albedo, features, nerf.FeaturesNetNumOutputDims))
        : new JointNetworkOptions(Network(nerf.Net, features, outputs: 4));

    private static MlpOptions Network(MlpConfiguration network, int inputs, int outputs) => new()
    {
        InputCount = inputs,
        Width = network.NumHiddenDims,
        HiddenLayers = network.HiddenLayers,
        OutputCount = outputs,
        HasBias = network.Bias,
        HiddenActivation = Activation(network),
    };

    private static DensityOptions Density(NerfConfiguration nerf, SceneBound bound) => new()
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
            null => nerf.DensityActivation == Configuration.DensityActivation.Softplus ? DensityBlob.Linear : DensityBlob.Gaussian,
            _ => throw new ArgumentOutOfRangeException(nameof(nerf), nerf.BlobKind, "Unknown blob."),
        },
        BlobDensity = nerf.BlobDensity,
        BlobRadius = nerf.BlobRadius,
        Gain = nerf.DensityGain,
        Bias = nerf.DensityBias,
        Scale = nerf.DensityScale,
        Bound = bound.DensityRadius,
    };

    private static FieldNormals Normals(NerfConfiguration nerf)
    {
        FieldNormals Differences(DifferenceScheme scheme) => new DifferenceFieldNormals(
            new FiniteDifferenceOptions { Scheme = scheme, Epsilon = nerf.FiniteDifferenceNormalEps, Bound = nerf.Bound });

        return nerf.NormalType switch
        {
            NormalType.Analytic or NormalType.Autograd => FieldNormals.Analytic,
            NormalType.CentralFiniteDifference => Differences(DifferenceScheme.Central),
            NormalType.ForwardFiniteDifference => Differences(DifferenceScheme.Forward),
            NormalType.BackwardFiniteDifference => Differences(DifferenceScheme.Backward),
            _ => throw new ArgumentOutOfRangeException(nameof(nerf), nerf.NormalType, "Unknown kind of normals."),
        };
    }

    private static EnvironmentOptions Background(BackgroundConfiguration background) => new()
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
        HiddenActivation = Activation(background.Net),
    };

    private static HiddenActivation Activation(MlpConfiguration network) => network.HiddenActivation switch
    {
        MlpActivation.Relu => HiddenActivation.Relu,
        MlpActivation.Silu => HiddenActivation.Silu,
        _ => throw new ArgumentOutOfRangeException(nameof(network), network.HiddenActivation, "Unknown hidden activation."),
    };
}
