using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Prompts.Format;
using Google.Protobuf;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Prompts;

public sealed class T5TokenizerTests : IDisposable
{
    private const int EmbeddingCount = 1024;
    private readonly TemporaryFolder _folder = new();

    private static string Model(string name) => Path.Combine(Golden.Folder, "t5", name);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("spiece.model", "t5_ids.json")]
    [InlineData("bytes.model", "t5_bytes_ids.json")]
    public void ModelFileMatchesSentencePiece(string name, string golden)
    {
        var model = SentencePieceModel.Load(Model(name));
        List<string> wrong = [];
        foreach ((string text, int[] expected) in Golden.Strings.Zip(Golden.Ids(golden)))
        {
            int[] got = [.. model.Prepare(text, first: true, continues: false).SelectMany(t => model.Model.Encode(t)).Select(p => p.Id)];
            if (!expected.SequenceEqual(got))
            {
                wrong.Add($"'{text}': {string.Join(' ', got)}, expected {string.Join(' ', expected)}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData(false, "t5_huggingface_ids.json")]
    [InlineData(true, "t5_huggingface_new_ids.json")]
    public void JsonFileMatchesHuggingFace(bool newForm, string golden)
    {
        T5Tokenizer tokenizer = FromJson(newForm ? NewForm : null);
        List<string> wrong = [];
        int compared = 0;
        foreach ((string text, int[]? expected) in Golden.Strings.Zip(Golden.IdsOrNull(golden)))
        {
            compared += expected is null ? 0 : 1;
            if (expected is not null && !expected.SequenceEqual(tokenizer.Tokens(text)))
            {
                wrong.Add($"'{text}': {string.Join(' ', tokenizer.Tokens(text))}, expected {string.Join(' ', expected)}");
            }
        }

        Assert.True(compared > 1300, $"{compared}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void JsonFileAndModelFileAgreeOnEveryString()
    {
        T5Tokenizer json = FromJson(null);
        T5Tokenizer model = FromModel();
        string[] added = ["</s>", "<pad>", "<unk>", "<extra_id_0>"];
        Assert.All(
            Golden.Strings.Where(s => !added.Any(t => s.Contains(t, StringComparison.Ordinal))),
            s => Assert.Equal(model.Tokens(s), json.Tokens(s)));
    }

    [Fact]
    public void APromptEndsWithTheEndTokenAndIsPadded()
    {
        // DeepFloyd IF: 77 tokens, </s> 1, <pad> 0, no start token.
        TokenizedPrompt prompt = FromModel().Encode("a hamburger");
        Assert.Equal((77, 0), (prompt.Ids.Count, prompt.Ids[76]));
        Assert.Equal(1, prompt.Ids[prompt.Length - 1]);
        Assert.Equal(FromModel().Tokens("a hamburger"), prompt.Ids.Take(prompt.Length - 1));
        Assert.Equal([1, .. Enumerable.Repeat(0, 76)], FromModel().Encode("").Ids);
    }

    [Fact]
    public void LengthAndSpecialTokensComeFromTheFiles()
    {
        File.WriteAllText(_folder.File("tokenizer_config.json"), """{"model_max_length": 512, "eos_token": "</s>"}""");
        File.WriteAllText(_folder.File("special_tokens_map.json"), """{"pad_token": {"content": "<unk>"}}""");
        T5Tokenizer tokenizer = FromModel();
        Assert.Equal((512, 1, 2, 1000), (tokenizer.Length, tokenizer.EndId, tokenizer.PaddingId, tokenizer.VocabularySize));
        Assert.Equal(64, T5Tokenizer.Load(_folder.Path, 64, EmbeddingCount).Length);
        Assert.Equal([1, 2], tokenizer.Tokens("</s><unk>"));
    }

    [Fact]
    public void DeepFloydsPromptsAreLowerCase()
    {
        FromModel();
        Assert.NotEqual(T5Tokenizer.Load(_folder.Path, 77, EmbeddingCount).Tokens("DSLR"), T5Tokenizer.Load(_folder.Path, 77, EmbeddingCount).Tokens("dslr"));
        Assert.Equal(
            T5Tokenizer.Load(_folder.Path, 77, EmbeddingCount).Tokens("a dslr"),
            PromptTokenizer.Load(_folder.Path, 77, EmbeddingCount, lowerCase: true).Tokens("A DSLR"));
    }

    [Fact]
    public void TooLongAPromptLosesItsEndAndKeepsTheViewWords()
    {
        T5Tokenizer tokenizer = FromModel();
        const string Suffix = ", front view";
        IReadOnlyList<int> red = tokenizer.Tokens("red");
        IReadOnlyList<int> alone = tokenizer.Tokens("red" + Suffix);
        Assert.Equal(red, alone.Take(red.Count));
        int[] suffix = [.. alone.Skip(red.Count)];
        TokenizedPrompt prompt = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("red", 90)) + " sofa", Suffix);
        Assert.Equal(77, prompt.Length);
        // Behind a shortened prompt the view words are what they are behind a whole one: no space before the comma.
        Assert.Equal(suffix, prompt.Ids.Skip(76 - suffix.Length).Take(suffix.Length));
        Assert.Equal("sofa", prompt.DroppedWords[^1]);
        Assert.Equal((90 * red.Count) + tokenizer.Tokens("sofa").Count + suffix.Length - 76, prompt.DroppedTokens);
    }

    [Fact]
    public void FilesOfBothKindsTakeTheModelFile()
    {
        FromModel();
        File.WriteAllText(_folder.File("tokenizer.json"), "{}");
        Assert.IsType<T5Tokenizer>(PromptTokenizer.Load(_folder.Path, null, EmbeddingCount));
        Assert.IsType<ClipTokenizer>(PromptTokenizer.Load(Toybox.Model));
    }

    [Theory]
    [InlineData("x")]
    [InlineData(" ")]
    [InlineData("a b ")]
    [InlineData("\u0301")]
    [InlineData("\ud83d\udc69\u200d")]
    [InlineData("\ud800")]
    [InlineData("</s")]
    [InlineData("\u2581")]
    public void HugeTextsAreEncoded(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, (1 << 18) / unit.Length));
        Assert.Equal(77, FromModel().Encode(text, ", front view").Ids.Count);
        Assert.Equal(77, FromJson(null).Encode(text, ", front view").Ids.Count);
    }

    private static readonly Dictionary<string, (Action<ModelProto> Damage, string Named)> _modelDamage = new()
    {
        ["byte pairs"] = (m => m.TrainerSpec.ModelType = TrainerSpec.Types.ModelType.Bpe, "Bpe"),
        ["no pieces"] = (m => m.Pieces.Clear(), "0 pieces of text"),
        ["no unknown piece"] = (m => m.Pieces[2].Type = ModelProto.Types.SentencePiece.Types.Type.Normal, "0 unknown"),
        ["score that is no number"] = (m => m.Pieces[5].Score = float.NaN, "finite scores"),
        ["no end token"] = (m => m.Pieces[1].Piece = "</x>", "'</s>' (eos_token)"),
        ["no padding token"] = (m => m.Pieces[0].Piece = "<x>", "'<pad>' (pad_token)"),
        ["more pieces than embeddings"] = (m => m.Pieces.Add(Enumerable.Repeat(m.Pieces[9], 30)), "1024"),
        ["byte fallback without bytes"] = (m => m.TrainerSpec.ByteFallback = true, "<0x00>"),
        ["character map cut short"] = (m => m.NormalizerSpec.PrecompiledCharsmap = ByteString.CopyFrom(m.NormalizerSpec.PrecompiledCharsmap.Span[..100]), "precompiled_charsmap"),
        ["character map of three bytes"] = (m => m.NormalizerSpec.PrecompiledCharsmap = ByteString.CopyFrom(1, 2, 3), "precompiled_charsmap"),
    };

    public static TheoryData<string> ModelDamages => [.. _modelDamage.Keys];

    [Theory]
    [MemberData(nameof(ModelDamages))]
    public void DamagedModelFileIsOneClearError(string name)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Model("spiece.model")));
        _modelDamage[name].Damage(model);
        File.WriteAllBytes(_folder.File("spiece.model"), model.ToByteArray());
        IsRefused(() => PromptTokenizer.Load(_folder.Path, null, EmbeddingCount), _modelDamage[name].Named);
    }

    [Theory]
    [InlineData("e\u0302\u0301", "\u1ebf")]
    [InlineData("A\u030a\u0301x", "\u01fax")]
    [InlineData("\uff76\uff9e", "\u30ac")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]
    [InlineData("\ufb01\u2460\u338f", "fi1kg")]
    [InlineData("\u0001a\u00a0b\u3000", "a b ")]
    [InlineData("plain", "plain")]
    public void CharacterMapTakesTheLongestRule(string text, string normal)
    {
        // NFKC (UAX #15); nmt_nfkc also drops control characters and makes all white space a space. In the first four the
        // beginning of the text has a rule of its own.
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Model("spiece.model")));
        Assert.Equal(normal, new CharacterMap(model.NormalizerSpec.PrecompiledCharsmap.Span, "test").Apply(text));
    }

    [Fact]
    public void CharacterMapThatLeadsOutOfItselfIsAnError()
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Model("spiece.model")));
        byte[] map = model.NormalizerSpec.PrecompiledCharsmap.ToByteArray();
        // The root's offset, bits 10 to 30 of the first unit, becomes the greatest.
        map.AsSpan(4, 4).Fill(0xFF);
        model.NormalizerSpec.PrecompiledCharsmap = ByteString.CopyFrom(map);
        File.WriteAllBytes(_folder.File("spiece.model"), model.ToByteArray());
        PromptTokenizer tokenizer = PromptTokenizer.Load(_folder.Path, null, EmbeddingCount);
        IsRefused(() => tokenizer.Encode("a hamburger"), "precompiled_charsmap");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void ModelFileCutShortIsAnError(int length)
    {
        File.WriteAllBytes(_folder.File("spiece.model"), File.ReadAllBytes(Model("spiece.model"))[..length]);
        IsRefused(() => PromptTokenizer.Load(_folder.Path, null, EmbeddingCount), "spiece.model");
    }

    private static readonly Dictionary<string, (Action<JsonNode> Damage, string Named)> _jsonDamage = new()
    {
        ["byte pairs"] = (j => j["model"]!["type"] = "BPE", "'BPE'"),
        ["no model"] = (j => j.AsObject().Remove("model"), "'model'"),
        ["no vocabulary"] = (j => j["model"]!["vocab"] = "x", "'vocab'"),
        ["entry without a score"] = (j => j["model"]!["vocab"]![7] = new JsonArray("x"), "entry 7"),
        ["no unknown piece"] = (j => j["model"]!["unk_id"] = null, "0 unknown"),
        ["unknown normaliser"] = (j => j["normalizer"]!["type"] = "NFKD", "'NFKD'"),
        ["unknown pre-tokenizer"] = (j => j["pre_tokenizer"] = JsonNode.Parse("""{"type":"ByteLevel"}"""), "'ByteLevel'"),
        ["character map not in base 64"] = (j => j["normalizer"]!["precompiled_charsmap"] = "@@", "base 64"),
        ["character map damaged"] = (j => j["normalizer"]!["precompiled_charsmap"] = "AAAA", "precompiled_charsmap"),
        ["pattern that is none"] = (j => j["normalizer"] = JsonNode.Parse("""{"type":"Replace","pattern":{"Regex":"("},"content":""}"""), "pattern '('"),
        ["Metaspace of another scheme"] = (j => j["pre_tokenizer"]!["pretokenizers"]![1]!["prepend_scheme"] = "last", "last"),
        ["added token without text"] = (j => j["added_tokens"]![0]!.AsObject().Remove("content"), "content"),
        ["added token without id"] = (j => j["added_tokens"]![0]!["id"] = "0", "'id'"),
        ["added token beyond the encoder"] = (j => j["added_tokens"]![3]!["id"] = 5000, "5000"),
    };

    public static TheoryData<string> JsonDamages => [.. _jsonDamage.Keys];

    [Theory]
    [MemberData(nameof(JsonDamages))]
    public void DamagedJsonFileIsOneClearError(string name) => IsRefused(() => FromJson(_jsonDamage[name].Damage), _jsonDamage[name].Named);

    private static void IsRefused(Func<object> action, string named)
    {
        InvalidModelException e = Assert.Throws<InvalidModelException>(action);
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private T5Tokenizer FromModel()
    {
        File.Copy(Model("spiece.model"), _folder.File("spiece.model"), overwrite: true);
        return T5Tokenizer.Load(_folder.Path, null, EmbeddingCount);
    }

    private T5Tokenizer FromJson(Action<JsonNode>? edit)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Model("tokenizer.json")))!;
        edit?.Invoke(json);
        string folder = Directory.CreateDirectory(_folder.File("json")).FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), json.ToJsonString());
        return T5Tokenizer.Load(folder, null, EmbeddingCount);
    }

    // What newer versions of Hugging Face's converter write.
    private static void NewForm(JsonNode json)
    {
        JsonNode precompiled = json["normalizer"]!.DeepClone();
        json["normalizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["normalizers"] = new JsonArray(
                precompiled,
                JsonNode.Parse("""{"type":"Strip","strip_left":false,"strip_right":true}"""),
                JsonNode.Parse("""{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"}""")),
        };
        json["pre_tokenizer"] = JsonNode.Parse("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""");
    }
}
