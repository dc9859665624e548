using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Import.Adapters;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Embeddings;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Import.Keys;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import;

/// <summary>An import of which everything is checked that can be checked before anything is written.</summary>
internal sealed class ImportPlan : IDisposable
{
    // Graphs without their weights, vocabulary, configurations.
    private const long SmallFiles = 16L << 20;

    private readonly List<IDisposable> _open = [];

    private ImportPlan(ImportRequest request)
    {
        Request = request;
    }

    /// <summary>What was asked for.</summary>
    public ImportRequest Request { get; }

    /// <summary>The base, without added words.</summary>
    public StableDiffusionArchitecture Architecture => Match.Architecture;

    /// <summary>Where the weights are.</summary>
    public CheckpointMatch Match { get; private set; } = null!;

    /// <summary>The LoRAs, open.</summary>
    public IReadOnlyList<LoraFile> Loras { get; private set; } = [];

    /// <summary>The added words.</summary>
    public IReadOnlyList<AddedEmbedding> Embeddings { get; private set; } = [];

    /// <summary>What the UNet predicts; null if the written network must be asked.</summary>
    public PredictionDecision? Prediction { get; private set; }

    /// <summary>Whether a folder's own configuration says the size of the latent.</summary>
    public bool StatesSampleSize { get; private set; }

    /// <summary>Every file that the result depends on.</summary>
    public IReadOnlyList<SourceFile> Sources { get; private set; } = [];

    /// <summary>What was decided, one line each.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Bytes that will be written, about: weights by their type, the VAE always in float32.</summary>
    public long OutputBytes
    {
        get
        {
            long width = Request.Precision == WeightPrecision.Float16 ? 2 : 4;
            return SmallFiles + (width * (Count(Match.UNetShapes) + Count(Match.TextShapes))) + (4 * Count(Match.VaeShapes));
        }
    }

    /// <summary>Opens and checks all that a request names.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: a file cannot be used; the message says why.</exception>
    public static ImportPlan Make(ImportRequest request)
    {
        ImportPlan plan = new(request);
        try
        {
            plan.Fill();
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Weights of the UNet, with the LoRAs.</summary>
    /// <param name="own">Counts what is read.</param>
    public IWeightSource UNet(ComponentWeights own) => LoraMerge.Apply(own, LoraComponent.UNet, Loras);

    /// <summary>Weights of the text encoder, with the LoRAs and the added words.</summary>
    /// <param name="own">Counts what is read.</param>
    public IWeightSource Text(ComponentWeights own) => TextualInversion.Append(LoraMerge.Apply(own, LoraComponent.TextEncoder, Loras), Embeddings);

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            _open[i].Dispose();
        }
    }

    private void Fill()
    {
        CheckpointFiles checkpoint = Keep(CheckpointFiles.Open(Request.CheckpointPath));
        WeightFiles? vae = Request.VaePath is null ? null : Keep(WeightFiles.Open(Request.VaePath));
        Match = CheckpointMatch.Find(checkpoint, vae, Request.Architectures);
        // Refuses a --clip-skip that leaves nothing.
        Architecture.Text.WithoutLast(Request.ClipSkip);
        // Its schedule counts whatever decides the prediction.
        PredictionRules.SchedulerOf(checkpoint);
        StatesSampleSize = checkpoint.IsFolder && JsonConfig.LoadIfThere(Path.Combine(checkpoint.FilePath, "unet", "config.json")).Has("sample_size");
        Prediction = PredictionRules.FromFiles(Request.Prediction, checkpoint, hasOpenClip: Architecture.Text.Activation == TextActivation.Gelu);
        Loras = [.. Request.Loras.Select(lora => Keep(LoraFile.Open(lora.Path, lora.Weight, Architecture)))];
        Embeddings = TextualInversion.ReadAll(Request.EmbeddingPaths, Architecture.Text);
        Sources = [.. SourceFile.Of(checkpoint), .. vae is null ? [] : vae.Paths.Select(path => new SourceFile("vae", path, Path.GetFileName(path))),
            .. Request.Loras.Select(lora => new SourceFile("lora", lora.Path, Path.GetFileName(lora.Path))),
            .. Request.EmbeddingPaths.Select(path => new SourceFile("embedding", path, Path.GetFileName(path)))];
        Notes =
        [
            $"base: {Architecture.Name}, by the text width {Architecture.UNet.CrossAttentionWidth.ToString(CultureInfo.InvariantCulture)} that its UNet attends to.",
            .. checkpoint.Notes, .. Match.Notes, .. Loras.Select(Merged), .. Embeddings.Select(Added),
        ];
    }

    private static string Merged(LoraFile lora) => string.Create(
        CultureInfo.InvariantCulture, $"LoRA {Path.GetFileName(lora.Path)}, weight {lora.Weight}: changes {lora.UNetCount} weights of the UNet and {lora.TextEncoderCount} of the text encoder.");

    private static string Added(AddedEmbedding embedding) => string.Create(
        CultureInfo.InvariantCulture, $"embedding {Path.GetFileName(embedding.Path)}: the word '{embedding.Token}' stands for {embedding.Count} vector{(embedding.Count == 1 ? "" : "s")}.");

    private static long Count(IReadOnlyDictionary<string, long[]> shapes) => shapes.Values.Sum(shape => shape.Aggregate(1L, (product, n) => product * n));

    private T Keep<T>(T opened)
        where T : IDisposable
    {
        _open.Add(opened);
        return opened;
    }
}
