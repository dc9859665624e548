using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Cache;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Guidance.Bound;
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

    private readonly RunContext _run;
    private readonly VaeDecoder? _decoder;
    private readonly Painter _painter;
    private readonly PaintingSheet _sheet = new();

    private PaintingSession(RunContext run, ScoreDistillation guidance, PromptEmbeddings prompt)
    {
        _run = run;
        _decoder = run.Model.Folder.Kind == ModelKind.LatentSpace ? new VaeDecoder(run.Model.Folder) : null;
        _painter = new Painter(run.Configuration, run.Device, guidance, _decoder, prompt.TextsFor(FrontAzimuth, FrontElevation));
    }

    /// <summary>Paints until the last step or until asked to stop.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="request">What does not change the result; painting is not resumed.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="stop">Finishes the step under way, saves a checkpoint and returns.</param>
    /// <exception cref="DfkException">Bad input, before any work starts; a machine that lacks something; divergence.</exception>
    public static TrainingResult Run(RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(observer);
        if (request.Resume)
        {
            throw new DfkException(ExitCode.BadInput, "pictures (--2d, task: 2d) take seconds and are not resumed; paint them again with another --out.");
        }
        configuration = configuration with { Task = TrainingTask.Pictures };
        configuration.Validate();
        var model = RunModel.Open(configuration, request);
        RunFolder.RequireFree(request.OutputFolder);
        observer.PhaseChanged(TrainingPhase.Preparing);
        var prompt = PromptEmbeddings.Compute(
            model.Folder, configuration.Prompt, configuration.NegativePrompt, new ViewPrompts(configuration.ViewPrompts), configuration.Guidance, model.Device);
        var cache = DiskCache.OfUser();
        using DeviceContext? kernels = GuidanceMemory.OpenKernels(configuration, model.Device, request.Kernels);
        using GuidanceMemory? memory = kernels is null ? null : GuidanceMemory.Shared(kernels, model.Device);
        using var guidance = new ScoreDistillation(model.Folder, GuidanceOptions.From(configuration, model.Device), cache, memory);
        using var run = new RunContext(configuration, request, observer, model, device: kernels);
        using var session = new PaintingSession(run, guidance, prompt);
        string[] notes = [.. model.Notes, .. guidance.Notes, .. cache.Warnings, .. prompt.Warnings];
        Array.ForEach(notes, run.Note);
        return run.Guard(() => session.Run(stop), () => session._painter.Step);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _painter.Dispose();
        _decoder?.Dispose();
    }

    private TrainingResult Run(CancellationToken stop)
    {
        IReadOnlyList<int> shown = PaintingSheet.Steps(_run.Configuration.Iters);
        _sheet.Add(0, _painter.Pictures());
        bool done = _run.Optimize(
            () => _painter.Step,
            _painter.Advance,
            report =>
            {
                if (shown.Contains(report.Step))
                {
                    _sheet.Add(report.Step, _painter.Pictures());
                }
            },
            stop);
        return Finish(done);
    }

    // An interrupted run shows and scores what it has: that takes less than a second.
    private TrainingResult Finish(bool done)
    {
        string checkpoint = _run.Save(
            TrainerCheckpoint.Capture(_painter.Parameters, _painter.Optimizer, _painter.Step, _run.Configuration, _run.Model.Hashes));
        _run.Observer.PhaseChanged(TrainingPhase.Finishing);
        IReadOnlyList<FloatImage> pictures = _painter.Pictures();
        _sheet.Add(_painter.Step, pictures);
        _run.Observer.FileWritten(_run.Folder.WriteSheet(_sheet.Compose()));
        IReadOnlyList<KeyValuePair<string, double>> scores =
            PictureScore.Evaluate(_run.Model.Folder, _run.Configuration.Prompt, _run.Device, [.. _painter.Names.Zip(pictures)]);
        return _run.End(
            done ? TrainingOutcome.Done : TrainingOutcome.Interrupted, _painter.Step, checkpoint, scores, _run.Folder.SheetPath,
            ", sheet at steps " + string.Join(", ", _sheet.ColumnSteps));
    }
}
