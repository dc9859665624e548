using System;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

public sealed class ClipScorerTests : IDisposable
{
    private readonly ClipScorer _scorer = new(Toybox.Model);

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
}
