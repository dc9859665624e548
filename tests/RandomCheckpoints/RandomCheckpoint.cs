using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.RandomCheckpoints;

/// <summary>Checkpoints with random weights in the layouts that people have, tiny or of true size.</summary>
public static class RandomCheckpoint
{
    /// <summary>Prefix of the UNet in a single file.</summary>
    public const string UNetPrefix = "model.diffusion_model.";

    /// <summary>Prefix of the VAE in a single file.</summary>
    public const string VaePrefix = "first_stage_model.";

    /// <summary>Prefix of OpenAI's text encoder in a single file.</summary>
    public const string ClipPrefix = "cond_stage_model.transformer.";

    /// <summary>Prefix of OpenCLIP's text encoder in a single file.</summary>
    public const string OpenClipPrefix = "cond_stage_model.model.";

    // The VAE's attention is made of 1x1 convolutions there.
    private static readonly string[] _vaeProjections = [".q.weight", ".k.weight", ".v.weight", ".proj_out.weight"];

    /// <summary>Tensors of a single file, as the original code saves them.</summary>
    public static List<CheckpointTensor> SingleFile(StableDiffusionArchitecture architecture, TensorType type, uint seed) =>
    [
        .. NetworkWeights.UNet(architecture.UNet).Select(weight => Tensor(UNetPrefix + weight.Ldm, weight, type, seed)),
        .. VaeFile(architecture.Vae, type, seed).Select(tensor => tensor with { Key = VaePrefix + tensor.Key }),
        .. architecture.Text.Activation == TextActivation.Gelu ? OpenClip(architecture.Text, type, seed) : HuggingFace(architecture.Text, ClipPrefix, type, seed),
    ];

    /// <summary>Tensors of a file with nothing but a VAE.</summary>
    public static List<CheckpointTensor> VaeFile(VaeArchitecture vae, TensorType type, uint seed) =>
    [
        .. NetworkWeights.Vae(vae).Select(weight => Tensor(weight.Ldm, weight, type, seed))
            .Select(tensor => _vaeProjections.Any(end => tensor.Key.EndsWith(end, StringComparison.Ordinal)) ? tensor with { Shape = [.. tensor.Shape, 1, 1] } : tensor),
    ];

    /// <summary>Tensors of the text encoder under transformers' names.</summary>
    public static List<CheckpointTensor> HuggingFace(TextArchitecture text, string prefix, TensorType type, uint seed) =>
        [.. NetworkWeights.Text(text, isOpenClip: false).Select(weight => Tensor(prefix + weight.Diffusers, weight, type, seed))];

    /// <summary>Tensors of a component under diffusers' names, as they lie in its file of a folder.</summary>
    public static List<CheckpointTensor> Diffusers(IEnumerable<Weight> weights, TensorType type, uint seed) => [.. weights.Select(weight => Tensor(weight.Diffusers, weight, type, seed))];

    /// <summary>Writes a diffusers folder.</summary>
    /// <param name="folder">Folder, made if it is missing.</param>
    /// <param name="architecture">The base.</param>
    /// <param name="type">Type of all weights.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="isVelocity">What its scheduler_config.json says.</param>
    public static void WriteFolder(string folder, StableDiffusionArchitecture architecture, TensorType type, uint seed, bool isVelocity = false)
    {
        void Component(string name, string file, IEnumerable<Weight> weights, string config)
        {
            string path = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            TensorSource.Write(Path.Combine(path, file), Diffusers(weights, type, seed), new Dictionary<string, string> { ["format"] = "pt" });
            File.WriteAllText(Path.Combine(path, "config.json"), config);
        }

        UNetArchitecture unet = architecture.UNet;
        int size = isVelocity && architecture.Text.Activation == TextActivation.Gelu ? 96 : unet.SampleSize;
        Component("unet", "diffusion_pytorch_model.safetensors", NetworkWeights.UNet(unet), string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"_class_name": "UNet2DConditionModel", "attention_head_dim": [{{string.Join(", ", unet.HeadsPerLevel)}}], "block_out_channels": [{{string.Join(", ", unet.Channels)}}], "cross_attention_dim": {{unet.CrossAttentionWidth}}, "sample_size": {{size}}}"""));
        Component("vae", "diffusion_pytorch_model.safetensors", NetworkWeights.Vae(architecture.Vae), """{"_class_name": "AutoencoderKL", "scaling_factor": 0.18215}""");
        Component("text_encoder", "model.safetensors", NetworkWeights.Text(architecture.Text, isOpenClip: false), string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"hidden_act": "{{(architecture.Text.Activation == TextActivation.Gelu ? "gelu" : "quick_gelu")}}", "num_attention_heads": {{architecture.Text.Heads}}, "num_hidden_layers": {{architecture.Text.Layers}}}"""));
        string scheduler = Directory.CreateDirectory(Path.Combine(folder, "scheduler")).FullName;
        File.WriteAllText(
            Path.Combine(scheduler, "scheduler_config.json"),
            $$"""{"_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000, "prediction_type": "{{(isVelocity ? "v_prediction" : "epsilon")}}"}""");
        File.WriteAllText(Path.Combine(folder, "model_index.json"), """{"_class_name": "StableDiffusionPipeline"}""");
    }

    // One more block than is used, the projection and the temperature are there as well; q, k and v lie one below the other.
    private static IEnumerable<CheckpointTensor> OpenClip(TextArchitecture text, TensorType type, uint seed)
    {
        TextArchitecture whole = text with { Layers = text.Layers + 1 };
        foreach (IGrouping<string, Weight> parts in NetworkWeights.Text(whole, isOpenClip: true).GroupBy(weight => weight.Ldm))
        {
            Weight[] weights = [.. parts];
            long[] shape = [weights.Length * weights[0].Shape[0], .. weights[0].Shape[1..]];
            yield return new CheckpointTensor(OpenClipPrefix + parts.Key, shape, type, () => [.. weights.SelectMany(weight => weight.Values(seed))]);
        }

        yield return new CheckpointTensor(OpenClipPrefix + "text_projection", [text.Width, text.Width], type, () => new float[text.Width * text.Width]);
        yield return new CheckpointTensor(OpenClipPrefix + "logit_scale", [], type, () => [4.6f]);
    }

    private static CheckpointTensor Tensor(string key, Weight weight, TensorType type, uint seed) => new(key, weight.Shape, type, () => weight.Values(seed));
}
