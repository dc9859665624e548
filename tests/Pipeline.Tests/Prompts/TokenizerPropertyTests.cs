using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using DreamFusion.Pipeline.Prompts;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Prompts;

/// <summary>What holds for every string, on random UTF-16 units, lone surrogates included; fixed seed.</summary>
public sealed class TokenizerPropertyTests : IDisposable
{
    private static readonly Config _config = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20240917, 5);
    private readonly TemporaryFolder _folder = new();
    private readonly ClipTokenizer _clip = ClipTokenizer.Load(Toybox.Model);
    private readonly T5Tokenizer _t5;

    public TokenizerPropertyTests()
    {
        File.Copy(Path.Combine(Golden.Folder, "t5", "spiece.model"), _folder.File("spiece.model"));
        _t5 = T5Tokenizer.Load(_folder.Path, null, 1000);
    }

    // Letters, marks, spaces and punctuation often; any unit now and then.
    private static Arbitrary<string> Strings { get; } = Gen.OneOf(
            Gen.Elements("abe'stmd .,!\t\u00a0\u0301\u0323\u200d\u03a3\u0130\u1100\u1161\u11a8\u2581<|>".ToCharArray()),
            Gen.Choose(0, 0x2ff).Select(c => (char)c),
            Gen.Choose(0, 0xffff).Select(c => (char)c))
        .ListOf().Select(units => new string([.. units])).ToArbitrary();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryPromptIsFramedAndPadded()
    {
        Prop.ForAll(Strings, Strings, (prompt, suffix) =>
        {
            TokenizedPrompt clip = _clip.Encode(prompt, suffix);
            TokenizedPrompt t5 = _t5.Encode(prompt, suffix);
            Assert.Equal((24, 1998, 1999), (clip.Ids.Count, clip.Ids[0], clip.Ids[clip.Length - 1]));
            Assert.All(clip.Ids, id => Assert.InRange(id, 0, 1999));
            Assert.Equal((77, 1), (t5.Ids.Count, t5.Ids[t5.Length - 1]));
            Assert.All(t5.Ids, id => Assert.InRange(id, 0, 999));
            Assert.Equal(clip.IsTruncated, clip.DroppedWords.Count > 0);
            Assert.Equal(t5.IsTruncated, t5.DroppedWords.Count > 0);
        }).Check(_config);
    }

    [Fact]
    public void ClipsTokensSpellTheCleanText()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Toybox.Model.TokenizerFolder, "vocab.json")));
        Dictionary<int, string> texts = json.RootElement.EnumerateObject().ToDictionary(t => t.Value.GetInt32(), t => t.Name);
        Dictionary<char, byte> bytes = BytePairMerges.ByteSymbols().Select((s, b) => (s[0], (byte)b)).ToDictionary();
        Prop.ForAll(Strings, text =>
        {
            string spelled = string.Concat(_clip.Tokens(text).Select(id => texts[id].Replace("</w>", "", StringComparison.Ordinal)));
            string clean = ClipWords.Clean(text).Replace(" ", "", StringComparison.Ordinal);
            Assert.Equal(clean, Encoding.UTF8.GetString([.. spelled.Select(c => bytes[c])]));
        }).Check(_config);
    }

    [Fact]
    public void ClipsWordsAreEncodedOneByOne()
    {
        Prop.ForAll(Strings, Strings, (left, right) =>
            Assert.Equal([.. _clip.Tokens(left), .. _clip.Tokens(right)], _clip.Tokens(left + " " + right))).Check(_config);
    }

    [Fact]
    public void FormCAndLowerCaseAreStable()
    {
        Prop.ForAll(Strings, text =>
        {
            string composed = UnicodeComposition.Compose(text);
            Assert.Equal(composed, UnicodeComposition.Compose(composed));
            Assert.Equal(LowerCase.Of(text), LowerCase.Of(LowerCase.Of(text)));
        }).Check(_config);
    }

    [Fact]
    public void UnigramsAreTheBestCut()
    {
        // Every cut of a short text, tried one by one.
        Piece[] pieces = [new("<unk>", 0, PieceKind.Unknown), new("a", -2, PieceKind.Normal), new("ab", -2.5f, PieceKind.Normal), new("b", -3, PieceKind.Normal), new("bab", -3.2f, PieceKind.Normal), new("abc", -9, PieceKind.Normal)];
        UnigramModel model = new(pieces, byteFallback: false, "test");
        Prop.ForAll(Gen.Elements('a', 'b', 'c').ListOf().Where(l => l.Count <= 9).Select(l => new string([.. l])).ToArbitrary(), text =>
        {
            double Score(int id) => id == 0 ? -19 : pieces[id].Score;
            double Best(string rest) => rest.Length == 0
                ? 0
                : Enumerable.Range(1, 5).Where(id => rest.StartsWith(pieces[id].Text, StringComparison.Ordinal))
                    .Select(id => Score(id) + Best(rest[pieces[id].Text.Length..]))
                    .Append(Score(0) + Best(rest[1..])).Max();
            // A run of unknown characters is one piece but counts for each of them.
            double got = model.Encode(Encoding.UTF8.GetBytes(text)).Sum(p => p.Id == 0 ? Score(0) * p.Length : Score(p.Id));
            Assert.Equal(Best(text), got, 1e-6);
        }).Check(_config);
    }
}
