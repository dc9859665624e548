using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

public sealed class ClipScorerTests : IDisposable
{
    private const int Steps = 25;
    private const float Scale = 5;
    private readonly ClipScorer _scorer = new(Toybox.Model);
    private readonly PromptVocabulary _vocabulary = PromptVocabulary.TryLoad(Toybox.Model)!;

    [Fact]
    public void SampledImagesAreRecognised()
    {
        // Tokenizer, text encoder, UNet, schedule, guidance, decoder and judge agree with training only if all of them are
        // right. The card's protocol (DDIM, 25 steps, guidance 5) gets 90 % of 55 categories.
        string[] prompts = ["hamburger", "snowman", "pine tree", "mushroom", "traffic cone", "carrot", "donut", "pumpkin"];
        float[][] captions = [.. _vocabulary.Captions(null).Select(_scorer.EmbedText)];
        List<string> wrong = [];
        NoiseSchedule schedule = new(Toybox.Model.Scheduler);
        using TextEncoder encoder = new(Toybox.Model);
        using Denoiser denoiser = new(Toybox.Model, schedule);
        using VaeDecoder decoder = new(Toybox.Model);
        for (int k = 0; k < prompts.Length; k++)
        {
            TextEmbedding text = encoder.Encode($"a DSLR photo of {PromptVocabulary.WithArticle(prompts[k])}", ", front view");
            float[] image = decoder.Decode(Sample(denoiser, schedule, text, encoder.Encode(""), (uint)k));
            string seen = _vocabulary.ObjectNames[ClipScorer.Retrieve(_scorer.EmbedPixels(image), captions).Best];
            if (seen != prompts[k])
            {
                wrong.Add($"{prompts[k]} is taken for {seen}");
            }
        }

        Assert.True(wrong.Count <= 1, string.Join("; ", wrong));
    }

    [Fact]
    public void EmbeddingsHaveUnitLengthAndTheCardsWidth()
    {
        float[] text = _scorer.EmbedText("a hamburger");
        float[] image = _scorer.EmbedImage([.. Enumerable.Range(0, 256 * 256 * 3).Select(i => i % 3 == 0 ? 1f : 0f)]);
        Assert.Equal((256, 96, 96), (_scorer.ImageSize, text.Length, image.Length));
        Assert.True(Math.Abs(text.Sum(v => (double)v * v) - 1) <= 1e-5);
        Assert.True(Math.Abs(image.Sum(v => (double)v * v) - 1) <= 1e-5);
    }

    [Fact]
    public void LargeImageIsBoxFiltered()
    {
        // Each 4x4 block averages to the small image's pixel, exactly in binary fractions.
        float[] small = [.. Enumerable.Range(0, 64 * 64 * 3).Select(i => i % 16 / 16f)];
        float[] large = new float[256 * 256 * 3];
        for (int i = 0; i < large.Length; i++)
        {
            int x = i / 3 % 256;
            int y = i / 3 / 256;
            float offset = (x + y) % 2 == 0 ? 0.25f : -0.25f;
            large[i] = small[((((y / 4) * 64) + (x / 4)) * 3) + (i % 3)] + offset;
        }

        Assert.Equal(small, ClipScorer.BoxFilter(large, 256, 4));
        Assert.Equal(_scorer.EmbedPixels(small), _scorer.EmbedImage(large));
    }

    [Fact]
    public void ImageOfAnotherSizeIsRefused() => Assert.Throws<ArgumentException>(() => _scorer.EmbedImage(new float[64 * 64 * 3]));

    [Fact]
    public void RetrievalTakesTheNearestDirection()
    {
        Retrieval result = ClipScorer.Retrieve([0.6f, 0.8f], [[1, 0], [0, 1], [-1, 0]]);
        Assert.Equal(1, result.Best);
        Assert.Equal([0.6f, 0.8f, -0.6f], result.Similarities);
    }

    public void Dispose() => _scorer.Dispose();

    // DDIM (Song et al. 2021, eq. 12 with η = 0) with the clean latent clamped to ±5.
    private static float[] Sample(Denoiser denoiser, NoiseSchedule schedule, TextEmbedding text, TextEmbedding unconditional, uint seed)
    {
        float[] z = [.. Enumerable.Range(0, denoiser.LatentLength).Select(i => CounterRandom.Normal(new RandomKey(seed, 0, RandomPurpose.DiffusionNoise), (uint)i, 0))];
        float[] noise = new float[z.Length];
        int stride = schedule.TimestepCount / Steps;
        for (int t = (Steps * stride) - 1; t >= 0; t -= stride)
        {
            IReadOnlyList<float[]> predictions = denoiser.Predict(z, t, [text, unconditional]);
            ClassifierFreeGuidance.Combine(GuidanceConvention.Diffusers, Scale, predictions[0], predictions[1], noise);
            double alpha = schedule.AlphaBar(t);
            double next = t >= stride ? schedule.AlphaBar(t - stride) : 1;
            for (int i = 0; i < z.Length; i++)
            {
                double clean = Math.Clamp((z[i] - (Math.Sqrt(1 - alpha) * noise[i])) / Math.Sqrt(alpha), -5, 5);
                double left = (z[i] - (Math.Sqrt(alpha) * clean)) / Math.Sqrt(1 - alpha);
                z[i] = (float)((Math.Sqrt(next) * clean) + (Math.Sqrt(1 - next) * left));
            }
        }

        return z;
    }
}
