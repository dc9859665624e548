using System.Collections.Generic;
using System.Diagnostics;

namespace DreamFusion.Pipeline.Training;

/// <summary>Wall time of the parts of a step: every lap is added to the part it names.</summary>
public sealed class StepClock
{
    private readonly List<KeyValuePair<string, double>> _parts = [];
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>Seconds of each part since the last <see cref="Restart"/>, in the order in which the parts first appeared.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Seconds => _parts;

    /// <summary>Forgets all laps and begins a new step.</summary>
    public void Restart()
    {
        _parts.Clear();
        _last = Stopwatch.GetTimestamp();
    }

    /// <summary>Adds the time since the last lap to a part.</summary>
    public void Lap(string part)
    {
        long now = Stopwatch.GetTimestamp();
        double seconds = Stopwatch.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
        for (int i = 0; i < _parts.Count; i++)
        {
            if (_parts[i].Key == part)
            {
                _parts[i] = new KeyValuePair<string, double>(part, _parts[i].Value + seconds);
                return;
            }
        }
        _parts.Add(new KeyValuePair<string, double>(part, seconds));
    }
}
