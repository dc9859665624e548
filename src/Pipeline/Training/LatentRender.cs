using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Image;
using DreamFusion.Pipeline.Guidance;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>
/// A render that stands for a latent, without an encoder: colours (normals as colours) and opacity are the four channels.
/// <code>
/// z_c = 2 resize(C_c) - 1   c = 0..2        z_3 = 2 resize(A) - 1        dL/dC = 2 resizeᵀ dL/dz_0..2        dL/dA = 2 resizeᵀ dL/dz_3
/// </code>
/// Source: stable-dreamfusion (nerf/utils.py, "as_latent") and NeMo's DreamFusion (latent_iter_ratio), after Latent-NeRF (Metzer et al.
/// 2023). The resize is bilinear with pixel centres at half integers (align_corners=False).
/// </summary>
public sealed class LatentRender
{
    /// <summary>Channels of the latent.</summary>
    public const int Channels = ColourChannels + 1;

    private const int ColourChannels = 3;

    private readonly Tape _tape;
    private readonly Variable _colour;
    private readonly Variable _opacity;
    private readonly int _pixels;

    /// <summary>Puts resize and range map of a view on the tape.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="image">Colours C [R, 3], 0..1, background included.</param>
    /// <param name="opacity">Opacity A [R, 1], 0..1.</param>
    /// <param name="height">Height of the view in pixels.</param>
    /// <param name="width">Width of the view in pixels; R = height · width.</param>
    /// <param name="size">Side S of the latent.</param>
    public LatentRender(Tape tape, Variable image, Variable opacity, int height, int width, int size)
    {
        ArgumentNullException.ThrowIfNull(tape);
        _tape = tape;
        _pixels = size * size;
        _colour = tape.MapRange(tape.Resize(image, height, width, size, size), ValueRange.Unit, ValueRange.Symmetric);
        _opacity = tape.MapRange(tape.Resize(opacity, height, width, size, size), ValueRange.Unit, ValueRange.Symmetric);
    }

    /// <summary>Values of the latent, 4·S·S.</summary>
    public int Length => Channels * _pixels;

    /// <summary>The latent where kernels left it, pixel by pixel.</summary>
    public LatentPixels Pixels => new(_colour.Value, _opacity.Value);

    /// <summary>Memory for dL/dz, pixel by pixel, as long as the tape lives.</summary>
    public LatentPixels Gradients() => new(_tape.Scratch<float>(_colour.Length), _tape.Scratch<float>(_opacity.Length));

    /// <summary>Injects dL/dz that lies on the device.</summary>
    /// <param name="dLdPixels">dL/dz, pixel by pixel.</param>
    public void Seed(LatentPixels dLdPixels)
    {
        _tape.Seed(_colour, dLdPixels.Colour);
        _tape.Seed(_opacity, dLdPixels.Opacity);
    }

    /// <summary>The latent z [4·S·S], channels first.</summary>
    public float[] Read()
    {
        float[] colour = new float[_colour.Length];
        float[] latent = new float[Length];
        _colour.Value.CopyToCPU(colour);
        for (int i = 0; i < colour.Length; i++)
        {
            latent[(i % ColourChannels * _pixels) + (i / ColourChannels)] = colour[i];
        }
        _opacity.Value.CopyToCPU(latent.AsSpan(ColourChannels * _pixels));
        return latent;
    }

    /// <summary>Injects dL/dz.</summary>
    /// <param name="dLdLatent">dL/dz [4·S·S], channels first.</param>
    public void Seed(ReadOnlySpan<float> dLdLatent)
    {
        float[] colour = new float[_colour.Length];
        for (int i = 0; i < colour.Length; i++)
        {
            colour[i] = dLdLatent[(i % ColourChannels * _pixels) + (i / ColourChannels)];
        }
        Inject(_colour, colour);
        Inject(_opacity, dLdLatent[(ColourChannels * _pixels)..].ToArray());
    }

    private void Inject(Variable variable, float[] values)
    {
        ArrayView<float> gradient = _tape.Scratch<float>(variable.Length);
        gradient.CopyFromCPU(values);
        _tape.Seed(variable, gradient);
    }
}
