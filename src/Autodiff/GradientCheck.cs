using System;

namespace DreamFusion.Autodiff;

/// <summary>
/// Compares gradients. One inequality decides everywhere:
/// <code>‖actual - expected‖₂ ≤ tolerance · max(‖expected‖₂, floor)</code>
/// and it is written so that NaN on either side fails.
/// </summary>
public static class GradientCheck
{
    /// <summary>Central differences of a scalar function in double precision: (f(x + h eᵢ) - f(x - h eᵢ)) / 2h.</summary>
    /// <param name="function">The function; it must not keep its argument.</param>
    /// <param name="point">Where to differentiate.</param>
    /// <param name="step">h, &gt; 0; 1e-5 suits smooth functions of order one.</param>
    public static double[] CentralDifferences(Func<double[], double> function, double[] point, double step = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(point);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        double[] x = (double[])point.Clone();
        double[] gradient = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double centre = x[i];
            x[i] = centre + step;
            double above = function(x);
            x[i] = centre - step;
            double below = function(x);
            x[i] = centre;
            gradient[i] = (above - below) / (2 * step);
        }
        return gradient;
    }

    /// <summary>The relative error ‖actual - expected‖₂ / max(‖expected‖₂, floor); NaN if either side holds one.</summary>
    public static double RelativeError(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double floor = 1e-12)
    {
        if (expected.Length != actual.Length)
        {
            throw new ArgumentException($"Gradients of different length: expected {expected.Length}, got {actual.Length}.");
        }
        double difference = 0, norm = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double d = actual[i] - expected[i];
            difference += d * d;
            norm += expected[i] * expected[i];
        }
        // Math.Max returns NaN if an operand is NaN, so a NaN in the expectation fails as well.
        return Math.Sqrt(difference) / Math.Max(Math.Sqrt(norm), floor);
    }

    /// <summary>The relative error of a single-precision gradient.</summary>
    public static double RelativeError(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double floor = 1e-12)
    {
        double[] widened = new double[actual.Length];
        for (int i = 0; i < widened.Length; i++)
        {
            widened[i] = actual[i];
        }
        return RelativeError(expected, widened, floor);
    }

    /// <summary>Throws unless the inequality holds.</summary>
    /// <exception cref="GradientMismatchException">The error exceeds the tolerance or is NaN.</exception>
    public static void Require(string name, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, double floor = 1e-12)
    {
        double error = RelativeError(expected, actual, floor);
        if (!(error <= tolerance))
        {
            throw new GradientMismatchException($"{name}: relative error {error:g3} exceeds {tolerance:g3} over {expected.Length} entries.");
        }
    }
}

/// <summary>A gradient does not agree with its reference.</summary>
public sealed class GradientMismatchException : Exception
{
    /// <summary>A mismatch described by <paramref name="message"/>.</summary>
    public GradientMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>A mismatch without a description.</summary>
    public GradientMismatchException()
    {
    }

    /// <summary>A mismatch caused by another error.</summary>
    public GradientMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
