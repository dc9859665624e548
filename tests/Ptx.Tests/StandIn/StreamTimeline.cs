using System;
using System.Collections.Generic;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>How much of every stream has happened before a point: numbers of operations by stream.</summary>
internal sealed class Clock
{
    private readonly Dictionary<nint, long> _times = [];

    public long this[nint stream] => _times.GetValueOrDefault(stream);

    public Clock Copy()
    {
        var copy = new Clock();
        copy.Join(this);
        return copy;
    }

    public void Join(Clock other)
    {
        foreach ((nint stream, long time) in other._times)
        {
            _times[stream] = Math.Max(this[stream], time);
        }
    }

    public void Advance(nint stream) => _times[stream] = this[stream] + 1;
}

/// <summary>An operation in a stream, which runs as late as it may: when something waits for it.</summary>
/// <param name="Run">What it does.</param>
/// <param name="Issued">What the host had waited for when it was issued.</param>
internal sealed record StreamOperation(Action Run, Clock Issued)
{
    public bool IsDone { get; set; }

    /// <summary>What had happened when it was done.</summary>
    public Clock Done { get; set; } = new();
}

/// <summary>A stream: operations that have not run yet.</summary>
internal sealed class StreamTimeline(nint handle, bool isBlocking)
{
    public nint Handle { get; } = handle;

    /// <summary>Whether it and the legacy default stream wait for each other.</summary>
    public bool IsBlocking { get; } = isBlocking;

    public Queue<StreamOperation> Pending { get; } = [];

    public StreamOperation? Last { get; set; }

    /// <summary>What has happened before the next operation of the stream.</summary>
    public Clock Clock { get; } = new();
}

/// <summary>An event: the operation it was recorded behind.</summary>
internal sealed class EventRecord
{
    public StreamTimeline? Stream { get; set; }

    public StreamOperation? Mark { get; set; }

    public bool TakesTime { get; init; }
}
