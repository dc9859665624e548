using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// The image as a pixel-space model takes it (DreamFusion's Imagen, DeepFloyd IF): no encoder, only another range.
/// <code>
/// z = 2x - 1        dL/dx = 2·dL/dz
/// </code>
/// </summary>
public sealed class PixelEncoder : ImageEncoder
{
    /// <summary>Takes the size from a pixel-space model.</summary>
    /// <param name="model">The model folder.</param>
    public PixelEncoder(ModelFolder model)
        : base(model)
    {
    }

    /// <inheritdoc/>
    public override EncodedImage Encode(ReadOnlySpan<float> image, RandomKey noise)
    {
        RequireSize(image);
        float[] planes = new float[image.Length];
        ImagePlanes.ToPlanes(image, planes, 2, -1);
        return new EncodedImage(planes, null);
    }

    /// <inheritdoc/>
    public override void Gradient(EncodedImage encoded, ReadOnlySpan<float> dLdLatent, Span<float> dLdImage) =>
        ImagePlanes.FromPlanes(dLdLatent, dLdImage, 2, 0);

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
