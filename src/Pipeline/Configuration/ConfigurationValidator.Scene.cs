using System.Linq;
using DreamFusion.Kernels.March;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>The field, its background, renderer and losses.</summary>
internal sealed partial class ConfigurationValidator
{
    private void CheckNerf(NerfConfiguration nerf)
    {
        Require("nerf.num_input_dims", nerf.NumInputDims == 3, "3, as a position has three coordinates", nerf.NumInputDims);
        Positive("nerf.bound", nerf.Bound, 100);
        Within("nerf.blob_density", nerf.BlobDensity, 0, 100);
        Positive("nerf.blob_radius", nerf.BlobRadius, 100);
        Positive("nerf.density_gain", nerf.DensityGain, 1000);
        Within("nerf.density_bias", nerf.DensityBias, -100, 100);
        Positive("nerf.density_scale", nerf.DensityScale, 10_000);
        Positive("nerf.albedo_gain", nerf.AlbedoGain, 1000);
        Positive("nerf.finite_difference_normal_eps", nerf.FiniteDifferenceNormalEps, 1);
        CheckEncoder(nerf.Encoder);
        CheckNetworks(nerf);
    }

    private void CheckNetworks(NerfConfiguration nerf)
    {
        CheckNetwork("nerf.net_cfg", nerf.Net);
        Require(
            "nerf.albedo_activation",
            nerf.AlbedoActivation != AlbedoActivation.Linear || nerf is { SigmaNet: not null, FeaturesNet: not null },
            "sigmoid, or linear with sigma_net_cfg and features_net_cfg",
            "linear with one network");
        Require("nerf.sigma_net_num_output_dims", nerf.SigmaNetNumOutputDims == 1, "1, the raw density", nerf.SigmaNetNumOutputDims);
        Require("nerf.features_net_num_output_dims", nerf.FeaturesNetNumOutputDims == 3, "3, the raw albedo", nerf.FeaturesNetNumOutputDims);
        switch (nerf)
        {
            case { SigmaNet: { } sigma, FeaturesNet: { } features }:
                CheckNetwork("nerf.sigma_net_cfg", sigma);
                CheckNetwork("nerf.features_net_cfg", features);
                break;
            case { SigmaNet: not null }:
                Add("nerf.features_net_cfg", "expected the network of the albedo beside sigma_net_cfg, got nothing; give both, or neither for the one of net_cfg");
                break;
            case { FeaturesNet: not null }:
                Add("nerf.sigma_net_cfg", "expected the network of the density beside features_net_cfg, got nothing; give both, or neither for the one of net_cfg");
                break;
        }
    }

    private void CheckEncoder(EncoderConfiguration e)
    {
        Within("nerf.encoder_cfg.num_levels", e.Levels, 1, 16);
        Require("nerf.encoder_cfg.level_dim", e.FeaturesPerLevel is 1 or 2 or 4 or 8, "1, 2, 4 or 8", e.FeaturesPerLevel);
        Within("nerf.encoder_cfg.log2_hashmap_size", e.Log2HashmapSize, 10, 24);
        Within("nerf.encoder_cfg.base_resolution", e.BaseResolution, 2, 65536);
        Within("nerf.encoder_cfg.desired_resolution", e.DesiredResolution, e.BaseResolution, 65536);
        Positive("nerf.encoder_cfg.init_scale", e.InitScale, 1);
        Scheduled("nerf.encoder_cfg.progressive_levels", e.ProgressiveLevels, 0, e.Levels);
        if (e.EncoderMaxLevel is { } maxLevel)
        {
            Positive("nerf.encoder_cfg.encoder_max_level", maxLevel, 1);
            Require(
                "nerf.encoder_cfg.encoder_max_level", e.EncoderType == EncoderType.Hashgrid, "null, as only a hash grid has levels", maxLevel);
        }

        Within("nerf.encoder_cfg.encoder_multi_res", e.EncoderMultiRes, 1, e.EncoderType == EncoderType.Integrated ? 16 : 20);
        Require("nerf.encoder_cfg.covariance", e.Covariance.Values.All(x => x is > 0f and <= 10f), "above 0, at most 10 at every step", e.Covariance);
    }

