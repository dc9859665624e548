using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Tests.Evaluation;

/// <summary>
/// A CLIP folder that can be computed by hand: a picture is the mean of its colours, a text the sum of its words, of which only red, green and
/// blue say anything. Another image size, mean, deviation, context and vocabulary than the embedded judge's.
/// </summary>
internal static class ColourJudge
{
    public const int Size = 32;
    private const int Tokens = 8;
    private const int Symbols = 512;
    private static readonly string[] _merges = ["e d</w>", "r ed</w>", "e n</w>", "e en</w>", "r een</w>", "g reen</w>", "u e</w>", "l ue</w>", "b lue</w>"];
    private static readonly string[] _colours = ["red</w>", "green</w>", "blue</w>"];

    public static double[] Mean { get; } = [0.125, 0.25, 0.5];

    public static double[] Deviation { get; } = [0.5, 0.25, 0.125];

    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        string[] words = [.. Tokenizer(folder)];
        GraphProto image = new() { Name = "image" }, text = new() { Name = "text" };
        image.Input.Add(Tensors.Value("pixel_values", [1, 3, Size, Size]));
        image.Output.Add(Tensors.Value("image_embeds", [1, 3]));
        image.Node.Add(new NodeProto { OpType = "GlobalAveragePool", Input = { "pixel_values" }, Output = { "mean" } });
        image.Node.Add(new NodeProto { OpType = "Flatten", Input = { "mean" }, Output = { "image_embeds" } });
        text.Input.Add(Tensors.Value("input_ids", new TensorType(TensorProto.Types.DataType.Int64, [1, Tokens])));
        text.Output.Add(Tensors.Value("text_embeds", [1, 3]));
        float[] table = [.. words.SelectMany(word => _colours.Select(colour => word == colour ? 1f : 0f))];
        text.Initializer.Add(Tensors.Floats("table", table, words.Length, 3));
        text.Node.Add(new NodeProto { OpType = "Gather", Input = { "table", "input_ids" }, Output = { "rows" } });
        text.Node.Add(new NodeProto
        {
            OpType = "ReduceMean",
            Input = { "rows" },
            Output = { "text_embeds" },
            Attribute = { NodeAttributes.Of("axes", [1L]), NodeAttributes.Of("keepdims", 0L) },
        });
        Save(Path.Combine(folder, "vision_model.onnx"), image);
        Save(Path.Combine(folder, "text_model.onnx"), text);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new { model_type = "clip", projection_dim = 3, text_config = new { max_position_embeddings = Tokens } }));
        File.WriteAllText(Path.Combine(folder, "preprocessor_config.json"), JsonSerializer.Serialize(new { crop_size = new { height = Size, width = Size }, image_mean = Mean, image_std = Deviation }));
    }

    /// <summary>Cosine between a picture of one colour and a caption with one colour word.</summary>
    public static double Similarity(IReadOnlyList<double> rgb, int word)
    {
        double[] seen = [.. rgb.Select((c, k) => (c - Mean[k]) / Deviation[k])];
        return seen[word] / Math.Sqrt(seen.Sum(v => v * v));
    }

    // The bytes' symbols as in every CLIP vocabulary, three words, start and end.
    private static string[] Tokenizer(string folder)
    {
        using var theirs = JsonDocument.Parse(File.ReadAllText(Path.Combine(ModelLocator.ToyboxFolder, "tokenizer", "vocab.json")));
        string[] words =
        [
            .. theirs.RootElement.EnumerateObject().OrderBy(token => token.Value.GetInt32()).Take(Symbols).Select(token => token.Name),
            .. _merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)), "<|startoftext|>", "<|endoftext|>",
        ];
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(words.Select((word, id) => (word, id)).ToDictionary(pair => pair.word, pair => pair.id)));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n" + string.Join('\n', _merges) + "\n");
        File.WriteAllText(
            Path.Combine(folder, "tokenizer_config.json"),
            JsonSerializer.Serialize(new { bos_token = "<|startoftext|>", eos_token = "<|endoftext|>", pad_token = "<|endoftext|>", unk_token = "<|endoftext|>", do_lower_case = true, model_max_length = Tokens, tokenizer_class = "CLIPTokenizer" }));
        File.Copy(Path.Combine(ModelLocator.ToyboxFolder, "tokenizer", "special_tokens_map.json"), Path.Combine(folder, "special_tokens_map.json"));
        return words;
    }

    private static void Save(string path, GraphProto graph) =>
        File.WriteAllBytes(path, new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } }.ToByteArray());
}
