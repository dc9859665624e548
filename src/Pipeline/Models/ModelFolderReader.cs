using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Prompts;

namespace DreamFusion.Pipeline.Models;

/// <summary>
/// Reads a model folder as far as it can be read, checks that the parts belong together, and collects every defect on the
/// way. Parts and sizes that could not be read are null or 0.
/// </summary>
internal sealed class ModelFolderReader
{
    private const int MostChannels = 256;
    private const int LargestSize = 16_384;
    private const int MostTokens = 1 << 20;
    private const int LargestVocabulary = 1 << 24;
    private const int LargestFactor = 64;
    private static readonly string[] _parts = ["scheduler", "tokenizer", "text_encoder", "unet", "vae_encoder", "vae_decoder", "clip"];
    private readonly List<string> _notes = [];
    private TensorSignature? _text;

    public ModelFolderReader(string folder)
    {
        Folder = folder;
        if (!Directory.Exists(folder))
        {
            Defects.Add($"There is no model folder {folder}. Name an existing folder in the diffusers ONNX layout, or 'toybox' for the embedded prior.");
            return;
        }

        Index = Defects.Read(() => JsonConfig.Load(Path.Combine(folder, "model_index.json")));
        Scheduler = Defects.Read(() => SchedulerConfig.Load(Path.Combine(folder, "scheduler", "scheduler_config.json")));
        if (Scheduler is { NamesPrediction: false })
        {
            _notes.Add($"{Path.Combine(folder, "scheduler", "scheduler_config.json")} names no prediction_type; the UNet is taken to predict the noise (epsilon), as in diffusers.");
        }

        TextEncoder = Part("text_encoder");
        Unet = Part("unet");
        Kind = HasVae ? ModelKind.LatentSpace : ModelKind.PixelSpace;
        if (HasVaeFolder)
        {
            VaeEncoder = Part("vae_encoder");
            VaeDecoder = Part("vae_decoder");
        }
        else if (HasVae)
        {
            Defects.Add($"{Path.Combine(folder, "vae_encoder")} and vae_decoder are missing, but model_index.json names a VAE. Export both, or copy them from where the model came from.");
        }

        Clip = Directory.Exists(Path.Combine(folder, "clip")) ? Defects.Read(() => ClipParts.Load(folder)) : null;
        CheckJudgesTokenizer();
        ReadUnet();
        ReadTextEncoder();
        if (HasVae)
        {
            ReadVae();
        }
        else
        {
            ReadPixels();
        }
    }

    public string Folder { get; }

    public ModelDefects Defects { get; } = new();

    public IReadOnlyList<string> Notes => _notes;

    public JsonConfig? Index { get; }

    public SchedulerConfig? Scheduler { get; }

    public ModelPart? TextEncoder { get; }

    public ModelPart? Unet { get; }

    public ModelPart? VaeEncoder { get; }

    public ModelPart? VaeDecoder { get; }

    public ClipParts? Clip { get; }

    public ModelKind Kind { get; }

    public double ScalingFactor { get; private set; } = 1;

    public int Channels { get; private set; }

    public int Size { get; private set; }

    public int ImageSize { get; private set; }

    public int? TokenCount { get; private set; }

    public int VocabularySize { get; private set; }

    /// <summary>Folders that belong to none of the parts, such as a safety checker's.</summary>
    public IReadOnlyList<string> IgnoredFolders => !Directory.Exists(Folder) ? [] :
    [
        .. Directory.EnumerateDirectories(Folder).Select(path => Path.GetFileName(path)).Except(_parts).Order(System.StringComparer.Ordinal),
    ];

