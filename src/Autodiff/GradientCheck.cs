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

    /// <summary>
    /// The relative error of a gradient against differences of a function that exists in single precision only, such as a kernel on
    /// a device, along random directions d with entries ±1:
    /// <code>
    /// q(h) = (f(x + h d) - f(x - h d)) / 2h      expected = (4 q(h/2) - q(h)) / 3      actual = gradient · d
    /// </code>
    /// Its square is on average the relative squared error of the gradient itself, because E[(e·d)²] = ‖e‖². The extrapolation
    /// (Richardson 1911) removes the h² of the truncation. The scalar f must be summed in double precision; the displacements are
    /// taken as float rounds them, on both sides.
    /// </summary>
    /// <param name="function">f; it must not keep its argument.</param>
    /// <param name="point">x.</param>
    /// <param name="gradient">df/dx, as long as x.</param>
    /// <param name="step">h, &gt; 0: large against the rounding of f, small against its kinks.</param>
    /// <param name="directionCount">Directions, positive.</param>
    /// <param name="random">Source of the directions.</param>
    /// <returns><see cref="RelativeError(ReadOnlySpan{double}, ReadOnlySpan{double}, double)"/> over the directions; NaN, which
    /// fails, if f does not change along any of them: such a comparison shows nothing.</returns>
    public static double DirectionalError(
        Func<float[], double> function, float[] point, ReadOnlySpan<float> gradient, float step, int directionCount, Random random)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(point);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(directionCount);
        if (gradient.Length != point.Length)
        {
            throw new ArgumentException($"Gradient of {gradient.Length} entries at a point of {point.Length}.", nameof(gradient));
        }
        double[] expected = new double[directionCount], actual = new double[directionCount];
        float[] direction = new float[point.Length];
        bool changes = false;
        for (int k = 0; k < directionCount; k++)
        {
            for (int i = 0; i < direction.Length; i++)
            {
                direction[i] = random.Next(2) == 0 ? -1f : 1f;
            }
            (double wide, double wideActual) = Difference(function, point, gradient, direction, step);
            (double narrow, double narrowActual) = Difference(function, point, gradient, direction, step / 2);
            expected[k] = (4 * narrow - wide) / 3;
            actual[k] = (4 * narrowActual - wideActual) / 3;
            changes |= expected[k] != 0;
        }
        return changes ? RelativeError(expected, actual) : double.NaN;
    }

    // The difference quotient of f, and the same quotient as the gradient predicts it.
    private static (double Function, double Gradient) Difference(
        Func<float[], double> function, float[] point, ReadOnlySpan<float> gradient, float[] direction, float step)
    {
        float[] above = new float[point.Length], below = new float[point.Length];
        double predicted = 0;
        for (int i = 0; i < point.Length; i++)
        {
            above[i] = point[i] + step * direction[i];
            below[i] = point[i] - step * direction[i];
            predicted += gradient[i] * ((double)above[i] - below[i]);
        }
        return ((function(above) - function(below)) / (2d * step), predicted / (2d * step));
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
