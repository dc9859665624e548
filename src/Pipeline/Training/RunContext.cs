using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Guidance;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Machine.Planning;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Training;

/// <summary>What every kind of run shares: its folder with log, record and checkpoints, the device, and who is told what happens.</summary>
internal sealed class RunContext : IDisposable
{
    private readonly long _since;
    private readonly RunRecord _record;
    private readonly bool _ownsDevice;
    private int _rollbacks;

    /// <summary>Opens the run folder, writes its first files and starts the device.</summary>
    /// <param name="configuration">The validated configuration.</param>
    /// <param name="request">What does not change the result.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="model">The prior and its hashes.</param>
    /// <param name="resume">The run to go on with, or null for a new one.</param>
    /// <param name="since">Time stamp from which the run's time counts; null for now.</param>
    /// <param name="device">Where the kernels run, if it is open already; it stays the caller's. Null to open it.</param>
    public RunContext(
        RunConfiguration configuration, TrainingRequest request, ITrainingObserver observer, RunModel model, ResumePoint? resume = null, long? since = null,
        DeviceContext? device = null)
    {
        _since = since ?? Stopwatch.GetTimestamp();
        Previous = resume?.Summary;
        Configuration = configuration;
        Observer = observer;
        Model = model;
        FirstStep = resume?.Step ?? 0;
        Folder = resume is null
            ? RunFolder.Create(request.OutputFolder, configuration.Prompt)
            : RunFolder.Reopen(resume.Folder, resume.Step, resume.Watchdog.Recoveries.Length, resume.Damaged);
        try
        {
            observer.Started(Folder.Path, configuration.Iters);
            string? task = configuration.Task == TrainingTask.Pictures ? "2d" : null;
            int threads = configuration.Threads > 0 ? configuration.Threads : Environment.ProcessorCount;
            string where = DeviceSelection.CudaIndex(configuration.Device) is null
                ? $"cpu, {threads} threads, {request.Kernels.ToString().ToLowerInvariant()} kernels"
                : $"{configuration.Device}, {request.Kernels.ToString().ToLowerInvariant()} kernels";
            string devices = $"{where}; guidance: {model.Device.Description}";
            _record = new RunRecord(Folder, configuration, model.Hashes, devices, FirstStep, resume?.Summary, task, _since);
            ImmutableArray<Recovery> recoveries = resume?.Watchdog.Recoveries ?? [];
            _rollbacks = recoveries.Length;
            _record.Keep(recoveries);
            Folder.WriteConfiguration(configuration);
            Folder.Log(string.Create(
                CultureInfo.InvariantCulture,
                $"{(task is null ? "" : task + ": ")}\"{configuration.Prompt}\", seed {configuration.Seed}, {configuration.Iters} steps, model {configuration.Model}; {devices}"));
            if (resume is not null)
            {
                Note(string.Create(CultureInfo.InvariantCulture, $"resumed in {Folder.Path} after {FirstStep} steps{(resume.Checkpoint is null ? ", as it has no checkpoint yet" : "")}"));
            }
            _ownsDevice = device is null;
            Device = device ?? DeviceSelection.Open(configuration.Device, threads, request.Kernels, configuration.Deterministic);
            foreach (string part in PortableParts.Of(configuration, Device))
            {
                Note(part);
            }
        }
        catch
        {
            Folder.Dispose();
            throw;
        }
    }

    /// <summary>The run's configuration.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>Told what happens.</summary>
    public ITrainingObserver Observer { get; }

    /// <summary>The prior.</summary>
    public RunModel Model { get; }

    /// <summary>The run folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>Where the kernels run.</summary>
    public DeviceContext Device { get; }

    /// <summary>Steps that were done before.</summary>
    public int FirstStep { get; }

    /// <summary>Wall time of this process on the run.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_since);

    /// <summary>What the record said before this process went on with the run; null for a new one.</summary>
    public RunSummary? Previous { get; }

    /// <summary>Says something to the user and to the log.</summary>
    public void Note(string message)
    {
        Folder.Log(message);
        Observer.Note(message);
    }

    /// <summary>Says to the user and to the log how long the run will take.</summary>
    public void Forecast(string message)
    {
        Folder.Log(message);
        Observer.Forecast(message);
    }

    /// <summary>Runs a body and, if it fails, says so in log and record.</summary>
    /// <param name="body">The run.</param>
    /// <param name="step">Steps done when it is asked.</param>
    public TrainingResult Guard(Func<TrainingResult> body, Func<int> step)
    {
        try
        {
            return body();
        }
        catch (Exception e)
        {
            TryRecord(() => _record.Fail(e, step()));
            TryRecord(() => Folder.Log($"failed at step {step()}: {e}"));
            throw;
        }
    }

    // Where the disk is what failed, neither record nor log may take another word; the error that ended the run is the one to report.
    private static void TryRecord(Action write)
    {
        try
        {
            write();
        }
        catch (DfkException e) when (e.ExitCode == ExitCode.MachineLacks)
        {
        }
    }

    /// <summary>Takes steps until the last one, or until asked to stop.</summary>
    /// <param name="position">Steps done when it is asked; a rollback takes it back.</param>
    /// <param name="advance">Takes one step, or says by null that the run was rolled back instead.</param>
    /// <param name="after">Called after each step.</param>
    /// <param name="stop">Ends the loop between two steps.</param>
    /// <returns>Whether all steps are done.</returns>
    public bool Optimize(Func<int> position, Func<StepReport?> advance, Action<StepReport> after, CancellationToken stop)
    {
        Observer.PhaseChanged(TrainingPhase.Optimizing);
        while (position() < Configuration.Iters)
        {
            if (stop.IsCancellationRequested)
            {
                return false;
            }
            if (advance() is not { } report)
            {
                continue;
            }
            _record.Add(report);
            Folder.AppendMetrics(report);
            Observer.StepDone(report);
            after(report);
        }
        return true;
    }

