using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Graphs;

public sealed class WrittenFilesTests
{
    [Theory]
    [MemberData(nameof(GraphGoldenTests.Networks), MemberType = typeof(GraphGoldenTests))]
    public void ModelHasOpset17AndAlignedWeights(string golden, string name)
    {
        TinyNetwork network = TinyNetwork.Find(golden, name);
        using TemporaryFolder folder = new();
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions());
        Assert.Equal(["config.json", "model.onnx", "model.onnx_data"], Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("model.onnx")));
        Assert.Equal(8, model.IrVersion);
        Assert.Equal(17, Assert.Single(model.OpsetImport).Version);
        long end = 0;
        foreach (TensorProto tensor in model.Graph.Initializer.Where(StoredTensor.IsExternal))
        {
            Dictionary<string, string> place = tensor.ExternalData.ToDictionary(e => e.Key, e => e.Value);
            long offset = long.Parse(place["offset"], CultureInfo.InvariantCulture);
            long length = long.Parse(place["length"], CultureInfo.InvariantCulture);
            Assert.Equal("model.onnx_data", place["location"]);
            Assert.Equal(0, offset % (length >= 1 << 20 ? 65536 : 4096));
            Assert.True(offset >= end);
            Assert.Equal(tensor.Dims.Aggregate(4L, (a, b) => a * b), length);
            end = offset + length;
        }

        Assert.Equal(end, new FileInfo(folder.File("model.onnx_data")).Length);
        Assert.All(model.Graph.Initializer.Where(t => t.DataType == (int)TensorProto.Types.DataType.Int64), t => Assert.False(StoredTensor.IsExternal(t)));
        Assert.Equal(model.Graph.Initializer.Count, model.Graph.Initializer.Select(t => t.Name).Distinct().Count());
    }

    [Fact]
    public void NamesTypesAndOpenAxesAreThoseOfOtherExports()
    {
        Assert.Equal(
            ["sample float32 [?, 4, ?, ?]", "timestep int64 [?]", "encoder_hidden_states float32 [?, ?, 24]", "out_sample float32 [?, 4, ?, ?]"],
            Signature("sd1", "unet", new GraphOptions()));
        Assert.Equal(
            ["sample float16 [?, 4, ?, ?]", "timestep int64 [?]", "encoder_hidden_states float16 [?, ?, 40]", "out_sample float16 [?, 4, ?, ?]"],
            Signature("sd2", "unet", new GraphOptions(WeightPrecision.Float16)));
        Assert.Equal(["input_ids int64 [?, 77]", "last_hidden_state float32 [?, 77, 32]"], Signature("sd1", "text_encoder", new GraphOptions()));
        Assert.Equal(["sample float32 [?, 3, ?, ?]", "latent_parameters float32 [?, 8, ?, ?]"], Signature("vae", "vae_encoder", new GraphOptions(WeightPrecision.Float16)));
        Assert.Equal(["latent_sample float32 [?, 4, ?, ?]", "sample float32 [?, 3, ?, ?]"], Signature("vae", "vae_decoder", new GraphOptions()));
    }

    [Fact]
    public void WritingTwiceGivesTheSameBytes()
    {
        TinyNetwork network = TinyNetwork.Find("sd1", "unet");
        using TemporaryFolder first = new();
        using TemporaryFolder second = new();
        network.Write(first.Path, new FormulaWeights(network.Shapes), new GraphOptions(WeightPrecision.Float16));
        network.Write(second.Path, new FormulaWeights(network.Shapes), new GraphOptions(WeightPrecision.Float16));
        foreach (string file in (string[])["model.onnx", "model.onnx_data", "config.json"])
        {
            Assert.Equal(File.ReadAllBytes(first.File(file)), File.ReadAllBytes(second.File(file)));
        }
    }

    [Fact]
    public void ProgressCountsTheWeightsThatWereWritten()
    {
        TinyNetwork network = TinyNetwork.Find("vae", "vae_decoder");
        using TemporaryFolder folder = new();
        List<long> reports = [];
        VaeDecoderGraph.Write(folder.Path, TinyNetwork.Base1.Vae, new FormulaWeights(network.Shapes), new GraphOptions(), new Recorder(reports));
        Assert.Equal(reports.Order(), reports);
        long bytes = network.Used.Sum(n => 4 * network.Shapes[n].Aggregate(1L, (a, b) => a * b));
        // Biases of a few numbers are in the model itself.
        Assert.InRange(reports[^1], bytes * 0.98, bytes);
    }

    [Theory]
    [InlineData(float.NaN, WeightPrecision.Float32, "NaN")]
    [InlineData(float.PositiveInfinity, WeightPrecision.Float16, "finite")]
    [InlineData(70000, WeightPrecision.Float16, "--precision fp32")]
    public void AWeightThatCannotBeStoredIsAnErrorAndLeavesNoFiles(float value, WeightPrecision precision, string expected)
    {
        TinyNetwork network = TinyNetwork.Find("sd1", "unet");
        using TemporaryFolder folder = new();
        FormulaWeights weights = new FormulaWeights(network.Shapes).With("mid_block.resnets.0.conv1.weight", values =>
        {
            values[5] = value;
            return values;
        });
        InvalidModelException error = Assert.Throws<InvalidModelException>(() => network.Write(folder.Path, weights, new GraphOptions(precision)));
        Assert.Contains("mid_block.resnets.0.conv1.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    // Keys and values of the published config.json files of Stable Diffusion 1.5 and 2.1.
    [Fact]
    public void ConfigsAreThoseOfDiffusers()
    {
        using JsonDocument one = Config("sd1", "unet");
        Assert.Equal("UNet2DConditionModel", one.RootElement.GetProperty("_class_name").GetString());
        Assert.Equal(4, one.RootElement.GetProperty("attention_head_dim").GetInt32());
        Assert.Equal(1e-5, one.RootElement.GetProperty("norm_eps").GetDouble());
        Assert.Equal("[\"CrossAttnDownBlock2D\",\"DownBlock2D\"]", Compact(one.RootElement.GetProperty("down_block_types")));
        Assert.Equal("[\"UpBlock2D\",\"CrossAttnUpBlock2D\"]", Compact(one.RootElement.GetProperty("up_block_types")));
        using JsonDocument two = Config("sd2", "unet");
        Assert.Equal("[2,4]", Compact(two.RootElement.GetProperty("attention_head_dim")));
        Assert.True(two.RootElement.GetProperty("use_linear_projection").GetBoolean());
        using JsonDocument text = Config("sd2", "text_encoder");
        Assert.Equal("gelu", text.RootElement.GetProperty("hidden_act").GetString());
        Assert.Equal(60, text.RootElement.GetProperty("vocab_size").GetInt32());
        using JsonDocument vae = Config("vae", "vae_encoder");
        Assert.Equal(0.18215, vae.RootElement.GetProperty("scaling_factor").GetDouble());
    }

    private static string[] Signature(string golden, string name, GraphOptions options)
    {
        using TemporaryFolder folder = new();
        TinyNetwork network = TinyNetwork.Find(golden, name);
        network.Write(folder.Path, new FormulaWeights(network.Shapes), options);
        GraphSignature signature = OnnxModel.Load(folder.File("model.onnx"), folder.Path).Signature();
        return [.. signature.Inputs.Concat(signature.Outputs).Select(t => t.ToString())];
    }

    private static JsonDocument Config(string golden, string name)
    {
        using TemporaryFolder folder = new();
        TinyNetwork network = TinyNetwork.Find(golden, name);
        network.Write(folder.Path, new FormulaWeights(network.Shapes), new GraphOptions());
        return JsonDocument.Parse(File.ReadAllText(folder.File("config.json")));
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    private sealed class Recorder(List<long> reports) : IProgress<long>
    {
        public void Report(long value) => reports.Add(value);
    }
}
