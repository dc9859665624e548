using System;
using System.Collections.Generic;
using System.Diagnostics;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Guidance.Bound;
using DreamFusion.Pipeline.Models;
using ILGPU;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>What one step draws its noise and timestep from.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Step">Step number, from 0.</param>
/// <param name="Progress">Share of training done, 0 to 1; anneals the timestep range.</param>
public readonly record struct SdsStep(uint Seed, uint Step, double Progress)
{
    /// <summary>View of the step's batch, from 0; default 0.</summary>
    public int View { get; init; }

    /// <summary>The stream of random numbers for one purpose.</summary>
    /// <param name="purpose">One of <see cref="RandomPurpose"/>.</param>
    public RandomKey Key(uint purpose) => new(Seed, Step, RandomPurpose.OfView(purpose, View));
}

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
/// The gradient that a diffusion model gives an image (Poole et al. 2022, eq. 3; <see cref="DistillationScore"/> for other methods).
/// <code>
/// z = s·E(2x - 1)        dL/dz = w(t)·(ε̂(z_t; t, y) - ε)        dL/dx = (∂z/∂x)ᵀ·dL/dz
/// </code>
/// The UNet's Jacobian is left out, as the method has it; the encoder's is exact. Of a pixel-space model z is the image itself, 2x - 1.
/// </summary>
public sealed class ScoreDistillation : IBoundLatentGuidance
{
    // Graphs for smaller images keep their memory between runs.
    private const int LargeImage = 256;
    private const long MuchGarbage = 256L << 20;

    private readonly ImageEncoder _encoder;
    private readonly Denoiser _denoiser;
    private readonly DistillationScore _score;
    private readonly float[] _dLdLatent;
    private readonly BoundDistillation? _bound;

    /// <summary>Loads encoder and UNet and differentiates the encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="options">Method, scale, weighting and timesteps.</param>
    /// <param name="cache">Where what is computed from the model is kept; null for nowhere.</param>
    /// <param name="memory">What the guidance shares with the kernels; null if images go by way of the host. Not owned.</param>
    /// <exception cref="InvalidModelException">A graph cannot be loaded or differentiated.</exception>
    public ScoreDistillation(ModelFolder model, GuidanceOptions options, DiskCache? cache = null, GuidanceMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Schedule = new NoiseSchedule(model.Scheduler);
        GuidanceDevice device = options.Device with { KeepsMemory = model.ImageSize < LargeImage, Stream = memory?.Stream ?? 0 };
        ReturnGarbage();
        _encoder = (model.Kind, options.Encoder) switch
        {
            (ModelKind.PixelSpace, LatentEncoder.Vae) => new PixelEncoder(model),
            (_, LatentEncoder.Vae) => new VaeEncoder(model, options.Posterior, cache, device),
            (_, LatentEncoder.Linear) => new LinearEncoder(model, cache),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Encoder, "No encoder of that name."),
        };
        try
        {
            ReturnGarbage();
            _denoiser = new Denoiser(model, Schedule, device.BranchExecution(options.Threads), device);
            _bound = memory is null ? null : new BoundDistillation(model, options, Schedule, _encoder, _denoiser, memory);
        }
        catch
        {
            _encoder.Dispose();
            _denoiser?.Dispose();
            throw;
        }

