using System;
using System.IO;
using DreamFusion.Pipeline.Training;
using Spectre.Console;

namespace DreamFusion.Cli;

/// <summary>Chooses the display of a run: a live bar on a terminal, else lines. With <c>--json</c> it is on stderr.</summary>
internal sealed class TrainingScreen(bool json, bool quiet, bool verbose)
{
    private Func<string?> _runFolder = () => null;

    /// <summary>The run folder, once there is one.</summary>
    public string? RunFolder => _runFolder();

    /// <summary>Runs with the display.</summary>
    public TrainingResult Run(Func<ITrainingObserver, TrainingResult> run)
    {
        bool terminal = json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected;
        if (!terminal || quiet || verbose)
        {
            LineProgress lines = new(json ? Console.Error : Console.Out, quiet, verbose);
            _runFolder = () => lines.RunFolder;
            return run(lines);
        }

        // The display moves the cursor by control characters; the texts in it are made safe one by one.
        TextWriter output = json ? TerminalText.RawError : TerminalText.RawOut;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        return console.Live(new Text("")).Start(display =>
        {
            LiveProgress live = new(console, display);
            _runFolder = () => live.RunFolder;
            return run(live);
        });
    }
}
