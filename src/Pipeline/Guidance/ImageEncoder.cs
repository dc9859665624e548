using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>Image to scaled latent z = s·E(x), with dL/dx from dL/dz; of a pixel-space model E only changes the range and s = 1.</summary>
public abstract class ImageEncoder : IDisposable
{
    private readonly List<string> _notes = [];
    private readonly float _scale;

    /// <summary>Takes sizes and scale from a model folder.</summary>
    /// <param name="model">The model folder.</param>
    private protected ImageEncoder(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _scale = (float)model.ScalingFactor;
        ImageSize = model.ImageSize;
        LatentLength = model.LatentChannels * model.LatentSize * model.LatentSize;
    }

    /// <summary>Side of the square image.</summary>
    public int ImageSize { get; }

    /// <summary>Elements of the latent, C·H·W.</summary>
    public int LatentLength { get; }

    /// <summary>Things worth a line in the log.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Encodes an image.</summary>
    /// <param name="image">Image x [S·S·3], HWC, in [0, 1].</param>
    /// <param name="noise">What a draw from the posterior is keyed by.</param>
    /// <returns>The latent with what its gradient needs; dispose it.</returns>
    public abstract EncodedImage Encode(ReadOnlySpan<float> image, RandomKey noise);

    /// <summary>dL/dx from dL/dz.</summary>
    /// <param name="encoded">Result of <see cref="Encode"/> for the image.</param>
    /// <param name="dLdLatent">dL/dz [C·H·W].</param>
    /// <param name="dLdImage">dL/dx [S·S·3], HWC; overwritten.</param>
    public abstract void Gradient(EncodedImage encoded, ReadOnlySpan<float> dLdLatent, Span<float> dLdImage);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Adds a line for the log.</summary>
    private protected void Note(string line) => _notes.Add(line);

    /// <summary>Multiplies by the latent scale s.</summary>
    private protected void Scale(Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= _scale;
        }
    }

    /// <summary>Refuses an image of another size.</summary>
    private protected void RequireSize(ReadOnlySpan<float> image)
    {
        if (image.Length != ImageSize * ImageSize * 3)
        {
            throw new ArgumentException($"The image has {image.Length} values, expected {ImageSize}·{ImageSize}·3 = {ImageSize * ImageSize * 3}.", nameof(image));
        }
    }
}

/// <summary>An encoded image and what its gradient needs.</summary>
public sealed class EncodedImage : IDisposable
{
    internal EncodedImage(float[] latent, IDisposable? state)
    {
        Latent = latent;
        State = state;
    }

    /// <summary>Scaled latent z [C·H·W], channels first.</summary>
    public ReadOnlyMemory<float> Latent { get; }

    internal IDisposable? State { get; }

    /// <inheritdoc/>
    public void Dispose() => State?.Dispose();
}
