using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Models;

public sealed class ModelInspectionTests
{
    [Fact]
    public void ToyboxHasAllPartsAndNoProblem()
    {
        var inspection = ModelInspection.Of(ModelLocator.ToyboxFolder);
        Assert.Empty(inspection.Problems);
        Assert.Empty(inspection.Notes);
        Assert.Equal(["text_encoder", "unet", "vae_encoder", "vae_decoder", "clip image encoder", "clip text encoder"], inspection.Parts.Select(p => p.Name));
        Assert.Equal((ModelKind.LatentSpace, "StableDiffusionPipeline", 4, 16, 64), (inspection.Kind, inspection.Pipeline, inspection.LatentChannels, inspection.LatentSize, inspection.ImageSize));
        Assert.Equal("prediction_type of scheduler_config.json", inspection.PredictionRule);
        Assert.Equal((0.18215, true), (inspection.ScalingFactor, inspection.ScalingFactorIsStated));
        Assert.Empty(inspection.UnknownOperators!);
        Assert.Equal(2000, Assert.IsType<ClipTokenizer>(inspection.Tokenizer).VocabularySize);
        Assert.NotNull(inspection.Judge);
        // The prior's card: a text encoder of 0.85 M, a UNet of 4.5 M parameters in half precision; a decoder of 0.26 M.
        long[] weights = [.. inspection.Parts.Select(p => p.Facts.Weights.Sum(w => w.Count))];
        Assert.InRange(weights[0], 850_000, 860_000);
        Assert.InRange(weights[1], 4_450_000, 4_550_000);
        Assert.InRange(weights[3], 260_000, 269_999);
        Assert.Equal(TensorElement.Float16, inspection.Parts[1].Facts.Weights.MaxBy(w => w.Count)!.Element);
    }

    [Fact]
    public void APixelSpaceFolderPasses()
    {
        using PixelFolder folder = new();
        Directory.CreateDirectory(folder["safety_checker"]);
        var inspection = ModelInspection.Of(folder.Path);
        Assert.Empty(inspection.Problems);
        Assert.Equal((ModelKind.PixelSpace, "IFPipeline", 3, PixelFolder.Size, PixelFolder.Size), (inspection.Kind, inspection.Pipeline, inspection.LatentChannels, inspection.LatentSize, inspection.ImageSize));
        Assert.Null(inspection.ScalingFactor);
        Assert.Null(inspection.UnknownOperators);
        Assert.Null(inspection.Judge);
        Assert.Equal(["safety_checker"], inspection.IgnoredFolders);
        Assert.Equal((9, 1, 0), Assert.IsType<T5Tokenizer>(inspection.Tokenizer) is { } tokenizer ? (tokenizer.Length, tokenizer.EndId, tokenizer.PaddingId) : default);
    }

    [Fact]
    public void OperatorsWithoutAGradientAreNamed()
    {
        using ToyboxCopy copy = new();
        copy.Edit("vae_encoder/model.onnx", model =>
        {
            // Two operators on the way from image to latent, and one whose result is constant and does not matter.
            NodeProto first = model.Graph.Node.First(n => n.Input.Contains("sample"));
            first.Input[first.Input.IndexOf("sample")] = "rounded";
            model.Graph.Node.Insert(0, new NodeProto { OpType = "Round", Input = { "sin" }, Output = { "rounded" } });
            model.Graph.Node.Insert(0, new NodeProto { OpType = "Asinh", Input = { "sample" }, Output = { "sin" } });
            model.Graph.Node.Insert(0, new NodeProto { OpType = "Acosh", Input = { model.Graph.Initializer.First(t => t.DataType == 1).Name }, Output = { "unused" } });
        });
        var inspection = ModelInspection.Of(copy.Path);
        Assert.Equal(["Asinh", "Round"], inspection.UnknownOperators);
        Assert.Contains("Asinh, Round", Assert.Single(inspection.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void ALatentOfAnotherSizeIsFound()
    {
        using ToyboxCopy copy = new();
        foreach (string part in (string[])["unet", "vae_decoder"])
        {
            copy.Edit($"{part}/model.onnx", model => Array.ForEach((int[])[2, 3], axis => model.Graph.Input[0].Type.TensorType.Shape.Dim[axis].DimValue = 8));
        }

        copy.Replace("unet/config.json", "\"sample_size\": 16", "\"sample_size\": 8");
        Assert.Contains("gives a latent [1, 4, 16, 16], but the UNet takes [1, 4, 8, 8]", Assert.Single(ModelInspection.Of(copy.Path).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatCanBeReadIsToldInSpiteOfDefects()
    {
        using ToyboxCopy copy = new();
        File.Delete(copy["unet/model.onnx"]);
        File.AppendAllText(copy["tokenizer/merges.txt"], "zz qq\n");
        copy.Replace("vocabulary.json", "\"colours\": [", "\"colors\": [");
        var inspection = ModelInspection.Of(copy.Path);
        Assert.Equal(2, inspection.Problems.Count);
        Assert.Equal(5, inspection.Parts.Count);
        Assert.Equal((0, 0, 0), (inspection.LatentChannels, inspection.LatentSize, inspection.ImageSize));
        Assert.Null(inspection.Tokenizer);
        Assert.Null(inspection.UnknownOperators);
        Assert.NotNull(inspection.Scheduler);
        Assert.Contains(inspection.Files, f => f.RelativePath == "vae_encoder/model.onnx");
    }

    [Fact]
    public void ADefaultPredictionIsSaid()
    {
        using ToyboxCopy copy = new();
        copy.Replace("scheduler/scheduler_config.json", "\"prediction_type\"", "\"prediction\"");
        var inspection = ModelInspection.Of(copy.Path);
        Assert.Equal(PredictionType.Epsilon, inspection.Scheduler!.Prediction);
        Assert.Contains("default", inspection.PredictionRule, StringComparison.Ordinal);
        Assert.Contains("prediction_type", Assert.Single(inspection.Notes), StringComparison.Ordinal);
    }
}
