using System;
using System.Collections.Generic;

namespace DreamFusion.Autodiff;

/// <summary>The part of a step that an operation was timed in.</summary>
public enum TapePass
{
    /// <summary>Computing values.</summary>
    Forward,

    /// <summary>Sending gradients back.</summary>
    Backward,

    /// <summary>Changing parameters.</summary>
    Update,
}

/// <summary>Time that the operations of one label took in one pass.</summary>
/// <param name="Label">The operation's name.</param>
/// <param name="Pass">Which pass.</param>
/// <param name="Elapsed">Sum over all calls since the last <see cref="TapeProfiler.Clear"/>.</param>
/// <param name="Calls">Number of calls.</param>
public readonly record struct OperationTime(string Label, TapePass Pass, TimeSpan Elapsed, int Calls);

/// <summary>
/// A stopwatch for the operations on a device's tapes: set it as <see cref="DeviceContext.Profiler"/>, and every operation adds the time
/// since the one before it under its own name. On a device that runs behind the host it waits after each operation.
/// </summary>
/// <remarks>
/// An operation that records nothing and has no <see cref="Tape.Mark"/> counts towards the next one. Not thread-safe, like the tapes.
/// </remarks>
public sealed class TapeProfiler
{
    private readonly TimeProvider _clock;
    private readonly List<OperationTime> _times = [];
    private long _last;

    /// <summary>A profiler without times.</summary>
    /// <param name="clock">The clock, default the system's.</param>
    public TapeProfiler(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        Start();
    }

    /// <summary>Times since the last <see cref="Clear"/>, in the order in which operations first finished.</summary>
    public IReadOnlyList<OperationTime> Times => _times;

    /// <summary>Starts the clock anew, so that what happened since the last operation counts for none.</summary>
    public void Start() => _last = _clock.GetTimestamp();

    /// <summary>Forgets all times.</summary>
    public void Clear()
    {
        _times.Clear();
        Start();
    }

    /// <summary>Counts the time since the last lap for an operation that has just finished.</summary>
    /// <param name="label">The operation's name.</param>
    /// <param name="pass">Which pass.</param>
    public void Lap(string label, TapePass pass)
    {
        TimeSpan elapsed = _clock.GetElapsedTime(_last);
        int index = 0;
        while (index < _times.Count && (_times[index].Pass != pass || _times[index].Label != label))
        {
            index++;
        }
        if (index == _times.Count)
        {
            _times.Add(new OperationTime(label, pass, TimeSpan.Zero, 0));
        }
        OperationTime time = _times[index];
        _times[index] = time with { Elapsed = time.Elapsed + elapsed, Calls = time.Calls + 1 };
        // What the bookkeeping itself takes counts for no operation.
        Start();
    }
}
