using System;
using System.Collections.Generic;
using ILGPU;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>What a guidance says about one image.</summary>
/// <param name="Timestep">Noise level t it drew; 0 for a guidance without noise.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient that it hands back.</param>
/// <param name="Loss">Value of its loss, where there is one: score distillation has only a gradient and gives null.</param>
public readonly record struct GuidanceReport(int Timestep, double GradientNorm, double? Loss = null);

/// <summary>What pulls renders somewhere: an image in, dL/dimage out.</summary>
public interface IGuidance : IDisposable
{
    /// <summary>Side of the square image that <see cref="Gradient"/> takes, pixels.</summary>
    int ImageSize { get; }

    /// <summary>Terms over which its loss is a sum; means that are added to it, such as regularisers, are scaled by it. 1 if it is a mean itself.</summary>
    int TermCount { get; }

    /// <summary>Things worth a line in the log.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>dL/dx of one image.</summary>
    /// <param name="image">Image x [S·S·3], HWC, in [0, 1].</param>
    /// <param name="dLdImage">dL/dx [S·S·3], HWC; overwritten.</param>
    /// <param name="texts">The texts of the step; a guidance that reads none ignores them.</param>
    /// <param name="draw">What random draws are keyed by.</param>
    /// <returns>Timestep, norm and loss.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    GuidanceReport Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw);
}

/// <summary>A guidance that takes images where kernels left them, if it shares their memory.</summary>
public interface IBoundGuidance : IGuidance
{
    /// <summary>Whether <see cref="BoundGradient"/> can be called; else images go by way of the host.</summary>
    bool SharesMemory { get; }

    /// <summary>weight·dL/dx of one image, from device memory to device memory.</summary>
    /// <param name="image">Image x [S·S·3], HWC, in [0, 1], of the kernels' accelerator.</param>
    /// <param name="dLdImage">weight·dL/dx [S·S·3], HWC; overwritten.</param>
    /// <param name="weight">Factor of the gradient.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="draw">What random draws are keyed by.</param>
    /// <returns>Timestep and norm, the latter without the weight.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    GuidanceReport BoundGradient(ArrayView<float> image, ArrayView<float> dLdImage, float weight, GuidanceTexts texts, SdsStep draw);

    /// <summary>What a view's opacity says about the scene, without a copy of it on the host.</summary>
    /// <param name="opacity">A [height·width], row by row, of the kernels' accelerator.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="height">Height, pixels.</param>
    OpacitySums BoundOpacity(ArrayView<float> opacity, int width, int height);
}

/// <summary>A guidance that takes latents where kernels left them, too.</summary>
public interface IBoundLatentGuidance : IBoundGuidance, ILatentGuidance
{
    /// <summary>weight·dL/dz of a latent, from device memory to device memory.</summary>
    /// <param name="latent">Scaled latent z [C·S·S], channels first, of the kernels' accelerator.</param>
    /// <param name="dLdLatent">weight·dL/dz [C·S·S]; overwritten.</param>
    /// <param name="weight">Factor of the gradient.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="draw">What random draws are keyed by.</param>
    /// <returns>Timestep and norm, the latter without the weight.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    GuidanceReport BoundLatentGradient(ArrayView<float> latent, ArrayView<float> dLdLatent, float weight, GuidanceTexts texts, SdsStep draw);

    /// <summary>The same for a render that stands for a latent of four channels: three colours and opacity.</summary>
    /// <param name="render">The render [S·S], its values in the latent's range.</param>
    /// <param name="dLdRender">weight·dL/drender; overwritten.</param>
    /// <param name="weight">Factor of the gradient.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="draw">What random draws are keyed by.</param>
    /// <returns>Timestep and norm, the latter without the weight.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    GuidanceReport BoundRenderGradient(LatentPixels render, LatentPixels dLdRender, float weight, GuidanceTexts texts, SdsStep draw);
}

/// <summary>Pixels that stand for a latent of four channels.</summary>
/// <param name="Colour">The first three channels [S·S·3], pixel by pixel.</param>
/// <param name="Opacity">The fourth [S·S].</param>
public readonly record struct LatentPixels(ArrayView<float> Colour, ArrayView<float> Opacity);

/// <summary>A guidance that also takes latents that are not an image's.</summary>
public interface ILatentGuidance : IGuidance
{
    /// <summary>Latent channels C.</summary>
    int LatentChannels { get; }

    /// <summary>Side S of the square latent.</summary>
    int LatentSize { get; }

    /// <summary>dL/dz of a latent.</summary>
    /// <param name="latent">Scaled latent z [C·S·S], channels first.</param>
    /// <param name="dLdLatent">dL/dz [C·S·S]; overwritten.</param>
    /// <param name="texts">The texts of the step.</param>
    /// <param name="draw">What random draws are keyed by.</param>
    /// <returns>Timestep and norm.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    GuidanceReport LatentGradient(ReadOnlySpan<float> latent, Span<float> dLdLatent, GuidanceTexts texts, SdsStep draw);
}
