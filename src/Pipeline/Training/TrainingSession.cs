using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Bound;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Rendering;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Training;

/// <summary>One run of <c>dfk train</c>: from a configuration to a run folder with previews, checkpoints, a sheet and scores.</summary>
public sealed class TrainingSession : IDisposable
{
    /// <summary>Previews may take this share of the run's time; their interval stretches beyond it.</summary>
    private const double PreviewShare = 0.05;

    private readonly RunContext _run;
    private readonly RunConfiguration _configuration;
    private readonly TrainingRequest _request;
    private readonly IGuidance _guidance;
    private readonly PromptEmbeddings _prompt;
    private readonly RunWatchdog _watchdog;
    private readonly TimeForecast _forecast;
    private Trainer _trainer;
    private LayeredRenderer _pictures;
    private double _previewSeconds;
    private bool _previewStretched;

    private TrainingSession(RunContext run, TrainingRequest request, IGuidance guidance, PromptEmbeddings prompt, WatchdogState state)
    {
        _run = run;
        _request = request;
        _configuration = run.Configuration;
        _guidance = guidance;
        _prompt = prompt;
        _watchdog = new RunWatchdog(_configuration, run.Folder.Path, run.Model.Hashes, state);
        _forecast = new TimeForecast(_configuration, run.Model.Device, TimeProvider.System);
        (_trainer, _pictures) = Build();
    }

    /// <summary>Trains until the last step or until asked to stop.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="request">What does not change the field that is learnt.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="stop">Finishes the step under way, saves a checkpoint and returns.</param>
    /// <returns>What the run produced; at once if it is to be resumed and was finished already.</returns>
    /// <exception cref="DfkException">Bad input, before any work starts; a machine that lacks something; divergence.</exception>
    public static TrainingResult Run(RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, CancellationToken stop) =>
        Run(configuration, request, observer, guidance => guidance, stop);

    /// <summary>The same with something between the prior and the field.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="request">What does not change the field that is learnt.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="judge">Gives what judges the views in the place of the prior's own guidance; it stays the caller's.</param>
    /// <param name="stop">Finishes the step under way, saves a checkpoint and returns.</param>
    internal static TrainingResult Run(
        RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, Func<IGuidance, IGuidance> judge, CancellationToken stop)
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
        // Before the guidance, which works in a stream of theirs; and gone after it.
        using DeviceContext? kernels = GuidanceMemory.OpenKernels(configuration, model.Device, request.Kernels);
        using GuidanceMemory? memory = kernels is null ? null : GuidanceMemory.Shared(kernels, model.Device);
        using var guidance = new ScoreDistillation(model.Folder, GuidanceOptions.From(configuration, model.Device), cache, memory);
        ViewGuidance.Require(configuration, guidance);
        var start = RunStart.Find(configuration, model.Hashes, resume);
        using var run = new RunContext(configuration, request, observer, model with { Hashes = start.ModelHashes }, resume, begun, kernels);
        using var session = new TrainingSession(run, request, judge(guidance), prompt, resume?.Watchdog ?? WatchdogState.Healthy);
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

    // With the settings of the last rollback, if there was one.
    private (Trainer Trainer, LayeredRenderer Pictures) Build()
    {
        var trainer = new Trainer(_watchdog.Configuration, _run.Device, _guidance, _prompt);
        return (trainer, new LayeredRenderer(_run.Device, trainer.Renderer, trainer.Occupancy));
    }

    private TrainingResult Run(CancellationToken stop)
    {
        _watchdog.KeepStart(_trainer);
        _forecast.Begin();
        return _run.Optimize(() => _trainer.Step, Advance, AfterStep, stop)
            ? Finish(stop)
            : _run.End(TrainingOutcome.Interrupted, _trainer.Step, SaveOrNewest(), [], null);
    }

    private void AfterStep(StepReport report)
    {
        foreach (string line in _forecast.Add(report))
        {
            _run.Forecast(line);
        }
        if (_watchdog.Inspect(report, _trainer) is { } alarm)
        {
            RollBack(alarm);
            return;
        }
        Preview();
        if (report.Step % _configuration.CheckpointInterval == 0 && report.Step < _configuration.Iters && Save() is not null)
        {
            _run.Observer.PhaseChanged(TrainingPhase.Optimizing);
        }
    }

    // Null if the run was rolled back instead.
    private StepReport? Advance()
    {
        try
        {
            return _trainer.Advance() with { Rollbacks = _watchdog.State.Recoveries.Length };
        }
        catch (DfkException e) when (e.ExitCode == ExitCode.Diverged && _watchdog.IsOn)
        {
            RollBack(RunWatchdog.AlarmOf(e, _trainer.Step));
            return null;
        }
        // Of a field that nobody has trained yet the budget is too small; one that has outgrown it fills its region.
        catch (SampleBudgetException e) when (_watchdog.IsOn && (_trainer.Step > 0 || _watchdog.State.Recoveries.Length > 0))
        {
            RollBack(_watchdog.AlarmOf(e, _trainer.Step));
            return null;
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
        string path = _run.Folder.PreviewPath(_trainer.Step);
        using (_trainer.Average?.InPlace())
        {
            EvaluationViews.WriteSheet(
                path, EvaluationViews.Cameras(_configuration, view.Size), view.Width, view.Height,
                camera => _pictures.Render(camera, view.Width, view.Height, _configuration.Renderer.EvalMaxSteps, EvaluationViews.Ambient));
        }
        _previewSeconds += _run.AddTime("previews", start);
        _run.Observer.FileWritten(path);
        _run.Observer.PhaseChanged(TrainingPhase.Optimizing);
    }

    private void RollBack(Alarm alarm)
    {
        (Recovery recovery, Checkpoint? snapshot) = _watchdog.Decide(alarm);
        _trainer.Dispose();
        (_trainer, _pictures) = Build();
        if (snapshot is not null)
        {
            TrainerCheckpoint.Restore(_trainer, snapshot, _configuration, _run.Model.Hashes);
        }
        _run.RollBack(_watchdog.State.Recoveries, _configuration.Watchdog.MaxRecoveries);
        _run.Save(_watchdog.Capture(_trainer), isRollback: true);
        _watchdog.DropSnapshotsAfter(recovery.BackTo);
        _run.Observer.PhaseChanged(TrainingPhase.Optimizing);
    }

    // Null if the state is broken: the watchdog will find it at a step that does not depend on when checkpoints are written.
    private string? Save()
    {
        Checkpoint checkpoint = _watchdog.Capture(_trainer);
        if (FiniteState.FirstBroken(checkpoint) is not { } broken)
        {
            return _run.Save(checkpoint);
        }
        string problem = string.Create(CultureInfo.InvariantCulture, $"step {_trainer.Step}: {broken} holds a value that is not finite; no checkpoint is written, the last one is intact.");
        if (!_watchdog.IsOn)
        {
            throw new DfkException(ExitCode.Diverged, problem + " " + DivergenceAdvice.For(Symptom.NotFinite));
        }
        _run.Note(problem);
        return null;
    }

    private string SaveOrNewest() =>
        Save() ?? _run.Folder.Checkpoints(_configuration.CheckpointKeep, _configuration.CheckpointMilestones).LatestPath ?? "none";

    private TrainingResult Finish(CancellationToken stop)
    {
        string checkpoint = SaveOrNewest();
        _watchdog.DropSnapshots();
        return new AfterTraining(_run, _request, _trainer, _pictures).Run(checkpoint, stop);
    }
}
