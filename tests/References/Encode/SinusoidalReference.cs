using System;
using System.Linq;
using DreamFusion.Kernels.Encode;

namespace DreamFusion.References.Encode;

/// <summary>The frequency and the integrated encoding in double precision, one row at a time, written from their formulas.</summary>
public static class SinusoidalReference
{
    /// <summary>Features of rows of D numbers.</summary>
    public static double[] Frequency(FrequencyOptions options, double[] inputs) =>
        inputs.Chunk(options.DimensionCount).SelectMany(x => FrequencyRow(options, x)).ToArray();

    /// <summary>Jᵀu of the frequency encoding: the sum over features of u times the derivative of the feature.</summary>
    public static double[] FrequencyInputGradient(FrequencyOptions options, double[] inputs, double[] cotangent)
    {
        int d = options.DimensionCount;
        // Differentiating y by a shift of a quarter turn: sin' = s sin(· + π/2), cos' = s cos(· + π/2).
        return inputs.Chunk(d).SelectMany((x, row) => Enumerable.Range(0, d).Select(dimension =>
        {
            double[] u = cotangent[(row * options.FeatureCount)..((row + 1) * options.FeatureCount)];
            double sum = options.Form == FrequencyForm.TorchNgp ? u[dimension] : 0;
            for (int k = 0; k < options.FrequencyCount; k++)
            {
                double frequency = Math.Pow(2, k) * (options.Form == FrequencyForm.TorchNgp ? 1 : Math.PI);
                sum += frequency * u[SineColumn(options, dimension, k)] * Math.Cos(frequency * x[dimension]);
                sum -= frequency * u[CosineColumn(options, dimension, k)] * Math.Sin(frequency * x[dimension]);
            }

            return sum;
        })).ToArray();
    }

    /// <summary>E[sin(2ᵏ z)] and E[cos(2ᵏ z)] for z ~ N(μ, v), all sines first; one variance per row.</summary>
    public static double[] Integrated(IntegratedPositionalOptions options, double[] means, double[] variances)
    {
        int d = options.DimensionCount;
        return means.Chunk(d).SelectMany((mean, row) => new[] { 0, Math.PI / 2 }.SelectMany(phase =>
            Enumerable.Range(0, options.FrequencyCount).SelectMany(k => mean.Select(m =>
                Math.Sin(Math.Pow(2, k) * m + phase) * Math.Exp(-Math.Pow(4, k) * variances[row] / 2))))).ToArray();
    }

    /// <summary>∂/∂μ of Σ u·y, by the derivative of each feature.</summary>
    public static double[] IntegratedMeanGradient(IntegratedPositionalOptions options, double[] means, double[] variances, double[] cotangent)
    {
        int d = options.DimensionCount;
        return means.Chunk(d).SelectMany((mean, row) => mean.Select((m, dimension) =>
        {
            double sum = 0;
            for (int feature = 0; feature < options.FeatureCount; feature++)
            {
                int k = feature / d % options.FrequencyCount;
                double phase = feature / (d * options.FrequencyCount) * Math.PI / 2;
                if (feature % d == dimension)
                {
                    sum += cotangent[row * options.FeatureCount + feature] * Math.Pow(2, k)
                        * Math.Cos(Math.Pow(2, k) * m + phase) * Math.Exp(-Math.Pow(4, k) * variances[row] / 2);
                }
            }

            return sum;
        })).ToArray();
    }

    private static double[] FrequencyRow(FrequencyOptions options, double[] x)
    {
        var y = new double[options.FeatureCount];
        for (int dimension = 0; dimension < x.Length; dimension++)
        {
            if (options.Form == FrequencyForm.TorchNgp)
            {
                y[dimension] = x[dimension];
            }

            for (int k = 0; k < options.FrequencyCount; k++)
            {
                double angle = Math.Pow(2, k) * x[dimension] * (options.Form == FrequencyForm.TorchNgp ? 1 : Math.PI);
                y[SineColumn(options, dimension, k)] = Math.Sin(angle);
                y[CosineColumn(options, dimension, k)] = Math.Cos(angle);
            }
        }

        return y;
    }

    // torch-ngp: after x, per frequency a run of D sines and a run of D cosines. tiny-cuda-nn: [dimension][frequency][sin, cos].
    private static int SineColumn(FrequencyOptions options, int dimension, int k) => options.Form == FrequencyForm.TorchNgp
        ? options.DimensionCount * (1 + 2 * k) + dimension
        : (dimension * options.FrequencyCount + k) * 2;

    private static int CosineColumn(FrequencyOptions options, int dimension, int k) => options.Form == FrequencyForm.TorchNgp
        ? options.DimensionCount * (2 + 2 * k) + dimension
        : (dimension * options.FrequencyCount + k) * 2 + 1;
}
