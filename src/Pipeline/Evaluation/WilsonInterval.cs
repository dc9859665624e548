using System;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>
/// A share with its 95 % score interval (Wilson 1927; Newcombe 1998, method 3):
/// <code>
/// (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n),   z = 1.96
/// </code>
/// n counts independent observations: prompts. The views and seeds of one prompt are not independent, so they are averaged first; the
/// variance of such an average is at most p(1 - p), so the interval is rather too wide than too narrow, and it does not shrink to a point at 0 or 1.
/// </summary>
/// <param name="Share">The share p, 0 to 1.</param>
/// <param name="Count">Independent observations n, at least 1.</param>
public sealed record WilsonInterval(double Share, int Count)
{
    // The normal distribution's 97.5 % point.
    private const double Z = 1.959963984540054;

    /// <summary>Lower end, 0 to <see cref="Share"/>.</summary>
    public double Low => Math.Max(0, Middle - Reach);

    /// <summary>Upper end, <see cref="Share"/> to 1.</summary>
    public double High => Math.Min(1, Middle + Reach);

    private double Scale => 1 + (Z * Z / Count);

    private double Middle => (Share + (Z * Z / (2 * Count))) / Scale;

    private double Reach => Z * Math.Sqrt((Share * (1 - Share) / Count) + (Z * Z / (4.0 * Count * Count))) / Scale;
}
