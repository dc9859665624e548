using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>What one step draws its noise and timestep from.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Step">Step number, from 0.</param>
/// <param name="Progress">Share of training done, 0 to 1; anneals the timestep range.</param>
public readonly record struct SdsStep(uint Seed, uint Step, double Progress);

/// <summary>Statistics of one step.</summary>
/// <param name="Timestep">Timestep t.</param>
/// <param name="LatentGradientNorm">Euclidean norm of dL/dz.</param>
/// <param name="ImageGradientNorm">Euclidean norm of dL/dx.</param>
/// <param name="EncodeTime">Image to latent.</param>
/// <param name="NoiseTime">Drawing and adding the noise, and combining the branches.</param>
/// <param name="UnetTime">Both UNet evaluations.</param>
/// <param name="GradientTime">Latent gradient to image gradient.</param>
public readonly record struct SdsResult(
    int Timestep, double LatentGradientNorm, double ImageGradientNorm, TimeSpan EncodeTime, TimeSpan NoiseTime, TimeSpan UnetTime, TimeSpan GradientTime);

/// <summary>
/// Score distillation sampling (Poole et al. 2022, eq. 3) through a latent diffusion model.
/// <code>
/// z = s·E(2x - 1)        z_t = √ᾱ_t·z + √(1-ᾱ_t)·ε        dL/dz = w(t)·(ε̂(z_t; t, y) - ε)        dL/dx = (∂z/∂x)ᵀ·dL/dz
/// </code>
/// Summed over the latent's elements, not averaged. The UNet's Jacobian is left out, as the method has it; the encoder's is
/// exact. Timestep and noise are functions of seed and step alone. Results do not depend on the number of threads.
/// </summary>
public sealed class ScoreDistillation : IDisposable
{
    private readonly GuidanceOptions _options;
    private readonly ImageEncoder _encoder;
    private readonly Denoiser _denoiser;
    private readonly float[] _noise;
    private readonly float[] _noisy;
    private readonly float[] _dLdLatent;

    /// <summary>Loads encoder and UNet and differentiates the encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="options">Scale, weighting and timesteps.</param>
    /// <exception cref="InvalidModelException">A graph cannot be loaded or differentiated.</exception>
    public ScoreDistillation(ModelFolder model, GuidanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Schedule = new NoiseSchedule(model.Scheduler);
        _encoder = new VaeEncoder(model, options.Posterior);
        try
        {
            _denoiser = new Denoiser(model, Schedule);
        }
        catch
        {
            _encoder.Dispose();
            throw;
        }

        _noise = new float[_denoiser.LatentLength];
        _noisy = new float[_denoiser.LatentLength];
        _dLdLatent = new float[_denoiser.LatentLength];
    }

    /// <summary>Side of the square image that <see cref="Gradient"/> takes.</summary>
    public int ImageSize => _encoder.ImageSize;

    /// <summary>Number of latents of one view: channels times height times width.</summary>
    public int LatentLength => _encoder.LatentLength;

    /// <summary>Things worth a line in the log.</summary>
    public IReadOnlyList<string> Notes => _encoder.Notes;

    /// <summary>The model's noise process.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>dL/dx of score distillation for one image.</summary>
    /// <param name="image">Image x [S·S·3], HWC, in [0, 1].</param>
    /// <param name="dLdImage">dL/dx [S·S·3], HWC; overwritten.</param>
    /// <param name="conditional">Text states of the prompt for the image's view.</param>
    /// <param name="unconditional">Text states of the negative or empty prompt.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <returns>Timestep, norms and times.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    public SdsResult Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, TextEmbedding conditional, TextEmbedding unconditional, SdsStep step)
    {
        int timestep = _options.Timesteps.Draw(
            step.Progress, Schedule.TimestepCount, CounterRandom.Uniform(new RandomKey(step.Seed, step.Step, RandomPurpose.Timestep), 0, 0));
        long start = Stopwatch.GetTimestamp();
        using EncodedImage encoded = _encoder.Encode(image, new RandomKey(step.Seed, step.Step, RandomPurpose.Posterior));
        long afterEncode = Stopwatch.GetTimestamp();
        DrawNoise(step);
        Schedule.AddNoise(encoded.Latent.Span, _noise, timestep, _noisy);
        long afterNoise = Stopwatch.GetTimestamp();
        (float[] withPrompt, float[] without) = _denoiser.PredictPair(_noisy, timestep, conditional, unconditional, _options.Threads > 1);
        long afterUnet = Stopwatch.GetTimestamp();
        double latentNorm = LatentGradient(withPrompt, without, timestep);
        RequireFinite(latentNorm, "UNet", timestep, step);
        long afterCombine = Stopwatch.GetTimestamp();
        _encoder.Gradient(encoded, _dLdLatent, dLdImage);
        double imageNorm = Norm(dLdImage);
        RequireFinite(imageNorm, "gradient through the VAE encoder", timestep, step);
        return new SdsResult(
            timestep, latentNorm, imageNorm, Stopwatch.GetElapsedTime(start, afterEncode),
            Stopwatch.GetElapsedTime(afterEncode, afterNoise) + Stopwatch.GetElapsedTime(afterUnet, afterCombine),
            Stopwatch.GetElapsedTime(afterNoise, afterUnet), Stopwatch.GetElapsedTime(afterCombine));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _denoiser.Dispose();
    }

    private void DrawNoise(SdsStep step)
    {
        RandomKey key = new(step.Seed, step.Step, RandomPurpose.DiffusionNoise);
        for (int i = 0; i < _noise.Length; i++)
        {
            _noise[i] = CounterRandom.Normal(key, (uint)i, 0);
        }
    }

    // dL/dz = w(t)(ε̂ - ε); returns its norm.
    private double LatentGradient(float[] withPrompt, float[] without, int timestep)
    {
        ClassifierFreeGuidance.Combine(_options.Convention, _options.Scale, withPrompt, without, _dLdLatent);
        float weight = (float)_options.Weight(Schedule.AlphaBar(timestep));
        for (int i = 0; i < _dLdLatent.Length; i++)
        {
            _dLdLatent[i] = weight * (_dLdLatent[i] - _noise[i]);
        }

        return Norm(_dLdLatent);
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    private static void RequireFinite(double norm, string source, int timestep, SdsStep step)
    {
        if (!double.IsFinite(norm))
        {
            throw new DfkException(ExitCode.Diverged, string.Create(
                CultureInfo.InvariantCulture,
                $"The guidance is not finite at step {step.Step}: the {source} returned NaN or infinity at timestep t = {timestep}. Expected finite values; lower the guidance scale, or check the model folder with another seed."));
        }
    }
}
