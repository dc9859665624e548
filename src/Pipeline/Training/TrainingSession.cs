using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Training;

/// <summary>One run of <c>dfk train</c>: from a configuration to a run folder with previews, checkpoints, a sheet and scores.</summary>
public sealed class TrainingSession : IDisposable
{
    /// <summary>Previews may take this share of the run's time; their interval stretches beyond it.</summary>
    private const double PreviewShare = 0.05;

    private readonly RunConfiguration _configuration;
    private readonly ITrainingObserver _observer;
    private readonly ModelFolder _model;
    private readonly RunFolder _folder;
    private readonly RunRecord _record;
    private readonly DeviceContext _device;
    private readonly Trainer _trainer;
    private readonly LayeredRenderer _pictures;
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private double _previewSeconds;
    private bool _previewStretched;

    private TrainingSession(
        RunConfiguration configuration, KernelChoice kernels, ITrainingObserver observer, ModelFolder model, RunFolder folder, ScoreDistillation guidance,
        PromptEmbeddings prompt, GuidanceDevice guidanceDevice)
    {
        _configuration = configuration;
        _observer = observer;
        _model = model;
        _folder = folder;
        int threads = configuration.Threads > 0 ? configuration.Threads : Environment.ProcessorCount;
        _record = new RunRecord(folder, configuration, model, $"cpu, {threads} threads, {kernels.ToString().ToLowerInvariant()} kernels; guidance: {guidanceDevice.Description}");
        folder.WriteConfiguration(configuration);
        folder.Log($"\"{configuration.Prompt}\", seed {configuration.Seed}, {configuration.Iters} steps, model {configuration.Model}, {threads} threads");
        _device = DeviceContext.CreateCpu(threads, choice: kernels);
        _trainer = new Trainer(configuration, _device, guidance, prompt);
        _pictures = new LayeredRenderer(_device, _trainer.Renderer, _trainer.Occupancy);
    }

