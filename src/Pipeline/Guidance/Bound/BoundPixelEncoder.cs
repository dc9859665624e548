using System;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;
using Element = DreamFusion.Pipeline.Guidance.Onnx.Format.TensorProto.Types.DataType;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary><see cref="PixelEncoder"/> in shared memory: the latent is the image's planes.</summary>
internal sealed class BoundPixelEncoder : BoundEncoder
{
    private readonly GuidanceMemory _memory;
    private readonly BoundStatistics _norm;
    private readonly OnnxSession _toPlanes;
    private readonly OnnxSession _fromPlanes;

    /// <summary>Loads the two changes of range and layout.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="device">Where they run.</param>
    /// <param name="memory">The shared memory; not owned.</param>
    public BoundPixelEncoder(ModelFolder model, GuidanceDevice device, GuidanceMemory memory)
    {
        _memory = memory;
        _norm = new BoundStatistics(memory, 1);
        Encoded = new TensorType(Element.Float, [1, 3, model.ImageSize, model.ImageSize]);
        Scale = (float)model.ScalingFactor;
        _toPlanes = GlueGraphs.ToPlanes(model.ImageSize, Element.Float).Load(device);
        _fromPlanes = GlueGraphs.FromPlanes(model.ImageSize, Element.Float).Load(device);
    }

    /// <inheritdoc/>
    public override TensorType Encoded { get; }

    /// <inheritdoc/>
    public override float Scale { get; }

    /// <inheritdoc/>
    public override string Encode(BoundValues values, SdsStep step)
    {
        values.Run(_toPlanes, _memory);
        return "planes";
    }

    /// <inheritdoc/>
    public override double Back(BoundValues values, float largest)
    {
        values.OwnNumber("undo", Scale);
        using OrtValue norm = _norm.Target();
        values.Run(_fromPlanes, _memory, name => name == "planes" ? Gradient : name, (Image, values[Target]), ("statistics", norm));
        return Math.Sqrt(_norm.Read()[0]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _toPlanes.Dispose();
        _fromPlanes.Dispose();
        _norm.Dispose();
    }
}
