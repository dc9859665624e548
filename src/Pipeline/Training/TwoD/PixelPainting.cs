using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Guidance;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>
/// The pixels are the parameters, as logits o of their colours sigmoid(o): dL/do comes through the encoder's gradient. If this fails while
/// the latent works, the encoder or its gradient is wrong.
/// </summary>
public sealed class PixelPainting : ImagePainting
{
    /// <summary>Name of the painting and of its parameters.</summary>
    public const string ParameterName = "pixels";

    private const float InitialDeviation = 0.1f;
    private const uint InitialisationLane = 1;

    private readonly Variable _logits;
    private readonly float _gain;

    /// <summary>Paints pixels.</summary>
    /// <param name="logits">o [height·width, 3].</param>
    /// <param name="guidance">The frozen prior.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="height">Height, pixels.</param>
    /// <param name="gain">Factor on the logits, &gt; 0: how far one step of the optimiser moves a colour.</param>
    /// <param name="seed">Seed of the start, grey with a little noise.</param>
    public PixelPainting(Variable logits, ScoreDistillation guidance, int width, int height, float gain, uint seed)
        : base(guidance, width, height)
    {
        ArgumentNullException.ThrowIfNull(logits);
        _logits = logits;
        _gain = gain;
        var key = new RandomKey(seed, 0, RandomPurpose.Initialisation);
        float[] start = new float[logits.Length];
        for (int i = 0; i < start.Length; i++)
        {
            start[i] = InitialDeviation * CounterRandom.Normal(key, (uint)i, InitialisationLane);
        }
        logits.Value.CopyFromCPU(start);
    }

    /// <inheritdoc/>
    public override string Name => ParameterName;

    /// <inheritdoc/>
    protected override Variable Paint(Tape tape) => tape.Albedo(_logits, 0, _gain);
}
