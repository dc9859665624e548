using System;
using System.Diagnostics;
using System.Globalization;

namespace DreamFusion.Cli;

/// <summary>How far a render is, on stderr: one line that is written over on a terminal, else a line every few seconds.</summary>
internal sealed class RenderProgress(bool quiet)
{
    private const double SecondsBetweenLines = 5;
    private const double SecondsBetweenUpdates = 0.2;

    private readonly bool _terminal = !Console.IsErrorRedirected;
    private long _last = Stopwatch.GetTimestamp();
    private bool _open;

    /// <summary>Says it, if it is time.</summary>
    /// <param name="unit">What is counted.</param>
    /// <param name="done">How many are done; the fraction is of the one under way.</param>
    /// <param name="all">How many there are.</param>
    public void Report(string unit, double done, int all)
    {
        if (quiet || Stopwatch.GetElapsedTime(_last).TotalSeconds < (_terminal ? SecondsBetweenUpdates : SecondsBetweenLines))
        {
            return;
        }

        _last = Stopwatch.GetTimestamp();
        string line = string.Create(CultureInfo.InvariantCulture, $"rendering {unit} {done:0.##} of {all}");
        if (_terminal)
        {
            Console.Error.Write("\r" + line.PadRight(60));
            _open = true;
        }
        else
        {
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>Ends the line on a terminal.</summary>
    public void End()
    {
        if (_open)
        {
            Console.Error.Write("\r" + new string(' ', 60) + "\r");
            _open = false;
        }
    }
}
