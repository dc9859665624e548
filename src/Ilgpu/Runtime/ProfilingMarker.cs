using System;
using System.Diagnostics;

namespace ILGPU.Runtime;

/// <summary>A point in time of a stream.</summary>
public class ProfilingMarker : IDisposable
{
    private readonly Accelerator _accelerator;
    private readonly long _timestamp = Stopwatch.GetTimestamp();

    internal ProfilingMarker(Accelerator accelerator)
    {
        _accelerator = accelerator;
    }

    /// <summary>Waits until the stream has reached the marker.</summary>
    public virtual void Synchronize() => _accelerator.Synchronize();

    /// <summary>The time that passed from <paramref name="marker"/> to this one.</summary>
    /// <exception cref="ArgumentException">The other marker belongs to another accelerator.</exception>
    public TimeSpan MeasureFrom(ProfilingMarker marker)
    {
        ArgumentNullException.ThrowIfNull(marker);
        if (marker._accelerator != _accelerator)
        {
            throw new ArgumentException($"The marker belongs to accelerator {marker._accelerator}, expected {_accelerator}.", nameof(marker));
        }

        return Since(marker);
    }

    /// <summary>The time that passed from <paramref name="right"/> to <paramref name="left"/>.</summary>
    public static TimeSpan operator -(ProfilingMarker left, ProfilingMarker right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.MeasureFrom(right);
    }

    /// <summary>Ends the use of the marker.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what a derived marker owns.</summary>
    /// <param name="disposing">True if called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    private protected virtual TimeSpan Since(ProfilingMarker marker) => Stopwatch.GetElapsedTime(marker._timestamp, _timestamp);
}
