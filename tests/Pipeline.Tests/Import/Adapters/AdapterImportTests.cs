using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Adapters;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Adapters;

/// <summary>LoRAs and embeddings in whole imports of a tiny checkpoint.</summary>
public sealed class AdapterImportTests : IDisposable
{
    private const string Kohya = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
    private const string TextKohya = "lora_te_text_model_encoder_layers_1_self_attn_v_proj";
    private const string Table = "text_model.embeddings.token_embedding.weight";
    private readonly TemporaryFolder _folder = new();
    private readonly AdapterWriter _file = new();

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void AWeightOf0LeavesEveryFile()
    {
        string checkpoint = Checkpoint(TinyModel.UNet(), TinyModel.Text());
        string lora = Lora();
        Assert.Equal([], Different(Import(checkpoint, "plain"), Import(checkpoint, "zero", loras: new LoraRequest(lora, 0))));
        string[] changed = Different(_folder.File("plain"), Import(checkpoint, "merged", loras: new LoraRequest(lora, 0.5f)));
        Assert.Contains(changed, file => file.StartsWith("unet/", StringComparison.Ordinal));
        Assert.Contains(changed, file => file.StartsWith("text_encoder/", StringComparison.Ordinal));
        Assert.All(changed, file => Assert.True(file.StartsWith("unet/", StringComparison.Ordinal) || file.StartsWith("text_encoder/", StringComparison.Ordinal), file));
    }

    [Fact]
    public void AMergedImportIsTheImportOfMergedWeights()
    {
        string lora = Lora();
        string with = Import(Checkpoint(TinyModel.UNet(), TinyModel.Text()), "with", loras: [new LoraRequest(lora, 0.5f), new LoraRequest(lora, -2)]);
        using LoraFile first = LoraFile.Open(lora, 0.5f, TinyModel.Architecture);
        using LoraFile second = LoraFile.Open(lora, -2, TinyModel.Architecture);
        string merged = Checkpoint(LoraMerge.Apply(TinyModel.UNet(), LoraComponent.UNet, [first, second]), LoraMerge.Apply(TinyModel.Text(), LoraComponent.TextEncoder, [first, second]));
        Assert.Equal([], Different(with, Import(merged, "merged")));
    }

    [Fact]
    public void AWordOfTwoVectorsIsReadAsTheTokensThatItCopies()
    {
        // Its vectors are the rows of two tokens of the base, so the text states must be those of the prompt with these tokens.
        RandomWeights text = TinyModel.Text();
        string checkpoint = Checkpoint(TinyModel.UNet(), text);
        float[] table = text.Read(Table);
        var plain = ModelFolder.Open(Import(checkpoint, "plain"));
        int[] copied = [.. PromptTokenizer.Load(plain).Tokens("on in")];
        Assert.Equal(2, copied.Length);
        _file.Put("<cat-toy>", [2, 24], [.. copied.SelectMany(id => table.Skip(24 * id).Take(24)).Select(v => (double)v)]);
        var extended = ModelFolder.Open(Import(checkpoint, "extended", _file.Write()));
        Assert.Equal(602, extended.VocabularySize);
        using TextEncoder before = new(plain);
        using TextEncoder after = new(extended);
        Assert.Equal([600, 601], after.Tokenizer.Tokens("<cat-toy>"));
        Assert.Equal(before.Encode("a on in , the").States, after.Encode("a <cat-toy>, the").States);
        Assert.Equal(before.Encode("a on in , the").States, after.Encode("a on in , the").States);
        Assert.NotEqual(before.Encode("a on in , the").States, before.Encode("a in on , the").States);
    }

    [Fact]
    public void WhatIsRefusedLeavesNothing()
    {
        string checkpoint = Checkpoint(TinyModel.UNet(), TinyModel.Text());
        _file.Add(Kohya + ".dora_scale", [32]);
        string lora = _file.Write();
        _file.Remove(Kohya + ".dora_scale");
        _file.Add("the", [24]);
        string word = _file.Write();
        Assert.Contains("dora_scale", Assert.Throws<InvalidModelException>(() => Import(checkpoint, "refused", loras: new LoraRequest(lora))).Message, StringComparison.Ordinal);
        Assert.Contains("vocabulary already", Assert.Throws<InvalidModelException>(() => Import(checkpoint, "refused", word)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("refused")));
    }

    private string Lora()
    {
        _file.Add(Kohya + ".lora_down.weight", [3, 32]);
        _file.Add(Kohya + ".lora_up.weight", [32, 3]);
        _file.Add(TextKohya + ".lora_down.weight", [3, 24], TensorType.F16);
        _file.Add(TextKohya + ".lora_up.weight", [24, 3], TensorType.F16);
        return _file.Write();
    }

    private string Checkpoint(IWeightSource unet, IWeightSource text)
    {
        Dictionary<string, Tensor> tensors = [];
        StableDiffusionArchitecture tiny = TinyModel.Architecture;
        Add("unet.", ParameterShapes.UNet(tiny.UNet), unet);
        Add("vae.", ParameterShapes.Vae(tiny.Vae), new RandomWeights(ParameterShapes.Vae(tiny.Vae)));
        Add("text_encoder.", ParameterShapes.Text(tiny.Text), text);
        string path = _folder.File("tiny.safetensors");
        using FileStream stream = File.Create(path);
        SafeTensorsWriter.Write(stream, new Dictionary<string, string>(), tensors);
        return path;

        void Add(string prefix, IReadOnlyDictionary<string, long[]> shapes, IWeightSource weights)
        {
            foreach ((string name, long[] shape) in shapes)
            {
                tensors.Add(prefix + name, Tensor.From(weights.Read(name), [.. shape]));
            }
        }
    }

    private string Import(string checkpoint, string name, string? embedding = null, params LoraRequest[] loras)
    {
        ImportRequest request = new()
        {
            CheckpointPath = checkpoint,
            Loras = loras,
            EmbeddingPaths = embedding is null ? [] : [embedding],
            Prediction = PredictionType.Epsilon,
            Architectures = [TinyModel.Architecture],
        };
        return ModelImport.ToFolder(request, _folder.File(name), progress: null, CancellationToken.None).Folder;
    }

    // dfk-import.json names the sources, so it may differ.
    private static string[] Different(string first, string second)
    {
        string[] Files(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Where(f => f != "dfk-import.json").Order(StringComparer.Ordinal)];
        Assert.Equal(Files(first), Files(second));
        return [.. Files(first).Where(f => !File.ReadAllBytes(Path.Combine(first, f)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(second, f))))];
    }
}
