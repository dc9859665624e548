using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Prompts;

public sealed class PromptVocabularyTests
{
    private readonly PromptVocabulary _vocabulary = PromptVocabulary.TryLoad(Toybox.Model)!;

    [Fact]
    public void HoldsTheCards55Objects()
    {
        Assert.Equal(55, _vocabulary.ObjectNames.Count);
        Assert.Equal(55, _vocabulary.ObjectNames.Distinct().Count());
        Assert.Contains("an umbrella", _vocabulary.Captions(null));
        Assert.Contains("a red umbrella", _vocabulary.Captions("red"));
    }

    [Fact]
    public void EveryWordOfEveryCaptionIsOneToken()
    {
        // The card: every caption word is one token. A typing error in vocabulary.json would not be.
        ClipTokenizer tokenizer = ClipTokenizer.Load(Toybox.Model);
        foreach (string caption in _vocabulary.Captions("red"))
        {
            Assert.Equal(ClipWords.Split(caption).Count, tokenizer.Tokens(caption).Count);
        }
    }

    [Theory]
    [InlineData("a hamburger", "hamburger")]
    [InlineData("A DSLR photo of a delicious Cheeseburger, highly detailed", "hamburger")]
    [InlineData("an ice cream cone", "ice cream cone")]
    [InlineData("a traffic cone", "traffic cone")]
    [InlineData("a jack-o-lantern", "pumpkin")]
    [InlineData("a 3d render of a wooden table", "table")]
    [InlineData("a red sphere on top of a blue cube", "sphere,cube")]
    [InlineData("a green cone next to a pink cylinder", "cone,cylinder")]
    [InlineData("a rubber duck, front left view", "rubber duck")]
    public void KnownPromptsPassWithoutAWarning(string prompt, string objects)
    {
        Assert.Equal(objects.Split(','), _vocabulary.Describe(prompt).Objects);
        Assert.Empty(_vocabulary.Check(prompt, anyway: false));
    }

    [Fact]
    public void ColoursAreRecognised()
    {
        Assert.Equal(["red", "blue"], _vocabulary.Describe("a red sphere on top of a blue cube").Colours);
    }

    [Theory]
    [InlineData("a hamburgr", "hamburger")]
    [InlineData("a small castel", "castle")]
    [InlineData("two mushrooms", "mushroom")]
    public void UnknownObjectIsRefusedWithTheNearestName(string prompt, string nearest)
    {
        DfkException e = Assert.Throws<DfkException>(() => _vocabulary.Check(prompt, anyway: false));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(nearest, e.Message, StringComparison.Ordinal);
        Assert.Contains("--anyway", e.Message, StringComparison.Ordinal);
        Assert.Contains("--model", e.Message, StringComparison.Ordinal);
        Assert.Equal(nearest, _vocabulary.Nearest(prompt)[0]);
    }

    [Fact]
    public void AnywayTurnsTheRefusalIntoAWarning()
    {
        Assert.Equal(2, _vocabulary.Check("a squirrel wearing a leather jacket", anyway: true).Count);
    }

    [Fact]
    public void OtherUnknownWordsGetOneWarning()
    {
        string warning = Assert.Single(_vocabulary.Check("a hamburger wearing sunglasses", anyway: false));
        Assert.Contains("\"wearing\", \"sunglasses\"", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("!?")]
    [InlineData("日本語")]
    public void PromptsWithoutWordsAreRefused(string prompt)
    {
        Assert.Throws<DfkException>(() => _vocabulary.Check(prompt, anyway: false));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("null")]
    public void A_name_without_a_word_is_refused(string name)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("vocabulary.json"), $$"""{ "objects": [ { "name": {{name}}, "colours": "any", "synonyms": [] } ], "colours": [], "words": [] }""");
        Assert.Throws<InvalidModelException>(() => PromptVocabulary.Read("x", folder.File("vocabulary.json")));
    }
}
