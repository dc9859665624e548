using System;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Prompts;

public sealed class ViewPromptsTests
{
    private static readonly string[] _sectors =
        ["front view", "front left view", "left side view", "back left view", "back view", "back right view", "right side view", "front right view"];

    private static readonly string[] _overhead = ["front", "left", "back", "right"];

    [Fact]
    public void ToyboxTableIsTheRecipesSectorFunction()
    {
        // captions.py of the prior's recipe: overhead for polar < 30, else round(azimuth/45) mod 8; 90 degrees shows the left side.
        ViewPrompts views = new(Presets.FineViewPrompts);
        for (float azimuth = -359.5f; azimuth < 360; azimuth += 1.7f)
        {
            for (float polar = 0.5f; polar < 180; polar += 7)
            {
                string expected = polar < 30
                    ? $"overhead {_overhead[Wrap((int)Math.Round(azimuth / 90), 4)]} view"
                    : _sectors[Wrap((int)Math.Round(azimuth / 45), 8)];
                Assert.Equal(", " + expected, views.SuffixFor(azimuth, 90 - polar));
            }
        }
    }

    [Theory]
    [InlineData(0, 20, "front")]
    [InlineData(44, 0, "front")]
    [InlineData(46, 0, "side")]
    [InlineData(-90, 30, "side")]
    [InlineData(134, 0, "side")]
    [InlineData(136, 0, "back")]
    [InlineData(-136, 0, "back")]
    [InlineData(180, -20, "back")]
    [InlineData(180, 61, "overhead")]
    public void StableDiffusionTable(float azimuth, float elevation, string view)
    {
        Assert.Equal($", {view} view", new ViewPrompts(ViewPrompts.StableDiffusion).SuffixFor(azimuth, elevation));
    }

    [Theory]
    [InlineData(50, "front")]
    [InlineData(80, "front")]
    [InlineData(100, "back")]
    [InlineData(-100, "back")]
    [InlineData(181, "back")]
    public void CameraBetweenRowsTakesTheNearest(float azimuth, string view)
    {
        ViewPrompts views = new(
        [
            new ViewPrompt { Azimuth = new Interval(-30, 30), Suffix = "front" },
            new ViewPrompt { Azimuth = new Interval(150, 210), Suffix = "back" },
        ]);
        Assert.Equal(view, views.SuffixFor(azimuth, 0));
    }

    [Fact]
    public void EmptyTableIsRefused() => Assert.Throws<ArgumentException>(() => new ViewPrompts([]));

    [Fact]
    public void EachViewHasItsOwnEmbeddingAndTheTextEncoderIsReleased()
    {
        PromptEmbeddings prompt = PromptEmbeddings.Compute(Toybox.Model, "a red car", "", new ViewPrompts(Presets.FineViewPrompts));
        Assert.Equal("a red car, front view", prompt.For(0, 0).Text);
        Assert.Equal("a red car, left side view", prompt.For(90, 0).Text);
        Assert.Equal("a red car, overhead right view", prompt.For(-90, 75).Text);
        Assert.Equal("", prompt.Unconditional.Text);
        Assert.Equal((24, 128), (prompt.Unconditional.TokenCount, prompt.Unconditional.Width));
        Assert.Equal(12, prompt.Views.Rows.Select(r => prompt.For(r.Azimuth.At(0.5f), r.Elevation.At(0.5f)).States).Distinct().Count());
        Assert.Empty(prompt.Warnings);
    }

    [Fact]
    public void TooLongAPromptIsOneWarningThatNamesTheLostWords()
    {
        string prompt = string.Join(' ', Enumerable.Repeat("red", 19)) + " car boat";
        PromptEmbeddings embeddings = PromptEmbeddings.Compute(Toybox.Model, prompt, "", new ViewPrompts(ViewPrompts.StableDiffusion));
        string warning = Assert.Single(embeddings.Warnings);
        Assert.Contains("2 of 26 tokens", warning, StringComparison.Ordinal);
        Assert.Contains("\"car boat\"", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void TooLongANegativePromptIsAWarningOfItsOwn()
    {
        string red = string.Join(' ', Enumerable.Repeat("red", 30));
        PromptEmbeddings embeddings = PromptEmbeddings.Compute(Toybox.Model, red + " car", red, new ViewPrompts(ViewPrompts.StableDiffusion));
        Assert.Equal(2, embeddings.Warnings.Count);
    }

    private static int Wrap(int value, int count) => ((value % count) + count) % count;
}
