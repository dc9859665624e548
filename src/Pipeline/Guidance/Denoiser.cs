using System;
using System.Threading.Tasks;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// The frozen UNet: predicted noise of a noisy latent under a text. Names, integer width and scalar or per-sample timestep
/// are those of the graph.
/// </summary>
public sealed class Denoiser : IDisposable
{
    private readonly OnnxSession _session;
    private readonly TensorSignature _sample;
    private readonly TensorSignature _timestep;
    private readonly TensorSignature _text;
    private readonly TensorSignature _output;
    private readonly NoiseSchedule _schedule;
    private readonly long[] _shape;

    /// <summary>Loads the UNet.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="schedule">Its noise process, which says what the network predicts.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph.</exception>
    public Denoiser(ModelFolder model, NoiseSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
        _sample = model.Unet.Input("noisy latent", 4);
        _timestep = model.Unet.Input("timestep", 0, 1);
        _text = model.Unet.Input("text states", 3);
        _output = model.Unet.Output("prediction", 4, "out_sample", "sample");
        _shape = [1, model.LatentChannels, model.LatentSize, model.LatentSize];
        LatentLength = model.LatentChannels * model.LatentSize * model.LatentSize;
        _session = OnnxSession.Load(model.Unet);
    }

    /// <summary>Elements of a latent, C·H·W.</summary>
    public int LatentLength { get; }

    /// <summary>Predicted noise ε̂ under two texts; the two runs are independent, so they may run side by side.</summary>
    /// <param name="noisy">Noisy latent z_t [C·H·W], channels first.</param>
    /// <param name="timestep">Timestep, 0 to T - 1.</param>
    /// <param name="conditional">Text states of the prompt.</param>
    /// <param name="unconditional">Text states of the negative or empty prompt.</param>
    /// <param name="concurrently">Whether to use a second thread.</param>
    /// <returns>ε_c and ε_u, each [C·H·W].</returns>
    public (float[] Conditional, float[] Unconditional) PredictPair(
        float[] noisy, int timestep, TextEmbedding conditional, TextEmbedding unconditional, bool concurrently)
    {
        if (!concurrently)
        {
            return (Predict(noisy, timestep, conditional), Predict(noisy, timestep, unconditional));
        }

        Task<float[]> second = Task.Run(() => Predict(noisy, timestep, unconditional));
        float[] first;
        try
        {
            first = Predict(noisy, timestep, conditional);
        }
        finally
        {
            // Even if this branch fails, the other one must have ended before the session may go.
            ((IAsyncResult)second).AsyncWaitHandle.WaitOne();
        }

        return (first, second.GetAwaiter().GetResult());
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
        float[] prediction = TensorValue.ToFloats(outputs[0]);
        _schedule.ToNoise(prediction, noisy, timestep);
        return prediction;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
