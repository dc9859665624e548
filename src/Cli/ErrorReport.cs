using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Machine;

namespace DreamFusion.Cli;

/// <summary>Runs a command and turns what it throws into a message and an exit code.</summary>
internal static class ErrorReport
{
    /// <summary>Runs a command's body.</summary>
    /// <param name="parse">The parsed command line.</param>
    /// <param name="global">For <c>--json</c> and <c>--verbose</c>.</param>
    /// <param name="body">The body; returns the exit code.</param>
    /// <param name="logPath">Path of the run's log, or null while there is none.</param>
    public static int Guard(ParseResult parse, GlobalOptions global, Func<ExitCode> body, Func<string?> logPath)
    {
        try
        {
            return (int)body();
        }
        catch (Exception e)
        {
            (ExitCode code, string message) = Explain(e, logPath);
            Console.Error.WriteLine("dfk: " + message);
            if (parse.GetValue(global.Verbose))
            {
                Console.Error.WriteLine(e);
            }

            if (parse.GetValue(global.Json))
            {
                WriteJson(code, message);
            }

            return (int)code;
        }
    }

    /// <summary>Writes an error as the command's JSON result.</summary>
    public static void WriteJson(ExitCode code, string message)
    {
        JsonOutput.Write(json =>
        {
            json.WriteString("status", "error");
            json.WriteNumber("exit_code", (int)code);
            json.WriteString("error", message);
        });
    }

    private static (ExitCode Code, string Message) Explain(Exception error, Func<string?> logPath)
    {
        switch (error)
        {
            case DfkException known:
                return (known.ExitCode, known.Message);
            case OperationCanceledException:
                return (ExitCode.Interrupted, "interrupted before the first step; nothing was saved.");
            case OutOfMemoryException:
                return (ExitCode.MachineLacks, "this machine has not enough memory for the run; lower --size, nerf.encoder_cfg.log2_hashmap_size or renderer.sample_budget.");
            case TypeInitializationException { InnerException: DllNotFoundException missing }:
                return (ExitCode.MachineLacks, MissingLibrary(missing));
            case DllNotFoundException missing:
                return (ExitCode.MachineLacks, MissingLibrary(missing));
            default:
                string log = WriteLog(error, logPath());
                return (ExitCode.Bug, $"this is a bug in dfk {ProgramVersions.Program}: {error.GetType().Name}: {error.Message} Please report it with {log}.");
        }
    }

    private static string MissingLibrary(DllNotFoundException missing)
    {
        return $"a library cannot be loaded: {missing.Message.ReplaceLineEndings(" ")} Run 'dfk doctor', or build dfk again.";
    }

    // The stack trace goes where the user can find it: into the run's log, else into a file of its own.
    private static string WriteLog(Exception error, string? logPath)
    {
        string path = logPath ?? Path.Combine(
            Path.GetTempPath(),
            string.Create(CultureInfo.InvariantCulture, $"dfk-error-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt"));
        try
        {
            File.AppendAllText(path, $"dfk {ProgramVersions.Program}{Environment.NewLine}{error}{Environment.NewLine}");
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(error);
            return "the lines above";
        }
    }
}
