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
        => options.Gain * raw + Blob(options, x, y, z) + options.Bias;

    public static double Sigma(DensityOptions options, double raw, double x, double y, double z)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Math.Sqrt(x * x + y * y + z * z) > options.Bound)
        {
            return 0;
        }

        double a = Argument(options, raw, x, y, z);
        return options.Scale * (options.Activation == DensityActivation.Exp ? Math.Exp(a) : Softplus(a));
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
        double gx = options.Gain * nu[0] + factor * x;
        double gy = options.Gain * nu[1] + factor * y;
        double gz = options.Gain * nu[2] + factor * z;
        double norm = Math.Sqrt(gx * gx + gy * gy + gz * gz);
        return norm > 1e-6 ? [-gx / norm, -gy / norm, -gz / norm] : [0, 0, 0];
    }

    // log1p by its series where the logarithm of 1 + e would lose e.
    private static double Softplus(double a)
    {
        double e = Math.Exp(-Math.Abs(a));
        double log1p = e < 1e-5 ? e - e * e / 2 + e * e * e / 3 : Math.Log(1 + e);
        return Math.Max(a, 0) + log1p;
    }
}
