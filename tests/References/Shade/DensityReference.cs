using System;
using DreamFusion.Kernels.Shade;

namespace DreamFusion.References.Shade;

/// <summary>Density, albedo and analytic normals in double precision, one sample at a time.</summary>
public static class DensityReference
{
    public static double Blob(DensityOptions options, double x, double y, double z)
    {
        ArgumentNullException.ThrowIfNull(options);
        double squared = x * x + y * y + z * z;
        return options.Blob == DensityBlob.Linear
            ? options.BlobDensity * (1 - Math.Sqrt(squared) / options.BlobRadius)
            : options.BlobDensity * Math.Exp(-squared / (2 * (double)options.BlobRadius * options.BlobRadius));
    }

    /// <summary>The argument of the activation.</summary>
    public static double Argument(DensityOptions options, double raw, double x, double y, double z)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Gain * raw + (options.Blob == DensityBlob.AddedGaussian ? 0 : Blob(options, x, y, z)) + options.Bias;
    }

    public static double Sigma(DensityOptions options, double raw, double x, double y, double z)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Math.Sqrt(x * x + y * y + z * z) > options.Bound)
        {
            return 0;
        }

        double a = Argument(options, raw, x, y, z);
        double sigma = options.Scale * (options.Activation == DensityActivation.Exp ? Math.Exp(a) : Softplus(a));
        return options.Blob == DensityBlob.AddedGaussian ? sigma + Blob(options, x, y, z) : sigma;
    }

    public static double Albedo(double gain, double raw) => 1 / (1 + Math.Exp(-gain * raw));

    /// <summary>n from ν; the blob's gradient from its closed form.</summary>
    public static double[] Normal(DensityOptions options, ReadOnlySpan<double> nu, ReadOnlySpan<double> position)
    {
        ArgumentNullException.ThrowIfNull(options);
        double x = position[0], y = position[1], z = position[2];
        double length = Math.Sqrt(x * x + y * y + z * z);
        double radius = options.BlobRadius;
        double factor = options.Blob == DensityBlob.Linear
            ? (length > 0 ? -options.BlobDensity / (radius * length) : 0)
            : -Blob(options, x, y, z) / (radius * radius);
        return Down(options.Gain, nu, factor, position, 1e-6);
    }

    /// <summary>n = -∇σ/|∇σ| for a Gaussian added after the activation, whose derivative is the one of the backward pass.</summary>
    public static double[] DensityNormal(DensityOptions options, double raw, ReadOnlySpan<double> nu, ReadOnlySpan<double> position)
    {
        ArgumentNullException.ThrowIfNull(options);
        double a = options.Gain * raw + options.Bias;
        double slope = options.Activation == DensityActivation.Exp ? Math.Exp(Math.Min(a, 15)) : 1 / (1 + Math.Exp(-a));
        double factor = -Blob(options, position[0], position[1], position[2]) / ((double)options.BlobRadius * options.BlobRadius);
        return Down((double)options.Scale * options.Gain * slope, nu, factor, position, 1e-12);
    }

    private static double[] Down(double slope, ReadOnlySpan<double> nu, double factor, ReadOnlySpan<double> position, double smallest)
    {
        double gx = slope * nu[0] + factor * position[0];
        double gy = slope * nu[1] + factor * position[1];
        double gz = slope * nu[2] + factor * position[2];
        double norm = Math.Sqrt(gx * gx + gy * gy + gz * gz);
        return norm > smallest ? [-gx / norm, -gy / norm, -gz / norm] : [0, 0, 0];
    }

    // log1p by its series where the logarithm of 1 + e would lose e.
    private static double Softplus(double a)
    {
        double e = Math.Exp(-Math.Abs(a));
        double log1p = e < 1e-5 ? e - e * e / 2 + e * e * e / 3 : Math.Log(1 + e);
        return Math.Max(a, 0) + log1p;
    }
}
