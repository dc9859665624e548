using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Models;

/// <summary>Everything there is to say about a model folder, as far as it can be read, and what is wrong with it.</summary>
public sealed class ModelInspection
{
    private ModelInspection(ModelFolderReader reader)
    {
        Folder = reader.Folder;
        Kind = reader.Kind;
        Pipeline = reader.Index is { } index && index.Has("_class_name") ? reader.Defects.Read(() => index.Text("_class_name")) : null;
        Scheduler = reader.Scheduler;
        Parts = [.. ((ModelPart?[])[reader.TextEncoder, reader.Unet, reader.VaeEncoder, reader.VaeDecoder, reader.Clip?.ImageEncoder, reader.Clip?.TextEncoder]).OfType<ModelPart>()];
        (LatentChannels, LatentSize, ImageSize) = (reader.Channels, reader.Size, reader.ImageSize);
        ScalingFactor = reader.Kind == ModelKind.LatentSpace && reader.VaeEncoder is not null ? reader.ScalingFactor : null;
        ScalingFactorIsStated = reader.VaeEncoder?.Config.Has("scaling_factor") == true;
        Judge = reader.Clip;
        IgnoredFolders = reader.IgnoredFolders;
        Notes = reader.Notes;
    }

    /// <summary>Full path of the folder.</summary>
    public string Folder { get; }

    /// <summary>Whether the model works on latents or on pixels.</summary>
    public ModelKind Kind { get; }

    /// <summary>Pipeline that model_index.json names, such as StableDiffusionPipeline; null if it names none.</summary>
    public string? Pipeline { get; }

    /// <summary>The noise process; null if its file cannot be used.</summary>
    public SchedulerConfig? Scheduler { get; }

    /// <summary>The networks that could be read, the judge's included.</summary>
    public IReadOnlyList<ModelPart> Parts { get; }

    /// <summary>Channels of the latent, or of the image of a pixel-space model; 0 if not known.</summary>
    public int LatentChannels { get; }

    /// <summary>Side of the latent, or of the image of a pixel-space model; 0 if not known.</summary>
    public int LatentSize { get; }

    /// <summary>Side of the image that the model sees; 0 if not known.</summary>
    public int ImageSize { get; }

    /// <summary>Scale of the latent; null for a pixel-space model.</summary>
    public double? ScalingFactor { get; }

    /// <summary>Whether config.json states the scale; if not, it is Stable Diffusion's.</summary>
    public bool ScalingFactorIsStated { get; }

    /// <summary>The tokenizer; null if its files cannot be used.</summary>
    public PromptTokenizer? Tokenizer { get; private set; }

    /// <summary>The dual encoder for evaluation; null if there is none, or none that can be used.</summary>
    public ClipParts? Judge { get; }

    /// <summary>Operators of the encoder that cannot be differentiated; null if that was not found out, or there is no encoder.</summary>
    public IReadOnlyList<string>? UnknownOperators { get; private set; }

    /// <summary>Folders that are not used, such as a safety checker's.</summary>
    public IReadOnlyList<string> IgnoredFolders { get; }

    /// <summary>All files with their hashes, ordered by path.</summary>
    public IReadOnlyList<ModelFile> Files { get; private set; } = [];

    /// <summary>Things worth knowing, such as a default that is used.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>What keeps the folder from being used; empty if nothing does.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>Which rule decided what the UNet predicts.</summary>
    public string PredictionRule => Scheduler?.NamesPrediction == true ? "prediction_type of scheduler_config.json" : "default, as scheduler_config.json names none";

    /// <summary>Reads a folder; defects are collected, not thrown.</summary>
    /// <param name="folder">Path of an existing folder.</param>
    /// <returns>What was found.</returns>
    public static ModelInspection Of(string folder)
    {
        ModelFolderReader reader = new(Path.GetFullPath(folder));
        ModelInspection inspection = new(reader);
        ModelDefects defects = reader.Defects;
        bool complete = defects.Messages.Count == 0;
        // Without the text encoder's table the tokenizer's files are still checked against each other.
        inspection.Tokenizer = defects.Read(() => PromptTokenizer.Load(
            Path.Combine(reader.Folder, "tokenizer"), reader.TokenCount, reader.VocabularySize > 0 ? reader.VocabularySize : int.MaxValue,
            inspection.Pipeline?.StartsWith("IF", System.StringComparison.Ordinal) == true));
        if (complete)
        {
            ModelFolder model = new(reader);
            defects.Check(() => PromptVocabulary.TryLoad(model));
            if (model.Kind == ModelKind.LatentSpace)
            {
                inspection.UnknownOperators = defects.Read(() => GradientSupport.UnknownOperators(model));
            }
        }

        if (inspection.UnknownOperators is { Count: > 0 } unknown)
        {
            defects.Add($"{Path.Combine(reader.Folder, "vae_encoder", "model.onnx")}: no gradient is known here for {string.Join(", ", unknown)}. Export the encoder with torch.onnx.export, opset 17, without fused operators.");
        }

        inspection.Files = defects.Read(() => Directory.Exists(reader.Folder) ? ModelFolder.HashFiles(reader.Folder) : []) ?? [];
        inspection.Problems = defects.Messages;
        return inspection;
    }
}
