using System;
using System.IO;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary>A test that runs the program on a terminal of its own, which util-linux's <c>script</c> gives; elsewhere it is skipped, visibly.</summary>
public sealed class TerminalFactAttribute : FactAttribute
{
    public TerminalFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Dfk.TerminalProgram))
        {
            Skip = $"There is no {Dfk.TerminalProgram} to give a terminal.";
        }
    }
}
