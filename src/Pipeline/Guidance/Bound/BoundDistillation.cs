using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using ILGPU;
using ILGPU.Runtime;
using Microsoft.ML.OnnxRuntime;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>
/// <see cref="ScoreDistillation"/> for an image that lies where kernels left it: image, latent, predictions and gradients stay in the memory that kernels and ONNX
/// Runtime share. The host sees timesteps, texts, the noise that it draws, and a few sums.
/// </summary>
internal sealed class BoundDistillation : IDisposable
{
    private const int StatisticsLength = 4;

    private readonly GuidanceMemory _memory;
    private readonly GuidanceDevice _device;
    private readonly GuidanceOptions _options;
    private readonly NoiseSchedule _schedule;
    private readonly DifferentiableSession _encoder;
    private readonly bool _draws;
    private readonly Denoiser _denoiser;
    private readonly int _imageSize;
    private readonly float _scale;
    private readonly int[] _latentShape;
    private readonly float[] _noise;
    private readonly float[] _statistics = new float[StatisticsLength];
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _noiseBuffer;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _statisticsBuffer;
    private readonly OnnxSession _toPlanes;
    private readonly OnnxSession _seed;
    private readonly OnnxSession _fromPlanes;
    private readonly Dictionary<int, OnnxSession> _noisy = [];
    private readonly Dictionary<(bool HasNegative, int Negatives), OnnxSession> _scores = [];

    /// <summary>Loads what runs between the model's graphs.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="options">Method, scale, weighting and timesteps.</param>
    /// <param name="schedule">The model's noise process.</param>
    /// <param name="encoder">The differentiated VAE encoder, on the shared memory's device; not owned.</param>
    /// <param name="draws">Whether latents are draws from the posterior.</param>
    /// <param name="denoiser">The UNet, there, too; not owned.</param>
    /// <param name="memory">The shared memory; not owned.</param>
    public BoundDistillation(ModelFolder model, GuidanceOptions options, NoiseSchedule schedule, DifferentiableSession encoder, bool draws, Denoiser denoiser, GuidanceMemory memory)
    {
        _memory = memory;
        _device = memory.Place(options.Device);
        _options = options;
        _schedule = schedule;
        _encoder = encoder;
        _draws = draws;
        _denoiser = denoiser;
        _imageSize = model.ImageSize;
        _scale = (float)model.ScalingFactor;
        _latentShape = encoder.Output.Shape;
        _noise = new float[denoiser.LatentLength];
        _noiseBuffer = memory.Kernels.AllocateZeroed(_noise.Length);
        _statisticsBuffer = memory.Kernels.AllocateZeroed(StatisticsLength);
        _toPlanes = GlueGraphs.ToPlanes(_imageSize, encoder.Input.Element).Load(_device);
        _seed = GlueGraphs.Seed(encoder.Seed, _scale).Load(_device);
        _fromPlanes = GlueGraphs.FromPlanes(_imageSize, encoder.Gradients.Element).Load(_device);
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
        Encode(values, image, step);
        TimeSpan encodeTime = Stopwatch.GetElapsedTime(start);
        (int timestep, double latentNorm, float largest, TimeSpan noiseTime, TimeSpan unetTime) = Score(values, texts, step);
        long beforeGradient = Stopwatch.GetTimestamp();
        double imageNorm = Back(values, dLdImage, weight, largest);
        DistillationScore.RequireFinite(imageNorm, "gradient through the VAE encoder", timestep, step);
        return new SdsResult(timestep, latentNorm, imageNorm, encodeTime, noiseTime, unetTime, Stopwatch.GetElapsedTime(beforeGradient));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _toPlanes.Dispose();
        _seed.Dispose();
        _fromPlanes.Dispose();
        foreach (OnnxSession session in _noisy.Values.Concat(_scores.Values))
        {
            session.Dispose();
        }

        _noiseBuffer.Dispose();
        _statisticsBuffer.Dispose();
    }

    private void Encode(BoundValues values, ArrayView<float> image, SdsStep step)
    {
        values.Own("image", _memory.Value(image, _imageSize, _imageSize, 3));
        values.Run(_toPlanes, _memory);
        _encoder.RunBound(values, "planes", Posterior(step), _memory);
    }

    private List<float[]> Posterior(SdsStep step)
    {
        RandomKey key = step.Key(RandomPurpose.Posterior);
        return [.. _encoder.Noise.Select((type, lane) =>
        {
            float[] noise = new float[type.Count];
            for (int i = 0; i < noise.Length && _draws; i++)
            {
                noise[i] = CounterRandom.Normal(key, (uint)i, (uint)lane);
            }

            return noise;
        })];
    }

