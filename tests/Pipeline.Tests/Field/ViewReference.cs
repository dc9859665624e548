using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.References.Composite;
using DreamFusion.References.Encode;
using DreamFusion.References.Mlp;
using DreamFusion.References.Shade;

namespace DreamFusion.Pipeline.Tests.Field;

/// <summary>The rays and samples of a view, as the march gave them.</summary>
internal sealed record ViewSamples(
    int[] Offsets, int[] Counts, double[] Positions, int[] RayIndices, double[] Distances, double[] Lengths, double[] Directions);

/// <summary>What a view shows, in double precision.</summary>
internal sealed record ViewValues(double[] Normals, CompositeReference.Output Output);

/// <summary>A field and its view in double precision, composed of the references of each stage; parameters by their names.</summary>
internal sealed class ViewReference(FieldOptions options, double variance, int activeLevels)
{
    /// <summary>Image and weights of a view.</summary>
    public ViewValues Render(Dictionary<string, double[]> parameters, ViewSamples samples, ViewShading shading, bool withNormals)
    {
        double[] features = Encode(parameters, samples.Positions);
        (double[] raw, double[] albedo) = Outputs(parameters, features);
        double[] sigma = Sigma(options.Density, raw, samples.Positions);
        double[] normals = withNormals ? Normals(parameters, samples.Positions) : new double[samples.Positions.Length];
        return new ViewValues(normals, new CompositeReference
        {
            Offsets = samples.Offsets,
            Counts = samples.Counts,
            Densities = sigma,
            Lengths = samples.Lengths,
            Distances = samples.Distances,
            Colours = Colours(shading, samples, albedo, normals),
            Normals = normals,
            Backgrounds = Background(parameters, shading, samples),
        }.Render());
    }

    /// <summary>n [M, 3] at any points.</summary>
    public double[] Normals(Dictionary<string, double[]> parameters, double[] positions)
    {
        if (options.Normals is DifferenceFieldNormals { Differences: { } differences })
        {
            double[] taps = FiniteDifferenceReference.Taps(differences, positions);
            double[] atTaps = Sigma(options.Density with { Bound = float.PositiveInfinity }, Outputs(parameters, Encode(parameters, taps)).Raw, taps);
            return FiniteDifferenceReference.Normals(differences, positions, atTaps);
        }
        double[] features = Encode(parameters, positions);
        double[] raw = Outputs(parameters, features).Raw;
        (MlpOptions network, double[] weights) = DensityNetwork(parameters);
        double[] nu = PositionGradient(parameters, positions, new MlpReference(network).InputGradient(weights, features, 0));
        return [.. Enumerable.Range(0, raw.Length).SelectMany(i => options.Density.Blob == DensityBlob.AddedGaussian
            ? DensityReference.DensityNormal(options.Density, raw[i], nu.AsSpan(3 * i, 3), positions.AsSpan(3 * i, 3))
            : DensityReference.Normal(options.Density, nu.AsSpan(3 * i, 3), positions.AsSpan(3 * i, 3)))];
    }

    private double[] Encode(Dictionary<string, double[]> parameters, double[] positions) => options.Encoding switch
    {
        HashGridEncodingOptions grid => new HashGridReference(grid.Grid).Encode(parameters[RadianceField.TableName], positions, activeLevels),
        FrequencyEncodingOptions frequency => SinusoidalReference.Frequency(frequency.Frequency, positions),
        IntegratedEncodingOptions integrated => SinusoidalReference.Integrated(integrated.Bands, positions, Variances(positions)),
        _ => throw new InvalidOperationException(),
    };

    private double[] PositionGradient(Dictionary<string, double[]> parameters, double[] positions, double[] q) => options.Encoding switch
    {
        HashGridEncodingOptions grid => new HashGridReference(grid.Grid).PositionGradient(parameters[RadianceField.TableName], positions, q, activeLevels),
        FrequencyEncodingOptions frequency => SinusoidalReference.FrequencyInputGradient(frequency.Frequency, positions, q),
        IntegratedEncodingOptions integrated => SinusoidalReference.IntegratedMeanGradient(integrated.Bands, positions, Variances(positions), q),
        _ => throw new InvalidOperationException(),
    };

    private double[] Variances(double[] positions) => [.. Enumerable.Repeat(variance, positions.Length / 3)];

