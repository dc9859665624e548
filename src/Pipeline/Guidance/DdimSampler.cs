using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// Deterministic sampling of a latent diffusion model (DDIM; Song et al. 2021, eq. 12 with σ = 0, η = 0), with classifier-free guidance:
/// <code>
/// ẑ = (z_t - √(1-ᾱ_t) ε̂) / √ᾱ_t,  clamped        ε' = (z_t - √ᾱ_t ẑ) / √(1-ᾱ_t)        z_s = √ᾱ_s ẑ + √(1-ᾱ_s) ε'
/// </code>
/// from z_T ~ N(0, 1) down the timesteps k T/n - 1, k = n..1, and at the last step to ᾱ_s = 1. Not a part of training: it shows whether
/// tokenizer, text encoder, UNet, schedule and decoder agree with how the model was trained.
/// </summary>
public sealed class DdimSampler
{
    private readonly DdimOptions _options;
    private readonly NoiseSchedule _schedule;
    private readonly INoisePredictor _predictor;

    /// <summary>A sampler of a model.</summary>
    /// <param name="options">Steps and guidance.</param>
    /// <param name="schedule">The model's noise process.</param>
    /// <param name="predictor">The model.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public DdimSampler(DdimOptions options, NoiseSchedule schedule, INoisePredictor predictor)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(predictor);
        options.Validate(schedule.TimestepCount);
        _options = options;
        _schedule = schedule;
        _predictor = predictor;
    }

    /// <summary>Draws one latent. Same seed, same bits.</summary>
    /// <param name="text">The prompt.</param>
    /// <param name="unconditional">The empty or negative prompt.</param>
    /// <param name="seed">Seed of the noise z_T.</param>
    /// <returns>Scaled latent z [C·H·W], channels first.</returns>
    public float[] Sample(TextEmbedding text, TextEmbedding unconditional, uint seed)
    {
        float[] z = new float[_predictor.LatentLength];
        float[] noise = new float[z.Length];
        RandomKey key = new(seed, 0, RandomPurpose.DiffusionNoise);
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = CounterRandom.Normal(key, (uint)i, 0);
        }

        int stride = _schedule.TimestepCount / _options.StepCount;
        for (int k = _options.StepCount; k > 0; k--)
        {
            int timestep = (k * stride) - 1;
            IReadOnlyList<float[]> predictions = _predictor.Predict(z, timestep, [text, unconditional]);
            ClassifierFreeGuidance.Combine(_options.Convention, _options.Scale, predictions[0], predictions[1], noise);
            Step(z, noise, _schedule.AlphaBar(timestep), k > 1 ? _schedule.AlphaBar(timestep - stride) : 1);
        }

        return z;
    }

    // z_t becomes z_s, eq. 12.
    private void Step(Span<float> z, ReadOnlySpan<float> noise, double alphaBar, double nextAlphaBar)
    {
        double signal = Math.Sqrt(alphaBar), sigma = Math.Sqrt(1 - alphaBar);
        double nextSignal = Math.Sqrt(nextAlphaBar), nextSigma = Math.Sqrt(1 - nextAlphaBar);
        for (int i = 0; i < z.Length; i++)
        {
            double clean = Math.Clamp((z[i] - (sigma * noise[i])) / signal, -_options.CleanLimit, _options.CleanLimit);
            // The noise that belongs to the clamped latent; the predicted one where nothing was clamped.
            double left = (z[i] - (signal * clean)) / sigma;
            z[i] = (float)((nextSignal * clean) + (nextSigma * left));
        }
    }
}