    private (int Timestep, double Norm, float Largest, TimeSpan NoiseTime, TimeSpan UnetTime) Score(BoundValues values, GuidanceTexts texts, SdsStep step)
    {
        long start = Stopwatch.GetTimestamp();
        ScoreTexts evaluated = ScoreTexts.Of(_options, _schedule, texts, step);
        int timestep = evaluated.Timestep;
        DistillationScore.DrawNoise(_noise, step);
        _noiseBuffer.View.BaseView.CopyFromCPU(_noise);
        values.Own("noise", _memory.Value(_noiseBuffer.View.BaseView, [.. _latentShape.Select(extent => (long)extent)]));
        (float signal, float sigma) = _schedule.Scales(timestep);
        OwnNumber(values, "signal", signal);
        OwnNumber(values, "sigma", sigma);
        OwnNumber(values, "factor", (float)_options.Weight(_schedule.AlphaBar(timestep)));
        for (int i = 0; i < evaluated.NegativeWeights.Count; i++)
        {
            OwnNumber(values, $"weight{i}", (float)evaluated.NegativeWeights[i]);
        }

        string encoded = _encoder.OutputName;
        int count = evaluated.Texts.Count;
        values.Run(Noisy(count), _memory, name => name == "encoded" ? encoded : name);
        long beforeUnet = Stopwatch.GetTimestamp();
        _denoiser.PredictBound(values, "batch", timestep, evaluated.Texts, "predictions", _memory);
        long afterUnet = Stopwatch.GetTimestamp();
        using OrtValue statistics = _memory.Value(_statisticsBuffer.View.BaseView.SubView(0, 3), 3);
        values.Run(ScoreOf(evaluated), _memory, null, ("statistics", statistics));
        _statisticsBuffer.View.BaseView.CopyToCPU(_statistics);
        double norm = Math.Sqrt(_statistics[0]);
        DistillationScore.RequireFinite(Math.Sqrt(_statistics[2]), "UNet", timestep, step);
        return (timestep, norm, _statistics[1], Stopwatch.GetElapsedTime(start, beforeUnet) + Stopwatch.GetElapsedTime(afterUnet), Stopwatch.GetElapsedTime(beforeUnet, afterUnet));
    }

    private double Back(BoundValues values, ArrayView<float> dLdImage, float weight, float largest)
    {
        values.Own("target", _memory.Value(dLdImage, _imageSize, _imageSize, 3));
        OwnNumber(values, "weight", weight);
        CotangentScale scale = CotangentScale.For([largest * _scale]);
        double norm = Scaled(values, scale);
        // Only float16 can overflow here without the result itself being out of range.
        for (int attempt = 1; _encoder.IsHalf && attempt <= CotangentScale.Attempts && !double.IsFinite(norm); attempt++)
        {
            scale = scale.Smaller();
            norm = Scaled(values, scale);
        }

        return norm;
    }

    private double Scaled(BoundValues values, CotangentScale scale)
    {
        using OrtValue factor = Number(scale.Factor);
        using OrtValue undo = Number(1 / scale.Factor);
        using BoundValues own = new();
        own.Borrow("gradient", values["gradient"]);
        own.Borrow("factor", factor);
        own.Run(_seed, _memory);
        _encoder.GradientBound(values, own["seed"], own, "planes", _memory);
        own.Borrow("undo", undo);
        own.Borrow("weight", values["weight"]);
        using OrtValue statistics = _memory.Value(_statisticsBuffer.View.BaseView.SubView(3, 1), 1);
        own.Run(_fromPlanes, _memory, null, ("image", values["target"]), ("statistics", statistics));
        _statisticsBuffer.View.BaseView.CopyToCPU(_statistics);
        return Math.Sqrt(_statistics[3]);
    }

    private OnnxSession Noisy(int count)
    {
        if (!_noisy.TryGetValue(count, out OnnxSession? session))
        {
            _noisy[count] = session = GlueGraphs.Noisy(_encoder.Output, _scale, (Element)(int)_denoiser.SampleElement, count).Load(_device);
        }

        return session;
    }

    private OnnxSession ScoreOf(ScoreTexts texts)
    {
        (bool, int) key = (texts.HasNegative, texts.NegativeWeights.Count);
        if (!_scores.TryGetValue(key, out OnnxSession? session))
        {
            _scores[key] = session = GlueGraphs.Score(_options, _schedule.Prediction, _denoiser.OutputElement, _latentShape, texts.HasNegative, texts.NegativeWeights.Count).Load(_device);
        }

        return session;
    }

    private static OrtValue Number(float value) => OrtValue.CreateTensorValueFromMemory([value], [1]);

    private static void OwnNumber(BoundValues values, string name, float value) => values.Own(name, Number(value));
}
