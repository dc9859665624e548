using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Models;
using DreamFusion.RandomCheckpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import;

/// <summary>The seven rules that find out what a UNet predicts, in their order.</summary>
public sealed class PredictionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PredictionType.Velocity, "v_prediction")]
    [InlineData(PredictionType.Epsilon, "epsilon")]
    public void Rule_1_the_option_wins_over_all_others(PredictionType option, string name)
    {
        string path = Write(2, metadata: new() { ["modelspec.prediction_type"] = option == PredictionType.Velocity ? "epsilon" : "v" });
        ImportResult result = Import(path, option);
        Assert.Equal((name, true), (result.Prediction!.Name, result.Prediction.Rule.StartsWith("rule 1", StringComparison.Ordinal)));
        Assert.Equal(option, ModelFolder.Open(result.Folder).Scheduler.Prediction);
        // 768-pixel models are those of the velocity.
        Assert.Equal(option == PredictionType.Velocity ? 96 : 64, ModelFolder.Open(result.Folder).LatentSize);
    }

    [Theory]
    [InlineData("""{"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "prediction_type": "v_prediction"}""", "v_prediction")]
    [InlineData("""{"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}""", "epsilon")]
    public void Rule_2_is_the_folders_scheduler(string scheduler, string name)
    {
        RandomCheckpoint.WriteFolder(_folder.File("diffusers"), TinyBases.One, TensorType.F32, 1);
        File.WriteAllText(_folder.File("diffusers/scheduler/scheduler_config.json"), scheduler);
        ImportResult result = Import(_folder.File("diffusers"));
        Assert.Equal((name, true), (result.Prediction!.Name, result.Prediction.Rule.StartsWith("rule 2", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"beta_schedule": "linear"}""", "expected scaled_linear")]
    [InlineData("""{"beta_schedule": "linear", "beta_start": 0.00085, "beta_end": 0.012}""", "expected scaled_linear")]
    [InlineData("""{"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "prediction_type": "sample"}""", "prediction_type is sample")]
    [InlineData("""{"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "rescale_betas_zero_snr": true}""", "rescale_betas_zero_snr")]
    public void Another_schedule_is_refused_whatever_decides(string scheduler, string says)
    {
        RandomCheckpoint.WriteFolder(_folder.File("diffusers"), TinyBases.One, TensorType.F32, 1);
        File.WriteAllText(_folder.File("diffusers/scheduler/scheduler_config.json"), scheduler);
        DfkException error = Assert.ThrowsAny<DfkException>(() => Import(_folder.File("diffusers"), PredictionType.Epsilon));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("modelspec.prediction_type", "v", "v_prediction")]
    [InlineData("modelspec.prediction_type", "epsilon", "epsilon")]
    [InlineData("modelspec.architecture", "stable-diffusion-v2-768-v", "v_prediction")]
    [InlineData("modelspec.architecture", "stable-diffusion-v2-512", "epsilon")]
    public void Rule_3_is_the_metadata(string key, string value, string name)
    {
        string path = Write(2, metadata: new() { [key] = value });
        File.WriteAllText(Path.ChangeExtension(path, ".yaml"), $"model:\n  params:\n    parameterization: \"{(name == "epsilon" ? "v" : "eps")}\"\n");
        ImportResult result = Import(path);
        Assert.Equal((name, true), (result.Prediction!.Name, result.Prediction.Rule.StartsWith("rule 3", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("parameterization: \"v\"", "v_prediction")]
    [InlineData("parameterization: eps # as usual", "epsilon")]
    public void Rule_4_is_the_yaml_beside_the_file(string line, string name)
    {
        string path = Write(2, extra: new CheckpointTensor("global_step", [], TensorType.F32, () => [name == "epsilon" ? 110_000 : 875_000]));
        File.WriteAllText(Path.ChangeExtension(path, ".yaml"), $"model:\n  params:\n    {line}\n");
        ImportResult result = Import(path);
        Assert.Equal((name, true), (result.Prediction!.Name, result.Prediction.Rule.StartsWith("rule 4", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(875_000, "epsilon")]
    [InlineData(110_000, "v_prediction")]
    public void Rule_5_is_the_number_of_steps(int steps, string name)
    {
        ImportResult result = Import(Write(2, extra: new CheckpointTensor("global_step", [], TensorType.F32, () => [steps])));
        Assert.Equal((name, true), (result.Prediction!.Name, result.Prediction.Rule.StartsWith("rule 5", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(-3f, "v_prediction", 96)]
    [InlineData(0.5f, "epsilon", 64)]
    public void Rule_6_runs_the_network(float output, string name, int size)
    {
        // The bias of the last convolution moves the whole output.
        ImportResult result = Import(Write(2, change: ("model.diffusion_model.out.2.bias", 1f, output)));
        Assert.Equal((name, true), (result.Prediction!.Name, result.Prediction.Rule.StartsWith("rule 6", StringComparison.Ordinal)));
        Assert.Equal(size, ModelFolder.Open(result.Folder).LatentSize);
        // As diffusers publishes it: true for the 768-pixel model of the velocity, false for the base.
        Assert.Contains($"\"upcast_attention\": {(name == "epsilon" ? "false" : "true")}", File.ReadAllText(Path.Combine(result.Folder, "unet", "config.json")), StringComparison.Ordinal);
        Assert.Contains(result.Prediction.Rule, File.ReadAllText(Path.Combine(result.Folder, "dfk-import.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.4f, "epsilon", "0.90 below its input")]
    [InlineData(-0.6f, "v_prediction", "1.10 below its input")]
    public void Rule_6_measures_from_the_input(float output, string name, string says)
    {
        TensorSource.Write(_folder.File("checkpoint.safetensors"), [.. RandomCheckpoint.SingleFile(TinyBases.Two, TensorType.F32, 3).Select(tensor => tensor.Key switch
        {
            "model.diffusion_model.out.2.weight" => tensor with { Values = () => [.. tensor.Values().Select(_ => 0f)] },
            "model.diffusion_model.out.2.bias" => tensor with { Values = () => [.. tensor.Values().Select(_ => output)] },
            _ => tensor,
        })]);
        ImportResult result = Import(_folder.File("checkpoint.safetensors"));
        Assert.Equal(name, result.Prediction!.Name);
        Assert.Contains(says, result.Prediction.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1f, "epsilon")]
    [InlineData(2f, "v_prediction")]
    public void Rule_7_is_the_deviation_of_a_bias_where_the_network_cannot_run_here(float factor, string name)
    {
        // The CPU lacks fused operators; the bias is uniform on ±0.1, deviation 0.058.
        string path = Write(2, change: ("model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm1.bias", factor, 0f));
        ImportResult result = ImportFolders.Import(path, _folder.File("out"), request => request with { Fused = true });
        Assert.Equal(name, result.Prediction!.Name);
        Assert.Matches("^rule 7, the deviation 0\\.[01]\\d\\d of a bias .*; rule 6, a run of the network, could not be applied", result.Prediction.Rule);
    }

    [Fact]
    public void The_first_base_predicts_the_noise_where_no_file_speaks()
    {
        ImportResult result = Import(Write(1));
        Assert.Equal("epsilon", result.Prediction!.Name);
        Assert.StartsWith("the default of Stable Diffusion 1", result.Prediction.Rule, StringComparison.Ordinal);
    }

    private ImportResult Import(string checkpoint, PredictionType? option = null) => ImportFolders.Import(checkpoint, _folder.File("out"), request => request with { Prediction = option });

    private string Write(int version, Dictionary<string, string>? metadata = null, CheckpointTensor? extra = null, (string Key, float Factor, float Offset)? change = null)
    {
        List<CheckpointTensor> tensors = RandomCheckpoint.SingleFile(TinyBases.Of(version), TensorType.F32, 3);
        if (change is { } changed)
        {
            Assert.Contains(tensors, tensor => tensor.Key == changed.Key);
            tensors = [.. tensors.Select(tensor => tensor.Key != changed.Key ? tensor : tensor with { Values = () => [.. tensor.Values().Select(v => (changed.Factor * v) + changed.Offset)] })];
        }

        TensorSource.Write(_folder.File("checkpoint.safetensors"), [.. tensors, .. extra is null ? Array.Empty<CheckpointTensor>() : [extra]], metadata);
        return _folder.File("checkpoint.safetensors");
    }
}
