using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
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
        ViewPrompts views = new(ViewTables.Fine);
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

    [Theory]
    [InlineData(0, 1, 0, 0)]
    [InlineData(30, 0.666667f, 0.333333f, 0)]
    [InlineData(-60, 0.333333f, 0.666667f, 0)]
    [InlineData(89, 0.011111f, 0.988889f, 0)]
    [InlineData(90, 0, 1, 0)]
    [InlineData(-90, 0, 1, 0)]
    [InlineData(120, 0, 0.666667f, 0.333333f)]
    [InlineData(-150, 0, 0.333333f, 0.666667f)]
    [InlineData(180, 0, 0, 1)]
    [InlineData(-180, 0, 0, 1)]
    [InlineData(390, 0.666667f, 0.333333f, 0)]
    public void InterpolatedViewsAreNemos(float azimuth, float front, float side, float back)
    {
        // stable-dreamfusion and NeMo: |az| < 90: r = 1 - |az|/90, r front + (1 - r) side; else r = 2 - |az|/90, r side + (1 - r) back.
        RunConfiguration c = new ConfigurationSources { Overrides = [new("<prompt>", "prompt", "x"), new("--set", "front_prompt", "F"), new("--set", "back_prompt", "B")] }.Resolve();
        ViewPrompts views = new(c.ViewPrompts, c.ViewChoice);
        foreach (float elevation in (float[])[-80, 0, 20, 85])
        {
            Dictionary<string, float> weights = Weights(views, azimuth, elevation);
            Assert.Equal(front, weights.GetValueOrDefault("F"), 1e-5f);
            Assert.Equal(side, weights.GetValueOrDefault(", side view"), 1e-5f);
            Assert.Equal(back, weights.GetValueOrDefault("B"), 1e-5f);
        }
    }

    [Fact]
    public void InterpolatedTableOfStableDiffusionKeepsItsOverheadView()
    {
        ViewPrompts views = new(ViewPrompts.StableDiffusion, ViewChoice.Interpolated);
        Assert.Equal(1, Weights(views, 123, 70)[", overhead view"]);
        Assert.Equal(0.5f, Weights(views, -45, 20)[", front view"], 1e-5f);
    }

    [Fact]
    public void InterpolatedSectorsOfTheToyboxMixNeighbours()
    {
        ViewPrompts views = new(ViewTables.Fine, ViewChoice.Interpolated);
        Dictionary<string, float> weights = Weights(views, -9, 0);
        Assert.Equal(0.8f, weights[", front view"], 1e-5f);
        Assert.Equal(0.2f, weights[", front right view"], 1e-5f);
        Assert.Equal(0.5f, Weights(views, 135, 80)[", overhead left view"], 1e-5f);
    }

    [Fact]
    public void WeightsSumToOneAndChangeContinuously()
    {
        IReadOnlyList<ViewPrompt>[] tables = [ViewPrompts.StableDiffusion, ViewTables.Fine, [new() { Azimuth = new Interval(-30, 30), Suffix = "f" }, new() { Azimuth = new Interval(100, 300), Suffix = "b" }]];
        foreach (IReadOnlyList<ViewPrompt> rows in tables)
        {
            ViewPrompts views = new(rows, ViewChoice.Interpolated);
            Dictionary<string, float> before = Weights(views, -0.25f, 10);
            for (float azimuth = 0; azimuth <= 720; azimuth += 0.25f)
            {
                Dictionary<string, float> now = Weights(views, azimuth, 10);
                Assert.Equal(1, now.Values.Sum(), 1e-5f);
                Assert.All(now.Values, w => Assert.InRange(w, 0, 1));
                Assert.All(rows, r => Assert.True(MathF.Abs(now.GetValueOrDefault(r.Suffix) - before.GetValueOrDefault(r.Suffix)) < 0.01f));
                before = now;
            }
        }
    }

    [Fact]
    public void InterpolatedEmbeddingIsTheLinearMix()
    {
        PromptEmbeddings Embed(ViewChoice choice) => PromptEmbeddings.Compute(Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.Fine, choice));
        PromptEmbeddings nearest = Embed(ViewChoice.Nearest);
        PromptEmbeddings interpolated = Embed(ViewChoice.Interpolated);
        Assert.Equal("a red car, front view", nearest.For(9, 0).Text);
        Assert.Equal(nearest.For(0, 0).States, interpolated.For(0, 0).States);
        float[] mixed = interpolated.For(9, 0).States;
        (float[] front, float[] left) = (nearest.For(0, 0).States, nearest.For(45, 0).States);
        Assert.All(mixed.Select((x, i) => (x, i)), m => Assert.Equal((0.8f * front[m.i]) + (0.2f * left[m.i]), m.x, 1e-5f));
    }

    // text-to-3d.md 1.4: e_pos is of the interpolated embedding, the negatives are the front's and the side's own; weights as published there.
    [Theory]
    [InlineData(0, "front", 1, "side", -2.0, 0.0)]
    [InlineData(30, "front", 0.6666667, "side", -0.071348, -0.527194)]
    [InlineData(-60, "front", 0.3333333, "side", -0.002545, -1.026834)]
    [InlineData(120, "side", 0.6666667, "back", -0.001273, -2.0)]
    [InlineData(180, "back", 1, "front", -1.0, -2.0)]
    public void PerpNegPushesAnInterpolatedViewAwayFromFrontAndSide(float azimuth, string first, double share, string second, double sideWeight, double frontWeight)
    {
        PromptEmbeddings Embed(ViewChoice choice) => PromptEmbeddings.Compute(
            Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.FrontSideBack, choice), new GuidanceConfiguration { PerpNeg = PerpNegKind.StableDreamFusion });
        using TextEncoder encoder = new(Toybox.Model);
        float[] Of(string view) => encoder.Encode("a red car", $", {view} view").States;
        GuidanceTexts texts = Embed(ViewChoice.Interpolated).TextsFor(azimuth, 20);
        (float[] a, float[] b) = (Of(first), Of(second));
        Assert.All(texts.Positive.States.Select((x, i) => (x, i)), m => Assert.Equal((share * a[m.i]) + ((1 - share) * b[m.i]), m.x, 1e-5));
        Assert.Equal(Of("front"), texts.ViewNegatives[0].Text.States);
        Assert.Equal(Of("side"), texts.ViewNegatives[1].Text.States);
        Assert.Equal(frontWeight, texts.ViewNegatives[0].Weight, 5e-5);
        Assert.Equal(sideWeight, texts.ViewNegatives[1].Weight, 5e-5);
        // The nearest view is pushed away from the same two.
        Assert.Equal(texts.ViewNegatives.Select(n => n.Weight), Embed(ViewChoice.Nearest).TextsFor(azimuth, 20).ViewNegatives.Select(n => n.Weight));
    }

    [Fact]
    public void EmptyTableIsRefused() => Assert.Throws<ArgumentException>(() => new ViewPrompts([]));

    [Fact]
    public void EachViewHasItsOwnEmbeddingAndTheTextEncoderIsReleased()
    {
        PromptEmbeddings prompt = PromptEmbeddings.Compute(Toybox.Model, "a red car", "", new ViewPrompts(ViewTables.Fine));
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

    private static Dictionary<string, float> Weights(ViewPrompts views, float azimuth, float elevation)
    {
        ViewWeights w = views.WeightsFor(azimuth, elevation);
        Dictionary<string, float> weights = new() { [views.Rows[w.First].Suffix] = w.FirstWeight };
        string second = views.Rows[w.Second].Suffix;
        weights[second] = weights.GetValueOrDefault(second) + w.SecondWeight;
        return weights;
    }

    private static int Wrap(int value, int count) => ((value % count) + count) % count;
}
