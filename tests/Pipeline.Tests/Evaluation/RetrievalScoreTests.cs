using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Evaluation;

/// <summary>The rules by which evaluation views are scored: which captions compete, and which of them are right.</summary>
public sealed class RetrievalScoreTests
{
    private static readonly PromptVocabulary _vocabulary = PromptVocabulary.TryLoad(Toybox.Model)!;
    private static readonly CaptionSet _captions = new(_vocabulary);

    [Fact]
    public void SevenHundredAndFifteenCaptionsCompeteInColourAndFiftyFiveWithout()
    {
        Assert.Equal(55, _captions.Colourless.Count);
        Assert.Equal(55 + (55 * 12), _captions.All.Count);
        Assert.Equal(715, _captions.All.Select(caption => caption.Text).Distinct().Count());
        Assert.Equal(_captions.Colourless, _captions.All.Take(55));
        Assert.All(_captions.Colourless, caption => Assert.Null(caption.ColourName));
        Assert.All(_captions.All.Skip(55).GroupBy(caption => caption.ColourName), colour => Assert.Equal(55, colour.Select(caption => caption.ObjectName).Distinct().Count()));
    }

    [Theory]
    [InlineData("a hamburger")]
    [InlineData("an umbrella")]
    [InlineData("an orange umbrella")]
    [InlineData("a red umbrella")]
    [InlineData("an orange cone")]
    [InlineData("an ice cream cone")]
    [InlineData("an ufo")] // The recipe's rule is by letter, and the prior was trained on it.
    public void ArticlesAreTheRecipes(string caption) => Assert.Contains(caption, _captions.All.Select(c => c.Text));

    [Theory]
    [InlineData("a hamburger", "a hamburger", true)]
    [InlineData("a hamburger", "a brown hamburger", true)]
    [InlineData("a hamburger", "a brown sphere", false)]
    [InlineData("a blue chair", "a blue chair", true)]
    [InlineData("a blue chair", "a chair", false)]
    [InlineData("a blue chair", "a cyan chair", false)]
    [InlineData("a blue chair", "a blue table", false)]
    [InlineData("a cheeseburger", "a hamburger", true)]
    [InlineData("a DSLR photo of a red car", "a red car", true)]
    public void ACaptionIsRightIfItNamesTheObjectAndThePromptsColour(string prompt, string caption, bool right) =>
        Assert.Equal(right, WantedCaption.For(_vocabulary, prompt)!.IsRight(_captions.All.Single(c => c.Text == caption)));

    [Theory]
    [InlineData("a blue chair", "a chair", true)]
    [InlineData("a blue chair", "a table", false)]
    public void WithoutColourTheObjectIsEnough(string prompt, string caption, bool right) =>
        Assert.Equal(right, WantedCaption.For(_vocabulary, prompt)!.IsRightWithoutColour(_captions.Colourless.Single(c => c.Text == caption)));

    [Theory]
    [InlineData("a red sphere on top of a blue cube", "a sphere on top of a cube")]
    [InlineData("an orange cone next to a yellow apple", "a cone next to an apple")]
    public void SeveralObjectsAreACaptionOfTheirOwn(string prompt, string withoutColours)
    {
        WantedCaption wanted = WantedCaption.For(_vocabulary, prompt)!;
        Assert.Equal((prompt, withoutColours), (wanted.Coloured, wanted.Colourless));
        Assert.DoesNotContain(_captions.All, wanted.IsRight);
        Assert.DoesNotContain(_captions.Colourless, wanted.IsRightWithoutColour);
    }

    [Theory]
    [InlineData("a zeppelin")]
    [InlineData("a red and green sphere")]
    public void WithoutOneCaptionThatIsRightNothingIsRetrieved(string prompt) => Assert.Null(WantedCaption.For(_vocabulary, prompt));

    [Fact]
    public void AShadedRedBallIsRecognisedByObjectAndColour()
    {
        using RetrievalScore judge = RetrievalScore.TryLoad(Toybox.Model)!;
        Dictionary<string, double> Scores(string prompt) => new(judge.EvaluateSamples(prompt, [RedBall(64)]));

        Assert.Equal("a red sphere", judge.BestCaption(RedBall(64)));
        Assert.Equal(1, Scores("a red sphere")[RetrievalScore.ColourRetrieval]);
        Assert.Equal(1, Scores("a ball")[RetrievalScore.ColourRetrieval]);
        Assert.Equal(0, Scores("a blue sphere")[RetrievalScore.ColourRetrieval]);
        Assert.Equal(0, Scores("a red cube")[RetrievalScore.ColourRetrieval]);
        Assert.Equal(0, Scores("a red sphere on top of a blue cube")[RetrievalScore.ColourRetrieval]);
        Assert.True(Scores("a red sphere")[RetrievalScore.ClipScore] > Scores("a blue sphere")[RetrievalScore.ClipScore]);
        Assert.Equal([RetrievalScore.ClipScore], Scores("a zeppelin").Keys);
    }

    [Fact]
    public void ColourIsJudgedInColourAndShapeWithout()
    {
        // A red ball of no shape: grey where the shape should be seen.
        using RetrievalScore judge = RetrievalScore.TryLoad(Toybox.Model)!;
        FloatImage grey = new(256, 256, 1), normals = new(256, 256, 3);
        Array.Fill(grey.Data, 0.5f);
        Dictionary<string, double> scores = new(judge.Evaluate("a red sphere", [new ViewLayers(RedBall(256), grey, normals, grey)]));
        Assert.Equal((1, 0), (scores[RetrievalScore.ColourRetrieval], scores[RetrievalScore.GeometryRetrieval]));
    }

    // A ball of radius 0.85 of the half width, lit from the camera with ambient 0.4, on white.
    private static FloatImage RedBall(int size)
    {
        FloatImage picture = new(size, size, 3);
        for (int pixel = 0; pixel < size * size; pixel++)
        {
            float x = (((pixel % size) + 0.5f) * 2 / size) - 1, y = (((pixel / size) + 0.5f) * 2 / size) - 1;
            float depth = 1 - (((x * x) + (y * y)) / (0.85f * 0.85f));
            float red = depth > 0 ? 0.4f + (0.6f * MathF.Sqrt(depth)) : 1;
            (picture.Data[3 * pixel], picture.Data[(3 * pixel) + 1], picture.Data[(3 * pixel) + 2]) = depth > 0 ? (red, 0.05f, 0.05f) : (1, 1, 1);
        }
        return picture;
    }
}