    private void CheckBackground(BackgroundConfiguration background)
    {
        Colour("background.background", background.Colour);
        Colour("background.base_background", background.BaseColour);
        Share("background.random_ratio", background.RandomRatio);
        Share("background.random_aug_prob", background.RandomAugProb);
        Require("background.encoder_input_dims", background.EncoderInputDims == 3, "3, as a direction has three coordinates", background.EncoderInputDims);
        Within("background.encoder_multi_res", background.EncoderMultiRes, 1, 20);
        Within("background.encoder_degree", background.EncoderDegree, 1, 4);
        Require("background.num_output_dims", background.NumOutputDims == 3, "3, as a colour has three channels", background.NumOutputDims);
        CheckNetwork("background.net_cfg", background.Net);
    }

    private void CheckNetwork(string name, MlpConfiguration network)
    {
        Require(name + ".num_hidden_dims", network.NumHiddenDims is >= 16 and <= 128 && network.NumHiddenDims % 16 == 0,
            "a multiple of 16 from 16 to 128", network.NumHiddenDims);
        Within(name + ".num_layers", network.NumLayers, 2, 5);
    }

    private void CheckRenderer(RendererConfiguration renderer, float bound)
    {
        Require(
            "renderer.grid_resolution",
            int.IsPow2(renderer.GridResolution) && renderer.GridResolution is >= 8 and <= 256,
            "a power of two from 8 to 256",
            renderer.GridResolution);
        if (renderer.GridLevels is { } levels && bound is > 0f and <= 100f)
        {
            Within("renderer.grid_levels", levels, 1, Cascades.CountFor(bound));
        }

        Within("renderer.update_interval", renderer.UpdateInterval, 1, 1_000_000);
        Within("renderer.dt_gamma", renderer.DtGamma, 0, 1);
        Within("renderer.min_near", renderer.MinNear, 0, 1000);
        CheckConeSteps("renderer.max_steps", renderer.MaxSteps, renderer, bound);
        CheckConeSteps("renderer.eval_max_steps", renderer.EvalMaxSteps, renderer, bound);
        Within("renderer.density_thresh", renderer.DensityThreshold, 0, 1000);
        Share("renderer.grid_decay", renderer.GridDecay);
        Within("renderer.grid_warmup_steps", renderer.GridWarmupSteps, 0, 1_000_000);
        Within("renderer.max_steps", renderer.MaxSteps, 8, 4096);
        Within("renderer.eval_max_steps", renderer.EvalMaxSteps, 8, 4096);
        Within("renderer.sample_budget", renderer.SampleBudget, 1024, 1 << 26);
        Within("renderer.field_memory", renderer.FieldMemoryMebibytes, 1, 1 << 20);
    }

    // The longest step is the diagonal of a cell, 2√3 bound / N; the shortest, 2√3 / max_steps, must not be longer.
    private void CheckConeSteps(string name, int steps, RendererConfiguration renderer, float bound)
    {
        if (renderer is { StepRule: StepRule.StableDreamfusion, DtGamma: > 0f })
        {
            Require(name, steps * bound >= renderer.GridResolution, "at least renderer.grid_resolution / nerf.bound where dt_gamma is above 0", steps);
        }
    }

    private void CheckLoss(LossConfiguration loss)
    {
        Scheduled("loss.lambda_sds", loss.Sds, 0, 1000);
        Scheduled("loss.lambda_opacity", loss.Opacity, 0, 1000);
        Scheduled("loss.lambda_entropy", loss.Entropy, 0, 1000);
        Share("loss.entropy_ramp", loss.EntropyRamp);
        Scheduled("loss.lambda_orientation", loss.Orientation, 0, 1000);
        Scheduled("loss.lambda_tv", loss.TotalVariation, 0, 1000);
        Scheduled("loss.lambda_opaque", loss.Opaque, 0, 100_000);
        Scheduled("loss.lambda_2d_normal_smooth", loss.ImageNormalSmoothness, 0, 1000);
        Scheduled("loss.lambda_3d_normal_smooth", loss.SpaceNormalSmoothness, 0, 1000);
        Scheduled("loss.lambda_z_variance", loss.DepthVariance, 0, 1000);
        Require("loss.lambda_mesh_normal", loss.MeshNormal == 0f, "0, as this version trains no mesh", loss.MeshNormal);
        Require("loss.lambda_mesh_laplacian", loss.MeshLaplacian == 0f, "0, as this version trains no mesh", loss.MeshLaplacian);
    }
}
