using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Cache;

namespace DreamFusion.Pipeline.Models;

/// <summary>
/// A CLIP folder that judges pictures: image and text to one space (Radford et al. 2021). Two layouts are read: an image graph and a text
/// graph (<c>image_encoder</c>, <c>vision_model</c> or <c>visual</c>, and <c>text_encoder</c>, <c>text_model</c> or <c>textual</c>, each
/// <c>.onnx</c>), or one <c>model.onnx</c> with both; beside <c>config.json</c> or in its folder <c>onnx/</c>. Image size, mean and deviation
/// come from <c>preprocessor_config.json</c> or, as in the embedded prior, from <c>config.json</c> (<c>image_size</c>, <c>pixel_range</c>); the
/// tokenizer's files lie in <c>tokenizer/</c>, in the folder itself, or in <c>tokenizer/</c> beside it.
/// </summary>
public sealed class ClipFolder
{
    private const int LargestSize = 16_384;
    private static readonly string[] _imageNames = ["image_encoder.onnx", "vision_model.onnx", "visual.onnx"];
    private static readonly string[] _textNames = ["text_encoder.onnx", "text_model.onnx", "textual.onnx"];

    private ClipFolder(string folder)
    {
        Folder = folder;
        var config = JsonConfig.Load(Path.Combine(folder, "config.json"));
        (Image, Text) = Graphs(folder, config);
        Pixels = Image.Input("image", 4);
        ImageEmbedding = Image.Output("embedding", 2, "image_embeds");
        Mask = Text.Signature.Inputs.FirstOrDefault(input => input.Rank == 2 && input.Name.Contains("mask", StringComparison.OrdinalIgnoreCase));
        Ids = TokenIds(Text, Mask);
        TextEmbedding = Text.Output("embedding", 2, "text_embeds");
        RequireInputs();
        RequireOneSpace(config);
        var preprocessor = JsonConfig.LoadIfThere(Path.Combine(folder, "preprocessor_config.json"));
        ImageSize = SizeOf(config, preprocessor);
        (PixelMean, PixelDeviation) = PixelsOf(config, preprocessor);
        TokenizerFolder = Tokenizer(folder);
        TokenCount = (int?)Ids.Dimensions[1] ?? Nested(config, "max_position_embeddings", "text_config");
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Image [1, 3, S, S] to embedding [1, D]; the same part as <see cref="Text"/> where one graph holds both.</summary>
    public ModelPart Image { get; }

    /// <summary>Token ids [1, L] to embedding [1, D].</summary>
    public ModelPart Text { get; }

    /// <summary>Whether one graph holds both sides, which then always run together.</summary>
    public bool IsOneGraph => ReferenceEquals(Image, Text);

    /// <summary>The image graph's input.</summary>
    public TensorSignature Pixels { get; }

    /// <summary>The text graph's token ids.</summary>
    public TensorSignature Ids { get; }

    /// <summary>1 for a token and 0 for padding, if the text graph asks for it.</summary>
    public TensorSignature? Mask { get; }

    /// <summary>The image's direction.</summary>
    public TensorSignature ImageEmbedding { get; }

    /// <summary>The text's direction.</summary>
    public TensorSignature TextEmbedding { get; }

    /// <summary>Side S of the square image, pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Tokens that the text graph takes; null if it takes any number.</summary>
    public int? TokenCount { get; }

    /// <summary>Subtracted from each colour in [0, 1] [3].</summary>
    public IReadOnlyList<float> PixelMean { get; }

    /// <summary>Each colour is then divided by it [3].</summary>
    public IReadOnlyList<float> PixelDeviation { get; }

    /// <summary>Folder of the tokenizer's files.</summary>
    public string TokenizerFolder { get; }

    /// <summary>Entries of the text graph's table; the largest integer if the graph shows none.</summary>
    public int VocabularySize => (int)Math.Min(Text.TableRows ?? int.MaxValue, int.MaxValue);

    /// <summary>Reads and checks a folder; no network is loaded yet.</summary>
    /// <param name="folder">The folder with <c>config.json</c>.</param>
    /// <exception cref="InvalidModelException">No CLIP folder, a file is missing or damaged, or the parts do not fit each other.</exception>
    public static ClipFolder Open(string folder)
    {
        string path = Path.GetFullPath(folder);
        return Directory.Exists(path)
            ? new ClipFolder(path)
            : throw new InvalidModelException($"There is no CLIP folder {path}. Name a folder with config.json, an image and a text graph, and the tokenizer's files.");
    }

    /// <summary>SHA-256 of the graphs and the files with their weights, 64 lower-case hexadecimal digits: what the judge is, wherever it lies.</summary>
    public string Hash()
    {
        using ContentHash hash = new();
        foreach (ModelPart part in IsOneGraph ? [Image] : (ModelPart[])[Image, Text])
        {
            foreach (string file in (string[])[part.ModelPath, .. part.Facts.ExternalFiles])
            {
                hash.Append(Convert.FromHexString(FileHash(file)));
            }
        }

        return hash.Finish();
    }

    private static string FileHash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return ContentHash.Of(stream);
    }

