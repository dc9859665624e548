using System;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary><see cref="LinearEncoder"/> in shared memory.</summary>
internal sealed class BoundLinearEncoder : BoundEncoder
{
    private readonly GuidanceMemory _memory;
    private readonly BoundStatistics _norm;
    private readonly OnnxSession _encode;
    private readonly OnnxSession _back;

    /// <summary>Loads the map and its transpose.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="map">The fitted map.</param>
    /// <param name="device">Where they run.</param>
    /// <param name="memory">The shared memory; not owned.</param>
    public BoundLinearEncoder(ModelFolder model, LatentMap map, GuidanceDevice device, GuidanceMemory memory)
    {
        _memory = memory;
        _norm = new BoundStatistics(memory, 1);
        Encoded = new TensorType(Element.Float, [1, model.LatentChannels, model.LatentSize, model.LatentSize]);
        Scale = (float)model.ScalingFactor;
        _encode = LinearEncoderGraphs.Encode(map, model.ImageSize, model.LatentChannels, model.LatentSize).Load(device);
        _back = LinearEncoderGraphs.Back(map, Scale, model.ImageSize, model.LatentChannels, model.LatentSize).Load(device);
    }

    /// <inheritdoc/>
    public override TensorType Encoded { get; }

    /// <inheritdoc/>
    public override float Scale { get; }

    /// <inheritdoc/>
    public override string Encode(BoundValues values, SdsStep step)
    {
        values.Run(_encode, _memory);
        return "encoded";
    }

    /// <inheritdoc/>
    public override double Back(BoundValues values, float largest)
    {
        using OrtValue norm = _norm.Target();
        values.Run(_back, _memory, null, (Image, values[Target]), ("statistics", norm));
        return Math.Sqrt(_norm.Read()[0]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _encode.Dispose();
        _back.Dispose();
        _norm.Dispose();
    }
}
