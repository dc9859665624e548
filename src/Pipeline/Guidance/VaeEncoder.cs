using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// The frozen VAE encoder with its exact image gradient.
/// <code>
/// z = s·E(2x - 1)        dL/dx = 2·J_Eᵀ(s·dL/dz)
/// </code>
/// The gradient comes from differentiating the encoder's ONNX graph once, at load; each call runs the forward graph, which
/// also returns the activations, and then the backward graph on them.
/// </summary>
public sealed class VaeEncoder : IDisposable
{
    private readonly DifferentiatedGraph _graph;
    private readonly OnnxSession _forward;
    private readonly OnnxSession _backward;
    private readonly string[] _outputs;
    private readonly float _scale;

    /// <summary>Loads and differentiates the encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <exception cref="InvalidModelException">An operator without a gradient, or a graph ONNX Runtime refuses.</exception>
    public VaeEncoder(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _scale = (float)model.ScalingFactor;
        ImageSize = model.ImageSize;
        _graph = GraphDifferentiator.Differentiate(
            OnnxModel.Load(model.VaeEncoder.ModelPath, model.Folder), model.VaeEncoder.Input("image", 4).Name,
            model.VaeEncoder.Output("latent", 4, "latent_sample", "latent_parameters").Name, [1, 3, ImageSize, ImageSize]);
        int[] expected = [1, model.LatentChannels, model.LatentSize, model.LatentSize];
        if (!_graph.OutputShape.SequenceEqual(expected))
        {
            throw new InvalidModelException(
                $"{model.VaeEncoder.ModelPath}: an image of {ImageSize} by {ImageSize} gives a latent [{string.Join(", ", _graph.OutputShape)}], but the UNet takes [{string.Join(", ", expected)}]. Take all parts from one model.");
        }

        LatentLength = expected.Aggregate(1, (a, b) => a * b);
        _outputs = [_graph.Output, .. _graph.Saved.Where(name => name != _graph.Input && name != _graph.Output)];
        _forward = OnnxSession.Load(_graph.Forward, model.VaeEncoder.ModelPath);
        _backward = OnnxSession.Load(_graph.Backward, model.VaeEncoder.ModelPath + " (gradient)");
    }

    /// <summary>Side of the square image.</summary>
    public int ImageSize { get; }

    /// <summary>Elements of the latent, C·H·W.</summary>
    public int LatentLength { get; }

    /// <summary>Encodes an image.</summary>
    /// <param name="image">Image x [S·S·3], HWC, in [0, 1].</param>
    /// <returns>The latent with what its gradient needs; dispose it.</returns>
    public EncodedImage Encode(ReadOnlySpan<float> image)
    {
        if (image.Length != ImageSize * ImageSize * 3)
        {
            throw new ArgumentException($"The image has {image.Length} values, expected {ImageSize}·{ImageSize}·3 = {ImageSize * ImageSize * 3}.", nameof(image));
        }

        float[] planes = new float[image.Length];
        ImagePlanes.ToPlanes(image, planes, 2, -1);
        OrtValue input = OrtValue.CreateTensorValueFromMemory(planes, [1, 3, ImageSize, ImageSize]);
        IDisposableReadOnlyCollection<OrtValue> outputs;
        try
        {
            outputs = _forward.Run([(_graph.Input, input)], _outputs);
        }
        catch
        {
            input.Dispose();
            throw;
        }

        float[] latent = TensorValue.ToFloats(outputs[0]);
        for (int i = 0; i < latent.Length; i++)
        {
            latent[i] *= _scale;
        }

        return new EncodedImage(latent, input, outputs);
    }

    /// <summary>dL/dx = 2·J_Eᵀ(s·dL/dz).</summary>
    /// <param name="encoded">Result of <see cref="Encode"/> for the image.</param>
    /// <param name="dLdLatent">dL/dz [C·H·W].</param>
    /// <param name="dLdImage">dL/dx [S·S·3], HWC; overwritten.</param>
    public void Gradient(EncodedImage encoded, ReadOnlySpan<float> dLdLatent, Span<float> dLdImage)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        float[] scaled = dLdLatent.ToArray();
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] *= _scale;
        }

        using OrtValue cotangent = OrtValue.CreateTensorValueFromMemory(scaled, [.. _graph.OutputShape.Select(d => (long)d)]);
        List<(string Name, OrtValue Value)> inputs = [(_graph.Cotangent, cotangent)];
        inputs.AddRange(_graph.Saved.Select(name => (name, name == _graph.Input ? encoded.Input : encoded.Outputs[Array.IndexOf(_outputs, name)])));
        using IDisposableReadOnlyCollection<OrtValue> gradient = _backward.Run(inputs, [_graph.Gradient]);
        ImagePlanes.FromPlanes(gradient[0].GetTensorDataAsSpan<float>(), dLdImage, 2, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
    }
}

/// <summary>An encoded image and the encoder's activations.</summary>
public sealed class EncodedImage : IDisposable
{
    internal EncodedImage(float[] latent, OrtValue input, IDisposableReadOnlyCollection<OrtValue> outputs)
    {
        Latent = latent;
        Input = input;
        Outputs = outputs;
    }

    /// <summary>Scaled latent z [C·H·W], channels first.</summary>
    public ReadOnlyMemory<float> Latent { get; }

    internal OrtValue Input { get; }

    internal IDisposableReadOnlyCollection<OrtValue> Outputs { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Input.Dispose();
        Outputs.Dispose();
    }
}
