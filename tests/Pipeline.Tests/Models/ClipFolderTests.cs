using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Models;

/// <summary>The layouts of CLIP folders, made of the embedded judge's graphs: whatever the layout, the same picture gets the same embedding.</summary>
public sealed class ClipFolderTests : IDisposable
{
    private static readonly string _own = Path.Combine(ModelLocator.ToyboxFolder, "clip");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TheEmbeddedJudgeIsRead()
    {
        var clip = ClipFolder.Open(_own);
        Assert.Equal((64, 24, false), (clip.ImageSize, clip.TokenCount, clip.IsOneGraph));
        Assert.Equal([0.5f, 0.5f, 0.5f], clip.PixelMean);
        Assert.Equal([0.5f, 0.5f, 0.5f], clip.PixelDeviation);
        Assert.Equal(Path.Combine(ModelLocator.ToyboxFolder, "tokenizer"), clip.TokenizerFolder);
        Assert.Matches("^[0-9a-f]{64}$", clip.Hash());
    }

    [Fact]
    public void SeparateGraphsInAFolderOfTheirOwnAndAPreprocessorAreRead()
    {
        Directory.CreateDirectory(_folder.File("onnx"));
        File.Copy(Path.Combine(_own, "image_encoder.onnx"), _folder.File("onnx/vision_model.onnx"));
        File.Copy(Path.Combine(_own, "text_encoder.onnx"), _folder.File("onnx/text_model.onnx"));
        Describe();
        SameAsOwn();
    }

    [Fact]
    public void OneGraphWithBothSidesIsRead()
    {
        ModelProto image = Parse("image_encoder.onnx"), text = Parse("text_encoder.onnx");
        Prefix(text, "text/");
        image.Graph.Node.Add(text.Graph.Node);
        image.Graph.Initializer.Add(text.Graph.Initializer);
        image.Graph.Input.Add(text.Graph.Input);
        image.Graph.Output.Add(text.Graph.Output);
        File.WriteAllBytes(_folder.File("model.onnx"), image.ToByteArray());
        Describe();
        Assert.True(ClipFolder.Open(_folder.Path).IsOneGraph);
        SameAsOwn();
    }

    [Fact]
    public void MeanAndDeviationAreApplied()
    {
        Separate();
        Describe(preprocessor: """{"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}, "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}""");
        var clip = ClipFolder.Open(_folder.Path);
        Assert.Equal([0.48145466f, 0.4578275f, 0.40821073f], clip.PixelMean);
        // A picture p seen through (p - mean) / std is the picture q = ((p - mean) / std + 1) / 2 of the embedded judge.
        float[] seen = [.. Enumerable.Range(0, 64 * 64 * 3).Select(i => (i * 7 % 64) / 64f)];
        float[] same = [.. seen.Select((p, i) => (((p - clip.PixelMean[i % 3]) / clip.PixelDeviation[i % 3]) + 1f) / 2f)];
        using ClipScorer own = new(ClipFolder.Open(_own)), other = new(clip);
        float[] expected = own.EmbedPixels(same), got = other.EmbedPixels(seen);
        Assert.All(expected.Zip(got), pair => Assert.True(MathF.Abs(pair.First - pair.Second) <= 1e-4f));
    }

    [Theory]
    [InlineData("nothing", "image_encoder.onnx")]
    [InlineData("tokenizer", "vocab.json")]
    [InlineData("preprocessor", "preprocessor_config.json")]
    [InlineData("size", "64")]
    [InlineData("space", "projection_dim")]
    [InlineData("deviation", "image_std")]
    public void AWrongFolderSaysWhatItLacks(string lacks, string named)
    {
        if (lacks != "nothing")
        {
            Separate();
        }

        Describe(
            config: lacks == "space" ? """{"projection_dim": 512}""" : null,
            preprocessor: lacks switch
            {
                "preprocessor" => "{}",
                "size" => """{"size": 224, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
                "deviation" => """{"size": 64, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0, 0.5]}""",
                _ => null,
            });
        if (lacks == "tokenizer")
        {
            File.Delete(_folder.File("vocab.json"));
        }

        InvalidModelException error = Assert.Throws<InvalidModelException>(() => ClipFolder.Open(_folder.Path));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Separate()
    {
        File.Copy(Path.Combine(_own, "image_encoder.onnx"), _folder.File("visual.onnx"));
        File.Copy(Path.Combine(_own, "text_encoder.onnx"), _folder.File("textual.onnx"));
    }

    // As Hugging Face's exports describe a CLIP model: sizes in groups, the tokenizer beside the graphs.
    private void Describe(string? config = null, string? preprocessor = null)
    {
        File.WriteAllText(_folder.File("config.json"), config ?? """{"model_type": "clip", "projection_dim": 96, "text_config": {"max_position_embeddings": 24}, "vision_config": {"image_size": 64}}""");
        File.WriteAllText(_folder.File("preprocessor_config.json"), preprocessor ?? """{"crop_size": 64, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(ModelLocator.ToyboxFolder, "tokenizer")))
        {
            File.Copy(file, _folder.File(Path.GetFileName(file)), overwrite: true);
        }
    }

    private void SameAsOwn()
    {
        float[] picture = [.. Enumerable.Range(0, 64 * 64 * 3).Select(i => (i * 7 % 64) / 64f)];
        using ClipScorer own = new(ClipFolder.Open(_own)), other = new(ClipFolder.Open(_folder.Path));
        Assert.Equal(own.EmbedPixels(picture), other.EmbedPixels(picture));
        Assert.Equal(own.EmbedText("a red car, back view"), other.EmbedText("a red car, back view"));
    }

    private static ModelProto Parse(string name) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(_own, name)));

    private static void Prefix(ModelProto model, string prefix)
    {
        string[] fixedNames = [.. model.Graph.Input.Select(i => i.Name), .. model.Graph.Output.Select(o => o.Name), ""];
        string Rename(string name) => fixedNames.Contains(name) ? name : prefix + name;
        foreach (TensorProto weight in model.Graph.Initializer)
        {
            weight.Name = Rename(weight.Name);
        }

        foreach (NodeProto node in model.Graph.Node)
        {
            node.Name = prefix + node.Name;
            for (int i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = Rename(node.Input[i]);
            }

            for (int i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = Rename(node.Output[i]);
            }
        }
    }
}
