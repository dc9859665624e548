using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>Shows rendered views to a guidance, as images or as latents, and puts the gradient it gives onto the tape.</summary>
public sealed class ViewGuidance
{
    private readonly RunConfiguration _configuration;
    private readonly IGuidance _guidance;
    private readonly PromptEmbeddings _prompt;
    private readonly float[] _image;
    private readonly float[] _dLdImage;
    private float[] _opacity = [];

    /// <summary>Judges views of the configuration's training size.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="guidance">The guidance.</param>
    /// <param name="prompt">Embeddings of the prompt for every view.</param>
    /// <exception cref="DfkException">As <see cref="Require"/>.</exception>
    public ViewGuidance(RunConfiguration configuration, IGuidance guidance, PromptEmbeddings prompt)
    {
        Require(configuration, guidance);
        _configuration = configuration;
        _guidance = guidance;
        _prompt = prompt;
        _image = new float[guidance.ImageSize * guidance.ImageSize * 3];
        _dLdImage = new float[_image.Length];
    }

    /// <summary>Refuses a latent phase with a guidance whose latents are not normals and opacity in number.</summary>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="guidance">The guidance.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>.</exception>
    public static void Require(RunConfiguration configuration, IGuidance guidance)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(guidance);
        if (configuration.LatentIterRatio > 0f && guidance is not ILatentGuidance { LatentChannels: LatentRender.Channels })
        {
            string got = guidance is ILatentGuidance latents ? $"{latents.LatentChannels}" : "no latents";
            throw new DfkException(
                ExitCode.BadInput,
                $"latent_iter_ratio: renders stand for latents of {LatentRender.Channels} channels (normals and opacity), but the model has {got}. Set latent_iter_ratio to 0, or take a Stable Diffusion folder.");
        }
    }

    /// <summary>Asks the guidance about a view and injects its gradient, in a batch the view's share of it.</summary>
    /// <param name="tape">The tape of the view.</param>
    /// <param name="view">The rendered view, of the configuration's training size.</param>
    /// <param name="camera">Its camera, which chooses the texts.</param>
    /// <param name="step">Step, from 0.</param>
    /// <param name="index">View of the step's batch, from 0.</param>
    /// <param name="asLatent">Whether the view's colours and opacity stand for the latent.</param>
    public GuidanceReport Apply(Tape tape, RenderedView view, OrbitCamera camera, int step, int index, bool asLatent)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(view);
        TrainSize data = _configuration.Data.Train.SizeAt(step);
        float weight = _configuration.Loss.Sds.At(step) / data.BatchSize;
        GuidanceTexts texts = _prompt.TextsFor(camera.AzimuthDegrees, camera.ElevationDegrees);
        var draw = new SdsStep(_configuration.Seed, (uint)step, (double)step / _configuration.Iters) { View = index };
        if (asLatent)
        {
            var latents = (ILatentGuidance)_guidance;
            var render = new LatentRender(tape, view.Image, view.Opacity, data.Height, data.Width, latents.LatentSize);
            if (_guidance is IBoundLatentGuidance { SharesMemory: true } shared)
            {
                LatentPixels dLdRender = render.Gradients();
                GuidanceReport sharedReport = shared.BoundRenderGradient(render.Pixels, dLdRender, weight, texts, draw);
                render.Seed(dLdRender);
                return sharedReport;
            }

            float[] dLdLatent = new float[render.Length];
            GuidanceReport latentReport = latents.LatentGradient(render.Read(), dLdLatent, texts, draw);
            Scale(dLdLatent, weight);
            render.Seed(dLdLatent);
            return latentReport;
        }

        Variable image = tape.Resize(view.Image, data.Height, data.Width, _guidance.ImageSize, _guidance.ImageSize);
        if (_guidance is IBoundGuidance { SharesMemory: true } bound)
        {
            ArrayView<float> dLdImage = tape.Scratch<float>(image.Length);
            GuidanceReport boundReport = bound.BoundGradient(image.Value, dLdImage, weight, texts, draw);
            tape.Seed(image, dLdImage);
            return boundReport;
        }

        image.Value.CopyToCPU(_image);
        GuidanceReport report = _guidance.Gradient(_image, _dLdImage, texts, draw);
        Scale(_dLdImage, weight);
        ArrayView<float> gradient = tape.Scratch<float>(image.Length);
        gradient.CopyFromCPU(_dLdImage);
        tape.Seed(image, gradient);
        return report;
    }

    /// <summary>What a view's opacity says about the scene; where the guidance shares the kernels' memory, the view stays there.</summary>
    /// <param name="opacity">A [height·width], row by row.</param>
    /// <param name="width">Width, pixels.</param>
    /// <param name="height">Height, pixels.</param>
    public OpacitySums Opacity(Variable opacity, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(opacity);
        if (_guidance is IBoundGuidance { SharesMemory: true } bound)
        {
            return bound.BoundOpacity(opacity.Value, width, height);
        }

        if (_opacity.Length != opacity.Length)
        {
            _opacity = new float[opacity.Length];
        }

        opacity.Value.CopyToCPU(_opacity);
        return OpacitySums.Of(_opacity, width, height);
    }

    private static void Scale(Span<float> gradient, float factor)
    {
        foreach (ref float value in gradient)
        {
            value *= factor;
        }
    }
}
