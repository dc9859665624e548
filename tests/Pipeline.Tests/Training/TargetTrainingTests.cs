using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>The whole trainer with a guidance whose loss has a value: a field seen from one camera learns a picture.</summary>
public sealed class TargetTrainingTests
{
    private const int TargetSize = 32;

    [Fact]
    public void A_field_learns_a_picture()
    {
        double[] errors = Train(Painted(80), threads: 2);
        // The render starts as a soft grey ball on white.
        Assert.True(errors[0] > 0.02, $"{errors[0]}");
        Assert.True(errors[^5..].Average() < errors[0] / 15, $"{errors[0]} fell to {errors[^5..].Average()}");
    }

    [Fact]
    public void Bits_do_not_depend_on_the_threads()
    {
        double[] one = Train(Painted(6), threads: 1);
        Assert.Equal(one, Train(Painted(6), threads: 2));
    }

    [Fact]
    public void A_guidance_without_latents_refuses_a_latent_phase()
    {
        DfkException error = Assert.Throws<DfkException>(() => Train(Painted(4) with { LatentIterRatio = 0.5f }, threads: 1));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("latent_iter_ratio", error.Message, StringComparison.Ordinal);
    }

    private static double[] Train(RunConfiguration configuration, int threads)
    {
        var prompt = PromptEmbeddings.Compute(Toybox.Model, "a donut", "", new ViewPrompts(configuration.ViewPrompts));
        using var device = DeviceContext.CreateCpu(threads);
        using var target = new TargetImage(Disc());
        using var trainer = new Trainer(configuration, device, target, prompt);
        var errors = new List<double>();
        for (int i = 0; i < configuration.Iters; i++)
        {
            errors.Add(trainer.Advance().Losses.Single(loss => loss.Key == "guidance").Value);
        }
        return [.. errors];
    }

    // One camera, albedo on white, no regulariser; rendered larger than the picture, so that the resize takes part.
    private static RunConfiguration Painted(int iters)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        return toybox with
        {
            Prompt = "a donut",
            Iters = iters,
            AlbedoIterRatio = 1f,
            Background = new BackgroundConfiguration { Kind = BackgroundKind.Static, Colour = new Rgb(1f, 1f, 1f) },
            Loss = new LossConfiguration { Opacity = 0f, Entropy = 0f, Orientation = 0f, TotalVariation = 0f },
            Optim = toybox.Optim with { LearningRate = 0.01f, EncoderLearningRate = 0.03f, WarmupSteps = 5 },
            Data = toybox.Data with
            {
                Train = new TrainDataConfiguration
                {
                    Width = 40,
                    Height = 40,
                    RadiusRange = new Interval(3f, 3f),
                    HalfWidthRange = new Interval(1.1f, 1.1f),
                    ThetaRange = new Interval(90f, 90f),
                    PhiRange = new Interval(0f, 0f),
                    OverheadRatio = 0f,
                },
            },
        };
    }

    // A disc on white, its upper half red, its lower half blue.
    private static FloatImage Disc()
    {
        var image = new FloatImage(TargetSize, TargetSize, 3);
        for (int p = 0; p < TargetSize * TargetSize; p++)
        {
            double x = (((p % TargetSize) + 0.5) / TargetSize * 2) - 1, y = (((p / TargetSize) + 0.5) / TargetSize * 2) - 1;
            float[] colour = (x * x) + (y * y) > 0.36 ? [1f, 1f, 1f] : y < 0 ? [0.8f, 0.1f, 0.1f] : [0.1f, 0.2f, 0.9f];
            colour.CopyTo(image.Data, 3 * p);
        }
        return image;
    }
}
