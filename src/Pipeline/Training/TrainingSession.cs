using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Rendering;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Training;

/// <summary>One run of <c>dfk train</c>: from a configuration to a run folder with previews, checkpoints, a sheet and scores.</summary>
public sealed class TrainingSession : IDisposable
{
    /// <summary>Previews may take this share of the run's time; their interval stretches beyond it.</summary>
    private const double PreviewShare = 0.05;

    private readonly RunContext _run;
    private readonly RunConfiguration _configuration;
    private readonly TrainingRequest _request;
    private readonly Trainer _trainer;
    private readonly LayeredRenderer _pictures;
    private double _previewSeconds;
    private bool _previewStretched;

    private TrainingSession(RunContext run, TrainingRequest request, ScoreDistillation guidance, PromptEmbeddings prompt)
    {
        _run = run;
        _request = request;
        _configuration = run.Configuration;
        _trainer = new Trainer(_configuration, run.Device, guidance, prompt);
        _pictures = new LayeredRenderer(run.Device, _trainer.Renderer, _trainer.Occupancy);
    }

    /// <summary>Trains until the last step or until asked to stop.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="request">What does not change the field that is learnt.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="stop">Finishes the step under way, saves a checkpoint and returns.</param>
    /// <returns>What the run produced; at once if it is to be resumed and was finished already.</returns>
    /// <exception cref="DfkException">Bad input, before any work starts; a machine that lacks something; divergence.</exception>
    public static TrainingResult Run(RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(observer);
        configuration.Validate();
        long begun = Stopwatch.GetTimestamp();
        ResumePoint? resume = request.Resume ? ResumePoint.Find(request.OutputFolder, configuration) : null;
        if (resume?.Finished() is { } finished)
        {
            observer.Note(string.Create(CultureInfo.InvariantCulture, $"the run in {finished.RunFolder} is done, all {finished.Step} steps; there is nothing to resume."));
            return finished;
        }
        RunModel model = RunModel.Open(configuration, request);
        if (resume is null)
        {
            RunFolder.RequireFree(request.OutputFolder);
        }
        observer.PhaseChanged(TrainingPhase.Preparing);
        // Everything that can refuse the model comes before the run folder is made or cut back, so that a refusal leaves it as it is.
        var prompt = PromptEmbeddings.Compute(
            model.Folder, configuration.Prompt, configuration.NegativePrompt, new ViewPrompts(configuration.ViewPrompts, configuration.ViewChoice), configuration.Guidance,
            model.Device);
        var cache = DiskCache.OfUser();
        using var guidance = new ScoreDistillation(model.Folder, GuidanceOptions.From(configuration, model.Device), cache);
        ViewGuidance.Require(configuration, guidance);
        var start = RunStart.Find(configuration, model.Hashes, resume);
        using var run = new RunContext(configuration, request, observer, model with { Hashes = start.ModelHashes }, resume, begun);
        using var session = new TrainingSession(run, request, guidance, prompt);
        if (request.Resume && resume is null)
        {
            run.Note($"there is no run to resume yet; a new one begins in {run.Folder.Path}.");
        }
        string[] notes = [.. start.Notes, .. model.Notes, .. guidance.Notes, .. cache.Warnings, .. prompt.Warnings];
        Array.ForEach(notes, run.Note);
        run.AddTime("preparing", begun);
        return run.Guard(
            () =>
            {
                start.Fill(session._trainer, configuration);
                return session.Run(stop);
            },
            () => session._trainer.Step);
    }

    /// <inheritdoc/>
    public void Dispose() => _trainer.Dispose();

    private TrainingResult Run(CancellationToken stop) =>
        _run.Optimize(_trainer.Step, Advance, AfterStep, stop) ? Finish(stop) : _run.End(TrainingOutcome.Interrupted, _trainer.Step, Save(), [], null);

    private void AfterStep(int step)
    {
        Preview();
        if (step % _configuration.CheckpointInterval == 0 && step < _configuration.Iters)
        {
            Save();
            _run.Observer.PhaseChanged(TrainingPhase.Optimizing);
        }
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
        if (_previewSeconds > PreviewShare * _run.Elapsed.TotalSeconds)
        {
            if (!_previewStretched)
            {
                _run.Note($"Previews take more than {PreviewShare:P0} of the time; fewer than one every {interval} steps are made from here on.");
                _previewStretched = true;
            }
            return;
        }
        long start = Stopwatch.GetTimestamp();
        _run.Observer.PhaseChanged(TrainingPhase.Previewing);
        ViewDataConfiguration view = _configuration.Data.Validation;
        string path = _run.Folder.WritePreview(_trainer.Step, EvaluationViews.Sheet(Render(view.Size, view.Width, view.Height)));
        _previewSeconds += _run.AddTime("previews", start);
        _run.Observer.FileWritten(path);
        _run.Observer.PhaseChanged(TrainingPhase.Optimizing);
    }

    private IReadOnlyList<ViewLayers> Render(int views, int width, int height)
    {
        using IDisposable? average = _trainer.Average?.InPlace();
        return EvaluationViews.Render(_pictures, EvaluationViews.Cameras(_configuration, views), width, height, _configuration.Renderer.EvalMaxSteps);
    }

    private string Save() => _run.Save(TrainerCheckpoint.Capture(_trainer, _configuration, _run.Model.Hashes));

    private TrainingResult Finish(CancellationToken stop) =>
        new AfterTraining(_run, _request, _trainer, _pictures).Run(Save(), stop);
}
