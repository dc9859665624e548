using System;

namespace DreamFusion.References.Composite;

/// <summary>Alpha compositing in double precision, written from the volume rendering sum.</summary>
public sealed class CompositeReference
{
    public const double MinTransmittance = 1e-4;

    /// <summary>First sample of each ray [R].</summary>
    public required int[] Offsets { get; init; }

    /// <summary>Samples of each ray [R].</summary>
    public required int[] Counts { get; init; }

    public required double[] Densities { get; init; }

    public required double[] Lengths { get; init; }

    public required double[] Distances { get; init; }

    /// <summary>Rows of three [M, 3].</summary>
    public required double[] Colours { get; init; }

    /// <summary>Rows of three [M, 3].</summary>
    public required double[] Normals { get; init; }

    /// <summary>Rows of three [R, 3].</summary>
    public required double[] Backgrounds { get; init; }

    public int RayCount => Offsets.Length;

    public int SampleCount => Densities.Length;

    public sealed record Output(double[] Image, double[] Opacity, double[] Depth, double[] NormalImage, double[] Weights, double[] Transmittance);

    public Output Render()
    {
        var output = new Output(new double[3 * RayCount], new double[RayCount], new double[RayCount], new double[3 * RayCount], new double[SampleCount], new double[RayCount]);
        for (int ray = 0; ray < RayCount; ray++)
        {
            for (int n = 0; n < Counts[ray]; n++)
            {
                int i = Offsets[ray] + n;
                // T_i from its definition, as a product over all samples in front.
                double transmittance = TransmittanceBefore(ray, n);
                output.Weights[i] = transmittance < MinTransmittance ? 0 : transmittance * (1 - Math.Exp(-Densities[i] * Lengths[i]));
                output.Opacity[ray] += output.Weights[i];
                output.Depth[ray] += output.Weights[i] * Distances[i];
                for (int k = 0; k < 3; k++)
                {
                    output.Image[3 * ray + k] += output.Weights[i] * Colours[3 * i + k];
                    output.NormalImage[3 * ray + k] += output.Weights[i] * Normals[3 * i + k];
                }
            }
            output.Transmittance[ray] = 1 - output.Opacity[ray];
            for (int k = 0; k < 3; k++)
            {
                output.Image[3 * ray + k] += output.Transmittance[ray] * Backgrounds[3 * ray + k];
            }
        }
        return output;
    }

    private double TransmittanceBefore(int ray, int n)
    {
        double transmittance = 1;
        for (int j = 0; j < n; j++)
        {
            transmittance *= Math.Exp(-Densities[Offsets[ray] + j] * Lengths[Offsets[ray] + j]);
        }
        return transmittance;
    }
}
