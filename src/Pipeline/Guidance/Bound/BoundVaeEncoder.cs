using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary><see cref="VaeEncoder"/> in shared memory.</summary>
internal sealed class BoundVaeEncoder : BoundEncoder
{
    private readonly GuidanceMemory _memory;
    private readonly DifferentiableSession _encoder;
    private readonly bool _draws;
    private readonly BoundStatistics _norm;
    private readonly OnnxSession _toPlanes;
    private readonly OnnxSession _seed;
    private readonly OnnxSession _fromPlanes;

    /// <summary>Loads what runs around the encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="encoder">The encoder, on the shared memory's device; not owned.</param>
    /// <param name="device">That device.</param>
    /// <param name="memory">The shared memory; not owned.</param>
    public BoundVaeEncoder(ModelFolder model, VaeEncoder encoder, GuidanceDevice device, GuidanceMemory memory)
    {
        _memory = memory;
        _encoder = encoder.Session;
        _draws = encoder.Draws;
        Scale = (float)model.ScalingFactor;
        _norm = new BoundStatistics(memory, 1);
        _toPlanes = GlueGraphs.ToPlanes(model.ImageSize, _encoder.Input.Element).Load(device);
        _seed = GlueGraphs.Seed(_encoder.Seed, Scale).Load(device);
        _fromPlanes = GlueGraphs.FromPlanes(model.ImageSize, _encoder.Gradients.Element).Load(device);
    }

    /// <inheritdoc/>
    public override TensorType Encoded => _encoder.Output;

    /// <inheritdoc/>
    public override float Scale { get; }

    /// <inheritdoc/>
    public override string Encode(BoundValues values, SdsStep step)
    {
        values.Run(_toPlanes, _memory);
        _encoder.RunBound(values, "planes", Posterior(step), _memory);
        return _encoder.OutputName;
    }

    /// <inheritdoc/>
    public override double Back(BoundValues values, float largest)
    {
        CotangentScale scale = CotangentScale.For([largest * Scale]);
        double norm = Scaled(values, scale);
        // Only float16 can overflow here without the result itself being out of range.
        for (int attempt = 1; _encoder.IsHalf && attempt <= CotangentScale.Attempts && !double.IsFinite(norm); attempt++)
        {
            scale = scale.Smaller();
            norm = Scaled(values, scale);
        }

        return norm;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _toPlanes.Dispose();
        _seed.Dispose();
        _fromPlanes.Dispose();
        _norm.Dispose();
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

    private double Scaled(BoundValues values, CotangentScale scale)
    {
        using BoundValues own = new();
        own.Borrow(Gradient, values[Gradient]);
        own.OwnNumber("factor", scale.Factor);
        own.Run(_seed, _memory);
        _encoder.GradientBound(values, own["seed"], own, "planes", _memory);
        own.OwnNumber("undo", 1 / scale.Factor);
        own.Borrow(Weight, values[Weight]);
        using OrtValue norm = _norm.Target();
        own.Run(_fromPlanes, _memory, null, (Image, values[Target]), ("statistics", norm));
        return Math.Sqrt(_norm.Read()[0]);
    }
}