    // A folder whose index names a VAE has lost it; one that never had one works on pixels.
    private bool HasVae => HasVaeFolder
        || ((string[])["vae", "vae_encoder", "vae_decoder", "vqvae"]).Any(name =>
            Index is not null && Index.Has(name) && !(Index.Root.GetProperty(name) is { ValueKind: JsonValueKind.Array } pair && pair.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Null)));

    private bool HasVaeFolder => ((string[])["vae_encoder", "vae_decoder"]).Any(name => Directory.Exists(Path.Combine(Folder, name)));

    private ModelPart? Part(string name)
    {
        ModelPart? part = Defects.Read(() => ModelPart.Load(name, Folder));
        if (part is { Config.Exists: false })
        {
            _notes.Add($"{part.Config.FilePath} is missing; sizes are taken from the graph.");
        }

        if (part is { CudaOnlyOperators: { Count: > 0 } operators })
        {
            _notes.Add($"This folder runs on CUDA only: its {name} uses {string.Join(", ", operators)}, which no other provider of ONNX Runtime has.");
        }

        return part;
    }

    // The judge comes last in a run; what it lacks is told first.
    private void CheckJudgesTokenizer()
    {
        if (Clip is { TokenizerFolder: null })
        {
            _notes.Add($"{Path.Combine(Folder, "clip")} cannot judge results: it needs CLIP's tokens, and the folder's tokenizer is T5's. Put CLIP's vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json into clip/tokenizer; until then there are no scores.");
        }
        else if (Clip is { OwnsTokenizer: true })
        {
            Defects.Check(() => ClipTokenizer.Load(Clip.TokenizerFolder!, Clip.TokenCount, Clip.VocabularySize));
        }
    }

    private void ReadUnet()
    {
        if (Unet is not ModelPart unet)
        {
            return;
        }

        TensorSignature? sample = Defects.Read(() => unet.Input("noisy latent", 4));
        // An input of the wrong rank is missed here and one too many there: one of the two is enough to say.
        TensorSignature? timestep = sample is null ? null : Defects.Read(() => unet.Input("timestep", 0, 1));
        _text = timestep is null ? null : Defects.Read(() => unet.Input("text states", 3));
        TensorSignature? output = Defects.Read(() => unet.Output("prediction", 4, "out_sample", "sample"));
        if (sample is null || timestep is null || _text is not TensorSignature text || output is null)
        {
            return;
        }

        foreach (TensorSignature tensor in (TensorSignature[])[sample, text, output])
        {
            Defects.Check(() => unet.RequireElement(tensor, TensorElement.Float32, TensorElement.Float16));
        }

        Defects.Check(() => unet.RequireElement(
            timestep, TensorElement.Int64, TensorElement.Int32, TensorElement.Float32, TensorElement.Float16, TensorElement.Float64));
        Defects.Check(() => unet.RequireNoInputBut(sample, timestep, text));
        Channels = Defects.Size(() => unet.Size(sample, 1, "in_channels", MostChannels));
        Size = Defects.Size(() => unet.Size(sample, 2, "sample_size", LargestSize));
        if (Size > 0)
        {
            Defects.Check(() => unet.RequireExtent(sample, 3, Size, "a square"));
        }

        // Twice the channels: a prediction and its variance.
        if (Channels > 0 && output.Dimensions[1] != 2 * Channels)
        {
            Defects.Check(() => unet.RequireExtent(output, 1, Channels, "the channels of the noisy latent, or twice that for prediction and variance"));
        }
    }

    private void ReadTextEncoder()
    {
        TextEncoderSignature? signature = TextEncoder is null ? null : Defects.Read(() => TextEncoderSignature.Of(TextEncoder));
        if (TextEncoder is not ModelPart encoder || signature is null)
        {
            return;
        }

        TensorSignature? text = _text;
        const string Positions = "max_position_embeddings";
        if (encoder.Config.Has(Positions) || signature.Ids.Dimensions[1] is not null)
        {
            TokenCount = Defects.Size(() => encoder.Size(signature.Ids, 1, Positions, MostTokens));
        }

        if (text is not null && TokenCount is > 0)
        {
            Defects.Check(() => Unet!.RequireExtent(text, 1, TokenCount.Value, "the text encoder's tokens"));
        }

        TokenCount ??= text?.Dimensions[1] is long count and <= MostTokens ? (int)count : null;
        // The width has another name in T5's configuration.
        int width = Defects.Size(() => encoder.Size(signature.States, 2, encoder.Config.Has("d_model") ? "d_model" : "hidden_size", LargestSize));
        if (text is not null && width > 0)
        {
            Defects.Check(() => Unet!.RequireExtent(text, 2, width, "the width of the text encoder's states"));
        }

        VocabularySize = Defects.Size(() => Vocabulary(encoder));
    }

    private static int Vocabulary(ModelPart encoder)
    {
        const string Key = "vocab_size";
        long? rows = encoder.TableRows;
        if (!encoder.Config.Has(Key) && rows is null)
        {
            throw new InvalidModelException($"{encoder.Config.FilePath} {(encoder.Config.Exists ? "has no" : "is missing, and with it")} '{Key}', and the graph looks token ids up in no table of weights. Copy the file again from where the model came from.");
        }

        long size = encoder.Config.Has(Key) ? encoder.Config.Integer(Key) : rows!.Value;
        if (rows < size)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{encoder.ModelPath}: the table of token embeddings has {rows} rows, expected {size} ({Key} of its config.json). Take graph and config.json from one model."));
        }

        return size is >= 1 and <= LargestVocabulary ? (int)size : throw new InvalidModelException(string.Create(
            CultureInfo.InvariantCulture, $"{encoder.Config.FilePath}: {Key} is {size}, expected 1 to {LargestVocabulary}. Correct it there."));
    }

    private void ReadPixels()
    {
        const int Colours = 3;
        if (Unet is not null && Channels > 0 && Channels != Colours)
        {
            Defects.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.Combine(Folder, "vae_encoder", "model.onnx")} is missing. Without vae_encoder and vae_decoder this is a pixel-space model, whose UNet takes {Colours} channels, got {Channels}. Export the VAE encoder and decoder of a latent model too."));
        }

        ImageSize = Size;
    }

    private void ReadVae()
    {
        if (VaeEncoder is not null)
        {
            ReadEncoder(VaeEncoder);
        }

        if (VaeDecoder is ModelPart decoder)
        {
            TensorSignature? latent = Defects.Read(() => decoder.Input("latent", 4));
            TensorSignature? image = Defects.Read(() => decoder.Output("image", 4, "sample"));
            if (latent is not null && Channels > 0)
            {
                Defects.Check(() => decoder.RequireElement(latent, TensorElement.Float32, TensorElement.Float16));
                Defects.Check(() => decoder.RequireExtent(latent, 1, Channels, "the UNet's in_channels"));
                Defects.Check(() => decoder.RequireNoInputBut(latent));
            }

            if (image is not null)
            {
                Defects.Check(() => decoder.RequireElement(image, TensorElement.Float32, TensorElement.Float16));
                Defects.Check(() => decoder.RequireExtent(image, 1, 3, "red, green, blue"));
            }
        }
    }

    private void ReadEncoder(ModelPart encoder)
    {
        ScalingFactor = ModelFolder.DefaultScalingFactor;
        Defects.Check(() => ScalingFactor = encoder.Config.Number("scaling_factor", ModelFolder.DefaultScalingFactor));
        if (!(ScalingFactor > 0))
        {
            Defects.Add(string.Create(
                CultureInfo.InvariantCulture, $"{encoder.Config.FilePath}: scaling_factor is {ScalingFactor}, expected a positive number. Correct it there."));
        }

        if (!encoder.Config.Has("scaling_factor"))
        {
            _notes.Add(string.Create(
                CultureInfo.InvariantCulture, $"{encoder.Config.FilePath} names no scaling_factor; using {ModelFolder.DefaultScalingFactor}."));
        }

        TensorSignature? image = Defects.Read(() => encoder.Input("image", 4));
        TensorSignature? latent = Defects.Read(() => encoder.Output("latent", 4, "latent_sample", "latent_parameters"));
        if (image is null || latent is null)
        {
            return;
        }

        Defects.Check(() => encoder.RequireElement(image, TensorElement.Float32, TensorElement.Float16));
        Defects.Check(() => encoder.RequireElement(latent, TensorElement.Float32, TensorElement.Float16));
        Defects.Check(() => encoder.RequireExtent(image, 1, 3, "red, green, blue"));
        Defects.Check(() => encoder.RequireNoInputBut(image));
        if (Channels > 0 && latent.Dimensions[1] != 2 * Channels)
        {
            Defects.Check(() => encoder.RequireExtent(latent, 1, Channels, "the UNet's in_channels, or twice that for mean and log-variance"));
        }

        if (Size > 0)
        {
            ImageSize = Defects.Size(() => EncoderSize(encoder, image));
        }
    }

    // Of a graph for any size the size follows from the UNet's and the VAE's number of levels, as in diffusers; config.json's
    // sample_size does not have to belong to the UNet (that of Stable Diffusion 2's base model does not).
    private int EncoderSize(ModelPart encoder, TensorSignature image)
    {
        const int StableDiffusionFactor = 8;
        long size = image.Dimensions[2] ?? image.Dimensions[3] ?? 0;
        if (size == 0)
        {
            int factor = encoder.Config.Has("block_out_channels") && encoder.Config.Root.GetProperty("block_out_channels") is { ValueKind: JsonValueKind.Array } levels
                ? 1 << System.Math.Clamp(levels.GetArrayLength() - 1, 0, 6)
                : StableDiffusionFactor;
            size = (long)factor * Size;
        }

        encoder.RequireExtent(image, 2, size, "a square image");
        encoder.RequireExtent(image, 3, size, "a square image");
        return size % Size == 0 && size / Size is >= 1 and <= LargestFactor && size <= LargestSize
            ? (int)size
            : throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{encoder.ModelPath}: the image has side {size}, the UNet's latent {Size}; expected a multiple, at most {LargestFactor} times as much. Take all parts from one model."));
    }
}
