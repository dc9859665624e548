using System;
using System.Globalization;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// The forward noise process of a diffusion model: z_t = √ᾱ_t·z + √(1-ᾱ_t)·ε with ᾱ_t = Π_{s≤t} (1 - β_s) (Ho et al.
/// 2020, eq. 4), computed in double precision.
/// <code>
/// linear         β_t = β_0 + (β_1 - β_0)·t/(T-1)
/// scaled_linear  β_t = (√β_0 + (√β_1 - √β_0)·t/(T-1))²
/// squaredcos     β_t = min(1 - f(t+1)/f(t), 0.999),  f(t) = cos²((t/T + 0.008)/1.008·π/2)
/// </code>
/// </summary>
public sealed class NoiseSchedule
{
    private const double LargestCosineBeta = 0.999;

    private readonly double[] _alphaBar;

    /// <summary>Tabulates ᾱ.</summary>
    /// <param name="config">The scheduler's configuration.</param>
    public NoiseSchedule(SchedulerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Prediction = config.Prediction;
        _alphaBar = new double[config.TrainTimesteps];
        double product = 1;
        for (int t = 0; t < _alphaBar.Length; t++)
        {
            product *= 1 - Beta(config, t);
            _alphaBar[t] = product;
        }
    }

    /// <summary>Number of timesteps T; valid ones are 0 to T - 1.</summary>
    public int TimestepCount => _alphaBar.Length;

    /// <summary>What the network predicts.</summary>
    public PredictionType Prediction { get; }

    /// <summary>ᾱ_t, the share of signal power left, in (0, 1), falling with t.</summary>
    /// <param name="timestep">Timestep, 0 to T - 1.</param>
    /// <returns>ᾱ_t.</returns>
    public double AlphaBar(int timestep) => timestep >= 0 && timestep < _alphaBar.Length
        ? _alphaBar[timestep]
        : throw new ArgumentOutOfRangeException(
            nameof(timestep), timestep, string.Create(CultureInfo.InvariantCulture, $"Timestep, expected 0 to {_alphaBar.Length - 1}."));

    /// <summary>z_t = √ᾱ_t·z + √(1-ᾱ_t)·ε.</summary>
    /// <param name="latent">Clean latent z [n], scaled.</param>
    /// <param name="noise">Noise ε [n], standard normal.</param>
    /// <param name="timestep">Timestep, 0 to T - 1.</param>
    /// <param name="noisy">z_t [n]; overwritten.</param>
    public void AddNoise(ReadOnlySpan<float> latent, ReadOnlySpan<float> noise, int timestep, Span<float> noisy)
    {
        (float signal, float sigma) = Scales(timestep);
        for (int i = 0; i < noisy.Length; i++)
        {
            noisy[i] = (signal * latent[i]) + (sigma * noise[i]);
        }
    }

    /// <summary>Turns the network's output into the predicted noise ε̂, in place; see <see cref="PredictionType"/>.</summary>
    /// <param name="output">Network output o [n]; becomes ε̂.</param>
    /// <param name="noisy">Noisy latent z_t [n].</param>
    /// <param name="timestep">Timestep, 0 to T - 1.</param>
    public void ToNoise(Span<float> output, ReadOnlySpan<float> noisy, int timestep)
    {
        if (Prediction == PredictionType.Epsilon)
        {
            return;
        }

        (float signal, float sigma) = Scales(timestep);
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = Prediction == PredictionType.Velocity
                ? (signal * output[i]) + (sigma * noisy[i])
                : (noisy[i] - (signal * output[i])) / sigma;
        }
    }

    private static double Beta(SchedulerConfig config, int timestep)
    {
        if (config.Schedule == BetaSchedule.SquaredCosine)
        {
            return Math.Min(1 - (SquaredCosine(timestep + 1, config.TrainTimesteps) / SquaredCosine(timestep, config.TrainTimesteps)), LargestCosineBeta);
        }

        double share = timestep / (double)(config.TrainTimesteps - 1);
        if (config.Schedule == BetaSchedule.Linear)
        {
            return config.BetaStart + ((config.BetaEnd - config.BetaStart) * share);
        }

        double root = Math.Sqrt(config.BetaStart) + ((Math.Sqrt(config.BetaEnd) - Math.Sqrt(config.BetaStart)) * share);
        return root * root;
    }

    private static double SquaredCosine(int timestep, int count)
    {
        double cosine = Math.Cos((((double)timestep / count) + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /// <summary>√ᾱ_t and √(1-ᾱ_t).</summary>
    internal (float Signal, float Sigma) Scales(int timestep)
    {
        double alphaBar = AlphaBar(timestep);
        return ((float)Math.Sqrt(alphaBar), (float)Math.Sqrt(1 - alphaBar));
    }
}