    private static (ModelPart Image, ModelPart Text) Graphs(string folder, JsonConfig config)
    {
        string? Find(IEnumerable<string> names) => ((string[])[folder, Path.Combine(folder, "onnx")])
            .SelectMany(place => names.Select(name => Path.Combine(place, name))).FirstOrDefault(File.Exists);

        if (Find(_imageNames) is { } image && Find(_textNames) is { } text)
        {
            return (ModelPart.Load("clip image encoder", image, config, folder), ModelPart.Load("clip text encoder", text, config, folder));
        }

        string one = Find(["model.onnx"]) ?? throw new InvalidModelException(
            $"{folder} is no CLIP folder: expected {string.Join(" or ", _imageNames)} with {string.Join(" or ", _textNames)}, or one model.onnx, there or in its folder onnx/. Export one, for example with optimum-cli export onnx.");
        var both = ModelPart.Load("clip model", one, config, folder);
        return (both, both);
    }

    private static TensorSignature TokenIds(ModelPart text, TensorSignature? mask)
    {
        TensorSignature[] ids = [.. text.Signature.Inputs.Where(input => input.Rank == 2 && input != mask)];
        TensorSignature found = ids is [{ } only] ? only : throw new InvalidModelException(
            $"{text.ModelPath}: expected one input of rank 2 with token ids, got {(ids.Length == 0 ? "none" : string.Join("; ", ids.Select(i => i.ToString())))}. Export a CLIP model.");
        text.RequireElement(found, TensorElement.Int32, TensorElement.Int64);
        return found;
    }

    private void RequireInputs()
    {
        TensorSignature[] text = Mask is null ? [Ids] : [Ids, Mask];
        if (IsOneGraph)
        {
            Image.RequireNoInputBut([Pixels, .. text]);
        }
        else
        {
            Image.RequireNoInputBut(Pixels);
            Text.RequireNoInputBut(text);
        }

        Image.RequireElement(Pixels, TensorElement.Float32, TensorElement.Float16);
    }

    private void RequireOneSpace(JsonConfig config)
    {
        if (config.Has("projection_dim"))
        {
            int width = config.Integer("projection_dim");
            Image.RequireExtent(ImageEmbedding, 1, width, "projection_dim of config.json");
            Text.RequireExtent(TextEmbedding, 1, width, "projection_dim of config.json");
        }

        if (ImageEmbedding.Dimensions[1] is { } images && TextEmbedding.Dimensions[1] is { } texts && images != texts)
        {
            throw new InvalidModelException(
                $"{Folder}: '{ImageEmbedding}' and '{TextEmbedding}' have different widths, expected embeddings of one space. Export the model with its projections.");
        }
    }

    private int SizeOf(JsonConfig config, JsonConfig preprocessor)
    {
        int? size = Side(preprocessor, "crop_size") ?? Side(preprocessor, "size") ?? Nested(config, "image_size", "vision_config") ?? (int?)Pixels.Dimensions[2];
        if (size is not (>= 1 and <= LargestSize))
        {
            throw new InvalidModelException(
                $"{Folder}: the side of the judge's image is {size?.ToString(CultureInfo.InvariantCulture) ?? "nowhere"}, expected 1 to {LargestSize} in preprocessor_config.json (crop_size or size) or config.json (image_size). Copy both from where the model came from.");
        }

        Image.RequireExtent(Pixels, 1, 3, "colours");
        Image.RequireExtent(Pixels, 2, size.Value, "image size of its configuration");
        Image.RequireExtent(Pixels, 3, size.Value, "image size of its configuration");
        return size.Value;
    }

