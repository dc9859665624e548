using System;
using DreamFusion.Kernels.Shade;

namespace DreamFusion.References.Shade;

/// <summary>Normals by central differences in double precision, one axis at a time.</summary>
public static class FiniteDifferenceReference
{
    /// <summary>Taps [6M, 3]: upper, then lower, along x, y, z.</summary>
    public static double[] Taps(FiniteDifferenceOptions options, double[] positions)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(positions);
        var taps = new double[6 * positions.Length];
        for (int tap = 0; tap < 2 * positions.Length; tap++)
        {
            int sample = tap / 6, axis = tap % 6 / 2, sign = tap % 2 == 0 ? 1 : -1;
            for (int k = 0; k < 3; k++)
            {
                double x = positions[3 * sample + k] + (k == axis ? sign * (double)options.Epsilon : 0);
                taps[3 * tap + k] = Math.Clamp(x, -options.Bound, options.Bound);
            }
        }

        return taps;
    }

    /// <summary>n [M, 3] from σ at the taps [6M].</summary>
    public static double[] Normals(FiniteDifferenceOptions options, double[] positions, double[] sigma)
    {
        ArgumentNullException.ThrowIfNull(sigma);
        double[] taps = Taps(options, positions);
        var normals = new double[positions.Length];
        for (int sample = 0; sample < positions.Length / 3; sample++)
        {
            var g = new double[3];
            for (int axis = 0; axis < 3; axis++)
            {
                int upper = 6 * sample + 2 * axis;
                double distance = taps[3 * upper + axis] - taps[3 * (upper + 1) + axis];
                g[axis] = distance > 0 ? (sigma[upper] - sigma[upper + 1]) / distance : 0;
            }

            double length = Math.Sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
            for (int axis = 0; axis < 3 && length > 1e-12; axis++)
            {
                normals[3 * sample + axis] = -g[axis] / length;
            }
        }

        return normals;
    }
}
