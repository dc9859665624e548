using System;
using System.Collections.Generic;
using System.Diagnostics;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Training;

/// <summary>Keeps <c>run.json</c> true: what runs, with what, how far it is, how long each part took, how it ended.</summary>
public sealed class RunRecord
{
    private readonly RunFolder _folder;
    private RunSummary _start;
    private readonly SortedDictionary<string, double> _seconds;
    private readonly double _before;
    private readonly long _since;
    private IReadOnlyList<KeyValuePair<string, double>> _scores = [];

    /// <summary>Writes the first <c>run.json</c>, status running.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="configuration">The run's configuration.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files, by its path in the folder.</param>
    /// <param name="device">Where the kernels run, in words.</param>
    /// <param name="step">Steps done before.</param>
    /// <param name="previous">What was written before the run was resumed: its start and its times go on; null for a new run.</param>
    /// <param name="task">What is made if it is no object, such as <c>2d</c>.</param>
    /// <param name="since">Time stamp of the process's start on the run; null for now.</param>
    public RunRecord(
        RunFolder folder, RunConfiguration configuration, IReadOnlyDictionary<string, string> modelHashes, string device, int step = 0, RunSummary? previous = null,
        string? task = null, long? since = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(modelHashes);
        _folder = folder;
        _since = since ?? Stopwatch.GetTimestamp();
        _before = previous?.TotalSeconds ?? 0;
        _seconds = new SortedDictionary<string, double>(previous is null ? [] : new Dictionary<string, double>(previous.Seconds), StringComparer.Ordinal);
        _start = new RunSummary
        {
            Prompt = configuration.Prompt,
            Task = task,
            Seed = configuration.Seed,
            Status = RunStatus.Running,
            Step = 0,
            Iters = configuration.Iters,
            Started = previous?.Started ?? DateTimeOffset.UtcNow,
            Versions = ProgramVersions.All,
            Device = device,
            Model = configuration.Model,
            ModelHashes = modelHashes,
        };
        Write(RunStatus.Running, step);
    }

    /// <summary>Keeps the watchdog's rollbacks for what is written from here on.</summary>
    public void Keep(IReadOnlyList<Recovery> recoveries) => _start = _start with { Recoveries = recoveries };

    /// <summary>Adds a step's times.</summary>
    public void Add(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach ((string part, double seconds) in report.Seconds)
        {
            AddSeconds(part, seconds);
        }
    }

    /// <summary>Where the time went so far.</summary>
    public RunTimes Times => new(_before + Stopwatch.GetElapsedTime(_since).TotalSeconds, new SortedDictionary<string, double>(_seconds, StringComparer.Ordinal));

    /// <summary>Keeps the final scores, which every later state of the record then has.</summary>
    public void SetScores(IReadOnlyList<KeyValuePair<string, double>> scores) => _scores = scores;

    /// <summary>Adds wall time to a part of the run.</summary>
    public void AddSeconds(string part, double seconds) => _seconds[part] = _seconds.GetValueOrDefault(part) + seconds;

    /// <summary>Writes the state of a run that goes on or was interrupted.</summary>
    public void Write(RunStatus status, int step) => _folder.WriteSummary(Now(status, step));

    /// <summary>Writes the end of a run that is done.</summary>
    public void Finish(int step, IReadOnlyList<KeyValuePair<string, double>> scores)
    {
        SetScores(scores);
        Write(RunStatus.Done, step);
    }

    /// <summary>Writes the end of a run that failed.</summary>
    public void Fail(Exception error, int step)
    {
        ArgumentNullException.ThrowIfNull(error);
        RunStatus status = error is DfkException { ExitCode: ExitCode.Diverged } ? RunStatus.Diverged : RunStatus.Failed;
        _folder.WriteSummary(Now(status, step) with { Error = error.Message });
    }

    private RunSummary Now(RunStatus status, int step)
    {
        RunTimes times = Times;
        return _start with
        {
            Status = status,
            Step = step,
            Seconds = times.Parts,
            TotalSeconds = times.TotalSeconds,
            Ended = status == RunStatus.Running ? null : DateTimeOffset.UtcNow,
            Scores = new Dictionary<string, double>(_scores),
        };
    }
}
