using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Cameras;

/// <summary>
/// Do draws follow a stated distribution? The bounds are those that a right sampler passes but once in 10,000 tests: Kolmogorov's
/// 2.23 / √n for a distribution function, 4 standard deviations for a share. With a fixed seed a test that passes always passes.
/// </summary>
internal static class Distribution
{
    private const double KolmogorovBound = 2.23;
    private const double ShareDeviations = 4;

    public static Func<double, double> Uniform(double min, double max) => x => Math.Clamp((x - min) / (max - min), 0, 1);

    public static Func<double, double> Normal(double deviation) => x => Phi(x / deviation);

    /// <summary>The largest distance between the empirical distribution function and the stated one.</summary>
    public static void RequireFollows(string what, IEnumerable<double> values, Func<double, double> cumulative)
    {
        double[] sorted = [.. values.Order()];
        double worst = 0, at = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double expected = cumulative(sorted[i]);
            double distance = Math.Max(Math.Abs(((i + 1d) / sorted.Length) - expected), Math.Abs(expected - ((double)i / sorted.Length)));
            // Not (distance > worst): NaN must win.
            (worst, at) = distance <= worst ? (worst, at) : (distance, sorted[i]);
        }
        double bound = KolmogorovBound / Math.Sqrt(sorted.Length);
        Assert.True(
            sorted.Length > 0 && worst <= bound,
            string.Create(CultureInfo.InvariantCulture, $"{what}: {sorted.Length} draws differ by {worst:g3} at {at:g4} from the stated distribution; bound {bound:g3}"));
    }

    public static void RequireShare(string what, int hits, int draws, double share)
    {
        double bound = ShareDeviations * Math.Sqrt(share * (1 - share) / draws);
        double got = (double)hits / draws;
        Assert.True(
            Math.Abs(got - share) <= bound,
            string.Create(CultureInfo.InvariantCulture, $"{what}: {got:g4} of {draws} draws, stated {share:g4} ± {bound:g2}"));
    }

    /// <summary>The standard normal distribution function; absolute error below 1e-7 (Abramowitz and Stegun 1964, 26.2.17).</summary>
    public static double Phi(double x)
    {
        if (x < 0)
        {
            return 1 - Phi(-x);
        }
        double t = 1 / (1 + (0.2316419 * x));
        double tail = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return 1 - (Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * tail);
    }

    /// <summary>
    /// Distribution function of c = cos γ, γ the angle between a mean of length m and normalize(mean + N(0, I)) in three dimensions. With
    /// k = m c the density is exp(-m²/2) [k/√2π + (1 + k²) exp(k²/2) Φ(k)]: the radial integral of the shifted normal, done by parts.
    /// Integrated by Simpson's rule.
    /// </summary>
    public static double CosineToMean(double cosine, double m)
    {
        const int Intervals = 256;
        double step = (Math.Clamp(cosine, -1, 1) + 1) / Intervals, sum = 0;
        for (int i = 0; i <= Intervals; i++)
        {
            double k = m * (-1 + (i * step));
            double density = (Math.Exp(-m * m / 2) * k / Math.Sqrt(2 * Math.PI)) + ((1 + (k * k)) * Math.Exp(((k * k) - (m * m)) / 2) * Phi(k));
            sum += density * (i == 0 || i == Intervals ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return sum * step / 3;
    }
}
