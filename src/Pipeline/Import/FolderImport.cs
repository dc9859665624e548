using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Import.Architecture;
using DreamFusion.Pipeline.Import.Embeddings;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Import.Keys;
using DreamFusion.Pipeline.Import.Tokenizer;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import;

/// <summary>Writes the model folder of a plan into a folder that nobody looks at yet.</summary>
internal sealed class FolderImport(ImportPlan plan, IReadOnlyList<(SourceFile Source, ModelFile Hash)> hashes, ImportMeter meter, CancellationToken stop)
{
    private const int LatentOf768 = 96;

    private readonly GraphOptions _options = new(plan.Request.Precision, plan.Request.Fused, plan.Request.ClipSkip);
    private readonly ComponentWeights _unet = new(plan.Match.UNet, plan.Match.UNetShapes);
    private readonly ComponentWeights _vae = new(plan.Match.Vae, plan.Match.VaeShapes);
    private readonly ComponentWeights _text = new(plan.Match.Text, plan.Match.TextShapes);

    /// <summary>Writes every file.</summary>
    /// <param name="folder">An existing, empty folder.</param>
    /// <returns>What the UNet predicts, and what was decided.</returns>
    public (PredictionDecision Prediction, IReadOnlyList<string> Decisions) Write(string folder)
    {
        StableDiffusionArchitecture architecture = plan.Architecture;
        TextArchitecture text = TextualInversion.Enlarge(architecture.Text, plan.Embeddings);
        Part(folder, "text_encoder", "writing the text encoder", (part, progress) => TextEncoderGraph.Write(part, text, Stoppable(plan.Text(_text)), _options, progress));
        PredictionDecision? known = plan.Prediction;
        UNetArchitecture unet = Described(architecture, known);
        Part(folder, "unet", "writing the UNet", (part, progress) => UNetGraph.Write(part, unet, Stoppable(plan.UNet(_unet)), _options, progress));
        PredictionDecision prediction = known ?? Probe(Path.Combine(folder, "unet"), architecture);
        Part(folder, "vae_encoder", "writing the VAE encoder", (part, progress) => VaeEncoderGraph.Write(part, architecture.Vae, Stoppable(_vae), _options, progress));
        Part(folder, "vae_decoder", "writing the VAE decoder", (part, progress) => VaeDecoderGraph.Write(part, architecture.Vae, Stoppable(_vae), _options, progress));
        RequireAllRead();
        meter.Begin("writing the tokenizer");
        TokenizerFolder.Write(Made(folder, "tokenizer"), architecture, plan.Embeddings);
        Made(folder, "scheduler");
        PipelineFiles.Write(folder, prediction);
        string[] decisions = [.. plan.Notes, $"prediction: {prediction.Name}, by {prediction.Rule}."];
        ImportRecord.Write(folder, plan, hashes, prediction, decisions);
        RequireUsable(folder);
        stop.ThrowIfCancellationRequested();
        return (prediction, decisions);
    }

    // What train would refuse must not appear; that it came out so is no fault of the checkpoint.
    private static void RequireUsable(string folder)
    {
        try
        {
            ModelFolder.Open(folder);
        }
        catch (InvalidModelException e)
        {
            throw new InvalidOperationException("FolderImport: the written folder cannot be used.", e);
        }
    }

    // The 2.x models of the velocity were trained on 768 pixels, and diffusers marks their attention. The size a folder says for itself.
    private UNetArchitecture Described(StableDiffusionArchitecture architecture, PredictionDecision? prediction) =>
        prediction?.Type == PredictionType.Velocity && architecture.Text.Activation == TextActivation.Gelu
            ? architecture.UNet with { ConfiguresUpcast = true, SampleSize = plan.StatesSampleSize ? architecture.UNet.SampleSize : LatentOf768 }
            : architecture.UNet;

    private PredictionDecision Probe(string unetFolder, StableDiffusionArchitecture architecture)
    {
        meter.Begin("asking the UNet what it predicts");
        PredictionDecision prediction = PredictionProbe.Run(unetFolder, architecture.UNet, out string? problem)
            ?? PredictionRules.FromBias(_unet.Peek(PredictionRules.DecidingBias(architecture.UNet)), problem!);
        ComponentConfig.Write(unetFolder, Described(architecture, prediction));
        return prediction;
    }

    private StoppableWeights Stoppable(IWeightSource weights) => new StoppableWeights(weights, stop);

    private void Part(string folder, string name, string activity, Action<string, IProgress<long>> write)
    {
        meter.Begin(activity);
        write(Made(folder, name), meter.OfPart);
    }

    private static string Made(string folder, string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;

    private void RequireAllRead()
    {
        int layers = plan.Architecture.Text.WithoutLast(plan.Request.ClipSkip).Layers;
        IEnumerable<string> skipped = Enumerable.Range(layers, plan.Architecture.Text.Layers - layers).Select(layer => FormattableString.Invariant($"text_model.encoder.layers.{layer}."));
        string[] wrong = [.. _unet.NotReadOnce, .. _vae.NotReadOnce, .. _text.NotReadOnce.Where(name => !skipped.Any(layer => name.StartsWith(layer, StringComparison.Ordinal)))];
        if (wrong.Length > 0)
        {
            throw new InvalidOperationException($"FolderImport: {wrong.Length} weights were not read exactly once, such as {string.Join(", ", wrong.Take(5))}.");
        }
    }
}
