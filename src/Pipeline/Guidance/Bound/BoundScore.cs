using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using ILGPU;
using ILGPU.Runtime;
using Microsoft.ML.OnnxRuntime;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>Statistics of one latent gradient in shared memory.</summary>
/// <param name="Score">Timestep, norm and times.</param>
/// <param name="Largest">Largest absolute value of dL/dz.</param>
internal readonly record struct BoundScoreResult(ScoreResult Score, float Largest);

/// <summary><see cref="DistillationScore"/> for a latent in the memory that kernels and ONNX Runtime share; the host uploads timestep, texts and noise.</summary>
internal sealed class BoundScore : IDisposable
{
    private const int StatisticsLength = 3;

    private readonly GuidanceMemory _memory;
    private readonly GuidanceDevice _device;
    private readonly GuidanceOptions _options;
    private readonly NoiseSchedule _schedule;
    private readonly Denoiser _denoiser;
    private readonly int[] _latentShape;
    private readonly float[] _noise;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _noiseBuffer;
    private readonly BoundStatistics _statistics;
    private readonly Dictionary<(int Count, Element Element, float Scale), OnnxSession> _noisy = [];
    private readonly Dictionary<(bool HasNegative, int Negatives), OnnxSession> _scores = [];

    /// <summary>The gradient of a model.</summary>
    /// <param name="options">Method, scale, weighting and timesteps.</param>
    /// <param name="schedule">The model's noise process.</param>
    /// <param name="denoiser">The UNet, on the shared memory's device; not owned.</param>
    /// <param name="latentShape">Extents of a latent, [1, C, h, w].</param>
    /// <param name="device">That device.</param>
    /// <param name="memory">The shared memory; not owned.</param>
    public BoundScore(GuidanceOptions options, NoiseSchedule schedule, Denoiser denoiser, int[] latentShape, GuidanceDevice device, GuidanceMemory memory)
    {
        _memory = memory;
        _device = device;
        _options = options;
        _schedule = schedule;
        _denoiser = denoiser;
        _latentShape = latentShape;
        _noise = new float[denoiser.LatentLength];
        _noiseBuffer = memory.Kernels.AllocateZeroed(_noise.Length);
        _statistics = new BoundStatistics(memory, StatisticsLength);
    }

    /// <summary>dL/dz of the latent z = s·y.</summary>
    /// <param name="values">Holds y; gets dL/dz as <see cref="BoundEncoder.Gradient"/>.</param>
    /// <param name="encoded">Name of y among them.</param>
    /// <param name="element">Element type of y.</param>
    /// <param name="scale">s.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="step">What timestep and noise are drawn from.</param>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    public BoundScoreResult Gradient(BoundValues values, string encoded, Element element, float scale, GuidanceTexts texts, SdsStep step)
    {
        long start = Stopwatch.GetTimestamp();
        ScoreTexts evaluated = ScoreTexts.Of(_options, _schedule, texts, step);
        int timestep = evaluated.Timestep;
        DistillationScore.DrawNoise(_noise, step);
        _noiseBuffer.View.BaseView.CopyFromCPU(_noise);
        values.Own("noise", _memory.Value(_noiseBuffer.View.BaseView, [.. _latentShape.Select(extent => (long)extent)]));
        OwnNumbers(values, evaluated);
        int count = evaluated.Texts.Count;
        values.Run(Noisy(count, element, scale), _memory, name => name == "encoded" ? encoded : name);
        long beforeUnet = Stopwatch.GetTimestamp();
        _denoiser.PredictBound(values, "batch", timestep, evaluated.Texts, "predictions", _memory);
        long afterUnet = Stopwatch.GetTimestamp();
        using OrtValue target = _statistics.Target();
        values.Run(ScoreOf(evaluated), _memory, null, ("statistics", target));
        ReadOnlySpan<float> statistics = _statistics.Read();
        DistillationScore.RequireFinite(Math.Sqrt(statistics[2]), "UNet", timestep, step);
        var score = new ScoreResult(
            timestep, Math.Sqrt(statistics[0]), Stopwatch.GetElapsedTime(start, beforeUnet) + Stopwatch.GetElapsedTime(afterUnet), Stopwatch.GetElapsedTime(beforeUnet, afterUnet));
        return new BoundScoreResult(score, statistics[1]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OnnxSession session in _noisy.Values.Concat(_scores.Values))
        {
            session.Dispose();
        }

        _noiseBuffer.Dispose();
        _statistics.Dispose();
    }

    private void OwnNumbers(BoundValues values, ScoreTexts texts)
    {
        (float signal, float sigma) = _schedule.Scales(texts.Timestep);
        values.OwnNumber("signal", signal);
        values.OwnNumber("sigma", sigma);
        values.OwnNumber("factor", (float)_options.Weight(_schedule.AlphaBar(texts.Timestep)));
        for (int i = 0; i < texts.NegativeWeights.Count; i++)
        {
            values.OwnNumber($"weight{i}", (float)texts.NegativeWeights[i]);
        }
    }

    private OnnxSession Noisy(int count, Element element, float scale)
    {
        if (!_noisy.TryGetValue((count, element, scale), out OnnxSession? session))
        {
            _noisy[(count, element, scale)] = session =
                GlueGraphs.Noisy(new TensorType(element, _latentShape), scale, (Element)(int)_denoiser.SampleElement, count).Load(_device);
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
}
