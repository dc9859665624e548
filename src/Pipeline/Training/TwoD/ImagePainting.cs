using System;
using DreamFusion.Autodiff;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Pipeline.Guidance;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>A painting in colours: resized to the model's image, judged through the encoder, the gradient taken back by the tape.</summary>
public abstract class ImagePainting : IPainting
{
    private readonly ScoreDistillation _guidance;
    private readonly float[] _image;
    private readonly float[] _dLdImage;

    /// <summary>Paints an image.</summary>
    /// <param name="guidance">The frozen prior.</param>
    /// <param name="width">Width of the painting, pixels.</param>
    /// <param name="height">Height of the painting, pixels.</param>
    private protected ImagePainting(ScoreDistillation guidance, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(guidance);
        _guidance = guidance;
        Width = width;
        Height = height;
        _image = new float[guidance.ImageSize * guidance.ImageSize * 3];
        _dLdImage = new float[_image.Length];
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Width of the painting, pixels.</summary>
    protected int Width { get; }

    /// <summary>Height of the painting, pixels.</summary>
    protected int Height { get; }

    /// <inheritdoc/>
    public GuidanceReport Distill(DeviceContext device, GuidanceTexts texts, SdsStep draw)
    {
        using var tape = new Tape(device);
        Variable image = Resized(tape);
        if (_guidance.SharesMemory)
        {
            ArrayView<float> dLdImage = tape.Scratch<float>(image.Length);
            GuidanceReport report = _guidance.BoundGradient(image.Value, dLdImage, 1f, texts, draw);
            tape.Backward(image, dLdImage);
            return report;
        }

        image.Value.CopyToCPU(_image);
        SdsResult result = _guidance.Gradient(_image, _dLdImage, texts, draw);
        ArrayView<float> gradient = tape.Scratch<float>(image.Length);
        gradient.CopyFromCPU(_dLdImage);
        tape.Backward(image, gradient);
        return new GuidanceReport(result.Timestep, result.ImageGradientNorm);
    }

    /// <inheritdoc/>
    public float[] Picture(DeviceContext device)
    {
        using var tape = new Tape(device, recording: false);
        float[] picture = new float[_image.Length];
        Resized(tape).Value.CopyToCPU(picture);
        return picture;
    }

    /// <summary>The painting from its parameters.</summary>
    /// <param name="tape">The tape.</param>
    /// <returns>Colours [Height·Width, 3], in [0, 1].</returns>
    protected abstract Variable Paint(Tape tape);

    private Variable Resized(Tape tape) => tape.Resize(Paint(tape), Height, Width, _guidance.ImageSize, _guidance.ImageSize);
}