    /// <summary>Trains until the last step or until asked to stop.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="request">What does not change the field that is learnt.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="stop">Finishes the step under way, saves a checkpoint and returns.</param>
    /// <exception cref="DfkException">Bad input, before any work starts; a machine that lacks something; divergence.</exception>
    public static TrainingResult Run(RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(observer);
        configuration.Validate();
        ModelFolder model = ModelFolder.Open(ModelLocator.Locate(configuration.Model));
        IReadOnlyList<string> warnings = PromptVocabulary.TryLoad(model)?.Check(configuration.Prompt, request.Anyway) ?? [];
        RunFolder.RequireFree(request.OutputFolder);
        (GuidanceDevice device, string? deviceNote) = GuidanceDevice.Select(configuration);
        observer.PhaseChanged(TrainingPhase.Preparing);
        // Everything that can refuse the model comes before the run folder is made, so that a refusal leaves nothing behind.
        var prompt = PromptEmbeddings.Compute(model, configuration.Prompt, configuration.NegativePrompt, new ViewPrompts(configuration.ViewPrompts, configuration.ViewChoice), configuration.Guidance, device);
        var cache = DiskCache.OfUser();
        using var guidance = new ScoreDistillation(model, GuidanceOptions.From(configuration, device), cache);
        ViewGuidance.Require(configuration, guidance);
        using RunFolder folder = RunFolder.Create(request.OutputFolder, configuration.Prompt);
        observer.Started(folder.Path, configuration.Iters);
        using var session = new TrainingSession(configuration, request.Kernels, observer, model, folder, guidance, prompt, device);
        foreach (string note in request.Notes.Concat(warnings).Concat(deviceNote is null ? [] : [deviceNote]).Concat(GraphPrecision.Notes(configuration.Guidance.Precision, model)).Concat(model.Notes).Concat(guidance.Notes).Concat(cache.Warnings).Concat(prompt.Warnings))
        {
            session.Note(note);
        }
        return session.Run(stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trainer.Dispose();
        _device.Dispose();
    }

    private TrainingResult Run(CancellationToken stop)
    {
        try
        {
            return Optimize(stop) ? Finish() : Interrupt();
        }
        catch (Exception e)
        {
            _record.Fail(e, _trainer.Step);
            _folder.Log($"failed at step {_trainer.Step}: {e}");
            throw;
        }
    }

    private bool Optimize(CancellationToken stop)
    {
        _observer.PhaseChanged(TrainingPhase.Optimizing);
        while (_trainer.Step < _configuration.Iters)
        {
            if (stop.IsCancellationRequested)
            {
                return false;
            }
            StepReport report = Advance();
            _record.Add(report);
            _folder.AppendMetrics(report);
            _observer.StepDone(report);
            Preview();
            if (_trainer.Step % _configuration.CheckpointInterval == 0 && _trainer.Step < _configuration.Iters)
            {
                Save();
                _observer.PhaseChanged(TrainingPhase.Optimizing);
            }
        }
        return true;
    }

    private StepReport Advance()
    {
        try
        {
            return _trainer.Advance();
        }
        catch (SampleBudgetException e)
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"step {_trainer.Step}: the view needs {e.SampleCount} samples, renderer.sample_budget allows {e.Budget}. Raise it, or lower renderer.max_steps or the training size.",
                e);
        }
    }

    private void Preview()
    {
        int interval = _configuration.PreviewInterval;
        if (interval == 0 || _trainer.Step % interval != 0 || _trainer.Step == _configuration.Iters)
        {
            return;
        }
        if (_previewSeconds > PreviewShare * _time.Elapsed.TotalSeconds)
        {
            if (!_previewStretched)
            {
                Note($"Previews take more than {PreviewShare:P0} of the time; fewer than one every {interval} steps are made from here on.");
                _previewStretched = true;
            }
            return;
        }
        long start = Stopwatch.GetTimestamp();
        _observer.PhaseChanged(TrainingPhase.Previewing);
        ViewDataConfiguration view = _configuration.Data.Validation;
        string path = _folder.WritePreview(_trainer.Step, EvaluationViews.Sheet(Render(view.Size, view.Width, view.Height)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _previewSeconds += seconds;
        _record.AddSeconds("previews", seconds);
        _observer.FileWritten(path);
        _observer.PhaseChanged(TrainingPhase.Optimizing);
    }

    private IReadOnlyList<ViewLayers> Render(int views, int width, int height)
    {
        using IDisposable? average = _trainer.Average?.InPlace();
        return EvaluationViews.Render(_pictures, views, width, height, _configuration.Renderer.EvalMaxSteps);
    }

    private string Save()
    {
        _observer.PhaseChanged(TrainingPhase.Saving);
        string path = _folder.Checkpoints(_configuration.CheckpointKeep).Save(TrainerCheckpoint.Capture(_trainer, _configuration, _record.ModelHashes));
        _record.Write(RunStatus.Running, _trainer.Step);
        _folder.Log($"step {_trainer.Step}: checkpoint {path}");
        _observer.FileWritten(path);
        return path;
    }

    private TrainingResult Interrupt()
    {
        string checkpoint = Save();
        _record.Write(RunStatus.Interrupted, _trainer.Step);
        _folder.Log($"interrupted after {_trainer.Step} steps");
        return Result(TrainingOutcome.Interrupted, checkpoint, null, []);
    }

    private TrainingResult Finish()
    {
        string checkpoint = Save();
        _observer.PhaseChanged(TrainingPhase.Finishing);
        long start = Stopwatch.GetTimestamp();
        ViewDataConfiguration test = _configuration.Data.Test;
        int judged = _model.Clip is { } clip ? clip.ImageSize * ClipScorer.Oversampling : 0;
        IReadOnlyList<ViewLayers> views = Render(test.Size, test.Width, test.Height);
        _observer.FileWritten(_folder.WriteSheet(EvaluationViews.Sheet(views)));
        bool sameViews = judged == test.Width && judged == test.Height && test.Size == EvaluationViews.Count;
        if (judged > 0 && !sameViews)
        {
            views = Render(EvaluationViews.Count, judged, judged);
        }
        _record.AddSeconds("pictures", Stopwatch.GetElapsedTime(start).TotalSeconds);
        start = Stopwatch.GetTimestamp();
        using var judge = RetrievalScore.TryLoad(_model);
        IReadOnlyList<KeyValuePair<string, double>> scores = judge?.Evaluate(_configuration.Prompt, views) ?? [];
        _record.AddSeconds("scores", Stopwatch.GetElapsedTime(start).TotalSeconds);
        _record.Finish(_trainer.Step, scores);
        _folder.Log("done" + string.Concat(scores.Select(score => string.Create(CultureInfo.InvariantCulture, $", {score.Key} {score.Value:g3}"))));
        return Result(TrainingOutcome.Done, checkpoint, _folder.SheetPath, scores);
    }

    private TrainingResult Result(TrainingOutcome outcome, string checkpoint, string? sheet, IReadOnlyList<KeyValuePair<string, double>> scores) => new()
    {
        Outcome = outcome,
        RunFolder = _folder.Path,
        Step = _trainer.Step,
        Duration = _time.Elapsed,
        CheckpointPath = checkpoint,
        SheetPath = sheet,
        Scores = scores,
    };

    private void Note(string message)
    {
        _folder.Log(message);
        _observer.Note(message);
    }
}
