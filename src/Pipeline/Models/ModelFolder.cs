using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Cache;

namespace DreamFusion.Pipeline.Models;

/// <summary>A file of a model folder and its hash.</summary>
/// <param name="RelativePath">Path in the folder, with forward slashes.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">SHA-256, 64 lower-case hexadecimal digits.</param>
public sealed record ModelFile(string RelativePath, long Length, string Sha256);

/// <summary>
/// A diffusion model in the ONNX layout of diffusers and optimum: scheduler, tokenizer, text encoder, UNet, for a latent
/// model VAE encoder and decoder, and optionally the dual encoder that judges results (<c>clip/</c>). Opening it reads every
/// graph's inputs and outputs and checks that the parts belong together; no network is loaded into ONNX Runtime yet.
/// </summary>
public sealed class ModelFolder
{
    /// <summary>Latent scale of Stable Diffusion, used when a config.json names none.</summary>
    public const double DefaultScalingFactor = 0.18215;

    private readonly ModelPart? _vaeEncoder;
    private readonly ModelPart? _vaeDecoder;

    // Of a reader without defects.
    internal ModelFolder(ModelFolderReader reader)
    {
        Folder = reader.Folder;
        Kind = reader.Kind;
        Scheduler = reader.Scheduler!;
        TextEncoder = reader.TextEncoder!;
        Unet = reader.Unet!;
        _vaeEncoder = reader.VaeEncoder;
        _vaeDecoder = reader.VaeDecoder;
        Clip = reader.Clip?.TokenizerFolder is null ? null : reader.Clip;
        ScalingFactor = reader.ScalingFactor;
        LatentChannels = reader.Channels;
        LatentSize = reader.Size;
        ImageSize = reader.ImageSize;
        TokenCount = reader.TokenCount;
        VocabularySize = reader.VocabularySize;
        Notes = reader.Notes;
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Whether the model works on latents or on pixels.</summary>
    public ModelKind Kind { get; }

    /// <summary>The noise process.</summary>
    public SchedulerConfig Scheduler { get; }

    /// <summary>Folder of the tokenizer's files.</summary>
    public string TokenizerFolder => Path.Combine(Folder, "tokenizer");

    /// <summary>Token ids to text states.</summary>
    public ModelPart TextEncoder { get; }

    /// <summary>Noisy latent, timestep and text states to the prediction.</summary>
    public ModelPart Unet { get; }

    /// <summary>Image in [-1, 1] to latent, before scaling; of a latent model only.</summary>
    /// <exception cref="InvalidModelException">A pixel-space model.</exception>
    public ModelPart VaeEncoder => _vaeEncoder ?? throw NoLatents();

    /// <summary>Latent, divided by the scaling factor, to image in [-1, 1]; of a latent model only.</summary>
    /// <exception cref="InvalidModelException">A pixel-space model.</exception>
    public ModelPart VaeDecoder => _vaeDecoder ?? throw NoLatents();

    /// <summary>The dual encoder for evaluation; null if the folder has none, or no tokenizer for it.</summary>
    public ClipParts? Clip { get; }

    /// <summary>Scale s of the latent: z = s·E(x); 1 for a pixel-space model.</summary>
    public double ScalingFactor { get; }

    /// <summary>Latent channels C; of a pixel-space model the three colours.</summary>
    public int LatentChannels { get; }

    /// <summary>Side of the square latent; of a pixel-space model that of the image.</summary>
    public int LatentSize { get; }

    /// <summary>Side of the square image that the model sees.</summary>
    public int ImageSize { get; }

    /// <summary>Tokens the text encoder takes; null if it takes any number.</summary>
    public int? TokenCount { get; }

    /// <summary>Entries of the text encoder's embedding table.</summary>
    public int VocabularySize { get; }

    /// <summary>Things worth a line in the log, such as a default that was used.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens and checks a model folder.</summary>
    /// <param name="folder">Path of the folder.</param>
    /// <returns>The checked folder.</returns>
    /// <exception cref="InvalidModelException">All defects that were found, in one message.</exception>
    public static ModelFolder Open(string folder)
    {
        ModelFolderReader reader = new(Path.GetFullPath(folder));
        reader.Defects.ThrowIfAny(reader.Folder);
        return new ModelFolder(reader);
    }

    /// <summary>Lengths and SHA-256 of all files, ordered by path; reads the whole folder.</summary>
    /// <returns>One entry per file.</returns>
    public IReadOnlyList<ModelFile> HashFiles() => HashFiles(Folder);

    /// <summary>Whether a file has a part in training: the judge (<c>clip/</c>) and <c>README.md</c> have none.</summary>
    /// <param name="relativePath">Path in the folder, with forward slashes.</param>
    public static bool Trains(string relativePath)
    {
        ArgumentNullException.ThrowIfNull(relativePath);
        return !relativePath.StartsWith("clip/", StringComparison.Ordinal) && relativePath != "README.md";
    }

    internal static IReadOnlyList<ModelFile> HashFiles(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
            .Select(path => (Path: path, Relative: Path.GetRelativePath(folder, path).Replace('\\', '/')))
            .OrderBy(f => f.Relative, StringComparer.Ordinal)
            .Select(f => Hash(f.Path, f.Relative)),
    ];

    private static ModelFile Hash(string path, string relative)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return new ModelFile(relative, stream.Length, ContentHash.Of(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be read: {e.Message.TrimEnd('.')}. Make the file readable, or copy it again.", e);
        }
    }

    private InvalidModelException NoLatents() => new(
        $"{Folder} is a pixel-space model (it has no vae_encoder), but latents were asked for. Use a latent model, such as Stable Diffusion, or the embedded one ('toybox').");
}
