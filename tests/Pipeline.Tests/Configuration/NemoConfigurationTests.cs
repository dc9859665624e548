using System;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Nemo;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

/// <summary>
/// NeMo's YAML as it stands. The blocks in <c>Golden/nemo</c> are those of NeMo's documentation of DreamFusion, word for word; the values of
/// its ready-made groups are those of <c>examples/multimodal/x_to_nerf/config</c> at revision cf73f6d55a.
/// </summary>
public sealed class NemoConfigurationTests : IDisposable
{
    private const string Key = "stabilityai/stable-diffusion-2-1-base";

    private static readonly ConfigurationOverride _prompt = new("<prompt>", "prompt", "a hamburger");

    private readonly string _folder = Directory.CreateTempSubdirectory("dfk-nemo-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Whole_model_of_the_documentation_loads_with_NeMos_values()
    {
        ResolvedConfiguration resolved = Resolve(Block("dreamfusion"), Model("elsewhere"));
        RunConfiguration c = resolved.Configuration;
        Assert.Equal(("a hamburger", "", 10_000, 100f, 16, "elsewhere"), (c.Prompt, c.NegativePrompt, c.Iters, c.GuidanceScale, c.UpdateExtraInterval, c.Model));
        Assert.Equal((0.2f, 0f, 0.1f, 1f, 1f, 0.2f), (c.LatentIterRatio, c.AlbedoIterRatio, c.MinAmbientRatio, c.MaxAmbientRatio, c.ShadedRatio, c.TexturelessRatio));
        Assert.Equal([", front view", ", back view", ", side view"], c.ViewPrompts.Select(row => row.Suffix));
        Assert.Equal((ViewChoice.Interpolated, false, ""), (c.ViewChoice, c.ExportVideo, c.ResumeFromCheckpoint));
        Assert.Equal((1f, DensityActivation.Exp, BlobKind.Gaussian, 5f, 0.2f), (c.Nerf.Bound, c.Nerf.DensityActivation, c.Nerf.BlobKind, c.Nerf.BlobDensity, c.Nerf.BlobRadius));
        EncoderConfiguration e = c.Nerf.Encoder;
        Assert.Equal((16, 2, 19, 16, 2048, GridInterpolation.Smoothstep), (e.Levels, e.FeaturesPerLevel, e.Log2HashmapSize, e.BaseResolution, e.DesiredResolution, e.Interpolation));
        Assert.Equal((BackgroundKind.Static, new Rgb(0, 0, 1)), (c.Background.Kind, c.Background.Colour));
        Assert.Equal((128, 10f, 1024), (c.Renderer.GridResolution, c.Renderer.DensityThreshold, c.Renderer.MaxSteps));
        Assert.Equal((new Interval(0.02f, 0.98f), 0.98f, CfgConvention.Diffusers), (c.Guidance.TimestepRange, c.Guidance.TimestepMaxEnd, c.Guidance.Convention));
        Assert.Equal((1f, 0f, 1e-3f, 1e-2f), (c.Loss.Sds.At(0), c.Loss.Opacity.At(0), c.Loss.Entropy.At(0), c.Loss.Orientation.At(0)));
        OptimConfiguration o = c.Optim;
        Assert.Equal((OptimizerKind.Adan, 5e-3f, 5e-3f, 5e-3f, RateSchedule.Constant), (o.Name, o.LearningRate, o.EncoderLearningRate, o.BackgroundLearningRate, o.Schedule));
        Assert.Equal((new Moments(0.98f, 0.92f, 0.99f), 1e-8f, 2e-5f, 5f, 0f), (o.Betas, o.Eps, o.WeightDecay, o.MaxGradientNorm, c.EmaDecay));
        Assert.Equal((new Interval(10, 30), false, 0f), (c.Data.Train.FovyRange, c.Data.Train.Jitter, c.Data.Train.UniformSphereRate));
        Assert.Equal((64, 64), (c.Data.Train.Width, c.Data.Train.Height));
        Assert.Equal((new Interval(3, 3.5f), new Interval(45, 105), new Interval(-180, 180)), (c.Data.Train.RadiusRange, c.Data.Train.ThetaRange, c.Data.Train.PhiRange));
        Assert.Equal((5, 800, 800, 100, 800, 800), (c.Data.Validation.Size, c.Data.Validation.Width, c.Data.Validation.Height, c.Data.Test.Size, c.Data.Test.Width, c.Data.Test.Height));
        Assert.Contains(resolved.Notes, note => note.Contains(Key, StringComparison.Ordinal) && note.Contains("--model elsewhere", StringComparison.Ordinal));
    }

    [Fact]
    public void Model_key_without_a_folder_is_refused_by_naming_the_key_and_the_option()
    {
        foreach (string block in (string[])["dreamfusion", "guidance"])
        {
            DfkException e = Assert.Throws<DfkException>(() => Resolve(Block(block), _prompt));
            Assert.Equal(ExitCode.BadInput, e.ExitCode);
            Assert.Contains($"'{Key}' is no folder here", e.Message, StringComparison.Ordinal);
            Assert.Contains("--model DIR", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Model_key_that_is_a_folder_is_the_model()
    {
        string path = Write($"prompt: x\nguidance:\n  model_key: {_folder}\n");
        Assert.Equal(_folder, ConfigurationFile.Read(path).Model);
        Assert.Equal("toybox", Resolve(path, Model("toybox")).Configuration.Model);
    }

    [Fact]
    public void DMTet_is_understood_and_refused_with_what_this_version_does_not_run()
    {
        DfkException e = Assert.Throws<DfkException>(() => Resolve(Block("dreamfusion-dmtet"), Model("toybox")));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.StartsWith("configuration: 3 problems", e.Message, StringComparison.Ordinal);
        Assert.Contains("line 6: renderer: 'nvdiffrast' rasterises a mesh", e.Message, StringComparison.Ordinal);
        Assert.Contains("line 9: loss: 'dmtet' weighs the normals and the Laplacian of a mesh", e.Message, StringComparison.Ordinal);
        // The documentation's path holds \=, which YAML does not know.
        Assert.Contains("line 14: resume_from_checkpoint: expected a checkpoint or a run folder of this program, got '/results/DreamFusion/checkpoints/DreamFusion-step=10000-last.ckpt'", e.Message, StringComparison.Ordinal);
        Assert.Contains("pickled", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Guidance_block_alone_sets_its_group()
    {
        RunConfiguration c = Resolve(Block("guidance"), _prompt, Model("elsewhere")).Configuration;
        Assert.Equal((new Interval(0.02f, 0.98f), GuidancePrecision.Auto, "stable-dreamfusion"), (c.Guidance.TimestepRange, c.Guidance.Precision, c.Preset));
    }

    [Fact]
    public void Background_blocks_alone_set_their_group()
    {
        RunConfiguration still = Resolve(Block("background-static"), _prompt).Configuration;
        Assert.Equal((BackgroundKind.Static, new Rgb(0, 0, 1), "toybox"), (still.Background.Kind, still.Background.Colour, still.Preset));
        BackgroundConfiguration network = Resolve(Block("background-network"), _prompt).Configuration.Background;
        Assert.Equal((BackgroundKind.Torchngp, DirectionEncoderType.Frequency, 6), (network.Kind, network.EncoderType, network.EncoderMultiRes));
        Assert.Equal((32, 2, true), (network.Net.NumHiddenDims, network.Net.NumLayers, network.Net.Bias));
    }

    [Fact]
    public void Nerf_block_alone_sets_its_group()
    {
        RunConfiguration c = Resolve(Block("nerf"), _prompt).Configuration;
        Assert.Equal((3, 1f, BoundKind.Cube, DensityActivation.Exp, 0.2f, 5f), (c.Nerf.NumInputDims, c.Nerf.Bound, c.Nerf.BoundKind, c.Nerf.DensityActivation, c.Nerf.BlobRadius, c.Nerf.BlobDensity));
        Assert.Equal((NormalType.CentralFiniteDifference, 0.01f, BlobKind.Gaussian), (c.Nerf.NormalType, c.Nerf.FiniteDifferenceNormalEps, c.Nerf.BlobKind));
        EncoderConfiguration e = c.Nerf.Encoder;
        Assert.Equal((EncoderType.Hashgrid, null, 19, 2048, GridInterpolation.Smoothstep), (e.EncoderType, e.EncoderMaxLevel, e.Log2HashmapSize, e.DesiredResolution, e.Interpolation));
        Assert.Equal((64, 3, true), (c.Nerf.SigmaNet!.NumHiddenDims, c.Nerf.SigmaNet.NumLayers, c.Nerf.SigmaNet.Bias));
        Assert.Equal((64, 3, true), (c.Nerf.FeaturesNet!.NumHiddenDims, c.Nerf.FeaturesNet.NumLayers, c.Nerf.FeaturesNet.Bias));
        Assert.Equal("toybox", c.Preset);
    }

    [Fact]
    public void Renderer_block_alone_sets_its_group()
    {
        RendererConfiguration r = Resolve(Block("renderer"), _prompt).Configuration.Renderer;
        Assert.Equal((16, 128, 10f, 1024, 0f), (r.UpdateInterval, r.GridResolution, r.DensityThreshold, r.MaxSteps, r.DtGamma));
        Assert.Equal((StepRule.StableDreamfusion, true, 0.95f), (r.StepRule, r.DensityThresholdByMean, r.GridDecay));
    }

    // Origin: NeMo's files nerf/tcnn.yaml, background/tcnn.yaml, renderer/nerfacc.yaml and data/data.yaml, key by key.
    [Fact]
    public void Other_files_of_NeMos_load_as_they_stand_too()
    {
        const string Tcnn = "otype: FullyFusedMLP, activation: ReLU, output_activation: None, n_neurons: ";
        const string Grid = "otype: HashGrid, n_levels: 16, n_features_per_level: 2, log2_hashmap_size: 19, base_resolution: 16, interpolation: Smoothstep, per_level_scale: ";
        ResolvedConfiguration nerf = Resolve(Write(
            $$"""
            _target_: nemo.collections.multimodal.modules.nerf.geometry.tcnn_nerf.TCNNNerf
            num_input_dims: 3
            density_activation: softplus
            encoder_cfg: { {{Grid}} }
            sigma_net_num_output_dims: 1
            sigma_net_cfg: { {{Tcnn}}64, n_hidden_layers: 3 }
            features_net_num_output_dims: 3
            features_net_cfg: { {{Tcnn}}64, n_hidden_layers: 2 }
            """), _prompt);
        Assert.Equal((4, 3, 16, GridInterpolation.Smoothstep), (nerf.Configuration.Nerf.SigmaNet!.NumLayers, nerf.Configuration.Nerf.FeaturesNet!.NumLayers, nerf.Configuration.Nerf.Encoder.Levels, nerf.Configuration.Nerf.Encoder.Interpolation));
        ResolvedConfiguration background = Resolve(Write(
            $$"""
            _target_: nemo.collections.multimodal.modules.nerf.background.tcnn_background.TCNNBackground
            encoder_num_input_dims: 3
            encoder_cfg: { {{Grid}} }
            background_net_num_output_dims: 3
            background_net_cfg: { {{Tcnn}}48, n_hidden_layers: 2 }
            """), _prompt);
        Assert.Equal((48, 3), (background.Configuration.Background.Net.NumHiddenDims, background.Configuration.Background.Net.NumLayers));
        Assert.Contains(background.Notes, note => note.Contains("background.encoder_cfg", StringComparison.Ordinal));
        RendererConfiguration renderer = Resolve(Write(
            "_target_: a.NerfaccVolumeBaseRenderer\ngrid_resolution: 128\ngrid_levels: 3\nbound: ${model.nerf.bound}\nrender_step_size: 1.e-3\nnear_plane: 0.25\ncone_angle: 0.005\nalpha_thre: 1.e-2\n"), _prompt).Configuration.Renderer;
        Assert.Equal((0.25f, 0.005f, 3464), (renderer.MinNear, renderer.DtGamma, renderer.MaxSteps));
        ResolvedConfiguration data = Resolve(Write(
            """
            _target_: data.AggregatorDataModule
            train_batch_size: 1
            train_shuffle: false
            train_dataset:
              _target_: nemo.collections.multimodal.data.nerf.random_poses.RandomPosesDataset
              internal_batch_size: 100
              fovx_range: [10, 30]
              fovy_range: [10, 30]
              jitter: False
              uniform_sphere_rate: 0
              angle_overhead: 30
            val_dataset: { _target_: a.CirclePosesDataset, size: 5, angle_front: 60 }
            """), _prompt);
        Assert.Equal((new Interval(10, 30), 5), (data.Configuration.Data.Train.FovyRange, data.Configuration.Data.Validation.Size));
        Assert.Contains("data.train_shuffle, data.train_dataset.internal_batch_size, data.train_dataset.angle_overhead, data.val_dataset.angle_front", Assert.Single(data.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Material_block_alone_sets_its_group()
    {
        Assert.Equal(MaterialKind.BasicShading, Resolve(Block("material"), _prompt).Configuration.Material.Kind);
    }

    [Theory]
    [InlineData("--iters", "iters", "7", 7)]
    [InlineData("--set", "seed", "7", 10_000)]
    public void Steps_of_the_trainer_are_the_option_iters_or_ten_thousand(string source, string key, string value, int expected)
    {
        Assert.Equal(expected, Resolve(Block("dreamfusion"), Model("x"), new ConfigurationOverride(source, key, value)).Configuration.Iters);
    }

    [Fact]
    public void File_around_the_model_gives_steps_seed_and_precision_and_the_rest_is_named_in_one_line()
    {
        string path = Write(
            "name: DreamFusion\nseed: 2023\nmode: fit\ntrainer:\n  devices: 1\n  precision: 16\n  max_steps: 5000\nexp_manager:\n  exp_dir: /results\nmodel:\n"
            + string.Concat(File.ReadAllLines(Block("dreamfusion")).Select(line => "  " + line + "\n"))
            + "  guidance:\n    precision: ${trainer.precision}\n");
        ResolvedConfiguration resolved = Resolve(path, Model("x"));
        Assert.Equal((5000, 2023u, GuidancePrecision.Half), (resolved.Configuration.Iters, resolved.Configuration.Seed, resolved.Configuration.Guidance.Precision));
        string line = Assert.Single(resolved.Notes, note => note.Contains("mean nothing here", StringComparison.Ordinal));
        Assert.Contains("name, mode, trainer.devices, exp_manager", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${model.nerf.bound}", null)]
    [InlineData("${nerf.bound}", null)]
    [InlineData("${model.nerf.bond}", "there is no 'nerf.bond' in the merged configuration")]
    [InlineData("${model.renderer.bound}", "refers to itself")]
    [InlineData("1${model.nerf.bound}", "expected a whole value")]
    [InlineData("${oc.env:HOME}", "expected a whole value")]
    [InlineData("1.5", "renderer.bound: expected the value of nerf.bound, '2', got '1.5'")]
    public void Values_of_other_options_are_followed(string written, string? refusal)
    {
        string path = Write($"prompt: x\nnerf:\n  bound: 2\nrenderer:\n  bound: {written}\n");
        Exception? e = Record.Exception(() => ConfigurationFile.Read(path));
        if (refusal is null)
        {
            Assert.Null(e);
        }
        else
        {
            Assert.Contains($"{path}, line 5", e!.Message, StringComparison.Ordinal);
            Assert.Contains(refusal, e.Message, StringComparison.Ordinal);
            Assert.StartsWith("configuration: 1 problem\n", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Followed_value_takes_what_overrides_its_source()
    {
        string path = Write("prompt: x\nnerf:\n  bound: 2\n  blob_radius: ${model.nerf.bound}\n");
        Assert.Equal(3f, Resolve(path, new ConfigurationOverride("--set", "nerf.bound", "3")).Configuration.Nerf.BlobRadius);
        Assert.Equal("${x}", Resolve(path, new ConfigurationOverride("--text", "prompt", "${x}")).Configuration.Prompt);
    }

    [Theory]
    [InlineData("_target_: a.b.Nerf\n", "unknown component 'Nerf'; known are DreamFusion, TorchNGPNerf")]
    [InlineData("nerf:\n  _target_: a.b.StaticBackground\n", "nerf._target_: unknown component 'StaticBackground'")]
    [InlineData("data:\n  train_dataset:\n    _target_: a.Cameras\n", "data.train_dataset._target_: unknown component 'Cameras'")]
    [InlineData("nerf: instant\n", "nerf: there is no variant 'instant'; known are torchngp, tcnn")]
    [InlineData("defaults:\n- nerf: torchngp\n- sampler: ddim\n", "groups are nerf, background, material")]
    [InlineData("defaults: nerf\n", "defaults: expected a list such as '- nerf: torchngp'")]
    [InlineData("guidance:\n  model_key:\n", "guidance.model_key: expected the folder of a model, got nothing")]
    [InlineData("nerf:\n  num_input_dims: 2\n", "nerf.num_input_dims: expected 3, as a position has three coordinates, got 2")]
    [InlineData("loss:\n  lambda_mesh_normal: 0.5\n", "loss.lambda_mesh_normal: expected 0, as this version trains no mesh, got 0.5")]
    [InlineData("trainer:\n  max_steps: many\n", "iters: expected a whole number, got 'many'")]
    [InlineData("resume_from_checkpoint: a/b.pth\n", "PyTorch's files are pickled")]
    [InlineData("guidance:\n  precision: 8\n", "guidance.precision: expected one of auto, 16, 32, bf16, got '8'")]
    public void What_is_not_understood_is_refused_by_name(string yaml, string expected)
    {
        DfkException e = Assert.Throws<DfkException>(() => ConfigurationFile.Read(Write("prompt: x\n" + yaml)));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variants_of_other_libraries_become_ours_with_one_line_each()
    {
        string path = Write("_target_: nemo.DreamFusion\nprompt: x\ndefaults:\n- nerf: tcnn\n- background: tcnn\n- renderer: nerfacc\n- guidance: sd_trt\n- _self_\nnerf:\n  blob_density: 9\n");
        ResolvedConfiguration resolved = Resolve(path, Model("toybox"));
        RunConfiguration c = resolved.Configuration;
        Assert.Equal((DensityActivation.Softplus, 9f, 0.5f, 10_000), (c.Nerf.DensityActivation, c.Nerf.BlobDensity, c.Nerf.BlobRadius, c.Iters));
        Assert.Equal((BackgroundKind.Torchngp, 32, 3), (c.Background.Kind, c.Background.Net.NumHiddenDims, c.Background.Net.NumLayers));
        foreach (string variant in (string[])["nerf 'tcnn'", "background 'tcnn'", "renderer 'nerfacc'", "guidance 'sd_trt'"])
        {
            Assert.Single(resolved.Notes, note => note.Contains(variant, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Group_on_the_command_line_chooses_a_variant_in_its_turn()
    {
        ConfigurationOverride[] sets = [new("--set", "prompt", "x"), new("--set", "nerf.bound", "3"), new("--set", "nerf", "tcnn"), new("--set", "nerf.blob_density", "7")];
        NerfConfiguration nerf = new ConfigurationSources { Overrides = sets }.Resolve().Nerf;
        Assert.Equal((1f, 7f, 0.5f), (nerf.Bound, nerf.BlobDensity, nerf.BlobRadius));
    }

    [Fact]
    public void One_learning_rate_of_NeMos_is_that_of_all_parameters()
    {
        string path = Write("prompt: x\noptim: adan\n");
        Assert.Equal(5e-3f, ConfigurationFile.Read(path).Optim.EncoderLearningRate);
        OptimConfiguration optim = ConfigurationFile.Read(Write("_target_: a.DreamFusion\nprompt: x\noptim:\n  name: adan\n  lr: 1e-3\n  foreach: False\n")).Optim;
        Assert.Equal((1e-3f, 1e-3f, 1e-3f), (optim.LearningRate, optim.EncoderLearningRate, optim.BackgroundLearningRate));
        Assert.Equal(0.05f, ConfigurationFile.Read(Write("prompt: x\npreset: stable-dreamfusion\noptim:\n  lr: 1e-3\n")).Optim.EncoderLearningRate);
    }

    [Fact]
    public void Defaults_after_self_win_over_the_files_own_options()
    {
        string yaml = "prompt: x\nbackground:\n  background: [1, 0, 0]\ndefaults:\n";
        ConfigurationOverride model = new("--model", "model", "toybox");
        Assert.Equal(new Rgb(1, 0, 0), Resolve(Write(yaml + "- background: static\n- _self_\n"), model).Configuration.Background.Colour);
        Assert.Equal(new Rgb(0, 0, 1), Resolve(Write(yaml + "- _self_\n- background: static\n"), model).Configuration.Background.Colour);
        Assert.Equal(new Rgb(1, 0, 0), Resolve(Write(yaml + "- background: static\n"), model).Configuration.Background.Colour);
    }

    [Theory]
    [InlineData("16", GuidancePrecision.Half)]
    [InlineData("16-mixed", GuidancePrecision.Half)]
    [InlineData("'32'", GuidancePrecision.Full)]
    [InlineData("fp32", GuidancePrecision.Full)]
    [InlineData("bf16-mixed", GuidancePrecision.BFloat16)]
    [InlineData("${trainer.precision}", GuidancePrecision.Auto)]
    public void Precision_has_the_spellings_of_Lightning(string written, GuidancePrecision expected)
    {
        Assert.Equal(expected, ConfigurationFile.Read(Write($"prompt: x\nguidance:\n  precision: {written}\n")).Guidance.Precision);
    }

    [Fact]
    public void Import_writes_a_configuration_that_reads_back_and_names_the_differences()
    {
        var import = NemoImport.Read(Block("dreamfusion"));
        string path = Write(import.Text);
        ConfigurationSources sources = new() { ConfigurationPath = path, AllowsIncomplete = true };
        Assert.Equal(ConfigurationFile.Write(import.Configuration), ConfigurationFile.Write(sources.Resolve()));
        Assert.Equal(Key, import.Configuration.Model);
        foreach (string word in (string[])["guidance scale: 100", "is 99", "blob:", "losses:", "handedness:", "no background sees the light", "normals:", "moving average:"])
        {
            Assert.Single(import.Differences, difference => difference.Contains(word, StringComparison.Ordinal));
            Assert.Contains(word, import.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Import_refuses_this_programs_own_file()
    {
        string path = Write("prompt: x\niters: 3\n");
        Assert.Contains("this one is the program's own already", Assert.Throws<DfkException>(() => NemoImport.Read(path)).Message, StringComparison.Ordinal);
    }

    private static ConfigurationOverride Model(string model) => new("--model", "model", model);

    private static string Block(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "nemo", name + ".yaml");

    private static ResolvedConfiguration Resolve(string path, params ConfigurationOverride[] overrides)
    {
        return new ConfigurationSources { ConfigurationPath = path, Overrides = overrides }.ResolveWithOrigins();
    }

    private string Write(string text)
    {
        string path = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".yaml");
        File.WriteAllText(path, text);
        return path;
    }
}
