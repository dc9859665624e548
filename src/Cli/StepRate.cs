using System.Diagnostics;

namespace DreamFusion.Cli;

/// <summary>Steps per second, smoothed over about ten seconds, so that the time left does not jump.</summary>
internal sealed class StepRate
{
    private const double WindowSeconds = 10;

    private long _last = Stopwatch.GetTimestamp();
    private double _weight;
    private double _seconds;

    /// <summary>The rate, or 0 before the first step.</summary>
    public double PerSecond => _weight > 0 ? _weight / _seconds : 0;

    /// <summary>Leaves out the time since the last step: something else was done in it.</summary>
    public void Skip()
    {
        _last = Stopwatch.GetTimestamp();
    }

    /// <summary>Counts a step that ends now.</summary>
    public void Count()
    {
        long now = Stopwatch.GetTimestamp();
        double seconds = Stopwatch.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;

        // Old steps fade with the time that passes: both sums decay alike, their ratio is the mean rate of the window.
        double keep = System.Math.Exp(-seconds / WindowSeconds);
        _weight = (_weight * keep) + 1;
        _seconds = (_seconds * keep) + seconds;
    }
}