    private (MlpOptions Network, double[] Weights) DensityNetwork(Dictionary<string, double[]> parameters) => options.Networks switch
    {
        JointNetworkOptions joint => (joint.Network, parameters[RadianceField.NetworkName]),
        SeparateNetworkOptions separate => (separate.Sigma, parameters[RadianceField.SigmaNetworkName]),
        _ => throw new InvalidOperationException(),
    };

    private (double[] Raw, double[] Albedo) Outputs(Dictionary<string, double[]> parameters, double[] features)
    {
        (MlpOptions network, double[] weights) = DensityNetwork(parameters);
        double[] outputs = new MlpReference(network).Forward(weights, features);
        double[][] rows = [.. outputs.Chunk(network.OutputCount)];
        double[] albedo = options.Networks is SeparateNetworkOptions separate
            ? new MlpReference(separate.Features).Forward(parameters[RadianceField.FeaturesNetworkName], features)
            : [.. rows.SelectMany(row => row[1..])];
        return ([.. rows.Select(row => row[0])], [.. albedo.Select(p => options.AlbedoActivation == AlbedoActivation.Linear
            ? ((options.AlbedoGain * p) + 1) / 2
            : DensityReference.Albedo(options.AlbedoGain, p))]);
    }

    private static double[] Sigma(DensityOptions density, double[] raw, double[] positions) =>
        [.. raw.Select((o, i) => DensityReference.Sigma(density, o, positions[3 * i], positions[(3 * i) + 1], positions[(3 * i) + 2]))];

    private static double[] Colours(ViewShading shading, ViewSamples samples, double[] albedo, double[] normals)
    {
        double ambient = shading.Ambient, diffuse = shading.Diffuse ?? 1 - shading.Ambient;
        System.Numerics.Vector3 vector = shading.LightPosition ?? shading.LightDirection;
        double[] light = [vector.X, vector.Y, vector.Z];
        bool isPoint = shading.LightPosition is not null;
        double[] colour = shading.Mode is ShadingMode.Albedo or ShadingMode.Normal
            ? [1, 1, 1]
            : [shading.LightColour.R, shading.LightColour.G, shading.LightColour.B];
        MaterialConfiguration material = shading.Material ?? new MaterialConfiguration();
        var colours = new double[albedo.Length];
        for (int i = 0; i < samples.RayIndices.Length; i++)
        {
            Range row = (3 * i)..((3 * i) + 3);
            int ray = samples.RayIndices[i];
            double[] view = [.. samples.Directions[(3 * ray)..((3 * ray) + 3)].Select(d => -d)];
            double[] shaded = shading.Mode == ShadingMode.Phong
                ? ShadingReference.Glossy(
                    material.SpecularVector == Pipeline.Configuration.SpecularVector.Half, ambient, diffuse, material.SpecularStrength, material.SpecularExponent,
                    light, isPoint, samples.Positions[row], view, albedo[row], normals[row])
                : ShadingReference.Shade(Model(shading.Mode), ambient, diffuse, light, isPoint, samples.Positions[row], albedo[row], normals[row]);
            for (int c = 0; c < 3; c++)
            {
                colours[(3 * i) + c] = colour[c] * shaded[c];
            }
        }
        return colours;
    }

    private static ShadingReference.Model Model(ShadingMode mode) => mode switch
    {
        ShadingMode.Albedo => ShadingReference.Model.Albedo,
        ShadingMode.Lambertian => ShadingReference.Model.Lambertian,
        ShadingMode.Textureless => ShadingReference.Model.Textureless,
        _ => ShadingReference.Model.Normal,
    };

    private double[] Background(Dictionary<string, double[]> parameters, ViewShading shading, ViewSamples samples)
    {
        if (shading.Background is { } colour)
        {
            return [.. samples.Offsets.SelectMany(_ => new double[] { colour.R, colour.G, colour.B })];
        }
        EnvironmentOptions environment = options.Background!;
        double[] features = environment.Encoding == DirectionEncoding.Frequency
            ? SinusoidalReference.Frequency(environment.Frequency, samples.Directions)
            : SphericalHarmonicsReference.Encode(environment.Degree, samples.Directions);
        return new MlpReference(environment.Network).Forward(parameters[RadianceField.BackgroundName], features);
    }
}