        _score = new DistillationScore(options, Schedule, _denoiser);
        _dLdLatent = new float[_denoiser.LatentLength];
        LatentChannels = model.LatentChannels;
        LatentSize = model.LatentSize;
    }

    /// <summary>Side of the square image that <see cref="Gradient"/> takes.</summary>
    public int ImageSize => _encoder.ImageSize;

    /// <inheritdoc/>
    public int LatentChannels { get; }

    /// <inheritdoc/>
    public int LatentSize { get; }

    /// <summary>Number of latents of one view: channels times height times width.</summary>
    public int LatentLength => _encoder.LatentLength;

    /// <summary>Its gradient is summed over the latents.</summary>
    int IGuidance.TermCount => LatentLength;

    /// <summary>Things worth a line in the log.</summary>
    public IReadOnlyList<string> Notes => _encoder.Notes;

    /// <inheritdoc/>
    public bool SharesMemory => _bound is not null;

    /// <summary>The model's noise process.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>dL/dx for one image.</summary>
    /// <param name="image">Image x [S·S·3], HWC, in [0, 1].</param>
    /// <param name="dLdImage">dL/dx [S·S·3], HWC; overwritten.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <returns>Timestep, norms and times.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    public SdsResult Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep step)
    {
        long start = Stopwatch.GetTimestamp();
        using EncodedImage encoded = _encoder.Encode(image, step.Key(RandomPurpose.Posterior));
        TimeSpan encodeTime = Stopwatch.GetElapsedTime(start);
        ScoreResult score = _score.Gradient(encoded.Latent.Span, _dLdLatent, texts, step);
        long beforeGradient = Stopwatch.GetTimestamp();
        _encoder.Gradient(encoded, _dLdLatent, dLdImage);
        double imageNorm = DistillationScore.Norm(dLdImage);
        DistillationScore.RequireFinite(imageNorm, "gradient through the VAE encoder", score.Timestep, step);
        return new SdsResult(
            score.Timestep, score.GradientNorm, imageNorm, encodeTime, score.NoiseTime, score.PredictionTime, Stopwatch.GetElapsedTime(beforeGradient));
    }

    /// <inheritdoc/>
    public GuidanceReport BoundGradient(ArrayView<float> image, ArrayView<float> dLdImage, float weight, GuidanceTexts texts, SdsStep draw)
    {
        SdsResult result = Bound().Gradient(image, dLdImage, weight, texts, draw);
        return new GuidanceReport(result.Timestep, result.ImageGradientNorm);
    }

    /// <inheritdoc/>
    public OpacitySums BoundOpacity(ArrayView<float> opacity, int width, int height) => Bound().Opacity(opacity, width, height);

    /// <inheritdoc/>
    public GuidanceReport BoundLatentGradient(ArrayView<float> latent, ArrayView<float> dLdLatent, float weight, GuidanceTexts texts, SdsStep draw)
    {
        ScoreResult result = Bound().LatentGradient(latent, dLdLatent, weight, texts, draw);
        return new GuidanceReport(result.Timestep, result.GradientNorm);
    }

    /// <inheritdoc/>
    public GuidanceReport BoundRenderGradient(LatentPixels render, LatentPixels dLdRender, float weight, GuidanceTexts texts, SdsStep draw)
    {
        ScoreResult result = Bound().RenderGradient(render, dLdRender, weight, texts, draw);
        return new GuidanceReport(result.Timestep, result.GradientNorm);
    }

    /// <summary>dL/dz of a latent that is not an image's: for optimising a latent, or renders that stand for latents.</summary>
    /// <param name="latent">Scaled latent z [C·H·W], channels first.</param>
    /// <param name="dLdLatent">dL/dz [C·H·W]; overwritten.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <returns>Timestep, norm and times.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    public ScoreResult LatentGradient(ReadOnlySpan<float> latent, Span<float> dLdLatent, GuidanceTexts texts, SdsStep step) =>
        _score.Gradient(latent, dLdLatent, texts, step);

    /// <inheritdoc/>
    GuidanceReport IGuidance.Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw)
    {
        SdsResult result = Gradient(image, dLdImage, texts, draw);
        return new GuidanceReport(result.Timestep, result.ImageGradientNorm);
    }

    /// <inheritdoc/>
    GuidanceReport ILatentGuidance.LatentGradient(ReadOnlySpan<float> latent, Span<float> dLdLatent, GuidanceTexts texts, SdsStep draw)
    {
        ScoreResult result = LatentGradient(latent, dLdLatent, texts, draw);
        return new GuidanceReport(result.Timestep, result.GradientNorm);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bound?.Dispose();
        _encoder.Dispose();
        _denoiser.Dispose();
    }

    private BoundDistillation Bound() => _bound ?? throw new InvalidOperationException("The guidance shares no memory with the kernels; ask for the gradient of the host's image.");

    // Reading graphs leaves their bytes behind, of Stable Diffusion's more than a gigabyte. ONNX Runtime's own memory comes on top of it
    // and is nothing that the collector would notice.
    private static void ReturnGarbage()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > MuchGarbage)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
