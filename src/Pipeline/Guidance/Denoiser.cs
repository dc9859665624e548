using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Guidance.Bound;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>How the UNet evaluates the texts of a step.</summary>
public enum BranchExecution
{
    /// <summary>One after the other.</summary>
    Sequential,

    /// <summary>Each in a call of its own, side by side on the CPU.</summary>
    Concurrent,

    /// <summary>All in one call, the way of a GPU.</summary>
    Batched,
}

/// <summary>
/// The frozen UNet: predicted noise of a noisy latent under a text. Names, integer width and scalar or per-sample timestep
/// are those of the graph. Of a graph that returns twice the channels the first half is the prediction; the other half is its
/// variance (Nichol and Dhariwal 2021), which distillation does not use.
/// </summary>
public sealed class Denoiser : INoisePredictor, IDisposable
{
    private readonly OnnxSession _session;
    private readonly TensorSignature _sample;
    private readonly TensorSignature _timestep;
    private readonly TensorSignature _text;
    private readonly TensorSignature _output;
    private readonly NoiseSchedule _schedule;
    private readonly long[] _shape;
    private readonly BranchExecution _execution;
    private readonly string _path;

    /// <summary>Loads the UNet.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="schedule">Its noise process, which says what the network predicts.</param>
    /// <param name="execution">How several texts are evaluated.</param>
    /// <param name="device">Where the network runs; null for one thread of the CPU.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph, or cannot take several texts at once although it must.</exception>
    public Denoiser(ModelFolder model, NoiseSchedule schedule, BranchExecution execution = BranchExecution.Sequential, GuidanceDevice? device = null)
    {
        _execution = execution;
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
        _sample = model.Unet.Input("noisy latent", 4);
        _timestep = model.Unet.Input("timestep", 0, 1);
        _text = model.Unet.Input("text states", 3);
        _output = model.Unet.Output("prediction", 4, "out_sample", "sample");
        _shape = [1, model.LatentChannels, model.LatentSize, model.LatentSize];
        LatentLength = model.LatentChannels * model.LatentSize * model.LatentSize;
        _path = model.Unet.ModelPath;
        _session = OnnxSession.Load(model.Unet, device);
    }

    /// <summary>Elements of a latent, C·H·W.</summary>
    public int LatentLength { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// In one call for all texts, or one call for each, side by side on the CPU's threads; a call's bits do not depend on what runs beside it.
    /// </remarks>
    public IReadOnlyList<float[]> Predict(float[] noisy, int timestep, IReadOnlyList<TextEmbedding> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (_execution == BranchExecution.Batched)
        {
            return PredictBatch(noisy, timestep, texts);
        }

        float[][] predictions = new float[texts.Count][];
        if (_execution == BranchExecution.Sequential || texts.Count == 1)
        {
            for (int i = 0; i < predictions.Length; i++)
            {
                predictions[i] = Predict(noisy, timestep, texts[i]);
            }
        }
        else
        {
            Parallel.For(0, predictions.Length, i => predictions[i] = Predict(noisy, timestep, texts[i]));
        }

        return predictions;
    }

    /// <summary>Predicted noise ε̂ under one text.</summary>
    /// <param name="noisy">Noisy latent z_t [C·H·W], channels first.</param>
    /// <param name="timestep">Timestep, 0 to T - 1.</param>
    /// <param name="text">Text states.</param>
    /// <returns>ε̂ [C·H·W].</returns>
    public float[] Predict(float[] noisy, int timestep, TextEmbedding text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using OrtValue sample = TensorValue.FromFloats(_sample.Element, noisy, _shape);
        long[] timestepShape = _timestep.Rank == 0 ? [] : [1];
        using OrtValue time = TensorValue.FromIntegers(_timestep.Element, [timestep], timestepShape);
        using OrtValue states = TensorValue.FromFloats(_text.Element, text.States, 1, text.TokenCount, text.Width);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            [(_sample.Name, sample), (_timestep.Name, time), (_text.Name, states)], [_output.Name]);
        float[] prediction = Predictions(TensorValue.ToFloats(outputs[0]), 1)[0];
        _schedule.ToNoise(prediction, noisy, timestep);
        return prediction;
    }

    /// <summary>Element type of the noisy latent.</summary>
    internal TensorElement SampleElement => _sample.Element;

    /// <summary>Element type of the prediction.</summary>
    internal Onnx.Format.TensorProto.Types.DataType OutputElement => _session.OutputType(_output.Name).Element;

    /// <summary>The network's outputs for a batch in a device's memory, not yet turned into noise.</summary>
    /// <param name="values">Holds the batch of noisy latents; gets the outputs.</param>
    /// <param name="batch">Name of the batch among them.</param>
    /// <param name="timestep">Timestep, 0 to T - 1.</param>
    /// <param name="texts">One text for each latent of the batch.</param>
    /// <param name="predictions">Name of the outputs.</param>
    /// <param name="memory">The memory.</param>
    internal void PredictBound(BoundValues values, string batch, int timestep, IReadOnlyList<TextEmbedding> texts, string predictions, GuidanceMemory memory)
    {
        values.Borrow(_sample.Name, values[batch]);
        values.Own(_timestep.Name, Times(timestep, texts.Count));
        values.Own(_text.Name, States(texts));
        values.Run(_session, memory);
        values.Borrow(predictions, values[_output.Name]);
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private OrtValue Times(int timestep, int count)
    {
        bool perSample = _timestep.Rank == 1 && _timestep.Dimensions[0] is null;
        long[] shape = _timestep.Rank == 0 ? [] : [perSample ? count : 1];
        return TensorValue.FromIntegers(_timestep.Element, Enumerable.Repeat(timestep, perSample ? count : 1).ToArray(), shape);
    }

    private OrtValue States(IReadOnlyList<TextEmbedding> texts)
    {
        float[] states = new float[texts.Count * texts[0].States.Length];
        for (int i = 0; i < texts.Count; i++)
        {
            texts[i].States.CopyTo(states, i * texts[0].States.Length);
        }

        return TensorValue.FromFloats(_text.Element, states, texts.Count, texts[0].TokenCount, texts[0].Width);
    }

    private float[][] PredictBatch(float[] noisy, int timestep, IReadOnlyList<TextEmbedding> texts)
    {
        long count = texts.Count;
        float[] samples = new float[count * LatentLength];
        for (int i = 0; i < texts.Count; i++)
        {
            noisy.CopyTo(samples, i * LatentLength);
        }

        using OrtValue sample = TensorValue.FromFloats(_sample.Element, samples, [count, .. _shape[1..]]);
        using OrtValue time = Times(timestep, texts.Count);
        using OrtValue text = States(texts);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            [(_sample.Name, sample), (_timestep.Name, time), (_text.Name, text)], [_output.Name]);
        float[][] predictions = Predictions(TensorValue.ToFloats(outputs[0]), texts.Count);
        foreach (float[] prediction in predictions)
        {
            _schedule.ToNoise(prediction, noisy, timestep);
        }

        return predictions;
    }

    // The first C channels of each sample.
    private float[][] Predictions(float[] all, int count)
    {
        int stride = all.Length / count;
        if (all.Length % count != 0 || (stride != LatentLength && stride != 2 * LatentLength))
        {
            throw new InvalidModelException(
                $"{_path}: '{_output.Name}' has {all.Length} values for {count} noisy latents, expected {LatentLength} each, or twice that for prediction and variance. Export the unet again.");
        }

        return [.. Enumerable.Range(0, count).Select(i => stride == all.Length && stride == LatentLength ? all : all[(i * stride)..((i * stride) + LatentLength)])];
    }
}
