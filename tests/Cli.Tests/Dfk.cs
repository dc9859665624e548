using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;

namespace DreamFusion.Cli.Tests;

/// <summary>What a run of the program left behind.</summary>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Output">Its stdout.</param>
/// <param name="Error">Its stderr.</param>
public sealed record DfkResult(int ExitCode, string Output, string Error);

/// <summary>Runs the built program as a process of its own, as a user does, with pipes instead of a terminal.</summary>
public static class Dfk
{
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(4);
    private static readonly string _cache = Path.Combine(AppContext.BaseDirectory, "cache");

    /// <summary>Path of the built program, which the build copies next to this test.</summary>
    public static string ProgramPath { get; } = Path.Combine(AppContext.BaseDirectory, "dfk.dll");

    /// <summary>The program that gives another one a terminal.</summary>
    public const string TerminalProgram = "/usr/bin/script";

    /// <summary>Runs it to its end.</summary>
    public static DfkResult Run(params string[] arguments)
    {
        return RunIn(Path.GetTempPath(), arguments);
    }

    /// <summary>Runs it to its end in a folder.</summary>
    public static DfkResult RunIn(string folder, params string[] arguments)
    {
        using Process process = Start(folder, arguments);
        return Wait(process);
    }

    /// <summary>Starts it in a folder.</summary>
    public static Process Start(string folder, IReadOnlyList<string> arguments)
    {
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] command = [.. DefaultSignals, host, ProgramPath];
        ProcessStartInfo start = new(command[0], [.. command[1..], .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = folder,
        };
        // Not the user's own cache.
        start.Environment["DFK_CACHE"] = _cache;
        return Process.Start(start)!;
    }

    /// <summary>Starts it in a folder on a terminal of its own, which is closed when the process that is returned ends.</summary>
    public static Process StartOnTerminal(string folder, IReadOnlyList<string> arguments)
    {
        string command = "exec " + string.Join(' ', ((string[])[.. DefaultSignals, "dotnet", ProgramPath, .. arguments]).Select(word => $"'{word}'"));
        ProcessStartInfo start = new(TerminalProgram, ["-q", "-f", "-c", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.Environment["DFK_CACHE"] = _cache;
        start.Environment["TERM"] = "xterm";
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    // A shell starts background jobs with Ctrl+C ignored, nohup everything with SIGHUP ignored, and a program then must not listen
    // to them: what gives the child the defaults back.
    private static string[] DefaultSignals
    {
        get
        {
            const string Status = "/proc/self/status";
            const string Field = "SigIgn:";
            const ulong HangUpAndInterruptBits = 0b11;
            string? line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(text => text.StartsWith(Field, StringComparison.Ordinal)) : null;
            bool ignored = line is not null
                && (ulong.Parse(line[Field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & HangUpAndInterruptBits) != 0;
            return ignored ? ["env", "--default-signal=HUP,INT"] : [];
        }
    }

    /// <summary>Waits for its end.</summary>
    public static DfkResult Wait(Process process)
    {
        // Both beside the wait: reading to the end first would wait without a limit.
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(_longest))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dfk did not end within {_longest}.");
        }

        return new DfkResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
