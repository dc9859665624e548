using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>
/// Pulls a render towards a given picture: the plainest guidance, without a model, whose loss has a value. For tests of everything
/// around a guidance.
/// <code>
/// L = 1/n Σ (x_i - y_i)²        dL/dx_i = 2/n (x_i - y_i)
/// </code>
/// </summary>
public sealed class TargetImage : IGuidance
{
    private readonly float[] _target;

    /// <summary>Pulls towards a picture.</summary>
    /// <param name="target">The picture y, square, RGB.</param>
    /// <exception cref="ArgumentException">The picture is not square or not RGB.</exception>
    public TargetImage(FloatImage target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Width != target.Height || target.Channels != 3)
        {
            throw new ArgumentException($"TargetImage: expected a square RGB picture, got {target.Width}x{target.Height} with {target.Channels} channels.", nameof(target));
        }

        _target = target.Data;
        ImageSize = target.Width;
    }

    /// <inheritdoc/>
    public int ImageSize { get; }

    /// <inheritdoc/>
    public int TermCount => 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => [];

    /// <inheritdoc/>
    public GuidanceReport Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw)
    {
        if (image.Length != _target.Length || dLdImage.Length != _target.Length)
        {
            throw new ArgumentException($"TargetImage: expected images of {_target.Length} values ({ImageSize}·{ImageSize}·3), got {image.Length} and a gradient of {dLdImage.Length}.", nameof(image));
        }

        double sum = 0;
        float factor = 2f / _target.Length;
        for (int i = 0; i < _target.Length; i++)
        {
            float difference = image[i] - _target[i];
            sum += (double)difference * difference;
            dLdImage[i] = factor * difference;
        }

        double norm = DistillationScore.Norm(dLdImage);
        DistillationScore.RequireFinite(norm, "difference from the target picture", 0, draw);
        return new GuidanceReport(0, norm, sum / _target.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing but managed memory.
    }
}
