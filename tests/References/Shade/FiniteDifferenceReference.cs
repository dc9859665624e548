using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Shade;

namespace DreamFusion.References.Shade;

/// <summary>Normals by differences in double precision, one axis at a time.</summary>
public static class FiniteDifferenceReference
{
    /// <summary>Taps [6M, 3]: upper, then lower, along x, y, z; one-sided ones [4M, 3]: the sample, then its neighbours along x, y, z.</summary>
    public static double[] Taps(FiniteDifferenceOptions options, double[] positions)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(positions);
        return [.. positions.Chunk(3).SelectMany(x => Offsets(options).SelectMany(offset => x.Zip(offset, (p, d) => Math.Clamp(p + d, -options.Bound, options.Bound))))];
    }

    /// <summary>n [M, 3] from σ at the taps.</summary>
    public static double[] Normals(FiniteDifferenceOptions options, double[] positions, double[] sigma)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sigma);
        double[] taps = Taps(options, positions);
        var normals = new double[positions.Length];
        for (int sample = 0; sample < positions.Length / 3; sample++)
        {
            var g = new double[3];
            for (int axis = 0; axis < 3; axis++)
            {
                (int upper, int lower) = options.Scheme switch
                {
                    DifferenceScheme.Forward => ((4 * sample) + 1 + axis, 4 * sample),
                    DifferenceScheme.Backward => (4 * sample, (4 * sample) + 1 + axis),
                    _ => ((6 * sample) + (2 * axis), (6 * sample) + (2 * axis) + 1),
                };
                double distance = taps[(3 * upper) + axis] - taps[(3 * lower) + axis];
                g[axis] = distance > 0 ? (sigma[upper] - sigma[lower]) / distance : 0;
            }
            double length = Math.Sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
            for (int axis = 0; axis < 3 && length > 1e-12; axis++)
            {
                normals[3 * sample + axis] = -g[axis] / length;
            }
        }
        return normals;
    }

    private static IEnumerable<double[]> Offsets(FiniteDifferenceOptions options)
    {
        double e = options.Epsilon;
        double[][] upper = [[e, 0, 0], [0, e, 0], [0, 0, e]], lower = [[-e, 0, 0], [0, -e, 0], [0, 0, -e]];
        return options.Scheme switch
        {
            DifferenceScheme.Forward => [[0, 0, 0], .. upper],
            DifferenceScheme.Backward => [[0, 0, 0], .. lower],
            _ => upper.Zip(lower).SelectMany(pair => new[] { pair.First, pair.Second }),
        };
    }
}
