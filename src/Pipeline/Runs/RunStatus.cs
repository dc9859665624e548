using System;
using System.Collections.Generic;
using DreamFusion.Pipeline.Training.Watchdog;

namespace DreamFusion.Pipeline.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>In progress, or killed without a chance to say so.</summary>
    Running,

    /// <summary>All steps done and all results written.</summary>
    Done,

    /// <summary>Stopped on request; a checkpoint holds the state.</summary>
    Interrupted,

    /// <summary>Training diverged and could not be recovered.</summary>
    Diverged,

    /// <summary>Ended by an error.</summary>
    Failed,
}

/// <summary>The contents of <c>run.json</c>.</summary>
public sealed record RunSummary
{
    /// <summary>The sentence that the run turns into an object.</summary>
    public required string Prompt { get; init; }

    /// <summary>What is made if it is no object: <c>2d</c> for pictures; null for an object.</summary>
    public string? Task { get; init; }

    /// <summary>Seed of the run.</summary>
    public required uint Seed { get; init; }

    /// <summary>Where the run stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Why the run failed or diverged; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public required int Iters { get; init; }

    /// <summary>When the run began, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it ended, UTC; null while it is in progress.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Versions of this program, .NET, ONNX Runtime and the operating system, by name.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The device on which our kernels run, in words.</summary>
    public required string Device { get; init; }

    /// <summary>The prior: <c>toybox</c> or the folder's path as given.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the prior's files, in hexadecimal, by path inside the prior's folder.</summary>
    public required IReadOnlyDictionary<string, string> ModelHashes { get; init; }

    /// <summary>Wall time by stage, seconds; empty until it is known.</summary>
    public IReadOnlyDictionary<string, double> Seconds { get; init; } = new Dictionary<string, double>();

    /// <summary>Wall time of the whole run, over all processes that worked on it, seconds; null until it is known.</summary>
    public double? TotalSeconds { get; init; }

    /// <summary>The watchdog's rollbacks, the first one first.</summary>
    public IReadOnlyList<Recovery> Recoveries { get; init; } = [];

    /// <summary>Final scores by name; empty until they are known.</summary>
    public IReadOnlyDictionary<string, double> Scores { get; init; } = new Dictionary<string, double>();
}
