using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Google.Protobuf;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Models;

public sealed class ModelFolderTests
{
    /// <summary>Damage, and what the message must name besides the folder.</summary>
    public static TheoryData<string> Defects => [.. Damage.Keys];

    private static Dictionary<string, (Action<ToyboxCopy> Do, string[] Named)> Damage { get; } = new()
    {
        ["no index"] = (m => File.Delete(m["model_index.json"]), ["model_index.json", "missing"]),
        ["no graph"] = (m => File.Delete(m["unet/model.onnx"]), ["unet", "missing"]),
        ["no part"] = (m => Directory.Delete(m["vae_encoder"], true), ["vae_encoder", "missing"]),
        ["no VAE"] = (m => DeleteFolders(m, "vae_encoder", "vae_decoder"), ["vae_encoder", "missing"]),
        ["no VAE, nor a word of it"] = (m => { DeleteFolders(m, "vae_encoder", "vae_decoder"); m.Replace("model_index.json", "\"vae_", "\"no_vae_"); }, ["vae_encoder", "pixel-space", "3 channels, got 4"]),
        ["index of zero bytes"] = (m => File.WriteAllText(m["model_index.json"], ""), ["model_index.json", "not valid JSON"]),
        ["config of zero bytes"] = (m => File.WriteAllText(m["vae_encoder/config.json"], ""), ["vae_encoder", "config.json", "not valid JSON"]),
        ["text that is half a character"] = (m => m.Replace("scheduler/scheduler_config.json", "\"epsilon\"", "\"\\ud800\""), ["scheduler_config.json", "not valid JSON"]),
        ["folder instead of a file"] = (m => { File.Delete(m["unet/model.onnx"]); Directory.CreateDirectory(m["unet/model.onnx"]); }, ["unet", "missing"]),
        ["no scheduler"] = (m => File.Delete(m["scheduler/scheduler_config.json"]), ["scheduler_config.json", "missing"]),
        ["no judge's text encoder"] = (m => File.Delete(m["clip/text_encoder.onnx"]), ["text_encoder.onnx", "missing"]),
        ["no vocabulary"] = (m => File.Delete(m["tokenizer/vocab.json"]), ["vocab.json", "missing"]),
        ["no merges"] = (m => File.Delete(m["tokenizer/merges.txt"]), ["merges.txt", "missing"]),
        ["zero bytes"] = (m => File.WriteAllBytes(m["unet/model.onnx"], []), ["unet", "zero bytes"]),
        ["truncated graph"] = (m => Truncate(m["vae_encoder/model.onnx"]), ["vae_encoder", "not a complete ONNX graph"]),
        ["no graph inside"] = (m => File.WriteAllBytes(m["vae_decoder/model.onnx"], [0x08, 0x07]), ["vae_decoder", "no graph with outputs"]),
        ["text instead of a graph"] = (m => File.WriteAllText(m["text_encoder/model.onnx"], "version https://git-lfs.github.com/spec/v1\n"), ["text_encoder", "ONNX"]),
        ["invalid JSON"] = (m => File.WriteAllText(m["unet/config.json"], "{ \"in_channels\": 4,"), ["unet", "not valid JSON"]),
        ["JSON of the wrong kind"] = (m => File.WriteAllText(m["unet/config.json"], "[]"), ["unet", "expected an object"]),
        ["size that nothing states"] = (m => { m.Replace("unet/config.json", "\"sample_size\"", "\"size\""); m.Edit("unet/model.onnx", p => Shape(p.Graph.Input[0]).Dim[2].DimParam = "height"); }, ["unet", "config.json", "sample_size"]),
        ["size out of range"] = (m => { m.Replace("unet/config.json", "16", "2000000000"); m.Edit("unet/model.onnx", p => { Shape(p.Graph.Input[0]).Dim[2].DimParam = "h"; Shape(p.Graph.Input[0]).Dim[3].DimParam = "w"; }); }, ["unet", "sample_size", "2000000000"]),
        ["another input"] = (m => m.Edit("unet/model.onnx", p => p.Graph.Input.Add(Tensors.Value("text_embeds", [1, 1280]))), ["unet", "text_embeds", "SDXL"]),
        ["two noisy latents"] = (m => m.Edit("unet/model.onnx", p => p.Graph.Input.Add(Tensors.Value("mask", [1, 1, 16, 16]))), ["unet", "rank 4", "mask"]),
        ["table smaller than the vocabulary"] = (m => m.Replace("text_encoder/config.json", "2000", "2001"), ["text_encoder", "2000 rows", "2001"]),
        ["vocabulary that nothing states"] = (m => { m.Replace("text_encoder/config.json", "vocab_size", "words"); m.Edit("text_encoder/model.onnx", p => p.Graph.Node.First(n => n.OpType == "Gather").OpType = "GatherND"); }, ["text_encoder", "vocab_size"]),
        ["noise without an end"] = (m => m.Replace("scheduler/scheduler_config.json", "\"clip_sample\": false", "\"rescale_betas_zero_snr\": true"), ["rescale_betas_zero_snr"]),
        ["extents that no file holds"] = (m => m.Edit("vae_encoder/model.onnx", p => p.Graph.Initializer[0].Dims.Add(long.MaxValue)), ["vae_encoder", "extents"]),
        ["extents below zero"] = (m => m.Edit("vae_encoder/model.onnx", p => p.Graph.Initializer[0].Dims[0] = -1), ["vae_encoder", "extents"]),
        ["weights that do not fill their extents"] = (m => m.Edit("vae_encoder/model.onnx", p => p.Graph.Initializer.First(t => t.RawData.Length > 1000).Dims[0]++), ["vae_encoder", "bytes, expected"]),
        ["wrong type"] = (m => m.Replace("unet/config.json", "\"in_channels\": 4", "\"in_channels\": \"four\""), ["in_channels", "four", "integer"]),
        ["unknown beta schedule"] = (m => m.Replace("scheduler/scheduler_config.json", "scaled_linear", "sigmoid"), ["beta_schedule", "sigmoid", "scaled_linear"]),
        ["unknown prediction"] = (m => m.Replace("scheduler/scheduler_config.json", "\"epsilon\"", "\"score\""), ["prediction_type", "score", "v_prediction"]),
        ["beta out of range"] = (m => m.Replace("scheduler/scheduler_config.json", "0.012", "1.2"), ["beta", "1.2"]),
        ["wrong rank"] = (m => m.Edit("unet/model.onnx", p => Shape(p.Graph.Input[0]).Dim.RemoveAt(3)), ["unet", "rank 4", "noisy latent"]),
        ["wrong element type"] = (m => m.Edit("vae_encoder/model.onnx", p => p.Graph.Input[0].Type.TensorType.ElemType = 2), ["vae_encoder", "Float32"]),
        ["no rank stated"] = (m => m.Edit("unet/model.onnx", p => p.Graph.Input[0].Type = null), ["unet", "sample", "rank"]),
        ["latent channels disagree"] = (m => m.Replace("unet/config.json", "\"in_channels\": 4", "\"in_channels\": 8"), ["unet", "extent 4", "expected 8"]),
        ["text width disagrees"] = (m => m.Edit("unet/model.onnx", p => Shape(p.Graph.Input[2]).Dim[2].DimValue = 768), ["unet", "768", "128"]),
        ["token count disagrees"] = (m => m.Edit("text_encoder/model.onnx", p => Shape(p.Graph.Input[0]).Dim[1].DimValue = 77), ["text_encoder", "77", "24"]),
        ["external data escapes"] = (m => External(m, "../../../secret.bin", 0, 4), ["outside the model folder", "secret.bin"]),
        ["external data at an absolute path"] = (m => External(m, "/etc/hostname", 0, 4), ["outside the model folder", "/etc/hostname"]),
        ["external data in a folder with the same beginning"] = (m => External(m, "../../model-2/weights.bin", 0, 4), ["outside the model folder"]),
        ["external data in an inner graph escapes"] = (m => m.Edit("vae_encoder/model.onnx", p => p.Graph.Node[0].Attribute.Add(Inner("../../secret.bin"))), ["outside the model folder", "secret.bin"]),
        ["external data in a list of inner graphs escapes"] = (m => EditNode(m, n => n.Attribute.Add(new AttributeProto { Name = "graphs", Graphs = { Inner("../../secret.bin").G } })), ["outside the model folder", "secret.bin"]),
        ["external data in a list of tensors escapes"] = (m => EditNode(m, n => n.Attribute.Add(new AttributeProto { Name = "tensors", Tensors = { Secret() } })), ["outside the model folder", "secret.bin"]),
        ["external data in a sparse attribute escapes"] = (m => EditNode(m, n => n.Attribute.Add(new AttributeProto { Name = "sparse", SparseTensor = new SparseTensorProto { Values = Secret() } })), ["outside the model folder", "secret.bin"]),
        ["external data in a list of sparse attributes escapes"] = (m => EditNode(m, n => n.Attribute.Add(new AttributeProto { Name = "sparse", SparseTensors = { new SparseTensorProto { Values = Secret() } } })), ["outside the model folder", "secret.bin"]),
        ["external data in a sparse weight escapes"] = (m => m.Edit("unet/model.onnx", p => p.Graph.SparseInitializer.Add(new SparseTensorProto { Values = Secret() })), ["outside the model folder", "secret.bin"]),
        ["external data in a sparse weight's indices escapes"] = (m => m.Edit("unet/model.onnx", p => p.Graph.SparseInitializer.Add(new SparseTensorProto { Indices = Secret() })), ["outside the model folder", "secret.bin"]),
        ["external data in a local function escapes"] = (m => m.Edit("unet/model.onnx", p => p.Functions.Add(new FunctionProto { Name = "f", Domain = "d", Node = { SecretConstant() } })), ["outside the model folder", "secret.bin"]),
        ["external data in a local function's default escapes"] = (m => m.Edit("unet/model.onnx", p => p.Functions.Add(new FunctionProto { Name = "f", AttributeProto = { SecretConstant().Attribute } })), ["outside the model folder", "secret.bin"]),
        ["external data in a graph for training escapes"] = (m => m.Edit("unet/model.onnx", p => p.TrainingInfo.Add(new TrainingInfoProto { Algorithm = new GraphProto { Initializer = { Secret() } } })), ["outside the model folder", "secret.bin"]),
        ["external data with an offset past every file"] = (m => External(m, "config.json", long.MaxValue, 4), ["vae_encoder", "truncated"]),
        ["external data with a length past every file"] = (m => External(m, "config.json", 4, long.MaxValue), ["vae_encoder", "truncated"]),
        ["external data of another length"] = (m => External(m, "config.json", 0, 3), ["vae_encoder", "3 bytes", "expected"]),
        ["external data without a place"] = (m => External(m, "", 0, 4), ["outside the model folder"]),
        ["external data at a place that is no path"] = (m => External(m, "a\0b", 0, 4), ["outside the model folder"]),
        ["external data missing"] = (m => External(m, "weights.bin", 0, 4), ["weights.bin", "missing"]),
        ["external data truncated"] = (m => External(m, "config.json", 100, 1_000_000), ["config.json", "truncated"]),
        ["external data without a number"] = (m => External(m, "config.json", -5, 4), ["vae_encoder", "offset"]),
        ["merge unknown to the vocabulary"] = (m => File.AppendAllText(m["tokenizer/merges.txt"], "zz qq\n"), ["merges.txt line", "zz", "different models"]),
        ["merge of three symbols"] = (m => File.AppendAllText(m["tokenizer/merges.txt"], "a b c\n"), ["merges.txt", "a b c"]),
        ["no merges inside"] = (m => File.WriteAllText(m["tokenizer/merges.txt"], "#version: 0.2\n"), ["merges.txt", "no merges"]),
        ["merges of zero bytes"] = (m => File.WriteAllText(m["tokenizer/merges.txt"], ""), ["merges.txt", "no merges"]),
        ["vocabulary of zero bytes"] = (m => File.WriteAllText(m["tokenizer/vocab.json"], ""), ["vocab.json", "not valid JSON"]),
        ["special tokens of zero bytes"] = (m => File.WriteAllText(m["tokenizer/special_tokens_map.json"], ""), ["special_tokens_map.json", "not valid JSON"]),
        ["added tokens of zero bytes"] = (m => File.WriteAllText(m["tokenizer/added_tokens.json"], ""), ["added_tokens.json", "not valid JSON"]),
        ["added token with a known id"] = (m => File.WriteAllText(m["tokenizer/added_tokens.json"], "{\"<x>\": 7}"), ["different ids"]),
        ["added token with another id"] = (m => File.WriteAllText(m["tokenizer/added_tokens.json"], "{\"a\": 2000}"), ["'a'", "2000", "vocab.json"]),
        ["added token beyond the encoder"] = (m => File.WriteAllText(m["tokenizer/added_tokens.json"], "{\"<x>\": 2000}"), ["2000", "different models"]),
        ["special token that is a number"] = (m => m.Replace("tokenizer/special_tokens_map.json", "\"<|startoftext|>\"", "5"), ["bos_token", "5"]),
        ["merges cut short"] = (m => File.WriteAllLines(m["tokenizer/merges.txt"], File.ReadAllLines(m["tokenizer/merges.txt"])[..1000]), ["made by no merge", "incomplete"]),
        ["merge repeated"] = (m => File.AppendAllText(m["tokenizer/merges.txt"], File.ReadAllLines(m["tokenizer/merges.txt"])[1] + "\n"), ["merges.txt, line", "twice"]),
        ["vocabulary with a text for an id"] = (m => m.Replace("tokenizer/vocab.json", ":1999}", ":\"1999\"}"), ["1999", "integer"]),
        ["vocabulary without the byte alphabet"] = (m => m.Replace("tokenizer/vocab.json", "\"!\":0", "\"!!!\":0"), ["vocab.json", "byte alphabet"]),
        ["two tokens with one id"] = (m => m.Replace("tokenizer/vocab.json", "\"!\":0", "\"!\":1"), ["ids"]),
        ["vocabulary larger than the encoder's"] = (m => m.Replace("tokenizer/vocab.json", ":1999}", ":2999}"), ["2999", "2000", "different models"]),
        ["unknown padding token"] = (m => m.Replace("tokenizer/special_tokens_map.json", "\"pad_token\": \"<|endoftext|>\"", "\"pad_token\": \"[PAD]\""), ["[PAD]", "special_tokens_map"]),
        ["no room for a token"] = (m => m.Replace("tokenizer/tokenizer_config.json", "\"model_max_length\": 24", "\"model_max_length\": 2"), ["model_max_length"]),
        ["judge without a pixel range"] = (m => m.Replace("clip/config.json", "pixel_range", "pixels"), ["pixel_range"]),
        ["judge of another size"] = (m => m.Replace("clip/config.json", "\"image_size\": 64", "\"image_size\": 224"), ["clip", "64", "224"]),
        ["damaged vocabulary of objects"] = (m => m.Replace("vocabulary.json", "\"colours\": [", "\"colors\": ["), ["vocabulary.json", "damaged"]),
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void EveryDefectIsOneClearError(string name)
    {
        using ToyboxCopy copy = new();
        (Action<ToyboxCopy> damage, string[] named) = Damage[name];
        damage(copy);
        InvalidModelException e = Assert.Throws<InvalidModelException>(() =>
        {
            ModelFolder model = ModelFolder.Open(copy.Path);
            ClipTokenizer.Load(model);
            PromptVocabulary.TryLoad(model);
        });
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.All(named, text => Assert.Contains(text, e.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void AllDefectsComeInOneMessage()
    {
        using ToyboxCopy copy = new();
        foreach (string name in (string[])["no index", "no graph", "truncated graph", "beta out of range", "judge of another size"])
        {
            Damage[name].Do(copy);
        }

        copy.Edit("vae_decoder/model.onnx", p => Shape(p.Graph.Input[0]).Dim.RemoveAt(0));
        copy.Edit("text_encoder/model.onnx", p => p.Graph.Input[0].Type.TensorType.ElemType = (int)TensorElement.Float32);
        InvalidModelException e = Assert.Throws<InvalidModelException>(() => ModelFolder.Open(copy.Path));
        string[] lines = e.Message.Split('\n');
        Assert.Equal($"model folder {copy.Path}: 7 problems", lines[0]);
        Assert.Equal(8, lines.Length);
        string[] named = ["model_index.json", "scheduler_config.json", "text_encoder", "unet", "vae_encoder", "vae_decoder", "clip"];
        Assert.All(named, name => Assert.Contains(lines[1..], line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void ConfigurationsMayBeMissingWhereTheGraphsSayAll()
    {
        using ToyboxCopy copy = new();
        string[] parts = ["text_encoder", "unet", "vae_encoder", "vae_decoder"];
        Array.ForEach(parts, part => File.Delete(copy[$"{part}/config.json"]));
        ModelFolder model = ModelFolder.Open(copy.Path);
        Assert.Equal((4, 16, 64, 24, 2000), (model.LatentChannels, model.LatentSize, model.ImageSize, model.TokenCount, model.VocabularySize));
        Assert.All(parts, part => Assert.Contains(model.Notes, note => note.Contains(part, StringComparison.Ordinal) && note.Contains("taken from the graph", StringComparison.Ordinal)));
        Assert.Contains(model.Notes, note => note.Contains("0.18215", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[32, 64, 64]", 64)]
    [InlineData("[32, 64, 64, 64]", 128)]
    [InlineData("null", 128)]
    public void ImageSizeOfAnOpenGraphFollowsTheLevels(string levels, int expected)
    {
        using ToyboxCopy copy = new();
        // Stable Diffusion 2's base model has a VAE whose sample_size is 768 and a UNet for 64 times 8.
        string config = File.ReadAllText(copy["vae_encoder/config.json"]);
        File.WriteAllText(copy["vae_encoder/config.json"], $"{{ \"sample_size\": 768, \"scaling_factor\": 0.5, \"block_out_channels\": {levels} }}");
        Assert.Contains("\"sample_size\": 64", config, StringComparison.Ordinal);
        copy.Edit("vae_encoder/model.onnx", p => Array.ForEach((int[])[2, 3], axis => Shape(p.Graph.Input[0]).Dim[axis].DimParam = "side"));
        ModelFolder model = ModelFolder.Open(copy.Path);
        Assert.Equal((expected, 0.5), (model.ImageSize, model.ScalingFactor));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ExternalDataBehindALinkOutOfTheFolderIsRefused(bool linkedFolder)
    {
        using ToyboxCopy copy = new();
        using TemporaryFolder outside = new();
        File.WriteAllBytes(outside.File("weights.bin"), new byte[64]);
        if (linkedFolder)
        {
            Directory.CreateSymbolicLink(copy["vae_encoder/linked"], outside.Path);
        }
        else
        {
            Directory.CreateDirectory(copy["vae_encoder/linked"]);
            File.CreateSymbolicLink(copy["vae_encoder/linked/weights.bin"], outside.File("weights.bin"));
        }

        External(copy, "linked/weights.bin", 0, 4);
        InvalidModelException e = Assert.Throws<InvalidModelException>(() => ModelFolder.Open(copy.Path));
        Assert.Contains("outside the model folder", e.Message, StringComparison.Ordinal);
        Assert.Contains(outside.File("weights.bin"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinksInCirclesAreAClearError()
    {
        using ToyboxCopy copy = new();
        File.CreateSymbolicLink(copy["vae_encoder/a.bin"], copy["vae_encoder/b.bin"]);
        File.CreateSymbolicLink(copy["vae_encoder/b.bin"], copy["vae_encoder/a.bin"]);
        External(copy, "a.bin", 0, 4);
        Assert.Contains("a.bin", Assert.Throws<InvalidModelException>(() => ModelFolder.Open(copy.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderBehindALinkAndLinksInsideItAreFine()
    {
        using ToyboxCopy copy = new();
        using TemporaryFolder elsewhere = new();
        ExternalizeWeights(copy, "weights.bin");
        File.Move(copy["vae_encoder/weights.bin"], copy["unet/weights.bin"]);
        File.CreateSymbolicLink(copy["vae_encoder/weights.bin"], copy["unet/weights.bin"]);
        Directory.CreateSymbolicLink(elsewhere.File("link"), copy.Path);
        Assert.Equal([System.IO.Path.Combine(elsewhere.File("link"), "vae_encoder", "weights.bin")], ModelFolder.Open(elsewhere.File("link")).VaeEncoder.Facts.ExternalFiles);
    }

    [Fact]
    public void ToyboxIsReadFromItsFiles()
    {
        ModelFolder model = Toybox.Model;
        Assert.Equal((4, 16, 64, 24, 2000), (model.LatentChannels, model.LatentSize, model.ImageSize, model.TokenCount, model.VocabularySize));
        Assert.Equal(0.18215, model.ScalingFactor);
        Assert.Equal(ModelKind.LatentSpace, model.Kind);
        Assert.Equal(new SchedulerConfig(BetaSchedule.ScaledLinear, 0.00085, 0.012, 1000, PredictionType.Epsilon) { ClassName = "DDIMScheduler" }, model.Scheduler);
        Assert.Equal((2000, 14), (model.TextEncoder.TableRows, model.Unet.Facts.Opset));
        Assert.Equal("timestep int64 [?]", model.Unet.Input("timestep", 0, 1).ToString());
        Assert.Equal((64, 96, -1f, 1f), (model.Clip!.ImageSize, model.Clip.EmbeddingWidth, model.Clip.PixelMinimum, model.Clip.PixelMaximum));
        Assert.Empty(model.Notes);
    }

    [Fact]
    public void MissingScalingFactorIsStableDiffusionsAndNoted()
    {
        using ToyboxCopy copy = new();
        copy.Replace("vae_encoder/config.json", "scaling_factor", "other_factor");
        ModelFolder model = ModelFolder.Open(copy.Path);
        Assert.Equal(0.18215, model.ScalingFactor);
        Assert.Contains("0.18215", Assert.Single(model.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void FolderWithoutJudgeOpensButCannotScore()
    {
        using ToyboxCopy copy = new();
        Directory.Delete(copy["clip"], recursive: true);
        ModelFolder model = ModelFolder.Open(copy.Path);
        Assert.Null(model.Clip);
        Assert.Throws<InvalidModelException>(() => new ClipScorer(model).Dispose());
    }

    [Fact]
    public void AJudgesOwnTokenizerIsCheckedAtOnce()
    {
        using ToyboxCopy copy = new();
        Directory.CreateDirectory(copy["clip/tokenizer"]);
        Assert.Contains(copy["clip/tokenizer"], Assert.Throws<InvalidModelException>(() => ModelFolder.Open(copy.Path)).Message, StringComparison.Ordinal);
        foreach (string name in (string[])["vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"])
        {
            File.Copy(copy[$"tokenizer/{name}"], copy[$"clip/tokenizer/{name}"]);
        }

        ModelFolder model = ModelFolder.Open(copy.Path);
        Assert.Equal((true, copy["clip/tokenizer"]), (model.Clip!.OwnsTokenizer, model.Clip.TokenizerFolder));
        using ClipScorer scorer = new(model);
        using ClipScorer expected = new(Toybox.Model);
        Assert.Equal(expected.EmbedText("a hamburger"), scorer.EmbedText("a hamburger"));
    }

    [Fact]
    public void FilesAreHashed()
    {
        using ToyboxCopy copy = new();
        File.WriteAllBytes(copy["empty.txt"], []);
        File.WriteAllText(copy["abc.txt"], "abc");
        IReadOnlyList<ModelFile> files = ModelFolder.Open(copy.Path).HashFiles();
        // NIST's example values of SHA-256 for the empty message and for "abc".
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", files.Single(f => f.RelativePath == "empty.txt").Sha256);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", files.Single(f => f.RelativePath == "abc.txt").Sha256);
        Assert.Contains(files, f => f.RelativePath == "unet/model.onnx");
        Assert.Equal(files.Select(f => f.RelativePath).Order(StringComparer.Ordinal), files.Select(f => f.RelativePath));
    }

    [Fact]
    public void LocatorFindsTheToyboxAndNamesWhatIsMissing()
    {
        Assert.Equal(ModelLocator.ToyboxFolder, ModelLocator.Locate("Toybox"));
        using TemporaryFolder folder = new();
        Assert.Equal(folder.Path, ModelLocator.Locate(folder.Path));
        Assert.Contains("no model folder", Assert.Throws<InvalidModelException>(() => ModelLocator.Locate(folder.File("none"))).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("model.safetensors"), "");
        Assert.Contains("is a file", Assert.Throws<InvalidModelException>(() => ModelLocator.Locate(folder.File("model.safetensors"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TensorElement.Int32, 0)]
    [InlineData(TensorElement.Int64, 0)]
    [InlineData(TensorElement.Float32, 1)]
    [InlineData(TensorElement.Float32, 0)]
    public void TimestepTypeAndRankComeFromTheGraph(TensorElement element, int rank)
    {
        using ToyboxCopy copy = new();
        copy.Edit("unet/model.onnx", model => WrapTimestep(model, element, rank));
        Assert.Equal(Predict(Toybox.Model), Predict(ModelFolder.Open(copy.Path)));
    }

    [Fact]
    public void NarrowTokenIdsAndOtherInputNamesAreTakenFromTheGraph()
    {
        using ToyboxCopy copy = new();
        copy.Edit("text_encoder/model.onnx", model =>
        {
            ValueInfoProto ids = model.Graph.Input[0];
            ids.Name = "tokens";
            ids.Type.TensorType.ElemType = (int)TensorElement.Int32;
            NodeProto cast = new() { OpType = "Cast", Input = { "tokens" }, Output = { "input_ids" }, Attribute = { NodeAttributes.Of("to", (long)TensorElement.Int64) } };
            model.Graph.Node.Insert(0, cast);
        });
        using TextEncoder expected = new(Toybox.Model);
        using TextEncoder encoder = new(ModelFolder.Open(copy.Path));
        Assert.Equal(expected.Encode("a hamburger").States, encoder.Encode("a hamburger").States);
    }

    [Fact]
    public void ExternalDataInsideTheFolderIsRead()
    {
        using ToyboxCopy copy = new();
        ExternalizeWeights(copy, "weights.bin");
        using VaeEncoder expected = new(Toybox.Model);
        using VaeEncoder encoder = new(ModelFolder.Open(copy.Path));
        float[] image = [.. Enumerable.Range(0, 64 * 64 * 3).Select(i => i % 97 / 97f)];
        using EncodedImage a = expected.Encode(image, default);
        using EncodedImage b = encoder.Encode(image, default);
        Assert.Equal(a.Latent.ToArray(), b.Latent.ToArray());
    }

    [Fact]
    public void GraphThatOnnxRuntimeRefusesIsAClearError()
    {
        using ToyboxCopy copy = new();
        copy.Edit("unet/model.onnx", model => model.Graph.Node[^1].OpType = "NoSuchOperator");
        ModelFolder folder = ModelFolder.Open(copy.Path);
        InvalidModelException e = Assert.Throws<InvalidModelException>(() => new Denoiser(folder, new NoiseSchedule(folder.Scheduler)).Dispose());
        Assert.Contains("NoSuchOperator", e.Message, StringComparison.Ordinal);
    }

    private static float[] Predict(ModelFolder model)
    {
        using TextEncoder encoder = new(model);
        using Denoiser denoiser = new(model, new NoiseSchedule(model.Scheduler));
        float[] noisy = [.. Enumerable.Range(0, denoiser.LatentLength).Select(i => MathF.Sin(i))];
        return denoiser.Predict(noisy, 500, encoder.Encode("a hamburger"));
    }

    // Puts Cast and Reshape between a timestep of another type and rank and the graph's own.
    private static void WrapTimestep(ModelProto model, TensorElement element, int rank)
    {
        ValueInfoProto timestep = model.Graph.Input.Single(i => i.Name == "timestep");
        timestep.Name = "t";
        timestep.Type.TensorType.ElemType = (int)element;
        if (rank == 0)
        {
            Shape(timestep).Dim.Clear();
        }

        model.Graph.Initializer.Add(Tensors.Integers("one_timestep", 1));
        model.Graph.Node.Insert(0, new NodeProto { OpType = "Reshape", Input = { "t_wide", "one_timestep" }, Output = { "timestep" } });
        model.Graph.Node.Insert(0, new NodeProto
        {
            OpType = "Cast",
            Input = { "t" },
            Output = { "t_wide" },
            Attribute = { NodeAttributes.Of("to", (long)TensorElement.Int64) },
        });
    }

    private static TensorShapeProto Shape(ValueInfoProto value) => value.Type.TensorType.Shape;

    private static void Truncate(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }

    private static void External(ToyboxCopy copy, string location, long offset, long length) =>
        copy.Edit("vae_encoder/model.onnx", model => Externalize(model.Graph.Initializer[0], location, offset, length));

    private static void ExternalizeWeights(ToyboxCopy copy, string location) => copy.Edit("vae_encoder/model.onnx", model =>
    {
        using FileStream data = File.Create(copy["vae_encoder/" + location]);
        data.Write(new byte[8]);
        foreach (TensorProto tensor in model.Graph.Initializer.Where(t => t.RawData.Length > 1000))
        {
            Externalize(tensor, location, data.Position, tensor.RawData.Length);
            tensor.RawData.WriteTo(data);
            tensor.RawData = ByteString.Empty;
        }
    });

    // As the branch of an If holds its graph.
    private static AttributeProto Inner(string location)
    {
        TensorProto weight = new() { Name = "inner", Dims = { 1 }, DataType = (int)TensorElement.Float32 };
        Externalize(weight, location, 0, 4);
        return new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = new GraphProto { Initializer = { weight } } };
    }

    private static TensorProto Secret() => Inner("../../../secret.bin").G.Initializer[0];

    private static NodeProto SecretConstant() => new()
    {
        OpType = "Constant",
        Output = { "c" },
        Attribute = { new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = Secret() } },
    };

    private static void EditNode(ToyboxCopy copy, Action<NodeProto> edit) => copy.Edit("unet/model.onnx", p => edit(p.Graph.Node[3]));

    private static void DeleteFolders(ToyboxCopy copy, params string[] names) => Array.ForEach(names, name => Directory.Delete(copy[name], recursive: true));

    private static void Externalize(TensorProto tensor, string location, long offset, long length)
    {
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{offset}" });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{length}" });
    }
}
