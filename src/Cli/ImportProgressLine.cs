using System;
using System.Diagnostics;
using System.Globalization;
using DreamFusion.Pipeline.Import;

namespace DreamFusion.Cli;

/// <summary>How far an import is and how long it will take, on stderr: one line that is written over on a terminal, else a line every few seconds.</summary>
internal sealed class ImportProgressLine(bool quiet) : IProgress<ImportProgress>
{
    private const double SecondsBetweenLines = 5;
    private const double SecondsBetweenUpdates = 0.2;
    private const int Width = 78;

    // Before that the rate says little.
    private const double SecondsBeforeForecast = 2;

    private readonly bool _terminal = !Console.IsErrorRedirected;
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _last;
    private bool _open;

    public void Report(ImportProgress value)
    {
        if (quiet || (_last != 0 && Stopwatch.GetElapsedTime(_last).TotalSeconds < (_terminal ? SecondsBetweenUpdates : SecondsBetweenLines)))
        {
            return;
        }

        _last = Stopwatch.GetTimestamp();
        string line = Text(value, Stopwatch.GetElapsedTime(_began));
        if (_terminal)
        {
            Console.Error.Write("\r" + line.PadRight(Width));
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
            Console.Error.Write("\r" + new string(' ', Width) + "\r");
            _open = false;
        }
    }

    /// <summary>The line.</summary>
    internal static string Text(ImportProgress value, TimeSpan elapsed)
    {
        string left = value.DoneBytes > 0 && elapsed.TotalSeconds >= SecondsBeforeForecast
            ? $", {ProgressText.Duration(elapsed * ((double)(value.TotalBytes - value.DoneBytes) / value.DoneBytes))} left"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"importing: {value.Activity}, {value.DoneBytes / 1e9:0.0} of {value.TotalBytes / 1e9:0.0} GB{left}");
    }
}
