using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Training;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>Several views a step: their gradient is the mean of the single ones, for the memory of one.</summary>
public sealed class BatchTests
{
    private const int Views = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradient_of_a_batch_is_the_mean_of_its_views(bool asLatents)
    {
        RunConfiguration single = Configuration(batch: 1) with { LatentIterRatio = asLatents ? 1f : 0f };
        double[] mean = [];
        foreach (int view in Enumerable.Range(0, Views))
        {
            float[] gradient = Gradient(single, [view]).Gradients;
            mean = mean.Length == 0 ? new double[gradient.Length] : mean;
            Assert.Contains(gradient, g => g != 0f);
            for (int i = 0; i < gradient.Length; i++)
            {
                mean[i] += gradient[i] / (double)Views;
            }
        }
        float[] batch = Gradient(single with { Data = Configuration(Views).Data }, [.. Enumerable.Range(0, Views)]).Gradients;
        // Rounding of three sums of up to some thousand terms of either sign, against the largest gradient.
        double scale = mean.Max(Math.Abs), worst = mean.Zip(batch, (m, b) => Math.Abs(m - b)).Aggregate(0d, (a, b) => b <= a ? a : b);
        Assert.True(worst <= 2e-6 * scale, $"differs by {worst / scale:g3} of the largest gradient");
    }

    [Fact]
    public void The_reported_losses_are_means_over_the_views()
    {
        RunConfiguration single = Configuration(batch: 1);
        double[] guidance = [.. Enumerable.Range(0, Views).Select(view => Loss(Gradient(single, [view]).Views, "guidance"))];
        double[] opacity = [.. Enumerable.Range(0, Views).Select(view => Loss(Gradient(single, [view]).Views, "opacity"))];
        ViewDistillation batch = Gradient(Configuration(Views), [0, 1, 2]).Views;
        Assert.Equal(guidance.Average(), Loss(batch, "guidance"), 6);
        Assert.Equal(opacity.Average(), Loss(batch, "opacity"), 6);
        Assert.Equal(3, guidance.Distinct().Count());
    }

    [Fact]
    public void A_batch_takes_the_memory_of_one_view()
    {
        long one = Gradient(Configuration(batch: 1), [0]).PeakBytes;
        long three = Gradient(Configuration(Views), [0, 1, 2]).PeakBytes;
        // The views differ by their samples.
        Assert.True(three <= 1.25 * one, $"{three} bytes against {one}");
    }

    [Fact]
    public void Bits_do_not_depend_on_the_threads()
    {
        Assert.Equal(Train(threads: 1), Train(threads: 2));
    }

    [Fact]
    public void Views_have_streams_of_their_own_and_the_first_has_those_of_a_single_view()
    {
        var step = new SdsStep(5, 9, 0.25);
        Assert.Equal(new RandomKey(5, 9, RandomPurpose.DiffusionNoise), step.Key(RandomPurpose.DiffusionNoise));
        uint[] purposes =
        [
            .. Enumerable.Range(0, 64).SelectMany(view => (uint[])
            [
                (step with { View = view }).Key(RandomPurpose.DiffusionNoise).Purpose, (step with { View = view }).Key(RandomPurpose.Timestep).Purpose,
            ]),
        ];
        Assert.Equal(purposes.Length, purposes.Distinct().Count());
    }

    private static float[] Train(int threads)
    {
        RunConfiguration configuration = Configuration(Views) with { Iters = 4 };
        using var device = DeviceContext.CreateCpu(threads);
        using var target = new TargetImage(Grey());
        using var trainer = new Trainer(configuration, device, target, Prompt(configuration));
        for (int i = 0; i < configuration.Iters; i++)
        {
            trainer.Advance();
        }
        return Read(trainer.Field.Parameters.Values);
    }

    private static double Loss(ViewDistillation views, string name) => views.Losses.Single(loss => loss.Key == name).Value;

    private static (float[] Gradients, ViewDistillation Views, long PeakBytes) Gradient(RunConfiguration configuration, IReadOnlyList<int> views)
    {
        using var device = DeviceContext.CreateCpu(2);
        using var field = new RadianceField(device, FieldOptions.From(configuration.Nerf, configuration.Background));
        field.Initialise(configuration.Seed);
        using var occupancy = new OccupancyUpdater(device, field, configuration.Renderer, configuration.Seed);
        occupancy.Update(0);
        using IGuidance guidance = configuration.LatentIterRatio > 0f ? new TowardsZero() : new TargetImage(Grey());
        var distillation = new ViewDistillation(
            configuration, device, new Renderer(field, occupancy),
            new ViewGuidance(configuration, guidance, Prompt(configuration)), new Regularizers(configuration, guidance.TermCount));
        device.Pool.ResetPeak();
        distillation.Begin(step: 1);
        foreach (int view in views)
        {
            distillation.Distil(step: 1, view, new StepClock());
        }
        return (Read(field.Parameters.Gradients), distillation, device.Pool.PeakRentedBytes);
    }

    // Lit, jittered, with random backgrounds and all regularisers, so that every draw of a view takes part.
    private static RunConfiguration Configuration(int batch)
    {
        RunConfiguration toybox = PresetCatalogue.Get("toybox");
        return toybox with
        {
            Prompt = "a donut",
            Iters = 100,
            AlbedoIterRatio = 0f,
            ShadedRatio = 1f,
            Loss = toybox.Loss with { Orientation = 0.1f, EntropyRamp = 0f, ScaleByLatents = false },
            Material = toybox.Material with { Light = LightKind.Point },
            Data = toybox.Data with { Train = toybox.Data.Train with { Width = 24, Height = 24, HalfWidthRange = new Interval(1f, 1.3f), BatchSize = batch, Jitter = true } },
        };
    }

    private static PromptEmbeddings Prompt(RunConfiguration configuration) =>
        PromptEmbeddings.Compute(Toybox.Model, "a donut", "", new ViewPrompts(configuration.ViewPrompts));

    private static FloatImage Grey()
    {
        var image = new FloatImage(24, 24, 3);
        Array.Fill(image.Data, 0.4f);
        return image;
    }

    private static float[] Read(ILGPU.ArrayView<float> view)
    {
        var values = new float[view.Length];
        view.CopyToCPU(values);
        return values;
    }

    /// <summary>Pulls a latent towards zero: L = ½ Σ z², dL/dz = z.</summary>
    private sealed class TowardsZero : ILatentGuidance
    {
        public int ImageSize => 24;

        public int TermCount => 1;

        public IReadOnlyList<string> Notes => [];

        public int LatentChannels => 4;

        public int LatentSize => 12;

        public GuidanceReport Gradient(ReadOnlySpan<float> image, Span<float> dLdImage, GuidanceTexts texts, SdsStep draw) =>
            throw new NotSupportedException("The latent phase shows no image.");

        public GuidanceReport LatentGradient(ReadOnlySpan<float> latent, Span<float> dLdLatent, GuidanceTexts texts, SdsStep draw)
        {
            latent.CopyTo(dLdLatent);
            return new GuidanceReport(0, 1);
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
