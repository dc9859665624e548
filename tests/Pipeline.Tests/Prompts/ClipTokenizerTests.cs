using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Prompts;

public sealed class ClipTokenizerTests
{
    private readonly ClipTokenizer _tokenizer = ClipTokenizer.Load(Toybox.Model);

    [Fact]
    public void MatchesTheGoldenStrings()
    {
        // Origin: tests/Golden/README.md.
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "clip_tokenizer.json")));
        List<string> wrong = [];
        int count = 0;
        foreach (JsonElement entry in golden.RootElement.EnumerateArray())
        {
            string text = entry.GetProperty("text").GetString()!;
            int[] expected = [.. entry.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())];
            if (!expected.SequenceEqual(_tokenizer.Tokens(text)))
            {
                wrong.Add($"'{text}': {string.Join(' ', _tokenizer.Tokens(text))}, expected {string.Join(' ', expected)}");
            }

            count++;
        }

        Assert.True(count > 400);
        Assert.Empty(wrong);
    }

    [Fact]
    public void FramesAndPadsWithEndOfText()
    {
        TokenizedPrompt prompt = _tokenizer.Encode("a hamburger");
        Assert.Equal(24, prompt.Ids.Count);
        Assert.Equal(1998, prompt.Ids[0]);
        Assert.Equal(4, prompt.Length);
        Assert.All(prompt.Ids.Skip(3), id => Assert.Equal(1999, id));
        Assert.False(prompt.IsTruncated);
    }

    [Fact]
    public void EmptyPromptIsStartAndEnd()
    {
        TokenizedPrompt prompt = _tokenizer.Encode("");
        Assert.Equal([1998, .. Enumerable.Repeat(1999, 23)], prompt.Ids);
        Assert.Equal(2, prompt.Length);
    }

    [Fact]
    public void SpecialTokensInAPromptAreNotSplit()
    {
        Assert.Equal([1999, 1998], _tokenizer.Tokens("<|EndOfText|> <|startoftext|>"));
    }

    [Theory]
    [InlineData(22, 0)]
    [InlineData(23, 1)]
    [InlineData(30, 8)]
    public void TruncationIsReportedAtTheLimit(int words, int dropped)
    {
        TokenizedPrompt prompt = _tokenizer.Encode(string.Join(' ', Enumerable.Repeat("red", words)));
        Assert.Equal(dropped, prompt.DroppedTokens);
        Assert.Equal(24, prompt.Ids.Count);
        Assert.Equal(1999, prompt.Ids[23]);
    }

    [Theory]
    [InlineData(19, 0)]
    [InlineData(20, 1)]
    [InlineData(40, 21)]
    public void TooLongAPromptLosesItsEndAndKeepsTheViewWords(int words, int dropped)
    {
        TokenizedPrompt prompt = _tokenizer.Encode(string.Join(' ', Enumerable.Repeat("red", words)), ", front view");
        List<int> suffix = _tokenizer.Tokens(", front view");
        Assert.Equal(3, suffix.Count);
        Assert.Equal(dropped, prompt.DroppedTokens);
        Assert.Equal(suffix, prompt.Ids.Skip(prompt.Length - 4).Take(3));
        Assert.Equal(_tokenizer.Tokens("red")[0], prompt.Ids[prompt.Length - 5]);
    }

    [Fact]
    public void LoneSurrogatesBecomeReplacementCharacters()
    {
        Assert.Equal(_tokenizer.Tokens("\ufffd"), _tokenizer.Tokens("\ud800"));
    }

    [Fact]
    public void ALongWordIsEncodedInReasonableTime()
    {
        Assert.True(_tokenizer.Encode(new string('x', 4096)).IsTruncated);
    }
}
