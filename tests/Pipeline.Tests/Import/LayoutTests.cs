using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;
using DreamFusion.RandomCheckpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import;

/// <summary>The same weights give the same folder, whatever their keys and files.</summary>
public sealed class LayoutTests : IDisposable
{
    private const uint Seed = 5;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, TensorType.F32, WeightPrecision.Float32)]
    [InlineData(1, TensorType.F16, WeightPrecision.Float16)]
    [InlineData(2, TensorType.BF16, WeightPrecision.Float32)]
    [InlineData(2, TensorType.F16, WeightPrecision.Float16)]
    public void A_single_file_and_a_diffusers_folder_give_byte_equal_folders(int version, TensorType type, WeightPrecision precision)
    {
        StableDiffusionArchitecture architecture = TinyBases.Of(version);
        TensorSource.Write(_folder.File("single.safetensors"), RandomCheckpoint.SingleFile(architecture, type, Seed));
        RandomCheckpoint.WriteFolder(_folder.File("diffusers"), architecture, type, Seed);
        ImportFolders.Import(_folder.File("single.safetensors"), _folder.File("a"), request => request with { Precision = precision, Prediction = PredictionType.Epsilon });
        ImportResult result = ImportFolders.Import(_folder.File("diffusers"), _folder.File("b"), request => request with { Precision = precision });
        Assert.Equal("epsilon", result.Prediction!.Name);
        ImportFolders.AssertSame(_folder.File("a"), _folder.File("b"));
        ImportFolders.AssertUsable(_folder.File("a"));
        Assert.Equal(["a", "b", "diffusers", "single.safetensors"], ImportFolders.Names(_folder.Path));
    }

    [Fact]
    public void Other_weights_give_another_folder()
    {
        ImportFolders.Import(Write("a.safetensors", SingleFile(1)), _folder.File("a"));
        ImportFolders.Import(Write("b.safetensors", [.. SingleFile(1).Select(tensor => tensor.Key.EndsWith("middle_block.1.norm.bias", StringComparison.Ordinal) ? tensor with { Values = () => [.. tensor.Values().Select(v => v + 1e-3f)] } : tensor)]), _folder.File("b"));
        Dictionary<string, string> a = ImportFolders.Hashes(_folder.File("a")), b = ImportFolders.Hashes(_folder.File("b"));
        string[] different = [.. a.Keys.Where(name => a[name] != b[name])];
        Assert.All(different, name => Assert.StartsWith("unet", name, StringComparison.Ordinal));
        Assert.NotEmpty(different);
    }

    public static TheoryData<string, int> Forms => new()
    {
        { "text without text_model.", 1 },
        { "transformers' names", 2 },
        { "conditioner.embedders.0", 2 },
        { "no block behind the last one", 2 },
        { "proj_in and proj_out in the other shape", 1 },
        { "proj_in and proj_out in the other shape", 2 },
        { "VAE attention as matrices", 1 },
        { "vae. prefix", 1 },
        { "diffusers' names in one file", 1 },
        { "known extras", 1 },
        { "the order reversed", 2 },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_of_the_keys_gives_the_same_folder(string form, int version)
    {
        ImportFolders.Import(Write("usual.safetensors", SingleFile(version)), _folder.File("a"), Epsilon);
        ImportFolders.Import(Write("form.safetensors", InForm(form, version)), _folder.File("b"), Epsilon);
        ImportFolders.AssertSame(_folder.File("a"), _folder.File("b"));
    }

    [Fact]
    public void Shards_old_vae_names_and_texts_without_root_in_a_folder_give_the_same_folder()
    {
        RandomCheckpoint.WriteFolder(_folder.File("new"), TinyBases.One, TensorType.F32, Seed);
        RandomCheckpoint.WriteFolder(_folder.File("old"), TinyBases.One, TensorType.F32, Seed);
        List<CheckpointTensor> vae = RandomCheckpoint.Diffusers(NetworkWeights.Vae(TinyBases.One.Vae), TensorType.F32, Seed);
        Write("old/vae/diffusion_pytorch_model.safetensors", [.. vae.Select(tensor => tensor with { Key = OldVaeName(tensor.Key) })]);
        Write("old/text_encoder/model.safetensors", [.. RandomCheckpoint.HuggingFace(TinyBases.One.Text, "", TensorType.F32, Seed).Select(tensor => tensor with { Key = tensor.Key["text_model.".Length..] })]);
        List<CheckpointTensor> unet = RandomCheckpoint.Diffusers(NetworkWeights.UNet(TinyBases.One.UNet), TensorType.F32, Seed);
        File.Delete(_folder.File("old/unet/diffusion_pytorch_model.safetensors"));
        Write("old/unet/part-1.safetensors", unet[..300]);
        Write("old/unet/part-2.safetensors", unet[300..]);
        File.WriteAllText(_folder.File("old/unet/diffusion_pytorch_model.safetensors.index.json"), JsonSerializer.Serialize(new
        {
            weight_map = unet.Select((tensor, i) => (tensor.Key, i)).ToDictionary(entry => entry.Key, entry => entry.i < 300 ? "part-1.safetensors" : "part-2.safetensors"),
        }));
        ImportFolders.Import(_folder.File("new"), _folder.File("a"));
        ImportFolders.Import(_folder.File("old"), _folder.File("b"));
        ImportFolders.AssertSame(_folder.File("a"), _folder.File("b"));
    }

    [Fact]
    public void The_moving_average_is_preferred_and_said()
    {
        List<CheckpointTensor> plain = SingleFile(1);
        List<CheckpointTensor> average = RandomCheckpoint.SingleFile(TinyBases.One, TensorType.F32, seed: 6);
        IEnumerable<CheckpointTensor> ema = average.Where(tensor => tensor.Key.StartsWith("model.diffusion_model.", StringComparison.Ordinal))
            .Select(tensor => tensor with { Key = "model_ema." + tensor.Key["model.".Length..].Replace(".", "", StringComparison.Ordinal) });
        List<CheckpointTensor> both = [.. plain, .. ema, new("model_ema.decay", [], TensorType.F32, () => [0.9999f]), new("model_ema.num_updates", [], TensorType.F32, () => [7])];
        ImportResult result = ImportFolders.Import(Write("both.safetensors", both), _folder.File("a"));
        Assert.Contains(result.Decisions, line => line.Contains("the moving average (model_ema) was taken", StringComparison.Ordinal));
        ImportFolders.Import(Write("average.safetensors", [.. average.Where(IsUNet), .. plain.Where(tensor => !IsUNet(tensor))]), _folder.File("b"));
        ImportFolders.AssertSame(_folder.File("b"), _folder.File("a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_vae_of_its_own_replaces_the_checkpoints_or_fills_its_place(bool hasOwn)
    {
        List<CheckpointTensor> checkpoint = [.. SingleFile(1).Where(tensor => hasOwn || !tensor.Key.StartsWith("first_stage_model.", StringComparison.Ordinal))];
        List<CheckpointTensor> vae = RandomCheckpoint.VaeFile(TinyBases.One.Vae, TensorType.F32, seed: 8);
        string path = Write("checkpoint.safetensors", checkpoint), vaePath = Write("vae.safetensors", [.. vae, new("loss.logvar", [], TensorType.F32, () => [0])]);
        ImportResult result = ImportFolders.Import(path, _folder.File("a"), request => request with { VaePath = vaePath });
        Assert.Equal(hasOwn, result.Decisions.Any(line => line.Contains("that of --vae was taken", StringComparison.Ordinal)));
        string whole = Write("whole.safetensors", [.. SingleFile(1).Where(tensor => !tensor.Key.StartsWith("first_stage_model.", StringComparison.Ordinal)), .. vae.Select(tensor => tensor with { Key = "first_stage_model." + tensor.Key })]);
        ImportFolders.Import(whole, _folder.File("b"));
        ImportFolders.AssertSame(_folder.File("b"), _folder.File("a"));
        ImportFolders.Import(path, _folder.File("c"), request => request with { VaePath = whole });
        ImportFolders.AssertSame(_folder.File("b"), _folder.File("c"));
    }

    [Fact]
    public void Clip_skip_leaves_the_last_layers_out_and_more_than_there_are_is_refused()
    {
        string path = Write("a.safetensors", SingleFile(1));
        ImportFolders.Import(path, _folder.File("a"), request => request with { ClipSkip = 2 });
        ImportFolders.AssertUsable(_folder.File("a"));
        DfkException error = Assert.ThrowsAny<DfkException>(() => ImportFolders.Import(path, _folder.File("b"), request => request with { ClipSkip = 3 }));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.False(Directory.Exists(_folder.File("b")));
    }

    private static ImportRequest Epsilon(ImportRequest request) => request with { Prediction = PredictionType.Epsilon };

    private static bool IsUNet(CheckpointTensor tensor) => tensor.Key.StartsWith("model.diffusion_model.", StringComparison.Ordinal);

    private static List<CheckpointTensor> SingleFile(int version) => RandomCheckpoint.SingleFile(TinyBases.Of(version), TensorType.F32, Seed);

    private static List<CheckpointTensor> InForm(string form, int version)
    {
        StableDiffusionArchitecture architecture = TinyBases.Of(version);
        List<CheckpointTensor> usual = SingleFile(version);
        List<CheckpointTensor> Renamed(Func<string, string> name) => [.. usual.Select(tensor => tensor with { Key = name(tensor.Key) })];
        List<CheckpointTensor> Reshaped(Func<string, bool> which, Func<long[], long[]> shape) => [.. usual.Select(tensor => which(tensor.Key) ? tensor with { Shape = shape(tensor.Shape) } : tensor)];
        IEnumerable<CheckpointTensor> withoutText = usual.Where(tensor => !tensor.Key.StartsWith("cond_stage_model.", StringComparison.Ordinal));
        return form switch
        {
            "text without text_model." => Renamed(key => key.Replace("transformer.text_model.", "transformer.", StringComparison.Ordinal)),
            "transformers' names" => [.. withoutText, .. RandomCheckpoint.HuggingFace(architecture.Text, RandomCheckpoint.ClipPrefix, TensorType.F32, Seed)],
            "conditioner.embedders.0" => Renamed(key => key.Replace("cond_stage_model.model.", "conditioner.embedders.0.model.", StringComparison.Ordinal)),
            "no block behind the last one" => [.. usual.Where(tensor => !tensor.Key.Contains("resblocks.3.", StringComparison.Ordinal) && !tensor.Key.EndsWith("text_projection", StringComparison.Ordinal) && !tensor.Key.EndsWith("logit_scale", StringComparison.Ordinal))],
            "proj_in and proj_out in the other shape" => Reshaped(
                key => IsUNetProjection(key), shape => shape.Length == 2 ? [.. shape, 1, 1] : shape[..2]),
            "VAE attention as matrices" => Reshaped(key => key.Contains(".attn_1.", StringComparison.Ordinal), shape => shape.Length == 4 ? shape[..2] : shape),
            "vae. prefix" => Renamed(key => key.Replace("first_stage_model.", "vae.", StringComparison.Ordinal)),
            "diffusers' names in one file" =>
            [
                .. NetworkWeights.Of(architecture).Select(weight => new CheckpointTensor($"{weight.Component}.{weight.Diffusers}", weight.Shape, TensorType.F32, () => weight.Values(Seed))),
            ],
            "known extras" =>
            [
                .. usual, new("betas", [1000], TensorType.F32, () => new float[1000]), new("scale_factor", [], TensorType.F32, () => [0.18215f]), new("loss.discriminator.main.0.weight", [1], TensorType.F32, () => [1]),
                new("cond_stage_model.transformer.text_model.embeddings.position_ids", [1, 77], TensorType.F32, () => [.. Enumerable.Range(0, 77).Select(i => i + 0.5f)]), new("model_ema.decay", [], TensorType.F32, () => [1]),
            ],
            _ => [.. Enumerable.Reverse(usual)],
        };
    }

    private static bool IsUNetProjection(string key) => key.EndsWith(".1.proj_in.weight", StringComparison.Ordinal) || (IsUNet(new(key, [], TensorType.F32, () => [])) && key.EndsWith(".1.proj_out.weight", StringComparison.Ordinal));

    private static string OldVaeName(string key) => key.Replace(".to_q.", ".query.", StringComparison.Ordinal).Replace(".to_k.", ".key.", StringComparison.Ordinal)
        .Replace(".to_v.", ".value.", StringComparison.Ordinal).Replace(".to_out.0.", ".proj_attn.", StringComparison.Ordinal);

    private string Write(string name, List<CheckpointTensor> tensors)
    {
        TensorSource.Write(_folder.File(name), tensors);
        return _folder.File(name);
    }
}
