using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;

namespace DreamFusion.Pipeline.Models;

/// <summary>A file of a model folder and its hash.</summary>
/// <param name="RelativePath">Path in the folder, with forward slashes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">SHA-256, 64 lower-case hexadecimal digits.</param>
public sealed record ModelFile(string RelativePath, long Length, string Sha256);

/// <summary>
/// A latent diffusion model in the ONNX layout of diffusers and optimum: scheduler, tokenizer, text encoder, UNet, VAE
/// encoder and decoder, and optionally the dual encoder that judges results (<c>clip/</c>). Opening it reads every graph's
/// inputs and outputs and checks that the parts belong together; no network is loaded into ONNX Runtime yet.
/// </summary>
public sealed class ModelFolder
{
    /// <summary>Latent scale of Stable Diffusion, used when a config.json names none.</summary>
    public const double DefaultScalingFactor = 0.18215;

    private readonly List<string> _notes = [];

    private ModelFolder(string folder)
    {
        Folder = folder;
        if (!Directory.Exists(folder))
        {
            throw new InvalidModelException($"There is no model folder {folder}. Name an existing folder in the diffusers ONNX layout, or 'toybox' for the embedded prior.");
        }

        JsonConfig.Load(Path.Combine(folder, "model_index.json"));
        Scheduler = SchedulerConfig.Load(Path.Combine(folder, "scheduler", "scheduler_config.json"));
        TextEncoder = Part("text_encoder");
        Unet = Part("unet");
        VaeEncoder = Part("vae_encoder");
        VaeDecoder = Part("vae_decoder");
        Clip = Directory.Exists(Path.Combine(folder, "clip")) ? ClipParts.Load(folder) : null;
        CheckTextEncoder();
        CheckUnet();
        CheckVae();
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>The noise process.</summary>
    public SchedulerConfig Scheduler { get; }

    /// <summary>Folder of the tokenizer's files.</summary>
    public string TokenizerFolder => Path.Combine(Folder, "tokenizer");

    /// <summary>Token ids to text states.</summary>
    public ModelPart TextEncoder { get; }

    /// <summary>Noisy latent, timestep and text states to the prediction.</summary>
    public ModelPart Unet { get; }

    /// <summary>Image in [-1, 1] to latent, before scaling.</summary>
    public ModelPart VaeEncoder { get; }

    /// <summary>Latent, divided by the scaling factor, to image in [-1, 1].</summary>
    public ModelPart VaeDecoder { get; }

    /// <summary>The dual encoder for evaluation; null if the folder has none.</summary>
    public ClipParts? Clip { get; }

    /// <summary>Scale s of the latent: z = s·E(x).</summary>
    public double ScalingFactor { get; private set; }

    /// <summary>Latent channels C.</summary>
    public int LatentChannels { get; private set; }

    /// <summary>Side of the square latent.</summary>
    public int LatentSize { get; private set; }

    /// <summary>Side of the square image the VAE encoder takes.</summary>
    public int ImageSize { get; private set; }

    /// <summary>Tokens the text encoder takes.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Entries of the text encoder's embedding table.</summary>
    public int VocabularySize { get; private set; }

    /// <summary>Things worth a line in the log, such as a default that was used.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Opens and checks a model folder.</summary>
    /// <param name="folder">Path of the folder.</param>
    /// <returns>The checked folder.</returns>
    /// <exception cref="InvalidModelException">The first defect found.</exception>
    public static ModelFolder Open(string folder) => new(Path.GetFullPath(folder));

    /// <summary>Lengths and SHA-256 of all files, ordered by path; reads the whole folder.</summary>
    /// <returns>One entry per file.</returns>
    public IReadOnlyList<ModelFile> HashFiles() =>
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Relative: Path.GetRelativePath(Folder, path).Replace('\\', '/')))
            .OrderBy(f => f.Relative, StringComparer.Ordinal)
            .Select(f => Hash(f.Path, f.Relative)),
    ];

    private static ModelFile Hash(string path, string relative)
    {
        using FileStream stream = File.OpenRead(path);
        return new ModelFile(relative, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    private ModelPart Part(string name)
    {
        string folder = Path.Combine(Folder, name);
        return ModelPart.Load(name, Path.Combine(folder, "model.onnx"), Path.Combine(folder, "config.json"), Folder);
    }

    private void CheckTextEncoder()
    {
        TensorSignature ids = TextEncoder.Input("token ids", 2);
        TextEncoder.RequireElement(ids, TensorElement.Int32, TensorElement.Int64);
        TensorSignature states = TextEncoder.Output("text states", 3, "last_hidden_state");
        TextEncoder.RequireElement(states, TensorElement.Float32, TensorElement.Float16);
        TokenCount = TextEncoder.Config.Integer("max_position_embeddings");
        VocabularySize = TextEncoder.Config.Integer("vocab_size");
        TextEncoder.RequireExtent(ids, 1, TokenCount, "max_position_embeddings of its config.json");
        TextEncoder.RequireExtent(states, 2, TextEncoder.Config.Integer("hidden_size"), "hidden_size of its config.json");
    }

    private void CheckUnet()
    {
        TensorSignature sample = Unet.Input("noisy latent", 4);
        TensorSignature timestep = Unet.Input("timestep", 0, 1);
        TensorSignature text = Unet.Input("text states", 3);
        TensorSignature output = Unet.Output("prediction", 4, "out_sample", "sample");
        Unet.RequireElement(sample, TensorElement.Float32, TensorElement.Float16);
        Unet.RequireElement(text, TensorElement.Float32, TensorElement.Float16);
        Unet.RequireElement(output, TensorElement.Float32, TensorElement.Float16);
        Unet.RequireElement(timestep, TensorElement.Int64, TensorElement.Int32, TensorElement.Float32, TensorElement.Float16, TensorElement.Float64);
        LatentChannels = Unet.Config.Integer("in_channels");
        LatentSize = Unet.Config.Integer("sample_size");
        Unet.RequireExtent(sample, 1, LatentChannels, "in_channels of its config.json");
        Unet.RequireExtent(sample, 2, LatentSize, "sample_size of its config.json");
        Unet.RequireExtent(sample, 3, LatentSize, "sample_size of its config.json");
        Unet.RequireExtent(output, 1, LatentChannels, "the noisy latent's channels");
        Unet.RequireExtent(text, 1, TokenCount, "the text encoder's tokens");
        Unet.RequireExtent(text, 2, TextEncoder.Config.Integer("hidden_size"), "the text encoder's hidden_size");
    }

    private void CheckVae()
    {
        TensorSignature image = VaeEncoder.Input("image", 4);
        TensorSignature latent = VaeEncoder.Output("latent", 4, "latent_sample", "latent_parameters");
        VaeEncoder.RequireElement(image, TensorElement.Float32, TensorElement.Float16);
        VaeEncoder.RequireElement(latent, TensorElement.Float32, TensorElement.Float16);
        VaeEncoder.RequireExtent(image, 1, 3, "red, green, blue");
        if (latent.Dimensions[1] != 2 * LatentChannels)
        {
            VaeEncoder.RequireExtent(latent, 1, LatentChannels, "the UNet's in_channels, or twice that for mean and log-variance");
        }

        ImageSize = (int)(image.Dimensions[2] ?? VaeEncoder.Config.Integer("sample_size"));
        VaeEncoder.RequireExtent(image, 2, ImageSize, "sample_size of its config.json");
        VaeEncoder.RequireExtent(image, 3, ImageSize, "a square image");
        if (ImageSize < LatentSize || ImageSize % LatentSize != 0)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{VaeEncoder.ModelPath}: the image has side {ImageSize}, the UNet's latent {LatentSize}; expected a multiple. Take all parts from one model."));
        }

        VaeDecoder.RequireExtent(VaeDecoder.Input("latent", 4), 1, LatentChannels, "the UNet's in_channels");
        VaeDecoder.RequireExtent(VaeDecoder.Output("image", 4, "sample"), 1, 3, "red, green, blue");
        if (!VaeEncoder.Config.Has("scaling_factor"))
        {
            _notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{VaeEncoder.Config.FilePath} names no scaling_factor; using {DefaultScalingFactor}."));
        }

        ScalingFactor = VaeEncoder.Config.Number("scaling_factor", DefaultScalingFactor);
        if (!(ScalingFactor > 0))
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture, $"{VaeEncoder.Config.FilePath}: scaling_factor is {ScalingFactor}, expected a positive number. Correct it there."));
        }
    }
}
