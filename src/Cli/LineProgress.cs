using System;
using System.Diagnostics;
using System.IO;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Cli;

/// <summary>Progress for files and pipes: one line every few seconds; with <c>--verbose</c> every step, with <c>--quiet</c> only notes.</summary>
internal sealed class LineProgress(TextWriter output, bool quiet, bool verbose) : ITrainingObserver
{
    private const double SecondsBetweenLines = 5;

    private readonly StepRate _rate = new();
    private long _lastLine = Stopwatch.GetTimestamp();

    /// <summary>The run folder, once there is one.</summary>
    public string? RunFolder { get; private set; }

    public void Started(string runFolder, int iters)
    {
        RunFolder = runFolder;
        Write($"run folder {runFolder}, {iters} steps");
    }

    public void PhaseChanged(TrainingPhase phase)
    {
        _rate.Skip();
        if (verbose || phase is TrainingPhase.Preparing or TrainingPhase.Finishing or TrainingPhase.Filming or TrainingPhase.Exporting or TrainingPhase.Scoring)
        {
            Write(ProgressText.Phase(phase));
        }
    }

    public void StepDone(StepReport report)
    {
        _rate.Count();
        bool due = Stopwatch.GetElapsedTime(_lastLine).TotalSeconds >= SecondsBetweenLines;
        if (verbose)
        {
            Write($"{ProgressText.Position(report, _rate)}  {report.Scene?.Shading ?? "pictures"}  {ProgressText.Measurements(report)}  {ProgressText.Times(report)}");
        }
        else if (due || report.Step == 1 || report.Step == report.Iters)
        {
            Write($"{ProgressText.Position(report, _rate)}  {ProgressText.Measurements(report)}");
            _lastLine = Stopwatch.GetTimestamp();
        }
    }

    public void FileWritten(string path)
    {
        if (verbose)
        {
            Write("wrote " + path);
        }
    }

    public void Note(string message)
    {
        Console.Error.WriteLine("dfk: " + message);
    }

    public void Forecast(string message)
    {
        Write(message);
    }

    private void Write(string line)
    {
        if (!quiet)
        {
            output.WriteLine(line);
        }
    }
}
