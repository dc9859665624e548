using System;
using System.Diagnostics;
using DreamFusion.Pipeline.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DreamFusion.Cli;

/// <summary>Progress on a terminal: a bar with step, speed, time left and phase, and a line with losses, occupied share and memory.</summary>
internal sealed class LiveProgress(IAnsiConsole console, LiveDisplayContext display) : ITrainingObserver
{
    private const double SecondsBetweenFrames = 0.1;
    private const int BarWidth = 30;

    private readonly StepRate _rate = new();
    private long _lastFrame;
    private TrainingPhase _phase = TrainingPhase.Preparing;
    private StepReport? _step;

    /// <summary>The run folder, once there is one.</summary>
    public string? RunFolder { get; private set; }

    public void Started(string runFolder, int iters)
    {
        RunFolder = runFolder;
        console.WriteLine(TerminalText.Printable($"run folder {runFolder}, {iters} steps"));
        Draw();
    }

    public void PhaseChanged(TrainingPhase phase)
    {
        _phase = phase;
        _rate.Skip();
        Draw();
    }

    public void StepDone(StepReport report)
    {
        _rate.Count();
        _step = report;
        if (Stopwatch.GetElapsedTime(_lastFrame).TotalSeconds >= SecondsBetweenFrames || report.Step == report.Iters)
        {
            Draw();
        }
    }

    public void FileWritten(string path)
    {
        // The bar shows that files are written; their paths are in the summary at the end.
    }

    public void Note(string message)
    {
        console.WriteLine("dfk: " + TerminalText.Printable(message));
    }

    private void Draw()
    {
        _lastFrame = Stopwatch.GetTimestamp();
        display.UpdateTarget(Frame());
    }

    private IRenderable Frame()
    {
        string phase = ProgressText.Phase(_phase);
        if (_step is null)
        {
            return new Text(phase);
        }

        int filled = Math.Clamp((int)((long)BarWidth * _step.Step / _step.Iters), 0, BarWidth);
        Markup bar = new($"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/] {Markup.Escape(ProgressText.Position(_step, _rate))}  {phase}");
        return new Rows(bar, new Text(ProgressText.Measurements(_step), new Style(Color.Grey)));
    }
}
