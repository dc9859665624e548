using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>The whole state of a run between two steps. Nothing in it depends on time, place or the number of threads.</summary>
public sealed record Checkpoint
{
    /// <summary>Steps done, at least 0.</summary>
    public required int Step { get; init; }

    /// <summary>Seed of the run.</summary>
    public required uint Seed { get; init; }

    /// <summary>Positions of random sequences by name; empty where every draw is keyed by seed and step.</summary>
    public IReadOnlyDictionary<string, long> RandomCounters { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>The part of the configuration that determines the result, as YAML: <see cref="Configuration.ConfigurationFile.WriteDetermining"/>.</summary>
    public required string Configuration { get; init; }

    /// <summary>SHA-256 of each of the prior's files, in hexadecimal, by the file's path inside its folder.</summary>
    public required IReadOnlyDictionary<string, string> ModelHashes { get; init; }

    /// <summary>What the watchdog remembers, as JSON: <see cref="Training.Watchdog.WatchdogState.Write"/>; empty if nothing has happened.</summary>
    public string Watchdog { get; init; } = "";

    /// <summary>Parameters, optimiser state, moving average and occupancy grid by name, <c>parameters.encoder</c>.</summary>
    public required IReadOnlyDictionary<string, Tensor> Tensors { get; init; }

    /// <summary>The tensor of that name, checked against the type and shape that the running program needs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="shape">Its shape.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>; the message names both sides.</exception>
    public Tensor Require(string name, TensorType type, params ImmutableArray<long> shape)
    {
        if (!Tensors.TryGetValue(name, out Tensor? tensor))
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"checkpoint: expected a tensor '{name}', got only {string.Join(", ", Tensors.Keys.Order(StringComparer.Ordinal))}.");
        }

        if (tensor.Type != type || !tensor.Shape.AsSpan().SequenceEqual(shape.AsSpan()))
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"checkpoint: tensor '{name}': expected {type.FileName()} [{string.Join(", ", shape)}], got {tensor.Describe()}; the configuration must be that of the run.");
        }

        return tensor;
    }
}
