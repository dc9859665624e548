using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Guidance;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>
/// A latent is the parameter: dL/dz is the guidance's own gradient, without any encoder. The decoder shows it. If this fails, tokenizer,
/// text encoder, UNet or schedule are wrong.
/// </summary>
public sealed class LatentPainting : IPainting
{
    /// <summary>Name of the painting and of its parameters.</summary>
    public const string ParameterName = "latent";

    private const float InitialDeviation = 0.1f;

    private readonly Variable _latent;
    private readonly ScoreDistillation _guidance;
    private readonly VaeDecoder _decoder;

    /// <summary>Paints a latent.</summary>
    /// <param name="latent">Scaled latent z [C, S·S].</param>
    /// <param name="guidance">The frozen prior.</param>
    /// <param name="decoder">Its decoder.</param>
    /// <param name="seed">Seed of the start, normal with deviation 0.1: close to the mean of all images.</param>
    public LatentPainting(Variable latent, ScoreDistillation guidance, VaeDecoder decoder, uint seed)
    {
        ArgumentNullException.ThrowIfNull(latent);
        _latent = latent;
        _guidance = guidance;
        _decoder = decoder;
        var key = new RandomKey(seed, 0, RandomPurpose.Initialisation);
        float[] start = new float[latent.Length];
        for (int i = 0; i < start.Length; i++)
        {
            start[i] = InitialDeviation * CounterRandom.Normal(key, (uint)i, 0);
        }
        latent.Value.CopyFromCPU(start);
    }

    /// <inheritdoc/>
    public string Name => ParameterName;

    /// <inheritdoc/>
    public GuidanceReport Distill(DeviceContext device, GuidanceTexts texts, SdsStep draw)
    {
        using var tape = new Tape(device);
        ArrayView<float> gradient = tape.Scratch<float>(_latent.Length);
        if (_guidance.SharesMemory)
        {
            GuidanceReport report = _guidance.BoundLatentGradient(_latent.Value, gradient, 1f, texts, draw);
            tape.Seed(_latent, gradient);
            return report;
        }

        float[] dLdLatent = new float[_latent.Length];
        ScoreResult result = _guidance.LatentGradient(Read(), dLdLatent, texts, draw);
        gradient.CopyFromCPU(dLdLatent);
        tape.Seed(_latent, gradient);
        return new GuidanceReport(result.Timestep, result.GradientNorm);
    }

    /// <inheritdoc/>
    public float[] Picture(DeviceContext device) => _decoder.Decode(Read());

    private float[] Read()
    {
        float[] latent = new float[_latent.Length];
        _latent.Value.CopyToCPU(latent);
        return latent;
    }
}
