using System;
using System.CommandLine;
using System.IO;
using DreamFusion.Pipeline;

namespace DreamFusion.Cli;

/// <summary><c>--resume</c> and <c>--resume=RUN</c>: a value only behind an equals sign, so that a prompt may follow the bare form.</summary>
internal static class ResumeOption
{
    private const string Name = "--resume";

    // The parser would take the next word for the value of a bare option. No argument of a process can hold this character.
    private const string Bare = "\0";

    /// <summary>Declares the option.</summary>
    public static Option<string?> Create() => new(Name)
    {
        Description = "Go on with a run: --resume=RUN, or --resume for the folder of --out, else the newest run of that prompt.",
        HelpName = "=run",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The command line with the bare form made plain to the parser.</summary>
    public static string[] Prepare(string[] args)
    {
        string[] prepared = [.. args];
        int end = Array.IndexOf(prepared, "--");
        for (int i = 0; i < (end < 0 ? prepared.Length : end); i++)
        {
            if (prepared[i] == Name)
            {
                prepared[i] = $"{Name}={Bare}";
            }
        }

        return prepared;
    }

    /// <summary>The run that the option names, or null for the bare form.</summary>
    /// <param name="value">The option's value.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if there is no such folder.</exception>
    public static string? RunOf(string? value)
    {
        if (value is null or Bare)
        {
            return null;
        }

        return Directory.Exists(value)
            ? value
            : throw new DfkException(ExitCode.BadInput, $"{Name}={value}: expected the folder of a run, got {(File.Exists(value) ? "a file" : "a folder that does not exist")}; see {Path.GetFullPath("runs")}.");
    }

    /// <summary>Whether the option was given with a run.</summary>
    public static bool NamesRun(string? value) => value is not (null or Bare);
}
