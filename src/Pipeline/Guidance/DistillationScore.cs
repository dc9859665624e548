using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>Statistics of one latent gradient.</summary>
/// <param name="Timestep">Timestep t.</param>
/// <param name="GradientNorm">Euclidean norm of dL/dz.</param>
/// <param name="NoiseTime">Drawing and adding the noise, and combining the predictions.</param>
/// <param name="PredictionTime">UNet evaluations.</param>
public readonly record struct ScoreResult(int Timestep, double GradientNorm, TimeSpan NoiseTime, TimeSpan PredictionTime);

/// <summary>
/// The gradient that a frozen diffusion model gives a latent.
/// <code>
/// z_t = √ᾱ_t·z + √(1-ᾱ_t)·ε        dL/dz = w(t)·δ(ε_c, ε_u, ...; t)
/// </code>
/// δ is the <see cref="DistillationMethod"/>'s. Summed over the latent's elements, not averaged. Timestep and noise are functions of seed
/// and step alone, and nothing depends on the number of threads.
/// </summary>
public sealed class DistillationScore
{
    private readonly GuidanceOptions _options;
    private readonly NoiseSchedule _schedule;
    private readonly INoisePredictor _predictor;
    private readonly float[] _noise;
    private readonly float[] _noisy;
    private readonly float[] _direction;

    /// <summary>The gradient of a model.</summary>
    /// <param name="options">Method, scale, weighting and timesteps.</param>
    /// <param name="schedule">The model's noise process.</param>
    /// <param name="predictor">The model.</param>
    public DistillationScore(GuidanceOptions options, NoiseSchedule schedule, INoisePredictor predictor)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(predictor);
        _options = options;
        _schedule = schedule;
        _predictor = predictor;
        _noise = new float[predictor.LatentLength];
        _noisy = new float[predictor.LatentLength];
        _direction = new float[predictor.LatentLength];
    }

    /// <summary>dL/dz of one latent.</summary>
    /// <param name="latent">Scaled latent z [C·H·W], channels first.</param>
    /// <param name="dLdLatent">dL/dz [C·H·W]; overwritten.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <returns>Timestep, norm and times.</returns>
    /// <exception cref="DfkException">The gradient is not finite; exit code 5.</exception>
    public ScoreResult Gradient(ReadOnlySpan<float> latent, Span<float> dLdLatent, GuidanceTexts texts, SdsStep step)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ScoreTexts evaluated = ScoreTexts.Of(_options, _schedule, texts, step);
        int timestep = evaluated.Timestep;
        long start = Stopwatch.GetTimestamp();
        DrawNoise(_noise, step);
        _schedule.AddNoise(latent, _noise, timestep, _noisy);
        long beforePrediction = Stopwatch.GetTimestamp();
        IReadOnlyList<float[]> predictions = _predictor.Predict(_noisy, timestep, evaluated.Texts);
        long afterPrediction = Stopwatch.GetTimestamp();
        int firstNegative = evaluated.HasNegative ? 3 : 2;
        PerpNeg.Direction(predictions[0], predictions[1], [.. evaluated.NegativeWeights.Select((weight, i) => (predictions[firstNegative + i], weight))], _direction);
        Combine(predictions[0], predictions[1], evaluated.HasNegative ? predictions[2] : null, dLdLatent);
        Limit(timestep, dLdLatent);
        double norm = Norm(dLdLatent);
        RequireFinite(norm, "UNet", timestep, step);
        return new ScoreResult(
            timestep, norm, Stopwatch.GetElapsedTime(start, beforePrediction) + Stopwatch.GetElapsedTime(afterPrediction),
            Stopwatch.GetElapsedTime(beforePrediction, afterPrediction));
    }

    internal static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    internal static void RequireFinite(double norm, string source, int timestep, SdsStep step)
    {
        if (!double.IsFinite(norm))
        {
            throw new DfkException(ExitCode.Diverged, string.Create(
                CultureInfo.InvariantCulture,
                $"The guidance is not finite at step {step.Step}: the {source} returned NaN or infinity at timestep t = {timestep}. Expected finite values; lower the guidance scale, or check the model folder with another seed."));
        }
    }

    /// <summary>The noise ε of a step.</summary>
    internal static void DrawNoise(float[] noise, SdsStep step)
    {
        RandomKey key = step.Key(RandomPurpose.DiffusionNoise);
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = CounterRandom.Normal(key, (uint)i, 0);
        }
    }

    // δ from the predictions; _direction is d.
    private void Combine(float[] positive, float[] unconditional, float[]? negative, Span<float> delta)
    {
        float scale = ClassifierFreeGuidance.Factor(_options.Convention, _options.Scale);
        if (_options.Method != DistillationMethod.ClassifierScore)
        {
            for (int i = 0; i < delta.Length; i++)
            {
                delta[i] = unconditional[i] + (scale * _direction[i]);
            }

            ClassifierFreeGuidance.Rescale(_options.Rescale, positive, delta);
        }

        for (int i = 0; i < delta.Length; i++)
        {
            delta[i] = _options.Method switch
            {
                DistillationMethod.Sds => delta[i] - _noise[i],
                DistillationMethod.NoiseFree => negative is null ? delta[i] : delta[i] - negative[i],
                _ => scale * _direction[i],
            };
        }
    }

    // w(t)·δ, brought to unit root mean square if asked for, then each value clipped.
    private void Limit(int timestep, Span<float> gradient)
    {
        double factor = _options.Weight(_schedule.AlphaBar(timestep));
        if (_options.NormalizesGradient)
        {
            double norm = Norm(gradient);
            factor = norm > 0 ? Math.Sqrt(gradient.Length) / norm : 0;
        }

        for (int i = 0; i < gradient.Length; i++)
        {
            float value = (float)factor * gradient[i];
            // NaN passes the clip, so that it is reported.
            gradient[i] = _options.GradientClip > 0 && MathF.Abs(value) > _options.GradientClip ? MathF.CopySign(_options.GradientClip, value) : value;
        }
    }
}
