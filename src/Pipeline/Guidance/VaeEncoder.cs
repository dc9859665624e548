using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>What the VAE encoder's latent is.</summary>
public enum LatentPosterior
{
    /// <summary>The posterior's mean.</summary>
    Mean,

    /// <summary>A draw from the posterior, new in every step.</summary>
    Sample,
}

/// <summary>
/// The frozen VAE encoder with its exact image gradient.
/// <code>
/// z = s·E(2x - 1)        dL/dx = 2·J_Eᵀ(s·dL/dz)
/// </code>
/// The gradient comes from differentiating the encoder's ONNX graph once, at load; each call runs the forward graph, which
/// also returns activations, and then the backward graph on them. E is the posterior's mean, or a draw from it: a graph that
/// draws gets its random node replaced by an input, a graph that gives the posterior's parameters gets the draw appended,
/// and the numbers come from <see cref="CounterRandom"/>.
/// </summary>
public sealed class VaeEncoder : ImageEncoder
{
    private readonly DifferentiableSession _session;
    private readonly bool _draws;

    /// <summary>Loads and differentiates the encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="posterior">Mean or draw; a graph that returns only the mean gives the mean, and says so in <see cref="ImageEncoder.Notes"/>.</param>
    /// <param name="cache">Where the differentiated graph is kept; null for nowhere.</param>
    /// <param name="device">Where it runs; null for one thread of the CPU.</param>
    /// <exception cref="InvalidModelException">An operator without a gradient, or a graph ONNX Runtime refuses.</exception>
    public VaeEncoder(ModelFolder model, LatentPosterior posterior = LatentPosterior.Mean, DiskCache? cache = null, GuidanceDevice? device = null)
        : base(model)
    {
        string path = model.VaeEncoder.ModelPath;
        _session = EncoderGraph.Of(model, posterior).Load(cache, device);
        int[] expected = [1, model.LatentChannels, model.LatentSize, model.LatentSize];
        if (!_session.Output.Shape.SequenceEqual(expected))
        {
            int[] got = _session.Output.Shape;
            _session.Dispose();
            throw new InvalidModelException(
                $"{path}: an image of {ImageSize} by {ImageSize} gives a latent [{string.Join(", ", got)}], but the UNet takes [{string.Join(", ", expected)}]. Take all parts from one model.");
        }

        _draws = posterior == LatentPosterior.Sample && _session.Noise.Count > 0;
        if (posterior == LatentPosterior.Sample && !_draws)
        {
            Note($"guidance.posterior: sample, but {path} returns only the posterior's mean, which is used.");
        }
    }

    /// <summary>The differentiated graph.</summary>
    internal DifferentiableSession Session => _session;

    /// <summary>Whether latents are draws from the posterior.</summary>
    internal bool Draws => _draws;

    /// <inheritdoc/>
    public override EncodedImage Encode(ReadOnlySpan<float> image, RandomKey noise)
    {
        RequireSize(image);
        float[] planes = new float[image.Length];
        ImagePlanes.ToPlanes(image, planes, 2, -1);
        Activations activations = _session.Run(planes, [.. _session.Noise.Select((type, lane) => Draw(noise, type, (uint)lane))]);
        float[] latent = activations.Result;
        Scale(latent);
        return new EncodedImage(latent, activations);
    }

    /// <inheritdoc/>
    public override void Gradient(EncodedImage encoded, ReadOnlySpan<float> dLdLatent, Span<float> dLdImage)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        float[] cotangent = dLdLatent.ToArray();
        Scale(cotangent);
        Activations activations = encoded.State as Activations ?? throw new ArgumentException("The image was encoded by another encoder; encode it with this one.", nameof(encoded));
        ImagePlanes.FromPlanes(_session.Gradient(activations, cotangent), dLdImage, 2, 0);
    }

    /// <inheritdoc/>
    public override void Dispose() => _session.Dispose();

    // The mean of a graph that draws is its draw with noise 0.
    private float[] Draw(RandomKey key, TensorType type, uint lane)
    {
        float[] noise = new float[type.Count];
        for (int i = 0; i < noise.Length && _draws; i++)
        {
            noise[i] = CounterRandom.Normal(key, (uint)i, lane);
        }

        return noise;
    }
}