    /// <summary>Says that the run goes on from an earlier step: to the user, to log and metrics, and with the next checkpoint in <c>run.json</c>.</summary>
    /// <param name="recoveries">All rollbacks so far, this one last.</param>
    /// <param name="most">Rollbacks that the configuration allows.</param>
    public void RollBack(ImmutableArray<Recovery> recoveries, int most)
    {
        Recovery last = recoveries[^1];
        _rollbacks = recoveries.Length;
        _record.Keep(recoveries);
        Folder.AppendRollback(last, _rollbacks);
        Note(string.Create(
            CultureInfo.InvariantCulture,
            $"step {last.Step}: {last.Symptom.Name()}: {last.Symptom.Sentence()} ({last.Evidence}); back to step {last.BackTo} with {last.Change} (rollback {_rollbacks} of {most})."));
    }

    /// <summary>Adds wall time since a time stamp to a part of the run.</summary>
    /// <returns>Seconds.</returns>
    public double AddTime(string part, long since)
    {
        double seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
        _record.AddSeconds(part, seconds);
        return seconds;
    }

    /// <summary>Keeps the final scores in the record, whatever becomes of the rest.</summary>
    public void SetScores(IReadOnlyList<KeyValuePair<string, double>> scores) => _record.SetScores(scores);

    /// <summary>Saves a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="isRollback">Whether those of later steps are given up.</param>
    /// <returns>Its path.</returns>
    public string Save(Checkpoint checkpoint, bool isRollback = false)
    {
        Observer.PhaseChanged(TrainingPhase.Saving);
        CheckpointFolder folder = Folder.Checkpoints(Configuration.CheckpointKeep, Configuration.CheckpointMilestones);
        string path = isRollback ? folder.RollBack(checkpoint) : folder.Save(checkpoint);
        _record.Write(RunStatus.Running, checkpoint.Step);
        Folder.LogCheckpoint(checkpoint.Step, path, _rollbacks);
        Observer.FileWritten(path);
        return path;
    }

    /// <summary>Writes the end of a run into record and log.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="checkpoint">Path of the newest checkpoint.</param>
    /// <param name="scores">Final scores; none if it was interrupted.</param>
    /// <param name="sheet">Path of the final sheet, or null if there is none.</param>
    /// <param name="remark">Added to the line in the log.</param>
    public TrainingResult End(
        TrainingOutcome outcome, int step, string checkpoint, IReadOnlyList<KeyValuePair<string, double>> scores, string? sheet, string remark = "")
    {
        string numbers = string.Concat(scores.Select(score => string.Create(CultureInfo.InvariantCulture, $", {score.Key} {score.Value:g3}")));
        if (outcome == TrainingOutcome.Done)
        {
            _record.Finish(step, scores);
            Folder.Log("done" + remark + numbers);
        }
        else
        {
            _record.Write(RunStatus.Interrupted, step);
            Folder.Log(string.Create(CultureInfo.InvariantCulture, $"interrupted after {step} steps{remark}{numbers}"));
        }
        return new TrainingResult
        {
            Outcome = outcome,
            RunFolder = Folder.Path,
            FirstStep = FirstStep,
            Step = step,
            Duration = Elapsed,
            CheckpointPath = checkpoint,
            CanResume = outcome == TrainingOutcome.Interrupted && Configuration.Task == TrainingTask.Asset,
            SheetPath = sheet,
            Scores = scores,
            Times = _record.Times,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsDevice)
        {
            Device.Dispose();
        }

        Folder.Dispose();
    }
}

/// <summary>The prior of a run.</summary>
/// <param name="Folder">The opened folder.</param>
/// <param name="Hashes">SHA-256 of each of its files, by path inside the folder; with <see cref="FieldStart.HashName"/> where a field was given.</param>
/// <param name="Device">Where the prior runs.</param>
/// <param name="Notes">What the user should know about it, the prompt and the configuration, one line each.</param>
internal sealed record RunModel(ModelFolder Folder, IReadOnlyDictionary<string, string> Hashes, GuidanceDevice Device, IReadOnlyList<string> Notes)
{
    /// <summary>Opens a configuration's prior and checks the prompt against its vocabulary.</summary>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>, if either cannot be used or no folder can be where the run should go; with <see cref="ExitCode.MachineLacks"/>, if the run needs more memory or
    /// disk than there is.
    /// </exception>
    public static RunModel Open(RunConfiguration configuration, TrainingRequest request)
    {
        if (request.OutputFolder is not null)
        {
            OutputPath.RequireFolder(request.OutputFolder);
        }

        ModelFolder folder = ModelFolder.Open(request.ModelFolder ?? ModelLocator.Locate(configuration.Model));
        IReadOnlyList<string> warnings = PromptVocabulary.TryLoad(folder)?.Check(configuration.Prompt, request.Anyway) ?? [];
        (GuidanceDevice device, string? deviceNote) = GuidanceDevice.Select(configuration);
        // Before the files are hashed: of a large folder that alone takes half a minute.
        IReadOnlyList<string> lacks = ResourceCheck.Require(request.Wanted(configuration), folder, request.OutputFolder, request.Anyway);
        return new RunModel(
            folder, folder.HashFiles().ToDictionary(file => file.RelativePath, file => file.Sha256), device,
            [.. request.Notes, .. lacks, .. warnings, .. deviceNote is null ? Array.Empty<string>() : [deviceNote], .. GraphPrecision.Notes(configuration.Guidance.Precision, folder), .. folder.Notes]);
    }
}
