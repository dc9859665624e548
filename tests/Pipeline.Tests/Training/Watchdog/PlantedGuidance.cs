using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Tests.Training.Watchdog;

/// <summary>A guidance that pulls towards a grey picture, in milliseconds, and does something else at the steps that a test says.</summary>
internal sealed class PlantedGuidance(Func<SdsStep, Plant> plant) : IGuidance
{
    private readonly TargetImage _target = new(Grey());

    public int ImageSize => _target.ImageSize;

    public int TermCount => 1;

    public IReadOnlyList<string> Notes => [];

    public GuidanceReport Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw)
    {
        GuidanceReport report = _target.Gradient(image, dLdImage, texts, draw);
        switch (plant(draw))
        {
            case Plant.NaN:
                // One value of the gradient of one pixel.
                dLdImage[dLdImage.Length / 2] = float.NaN;
                return report;
            case Plant.Silence:
                dLdImage.Clear();
                return report with { GradientNorm = 0 };
            default:
                return report;
        }
    }

    public void Dispose() => _target.Dispose();

    private static FloatImage Grey()
    {
        var image = new FloatImage(16, 16, 3);
        Array.Fill(image.Data, 0.4f);
        return image;
    }
}

/// <summary>What is planted in a step.</summary>
internal enum Plant
{
    Nothing,
    NaN,
    Silence,
}
