using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>
/// One run of <c>dfk train --2d</c>: pictures instead of an object, the cheapest proof that a model folder and this program understand each
/// other. The words are those of a view from the front. A model that works on pixels has no latent to paint.
/// </summary>
public sealed class PaintingSession : IDisposable
{
    private const float FrontAzimuth = 0f;
    private const float FrontElevation = 15f;

    private readonly RunConfiguration _configuration;
    private readonly ITrainingObserver _observer;
    private readonly ModelFolder _model;
    private readonly RunFolder _folder;
    private readonly RunRecord _record;
    private readonly DeviceContext _device;
    private readonly VaeDecoder? _decoder;
    private readonly Painter _painter;
    private readonly PaintingSheet _sheet = new();
    private readonly Stopwatch _time = Stopwatch.StartNew();

    private PaintingSession(
        RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, ModelFolder model, RunFolder folder, ScoreDistillation guidance,
        PromptEmbeddings prompt, GuidanceDevice guidanceDevice)
    {
        _configuration = configuration;
        _observer = observer;
        _model = model;
        _folder = folder;
        int threads = configuration.Threads > 0 ? configuration.Threads : Environment.ProcessorCount;
        _record = new RunRecord(folder, configuration, model, $"cpu, {threads} threads, {request.Kernels.ToString().ToLowerInvariant()} kernels; guidance: {guidanceDevice.Description}", task: "2d");
        folder.WriteConfiguration(configuration);
        folder.Log($"2-D: \"{configuration.Prompt}\", seed {configuration.Seed}, {configuration.Iters} steps, model {configuration.Model}, {threads} threads");
        _device = DeviceContext.CreateCpu(threads, choice: request.Kernels);
        _decoder = model.Kind == ModelKind.LatentSpace ? new VaeDecoder(model) : null;
        _painter = new Painter(configuration, _device, guidance, _decoder, prompt.TextsFor(FrontAzimuth, FrontElevation));
    }

    /// <summary>Paints until the last step or until asked to stop.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="request">What does not change the result.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="stop">Finishes the step under way, saves a checkpoint and returns.</param>
    /// <exception cref="DfkException">Bad input, before any work starts; a machine that lacks something; divergence.</exception>
    public static TrainingResult Run(RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(observer);
        configuration = configuration with { Task = TrainingTask.Pictures };
        configuration.Validate();
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(configuration.Model));
        IReadOnlyList<string> warnings = PromptVocabulary.TryLoad(model)?.Check(configuration.Prompt, request.Anyway) ?? [];
        RunFolder.RequireFree(request.OutputFolder);
        (GuidanceDevice device, string? deviceNote) = GuidanceDevice.Select(configuration);
        observer.PhaseChanged(TrainingPhase.Preparing);
        var prompt = PromptEmbeddings.Compute(model, configuration.Prompt, configuration.NegativePrompt, new ViewPrompts(configuration.ViewPrompts), configuration.Guidance, device);
        var cache = DiskCache.OfUser();
        using var guidance = new ScoreDistillation(model, GuidanceOptions.From(configuration, device), cache);
        using RunFolder folder = RunFolder.Create(request.OutputFolder, configuration.Prompt);
        observer.Started(folder.Path, configuration.Iters);
        using var session = new PaintingSession(configuration, request, observer, model, folder, guidance, prompt, device);
        foreach (string note in request.Notes.Concat(warnings).Concat(deviceNote is null ? [] : [deviceNote]).Concat(GraphPrecision.Notes(configuration.Guidance.Precision, model)).Concat(model.Notes).Concat(guidance.Notes).Concat(cache.Warnings).Concat(prompt.Warnings))
        {
            folder.Log(note);
            observer.Note(note);
        }
        return session.Run(stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _painter.Dispose();
        _decoder?.Dispose();
        _device.Dispose();
    }

    private TrainingResult Run(CancellationToken stop)
    {
        try
        {
            bool done = Optimize(stop);
            return Finish(done);
        }
        catch (Exception e)
        {
            _record.Fail(e, _painter.Step);
            _folder.Log($"failed at step {_painter.Step}: {e}");
            throw;
        }
    }

    private bool Optimize(CancellationToken stop)
    {
        IReadOnlyList<int> shown = PaintingSheet.Steps(_configuration.Iters);
        _sheet.Add(0, _painter.Pictures());
        _observer.PhaseChanged(TrainingPhase.Optimizing);
        while (_painter.Step < _configuration.Iters)
        {
            if (stop.IsCancellationRequested)
            {
                return false;
            }
            StepReport report = _painter.Advance();
            _record.Add(report);
            _folder.AppendMetrics(report);
            _observer.StepDone(report);
            if (shown.Contains(_painter.Step))
            {
                _sheet.Add(_painter.Step, _painter.Pictures());
            }
        }
        return true;
    }

    // An interrupted run shows and scores what it has: that takes less than a second.
    private TrainingResult Finish(bool done)
    {
        _observer.PhaseChanged(TrainingPhase.Saving);
        string checkpoint = _folder.Checkpoints(_configuration.CheckpointKeep).Save(
            TrainerCheckpoint.Capture(_painter.Parameters, _painter.Optimizer, _painter.Step, _configuration, _record.ModelHashes));
        _observer.FileWritten(checkpoint);
        _observer.PhaseChanged(TrainingPhase.Finishing);
        IReadOnlyList<FloatImage> pictures = _painter.Pictures();
        _sheet.Add(_painter.Step, pictures);
        _observer.FileWritten(_folder.WriteSheet(_sheet.Compose()));
        IReadOnlyList<KeyValuePair<string, double>> scores = PictureScore.Evaluate(_model, _configuration.Prompt, _device, [.. _painter.Names.Zip(pictures)]);
        if (done)
        {
            _record.Finish(_painter.Step, scores);
        }
        else
        {
            _record.Write(RunStatus.Interrupted, _painter.Step);
        }
        string outcome = done ? "done" : string.Create(CultureInfo.InvariantCulture, $"interrupted after {_painter.Step} steps");
        _folder.Log(outcome + ", sheet at steps " + string.Join(", ", _sheet.ColumnSteps)
            + string.Concat(scores.Select(score => string.Create(CultureInfo.InvariantCulture, $", {score.Key} {score.Value:g3}"))));
        return new TrainingResult
        {
            Outcome = done ? TrainingOutcome.Done : TrainingOutcome.Interrupted,
            RunFolder = _folder.Path,
            Step = _painter.Step,
            Duration = _time.Elapsed,
            CheckpointPath = checkpoint,
            SheetPath = _folder.SheetPath,
            Scores = scores,
        };
    }
}
