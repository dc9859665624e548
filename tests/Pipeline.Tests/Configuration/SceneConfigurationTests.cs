using System;
using System.IO;
using DreamFusion.Kernels.Encode;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Kernels.Shade;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

/// <summary>The groups nerf, background, renderer and loss: NeMo's names and values, what is refused, what is written back.</summary>
public sealed class SceneConfigurationTests : IDisposable
{
    // Origin: NeMo 24.07's documentation of DreamFusion, the blocks of network, background and renderer, without their _target_ lines.
    private const string Nemo = """
        prompt: a hamburger
        nerf:
          num_input_dims: 3
          bound: 1
          density_activation: exp
          blob_radius: 0.2
          blob_density: 5
          normal_type: central_finite_difference
          encoder_cfg:
            encoder_type: 'hashgrid'
            encoder_max_level:
            log2_hashmap_size: 19
            desired_resolution: 2048
            interpolation: smoothstep
          sigma_net_num_output_dims: 1
          sigma_net_cfg:
            num_hidden_dims: 64
            num_layers: 3
            bias: True
          features_net_num_output_dims: 3
          features_net_cfg:
            num_hidden_dims: 64
            num_layers: 3
            bias: True
        background:
          kind: torchngp
          encoder_type: "frequency"
          encoder_input_dims: 3
          encoder_multi_res: 6
          num_output_dims: 3
          net_cfg:
            num_hidden_dims: 32
            num_layers: 2
            bias: True
        renderer:
          update_interval: 16
          grid_resolution: 128
          density_thresh: 10
          max_steps: 1024
          dt_gamma: 0
        loss:
          lambda_sds: 1
          lambda_opacity: 0
          lambda_entropy: 1e-3
          lambda_orientation: 1e-2
          lambda_2d_normal_smooth: 0
          lambda_3d_normal_smooth: 0
          lambda_mesh_normal: 0
          lambda_mesh_laplacian: 0
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dfk-scene-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void NeMos_groups_become_separate_networks_differences_and_a_learnt_background()
    {
        RunConfiguration c = Resolve(Nemo);
        FieldOptions field = FieldOptions.From(c.Nerf, c.Background);
        var networks = Assert.IsType<SeparateNetworkOptions>(field.Networks);
        Assert.Equal((64, 2, 1, true), (networks.Sigma.Width, networks.Sigma.HiddenLayers, networks.Sigma.OutputCount, networks.Sigma.HasBias));
        Assert.Equal((64, 2, 3, HiddenActivation.Relu), (networks.Features.Width, networks.Features.HiddenLayers, networks.Features.OutputCount, networks.Features.HiddenActivation));
        HashGridOptions grid = Assert.IsType<HashGridEncodingOptions>(field.Encoding).Grid;
        Assert.Equal((19, HashGridInterpolation.Smoothstep), (grid.Log2TableSize, grid.Interpolation));
        FiniteDifferenceOptions differences = Assert.IsType<DifferenceFieldNormals>(field.Normals).Differences;
        Assert.Equal((DifferenceScheme.Central, 0.01f, 1f), (differences.Scheme, differences.Epsilon, differences.Bound));
        // 39 inputs: the direction and sines and cosines of six frequencies, not normalised in torch-ngp, normalised here.
        Assert.Equal((39, 32, 1, 3), (field.Background!.Network.InputCount, field.Background.Network.Width, field.Background.Network.HiddenLayers, field.Background.Network.OutputCount));
        Assert.Equal(DensityBlob.Gaussian, field.Density.Blob);
    }

    [Fact]
    public void What_is_null_is_written_as_null_and_read_back()
    {
        RunConfiguration c = Resolve("prompt: a hamburger\nrenderer:\n  grid_levels: null\n");
        string written = ConfigurationFile.Write(c);
        Assert.Contains("sigma_net_cfg: null", written, StringComparison.Ordinal);
        RunConfiguration back = Resolve(written);
        Assert.Null(back.Nerf.SigmaNet);
        Assert.Null(back.Renderer.GridLevels);
        Assert.Null(back.Nerf.BlobKind);
        RunConfiguration separate = Resolve("prompt: a hamburger\nnerf:\n  sigma_net_cfg: {num_layers: 3}\n  features_net_cfg: {}\n  encoder_cfg: {encoder_max_level: 0.5}\n");
        back = Resolve(ConfigurationFile.Write(separate));
        Assert.Equal((3, 2, 0.5f), (back.Nerf.SigmaNet!.NumLayers, back.Nerf.FeaturesNet!.NumLayers, back.Nerf.Encoder.EncoderMaxLevel));
    }

    [Theory]
    [InlineData("nerf: {num_input_dims: 2}", "nerf.num_input_dims: expected 3")]
    [InlineData("nerf: {sigma_net_cfg: {num_layers: 2}}", "nerf.features_net_cfg: expected the network of the albedo")]
    [InlineData("nerf: {sigma_net_cfg: {num_layers: 9}, features_net_cfg: {}}", "nerf.sigma_net_cfg.num_layers: expected 2 to 5")]
    [InlineData("nerf: {albedo_activation: linear}", "nerf.albedo_activation: expected sigmoid, or linear with sigma_net_cfg")]
    [InlineData("nerf: {encoder_cfg: {encoder_type: frequency, encoder_max_level: 0.5}}", "only a hash grid has levels")]
    [InlineData("nerf: {encoder_cfg: {encoder_type: integrated, encoder_multi_res: 17}}", "encoder_multi_res: expected 1 to 16")]
    [InlineData("nerf: {encoder_cfg: {covariance: [0, 1, 0, 10]}}", "nerf.encoder_cfg.covariance: expected above 0")]
    [InlineData("background: {num_output_dims: 4}", "background.num_output_dims: expected 3")]
    [InlineData("renderer: {grid_levels: 3}", "renderer.grid_levels: expected 1 to 2")]
    [InlineData("renderer: {step_rule: stable_dreamfusion, dt_gamma: 0.01, grid_resolution: 256, max_steps: 64}", "renderer.max_steps: expected at least renderer.grid_resolution")]
    [InlineData("loss: {lambda_mesh_normal: 0.5}", "loss.lambda_mesh_normal: expected 0, as this version trains no mesh")]
    [InlineData("loss: {lambda_2d_normal_smooth: -1}", "loss.lambda_2d_normal_smooth: expected 0 to 1000")]
    public void What_cannot_be_done_is_refused(string yaml, string message)
    {
        DfkException e = Assert.Throws<DfkException>(() => Resolve("prompt: a hamburger\n" + yaml + "\n"));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exp", DensityBlob.Gaussian)]
    [InlineData("softplus", DensityBlob.Linear)]
    public void Without_a_blob_kind_the_activation_decides(string activation, DensityBlob blob)
    {
        Assert.Equal(blob, FieldOptions.From(Resolve($"prompt: a hamburger\nnerf: {{density_activation: {activation}}}\n").Nerf).Density.Blob);
    }

    private RunConfiguration Resolve(string yaml)
    {
        string path = Path.Combine(_folder, "c.yaml");
        File.WriteAllText(path, yaml);
        return new ConfigurationSources { ConfigurationPath = path }.Resolve();
    }
}
