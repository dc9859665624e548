using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Embeddings;
using DreamFusion.Pipeline.Import.Tokenizer;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Tests.Import.Adapters;
using DreamFusion.Pipeline.Tests.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Tokenizer;

public sealed class TokenizerFolderTests : IDisposable
{
    private static readonly StableDiffusionArchitecture _one = StableDiffusionArchitecture.StableDiffusion1;
    private static readonly StableDiffusionArchitecture _two = StableDiffusionArchitecture.StableDiffusion2;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheVocabularyHasTheSizesOfClip()
    {
        // model-import facts, section 2, from openai/CLIP's simple_tokenizer: 49,408 tokens, 48,894 merges.
        TokenizerFolder.Write(_folder.Path, _one, []);
        using var vocabulary = JsonDocument.Parse(File.ReadAllBytes(_folder.File("vocab.json")));
        Assert.Equal(49408, vocabulary.RootElement.EnumerateObject().Count());
        Assert.Equal(Enumerable.Range(0, 49408), vocabulary.RootElement.EnumerateObject().Select(t => t.Value.GetInt32()));
        Assert.Equal((0, 256, 49406, 49407), (Id("!"), Id("!</w>"), Id("<|startoftext|>"), Id("<|endoftext|>")));
        string[] merges = File.ReadAllLines(_folder.File("merges.txt"));
        Assert.Equal(("#version: 0.2", "i n", 48895), (merges[0], merges[1], merges.Length));
        Assert.Equal(
            ["merges.txt", "special_tokens_map.json", "tokenizer_config.json", "vocab.json"],
            Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        int Id(string token) => vocabulary.RootElement.GetProperty(token).GetInt32();
    }

    [Fact]
    public void PromptsOfStableDiffusion1ArePaddedWithTheEnd()
    {
        ClipTokenizer tokenizer = Write(_one);
        Assert.Equal([49406, 320, 1125, 539, 320, 2368, .. Enumerable.Repeat(49407, 71)], tokenizer.Encode("a photo of a cat").Ids);
    }

    [Fact]
    public void PromptsOfStableDiffusion2ArePaddedWith0()
    {
        ClipTokenizer tokenizer = Write(_two);
        Assert.Equal([49406, 320, 1125, 539, 320, 2368, 49407, .. Enumerable.Repeat(0, 70)], tokenizer.Encode("a photo of a cat").Ids);
        Assert.Equal([49406, 320, 2368, 256, 49407, 0], tokenizer.Encode("a cat!").Ids.Take(6));
        using var map = JsonDocument.Parse(File.ReadAllBytes(_folder.File("special_tokens_map.json")));
        Assert.Equal("!", map.RootElement.GetProperty("pad_token").GetString());
    }

    [Fact]
    public void IdsAreThoseOfHuggingFace()
    {
        // Origin: tests/Golden/README.md.
        Assert.Empty(Golden.Differences(Write(_one), "clip_ids.json"));
    }

    [Fact]
    public void TheSameFolderIsWrittenTwice()
    {
        using TemporaryFolder other = new();
        AddedEmbedding[] embeddings = [Embedding("<Cat-Toy>", 3)];
        TokenizerFolder.Write(_folder.Path, _two, embeddings);
        TokenizerFolder.Write(other.Path, _two, embeddings);
        foreach (string file in Directory.GetFiles(_folder.Path))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(other.File(Path.GetFileName(file))));
        }
    }

    [Fact]
    public void AWordOfThreeVectorsExpandsInPlace()
    {
        ClipTokenizer tokenizer = Write(_one, Embedding("<cat-toy>", 3), Embedding("sks-style", 1));
        using var added = JsonDocument.Parse(File.ReadAllBytes(_folder.File("added_tokens.json")));
        Assert.Equal(
            [("<cat-toy>", 49408), ("<cat-toy>_1", 49409), ("<cat-toy>_2", 49410), ("sks-style", 49411)],
            added.RootElement.EnumerateObject().Select(t => (t.Name, t.Value.GetInt32())));
        Assert.Equal([49406, 320, 1125, 539, 320, 49408, 49409, 49410, 2368, 49407], tokenizer.Encode("a photo of a <cat-toy> cat").Ids.Take(10));
        Assert.Equal(49412, tokenizer.VocabularySize);
        Assert.Throws<InvalidModelException>(() => ClipTokenizer.Load(_folder.Path, 77, 49411));
    }

    [Theory]
    [InlineData("<CAT-TOY>", new[] { 49408, 49409, 49410 })]
    [InlineData("cat<cat-toy>cat", new[] { 2368, 49408, 49409, 49410, 2368 })]
    [InlineData("(<cat-toy>)", new[] { 263, 49408, 49409, 49410, 264 })]
    [InlineData("<cat-toy>, <cat-toy>!", new[] { 49408, 49409, 49410, 267, 49408, 49409, 49410, 256 })]
    [InlineData("<cat-toy>_1", new[] { 49409 })]
    [InlineData("<cat-toy>_2", new[] { 49410 })]
    [InlineData("<cat-toy>ish", new[] { 49412 })]
    [InlineData("my style", new[] { 49411 })]
    [InlineData("my  STYLE a", new[] { 49411, 320 })]
    public void WordsAreFoundWhereverTheyStand(string text, int[] ids)
    {
        // Of overlapping words the longest; runs of white space are one space; case does not count. 263 "(", 264 ")", 267 ",", 256 "!",
        // each at a word's end: 256 plus their places among the printable characters.
        ClipTokenizer tokenizer = Write(_one, Embedding("<Cat-Toy>", 3), Embedding("My Style", 1), Embedding("<cat-toy>ish", 1));
        Assert.Equal(ids, tokenizer.Tokens(text));
    }

    [Theory]
    [InlineData(75, 72, 3, 0)]
    [InlineData(75, 73, 2, 1)]
    [InlineData(75, 74, 1, 2)]
    [InlineData(75, 75, 0, 3)]
    public void AWordAtTheLimitLosesItsLastVectors(int room, int before, int kept, int dropped)
    {
        ClipTokenizer tokenizer = Write(_one, Embedding("<cat-toy>", 3));
        TokenizedPrompt prompt = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("cat", before)) + " <cat-toy>");
        Assert.Equal([49406, .. Enumerable.Repeat(2368, before), .. Enumerable.Range(49408, kept), .. Enumerable.Repeat(49407, 76 - before - kept)], prompt.Ids);
        Assert.Equal((room + 2, dropped), (prompt.Length, prompt.DroppedTokens));
        Assert.Equal(dropped > 0 ? ["<cat-toy>"] : [], prompt.DroppedWords);
    }

    [Fact]
    public void ViewWordsStayBehindAWordOfSeveralVectors()
    {
        ClipTokenizer tokenizer = Write(_one, Embedding("<cat-toy>", 3));
        TokenizedPrompt prompt = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("<cat-toy>", 30)), ", front view");
        Assert.Equal([.. tokenizer.Tokens(", front view"), 49407], prompt.Ids.Skip(73));
        Assert.Equal(90 - 72, prompt.DroppedTokens);
    }

    [Theory]
    [InlineData("cat", "is token 2368 of CLIP's vocabulary")]
    [InlineData("CAT", "is token 2368 of CLIP's vocabulary")]
    [InlineData("!", "of CLIP's vocabulary")]
    [InlineData("<|endoftext|>", "is token 49407 of CLIP's vocabulary")]
    [InlineData(" ", "its word is empty")]
    public void WordsOfTheVocabularyAreRefused(string token, string reason) => Refused(reason, Embedding(token, 1));

    [Fact]
    public void WordsThatCollideAreRefused()
    {
        Refused("both add the word '<CAT-toy>'", Embedding("<cat-toy>", 1), Embedding("<CAT-toy>", 1));
        Refused("both add the word '<cat-toy>_2'", Embedding("<cat-toy>", 3), Embedding("<cat-toy>_2", 1));
        Refused("reads as one more vector of '<cat-toy>'", Embedding("<cat-toy>", 2), Embedding("<cat-toy>_2", 1));
        Refused("reads as one more vector of '<cat-toy>'", Embedding("<cat-toy>_1", 1), Embedding("<cat-toy>", 1));
        TokenizerFolder.Write(_folder.Path, _one, [Embedding("<cat-toy>", 2), Embedding("<cat-toy>_3", 1)]);
    }

    [Fact]
    public void ASmallVocabularyHasTheFirstMerges()
    {
        StableDiffusionArchitecture tiny = TinyModel.Architecture;
        TokenizerFolder.Write(_folder.Path, tiny, [Embedding("<cat-toy>", 2)]);
        var tokenizer = ClipTokenizer.Load(_folder.Path, 77, 602);
        Assert.Equal((602, 598, 599), (tokenizer.VocabularySize, tokenizer.StartId, tokenizer.EndId));
        Assert.Equal([600, 601], tokenizer.Tokens("<cat-toy>"));
        // The first merge, "i n".
        Assert.Equal(512, tokenizer.Tokens("int")[0]);
    }

    [Fact]
    public void SpecialTokensMustBeThoseOfTheVocabulary() =>
        Assert.Throws<ArgumentException>(() => TokenizerFolder.Write(_folder.Path, _one with { Text = _one.Text with { VocabularySize = 600 } }, []));

    private static AddedEmbedding Embedding(string token, int count) => new(token + ".safetensors", token, new float[count], count);

    private ClipTokenizer Write(StableDiffusionArchitecture architecture, params AddedEmbedding[] embeddings)
    {
        TokenizerFolder.Write(_folder.Path, architecture, embeddings);
        return ClipTokenizer.Load(_folder.Path, 77, TextualInversion.Enlarge(architecture.Text, embeddings).VocabularySize);
    }

    private void Refused(string reason, params AddedEmbedding[] embeddings)
    {
        InvalidModelException error = Assert.Throws<InvalidModelException>(() => TokenizerFolder.Write(_folder.Path, _one, embeddings));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
