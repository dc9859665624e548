using System;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>The frozen VAE decoder: a scaled latent to the image it stands for.</summary>
public sealed class VaeDecoder : IDisposable
{
    private readonly OnnxSession _session;
    private readonly TensorSignature _latent;
    private readonly TensorSignature _image;
    private readonly ModelFolder _model;

    /// <summary>Loads the decoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph.</exception>
    public VaeDecoder(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _latent = model.VaeDecoder.Input("latent", 4);
        _image = model.VaeDecoder.Output("image", 4, "sample");
        _session = OnnxSession.Load(model.VaeDecoder);
    }

    /// <summary>Decodes: x = D(z / s), from [-1, 1] to [0, 1] and clamped.</summary>
    /// <param name="latent">Scaled latent z [C·H·W], channels first.</param>
    /// <returns>Image [H·W·3], HWC, in [0, 1].</returns>
    public float[] Decode(ReadOnlySpan<float> latent)
    {
        float[] unscaled = latent.ToArray();
        float factor = (float)(1 / _model.ScalingFactor);
        for (int i = 0; i < unscaled.Length; i++)
        {
            unscaled[i] *= factor;
        }

        using OrtValue input = TensorValue.FromFloats(_latent.Element, unscaled, 1, _model.LatentChannels, _model.LatentSize, _model.LatentSize);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run([(_latent.Name, input)], [_image.Name]);
        float[] planes = TensorValue.ToFloats(outputs[0]);
        float[] image = new float[planes.Length];
        ImagePlanes.FromPlanes(planes, image, 0.5f, 0.5f);
        for (int i = 0; i < image.Length; i++)
        {
            image[i] = Math.Clamp(image[i], 0, 1);
        }

        return image;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