    // 224, {"shortest_edge": 224} or {"height": 224, "width": 224}.
    private static int? Side(JsonConfig preprocessor, string key)
    {
        if (!preprocessor.Has(key))
        {
            return null;
        }

        JsonElement value = preprocessor.Root.GetProperty(key);
        int[] sides = value.ValueKind == JsonValueKind.Object
            ? [.. value.EnumerateObject().Where(side => side.Value.ValueKind == JsonValueKind.Number).Select(side => side.Value.TryGetInt32(out int n) ? n : 0).Distinct()]
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? [number] : [];
        return sides is [{ } one] ? one : throw new InvalidModelException(
            $"{preprocessor.FilePath}: '{key}' is {value.GetRawText()}, expected one side, such as 224 or {{\"shortest_edge\": 224}}. Only square images are judged.");
    }

    private static int? Nested(JsonConfig config, string key, string group)
    {
        if (config.Has(key))
        {
            return config.Integer(key);
        }

        return config.Root.TryGetProperty(group, out JsonElement inner) && inner.ValueKind == JsonValueKind.Object
            && inner.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : null;
    }

    private static (float[] Mean, float[] Deviation) PixelsOf(JsonConfig config, JsonConfig preprocessor)
    {
        if (preprocessor.Has("image_mean") || preprocessor.Has("image_std"))
        {
            float[] mean = Numbers(preprocessor, "image_mean", 3), deviation = Numbers(preprocessor, "image_std", 3);
            return deviation.All(d => d > 0f) ? (mean, deviation) : throw new InvalidModelException(
                $"{preprocessor.FilePath}: image_std is {string.Join(", ", deviation.Select(d => d.ToString(CultureInfo.InvariantCulture)))}, expected numbers above 0. Correct it there.");
        }

        if (!config.Has("pixel_range"))
        {
            throw new InvalidModelException(
                $"{preprocessor.FilePath} {(preprocessor.Exists ? "has no 'image_mean' and 'image_std'" : "is missing")}, and {config.FilePath} has no 'pixel_range': what black and white are for this judge is not known. Copy preprocessor_config.json from where the model came from.");
        }

        float[] range = Numbers(config, "pixel_range", 2);
        float width = range[1] - range[0];
        return width > 0f
            ? ([.. Enumerable.Repeat(-range[0] / width, 3)], [.. Enumerable.Repeat(1f / width, 3)])
            : throw new InvalidModelException($"{config.FilePath}: pixel_range is {config.Root.GetProperty("pixel_range").GetRawText()}, expected two increasing numbers, such as [-1, 1]. Correct it there.");
    }

    private static float[] Numbers(JsonConfig config, string key, int count)
    {
        JsonElement value = config.Has(key) ? config.Root.GetProperty(key) : default;
        float[] numbers = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(n => n.ValueKind == JsonValueKind.Number && n.TryGetSingle(out float number) ? number : float.NaN)]
            : [];
        return numbers.Length == count && numbers.All(float.IsFinite) ? numbers : throw new InvalidModelException(
            $"{config.FilePath}: '{key}' is {(value.ValueKind == JsonValueKind.Undefined ? "missing" : value.GetRawText())}, expected {count} numbers. Copy the file again.");
    }

    private static string Tokenizer(string folder)
    {
        string[] places = [Path.Combine(folder, "tokenizer"), folder, Path.Combine(Path.GetDirectoryName(folder) ?? folder, "tokenizer")];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, "vocab.json")) && File.Exists(Path.Combine(place, "merges.txt")))
            ?? throw new InvalidModelException($"{folder} has no tokenizer: expected vocab.json and merges.txt in {string.Join(", ", places)}. Copy them from where the model came from.");
    }
}
