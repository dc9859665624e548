using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>The two published weightings of Perp-Neg's negative view prompts.</summary>
public enum PerpNegWeighting
{
    /// <summary>stable-dreamfusion: weight -2, decaying with exp(-2 r) for the front and exp(-10 r) for the side, nothing near the own view.</summary>
    StableDreamFusion,

    /// <summary>threestudio: a·exp(-b r) + c with its own constants for each pair of views.</summary>
    Threestudio,
}

/// <summary>How strongly the front and the side view prompts push away from a camera's view; 0 or negative.</summary>
/// <param name="Front">Weight of "front view".</param>
/// <param name="Side">Weight of "side view".</param>
public readonly record struct PerpNegWeights(double Front, double Side);

/// <summary>
/// Perp-Neg (Armandpour et al. 2023, "Re-imagine the negative prompt algorithm", sec. 3): negative prompts act only perpendicular to the
/// positive one, so that "not a front view" cannot undo "a hamburger".
/// <code>
/// e_p = ε_p - ε_u    e_i = ε_i - ε_u    ε̂ = ε_u + s·(e_p + Σ_i w_i·(e_i - ⟨e_i, e_p⟩ / max(‖e_p‖², 10⁻⁶)·e_p))
/// </code>
/// Terms with |w_i| ≤ 10⁻⁴ are left out.
/// </summary>
public static class PerpNeg
{
    /// <summary>Terms with a weight up to this are left out; their prompts need not be evaluated.</summary>
    public const double SmallestWeight = 1e-4;

    internal const double SmallestSquare = 1e-6;

    /// <summary>Weights of the two negative prompts for a camera.</summary>
    /// <param name="weighting">Which published form.</param>
    /// <param name="azimuthDegrees">Azimuth, degrees, any multiple of a turn; 0 is the front.</param>
    public static PerpNegWeights WeightsFor(PerpNegWeighting weighting, double azimuthDegrees)
    {
        double azimuth = Math.Abs(Math.IEEERemainder(azimuthDegrees, 360));
        // r runs from 1 at the front (the side) to 0 at the side (the back).
        bool frontHalf = azimuth < 90;
        double r = frontHalf ? 1 - (azimuth / 90) : 2 - (azimuth / 90);
        return weighting switch
        {
            PerpNegWeighting.StableDreamFusion when frontHalf => new PerpNegWeights(
                r > 0.8 ? 0 : -2 * Math.Exp(-2 * r), r < 0.2 ? 0 : -2 * Math.Exp(-10 * (1 - r))),
            PerpNegWeighting.StableDreamFusion => new PerpNegWeights(-2, r > 0.8 ? 0 : -2 * Math.Exp(-10 * r) / 2),
            PerpNegWeighting.Threestudio when frontHalf => new PerpNegWeights(-Decay(r, 4, 0.5, -2.426), -Decay(1 - r, 4, 0.5, -2.426)),
            PerpNegWeighting.Threestudio => new PerpNegWeights(-Decay(r, 1, 0.5, 0.967), -Decay(r, 1, 0.5, -0.606)),
            _ => throw new ArgumentOutOfRangeException(nameof(weighting), weighting, "No Perp-Neg weighting."),
        };
    }

    /// <summary>e_p + Σ w_i (e_i perpendicular to e_p), the direction that classifier-free guidance scales.</summary>
    /// <param name="positive">ε_p [n].</param>
    /// <param name="unconditional">ε_u [n].</param>
    /// <param name="negatives">ε_i [n] with their weights w_i.</param>
    /// <param name="direction">The direction [n]; overwritten, none of the inputs.</param>
    public static void Direction(
        ReadOnlySpan<float> positive, ReadOnlySpan<float> unconditional, IReadOnlyList<(float[] Prediction, double Weight)> negatives, Span<float> direction)
    {
        ArgumentNullException.ThrowIfNull(negatives);
        double square = 0;
        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] = positive[i] - unconditional[i];
            square += (double)direction[i] * direction[i];
        }

        double[] sum = new double[direction.Length];
        foreach ((float[] prediction, double weight) in negatives)
        {
            if (Math.Abs(weight) <= SmallestWeight)
            {
                continue;
            }

            double along = 0;
            for (int i = 0; i < direction.Length; i++)
            {
                along += (double)(prediction[i] - unconditional[i]) * direction[i];
            }

            along /= Math.Max(square, SmallestSquare);
            for (int i = 0; i < direction.Length; i++)
            {
                sum[i] += weight * (prediction[i] - unconditional[i] - (along * direction[i]));
            }
        }

        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] += (float)sum[i];
        }
    }

    private static double Decay(double r, double a, double b, double c) => (a * Math.Exp(-b * r)) + c;
}
