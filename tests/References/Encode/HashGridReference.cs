using System;
using DreamFusion.Kernels.Encode;

namespace DreamFusion.References.Encode;

/// <summary>
/// The hash grid in double precision, corner by corner from the definitions: tiny-cuda-nn's scale, rounding, dense rule and hash,
/// with modulo arithmetic and no shared factors.
/// </summary>
public sealed class HashGridReference
{
    private readonly HashGridOptions _options;
    private readonly int[] _offsets;

    public HashGridReference(HashGridOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _offsets = new int[options.LevelCount + 1];
        for (int level = 0; level < options.LevelCount; level++)
        {
            _offsets[level + 1] = _offsets[level] + (int)EntryCount(level);
        }
    }

    public int ParameterCount => _offsets[^1] * _options.FeaturesPerLevel;

    public double Scale(int level)
        => (float)(Math.Exp(level * Math.Log(_options.PerLevelScale)) * _options.BaseResolution - 1);

    public long Resolution(int level) => (long)Math.Ceiling(Scale(level)) + 1;

    public long EntryCount(int level)
    {
        long vertices = Resolution(level) * Resolution(level) * Resolution(level);
        return Math.Min((vertices + 7) / 8 * 8, 1L << _options.Log2TableSize);
    }

    /// <summary>First float of a vertex's features.</summary>
    public int VertexIndex(int level, long x, long y, long z)
    {
        long resolution = Resolution(level);
        long count = EntryCount(level);
        ulong index = count >= resolution * resolution * resolution
            ? (ulong)(x + y * resolution + z * resolution * resolution)
            : (uint)x ^ unchecked((uint)y * 2654435761u) ^ unchecked((uint)z * 805459861u);
        return (int)((ulong)_offsets[level] + index % (ulong)count) * _options.FeaturesPerLevel;
    }

    /// <summary>y [M, L·F].</summary>
    public double[] Encode(double[] table, double[] positions, int activeLevels)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(positions);
        int samples = positions.Length / 3;
        var features = new double[samples * _options.FeatureCount];
        for (int sample = 0; sample < samples; sample++)
        {
            for (int level = 0; level < activeLevels; level++)
            {
                ForEachCorner(positions, sample, level, (index, weight, _) =>
                {
                    for (int f = 0; f < _options.FeaturesPerLevel; f++)
                    {
                        features[sample * _options.FeatureCount + level * _options.FeaturesPerLevel + f] += weight * table[index + f];
                    }
                });
            }
        }

        return features;
    }

    /// <summary>ν = Jᵀu [M, 3].</summary>
    public double[] PositionGradient(double[] table, double[] positions, double[] cotangent, int activeLevels)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(cotangent);
        int samples = positions.Length / 3;
        var gradient = new double[samples * 3];
        for (int sample = 0; sample < samples; sample++)
        {
            for (int level = 0; level < activeLevels; level++)
            {
                ForEachCorner(positions, sample, level, (index, _, derivative) =>
                {
                    for (int f = 0; f < _options.FeaturesPerLevel; f++)
                    {
                        double u = cotangent[sample * _options.FeatureCount + level * _options.FeaturesPerLevel + f];
                        for (int axis = 0; axis < 3; axis++)
                        {
                            gradient[3 * sample + axis] += u * derivative[axis] * table[index + f];
                        }
                    }
                });
            }
        }

        return gradient;
    }

    private void ForEachCorner(double[] positions, int sample, int level, Action<int, double, double[]> visit)
    {
        double scale = Scale(level);
        Span<long> cell = stackalloc long[3];
        Span<double> weight = stackalloc double[3];
        Span<double> slope = stackalloc double[3];
        for (int axis = 0; axis < 3; axis++)
        {
            double unit = Math.Clamp(_options.PositionScale * positions[3 * sample + axis] + _options.PositionOffset, 0, 1);
            double p = scale * unit + 0.5;
            cell[axis] = (long)Math.Floor(p);
            double u = p - Math.Floor(p);
            bool smooth = _options.Interpolation == HashGridInterpolation.Smoothstep;
            weight[axis] = smooth ? u * u * (3 - 2 * u) : u;
            slope[axis] = (smooth ? 6 * u * (1 - u) : 1) * scale * _options.PositionScale;
        }

        for (int corner = 0; corner < 8; corner++)
        {
            Span<int> bit = [corner & 1, (corner >> 1) & 1, corner >> 2];
            double product = 1;
            double[] derivative = [1, 1, 1];
            for (int axis = 0; axis < 3; axis++)
            {
                double w = bit[axis] == 1 ? weight[axis] : 1 - weight[axis];
                product *= w;
                for (int by = 0; by < 3; by++)
                {
                    derivative[by] *= by == axis ? (bit[axis] == 1 ? slope[axis] : -slope[axis]) : w;
                }
            }

            visit(VertexIndex(level, cell[0] + bit[0], cell[1] + bit[1], cell[2] + bit[2]), product, derivative);
        }
    }
}
