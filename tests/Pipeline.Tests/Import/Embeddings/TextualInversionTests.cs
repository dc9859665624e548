using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Embeddings;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Tests.Import.Adapters;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Embeddings;

public sealed class TextualInversionTests : IDisposable
{
    private const string Table = "text_model.embeddings.token_embedding.weight";
    private readonly AdapterWriter _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("<cat-toy>", "<cat-toy>")]
    [InlineData("emb_params", "EasyThing")]
    [InlineData("*", "EasyThing")]
    [InlineData("string_to_param.*", "EasyThing")]
    public void TheWordIsTheKeyOrTheFile(string key, string word)
    {
        double[] values = _file.Add(key, [24]);
        AddedEmbedding embedding = TextualInversion.Read(_file.Write("EasyThing.safetensors"), 24);
        Assert.Equal((word, 1), (embedding.Token, embedding.Count));
        Assert.Equal([word], embedding.TokenNames);
        Assert.Equal(values, embedding.Values.ToArray().Select(v => (double)v));
    }

    [Theory]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.F32)]
    public void SeveralVectorsHaveNumberedTokens(TensorType type)
    {
        double[] values = _file.Add("tok", [3, 24], type);
        AddedEmbedding embedding = TextualInversion.Read(_file.Write(), 24);
        Assert.Equal(["tok", "tok_1", "tok_2"], embedding.TokenNames);
        Assert.Equal(values, embedding.Values.ToArray().Select(v => (double)v));
    }

    [Fact]
    public void VectorsBecomeRowsBehindTheTable()
    {
        _file.Add("<one>", [24]);
        string one = _file.Write();
        _file.Remove("<one>");
        _file.Add("<two>", [2, 24]);
        string two = _file.Write();
        TextArchitecture text = TinyModel.Architecture.Text;
        IReadOnlyList<AddedEmbedding> embeddings = TextualInversion.ReadAll([one, two], text);
        RandomWeights before = TinyModel.Text();
        IWeightSource after = TextualInversion.Append(before, embeddings);
        TextArchitecture larger = TextualInversion.Enlarge(text, embeddings);
        Assert.Equal(603, larger.VocabularySize);
        Assert.All(ParameterShapes.Text(larger), p => Assert.Equal(p.Value, after.Shape(p.Key)));
        Assert.Equal([.. before.Read(Table), .. embeddings[0].Values.ToArray(), .. embeddings[1].Values.ToArray()], after.Read(Table));
        Assert.All(before.Names.Where(n => n != Table), n => Assert.Equal(before.Read(n), after.Read(n)));
        Assert.Same(before, TextualInversion.Append(before, []));
    }

    [Theory]
    [InlineData(768, 1024)]
    [InlineData(1024, 768)]
    public void AnotherWidthIsRefusedWithBoth(int got, int expected)
    {
        _file.Add("tok", [2, got]);
        Refused(expected, $"{got} wide", $"the text encoder's {expected}");
    }

    [Fact]
    public void StableDiffusionXlIsRefusedWithItsWidths()
    {
        _file.Add("clip_l", [2, 768]);
        _file.Add("clip_g", [2, 1280]);
        Refused(768, "'clip_l' F32 [2, 768]", "'clip_g' F32 [2, 1280]", "Stable Diffusion XL", "768 wide");
    }

    [Fact]
    public void AnythingElseIsRefused()
    {
        Refused(24, "it holds 0 tensors");
        _file.Add("tok", [2, 2, 24]);
        Refused(24, "must be [n, width]");
        _file.Add("tok", []);
        Refused(24, "must be [n, width]");
        _file.Add("tok", [0, 24]);
        Refused(24, "'tok' is F32 [0, 24]");
        _file.Add("tok", [24], TensorType.F8E5M2);
        Refused(24, "'tok' is F8_E5M2 [24]", "fp8");
        _file.Put("tok", [24], [.. Enumerable.Repeat(double.NaN, 24)]);
        Refused(24, "'tok' holds NaN or infinity");
        _file.Add("tok", [24]);
        _file.Add("other", [24]);
        Refused(24, "it holds 2 tensors");
    }

    [Fact]
    public void APickleIsRefused()
    {
        string path = _file.Write("tok.pt");
        File.WriteAllBytes(path, [.. "PK\u0003\u0004"u8, .. new byte[64]]);
        Assert.Contains("pickle", Assert.Throws<DfkException>(() => TextualInversion.Read(path, 24)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WordsThatCollideAreRefusedAtOnce()
    {
        _file.Add("<one>", [24]);
        string path = _file.Write();
        DfkException error = Assert.Throws<InvalidModelException>(() => TextualInversion.ReadAll([path, path], TinyModel.Architecture.Text));
        Assert.Contains("both add the word '<one>'", error.Message, StringComparison.Ordinal);
    }

    private void Refused(int width, params string[] parts)
    {
        string path = _file.Write();
        InvalidModelException error = Assert.Throws<InvalidModelException>(() => TextualInversion.Read(path, width));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }
}
