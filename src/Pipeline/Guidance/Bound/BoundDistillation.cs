using System;
using System.Diagnostics;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using ILGPU;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>
/// <see cref="ScoreDistillation"/> for images and latents that lie where kernels left them: image, latent, predictions and gradients stay in the memory that kernels and
/// ONNX Runtime share. The host sees timesteps, texts, the noise that it draws, and a few sums.
/// </summary>
internal sealed class BoundDistillation : IDisposable
{
    private const string Latent = "latent";

    private readonly GuidanceMemory _memory;
    private readonly GuidanceDevice _device;
    private readonly BoundEncoder _encoder;
    private readonly BoundScore _score;
    private readonly BoundOpacity _opacity;
    private readonly int _imageSize;
    private readonly int _latentSize;
    private readonly int[] _latentShape;
    private readonly Lazy<OnnxSession> _ofRender;
    private readonly Lazy<OnnxSession> _toRender;
    private readonly Lazy<OnnxSession> _toLatent;

    /// <summary>Loads what runs between the model's graphs.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="options">Method, scale, weighting and timesteps.</param>
    /// <param name="schedule">The model's noise process.</param>
    /// <param name="encoder">The encoder, on the shared memory's device; not owned.</param>
    /// <param name="denoiser">The UNet, there, too; not owned.</param>
    /// <param name="memory">The shared memory; not owned.</param>
    public BoundDistillation(ModelFolder model, GuidanceOptions options, NoiseSchedule schedule, ImageEncoder encoder, Denoiser denoiser, GuidanceMemory memory)
    {
        _memory = memory;
        _device = memory.Place(options.Device);
        _imageSize = model.ImageSize;
        _latentSize = model.LatentSize;
        _latentShape = [1, model.LatentChannels, model.LatentSize, model.LatentSize];
        _encoder = BoundEncoder.Of(model, encoder, _device, memory);
        _score = new BoundScore(options, schedule, denoiser, _latentShape, _device, memory);
        _opacity = new BoundOpacity(_device, memory);
        _ofRender = new Lazy<OnnxSession>(() => LatentGraphs.OfRender(_latentSize).Load(_device));
        _toRender = new Lazy<OnnxSession>(() => LatentGraphs.ToRender(_latentSize).Load(_device));
        _toLatent = new Lazy<OnnxSession>(() => LatentGraphs.ToLatent(_latentShape).Load(_device));
    }

    /// <summary>weight·dL/dx for one image.</summary>
    /// <param name="image">Image x [S·S·3], HWC, in [0, 1].</param>
    /// <param name="dLdImage">weight·dL/dx [S·S·3], HWC; overwritten.</param>
    /// <param name="weight">Factor of the gradient.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <returns>Timestep, norms and times; the norms are without the weight.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    public SdsResult Gradient(ArrayView<float> image, ArrayView<float> dLdImage, float weight, GuidanceTexts texts, SdsStep step)
    {
        using BoundValues values = new();
        long start = Stopwatch.GetTimestamp();
        values.Own(BoundEncoder.Image, _memory.Value(image, _imageSize, _imageSize, 3));
        string encoded = _encoder.Encode(values, step);
        TimeSpan encodeTime = Stopwatch.GetElapsedTime(start);
        BoundScoreResult result = _score.Gradient(values, encoded, _encoder.Encoded.Element, _encoder.Scale, texts, step);
        long beforeGradient = Stopwatch.GetTimestamp();
        values.Own(BoundEncoder.Target, _memory.Value(dLdImage, _imageSize, _imageSize, 3));
        values.OwnNumber(BoundEncoder.Weight, weight);
        double imageNorm = _encoder.Back(values, result.Largest);
        ScoreResult score = result.Score;
        DistillationScore.RequireFinite(imageNorm, "gradient through the VAE encoder", score.Timestep, step);
        return new SdsResult(score.Timestep, score.GradientNorm, imageNorm, encodeTime, score.NoiseTime, score.PredictionTime, Stopwatch.GetElapsedTime(beforeGradient));
    }

    /// <summary>weight·dL/dz for one latent.</summary>
    /// <param name="latent">Scaled latent z [C·h·w], channels first.</param>
    /// <param name="dLdLatent">weight·dL/dz [C·h·w]; overwritten.</param>
    /// <param name="weight">Factor of the gradient.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <returns>Timestep, norm and times; the norm is without the weight.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    public ScoreResult LatentGradient(ArrayView<float> latent, ArrayView<float> dLdLatent, float weight, GuidanceTexts texts, SdsStep step)
    {
        using BoundValues values = new();
        long[] shape = Array.ConvertAll(_latentShape, extent => (long)extent);
        values.Own(Latent, _memory.Value(latent, shape));
        ScoreResult score = _score.Gradient(values, Latent, Element.Float, 1, texts, step).Score;
        values.OwnNumber(BoundEncoder.Weight, weight);
        values.Run(_toLatent.Value, _memory, null, (Latent, values.Own(BoundEncoder.Target, _memory.Value(dLdLatent, shape))));
        return score;
    }

    /// <summary>weight·dL/d(colour, opacity) of a render that stands for a latent of four channels.</summary>
    /// <param name="render">The render [S·S], its values in the latent's range.</param>
    /// <param name="dLdRender">weight·dL/drender; overwritten.</param>
    /// <param name="weight">Factor of the gradient.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <returns>Timestep, norm and times; the norm is without the weight.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    public ScoreResult RenderGradient(LatentPixels render, LatentPixels dLdRender, float weight, GuidanceTexts texts, SdsStep step)
    {
        using BoundValues values = new();
        values.Own("colour", _memory.Value(render.Colour, _latentSize, _latentSize, 3));
        values.Own("opacity", _memory.Value(render.Opacity, _latentSize, _latentSize, 1));
        values.Run(_ofRender.Value, _memory);
        ScoreResult score = _score.Gradient(values, Latent, Element.Float, 1, texts, step).Score;
        values.OwnNumber(BoundEncoder.Weight, weight);
        values.Run(
            _toRender.Value, _memory, null,
            ("colour", values.Own("dcolour", _memory.Value(dLdRender.Colour, _latentSize, _latentSize, 3))),
            ("opacity", values.Own("dopacity", _memory.Value(dLdRender.Opacity, _latentSize, _latentSize, 1))));
        return score;
    }

    /// <summary>What a view's opacity says about the scene.</summary>
    /// <param name="opacity">A [height·width], row by row.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="height">Height, pixels.</param>
    public OpacitySums Opacity(ArrayView<float> opacity, int width, int height) => _opacity.Of(opacity, width, height);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<OnnxSession> session in new[] { _ofRender, _toRender, _toLatent })
        {
            if (session.IsValueCreated)
            {
                session.Value.Dispose();
            }
        }

        _opacity.Dispose();
        _score.Dispose();
        _encoder.Dispose();
    }
}
