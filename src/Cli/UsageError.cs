using System;
using System.CommandLine;
using System.Linq;
using DreamFusion.Pipeline;

namespace DreamFusion.Cli;

/// <summary>A command line that cannot be parsed: exit 2, with what is wrong and where the help is.</summary>
internal static class UsageError
{
    /// <summary>Prints the parser's errors.</summary>
    public static int Report(ParseResult parse, GlobalOptions global)
    {
        string message = string.Join("\n", parse.Errors.Select(error => error.Message).Distinct());
        Command command = parse.CommandResult.Command;
        Console.Error.WriteLine("dfk: " + message);
        bool looseWords = parse.UnmatchedTokens.Any(token => !token.StartsWith('-'));
        if (looseWords && command.Name == TrainCommand.Name)
        {
            Console.Error.WriteLine("A prompt of several words needs quotes: dfk train \"a hamburger\"");
        }

        Console.Error.WriteLine($"Try '{FullName(command)} --help'.");
        if (parse.GetResult(global.Json) is { Implicit: false })
        {
            ErrorReport.WriteJson(ExitCode.Usage, message);
        }

        return (int)ExitCode.Usage;
    }

    private static string FullName(Command command)
    {
        return command is RootCommand ? "dfk" : FullName(command.Parents.OfType<Command>().First()) + " " + command.Name;
    }

    /// <summary>Prints which commands there are.</summary>
    public static int NoCommand(RootCommand root)
    {
        Console.Error.WriteLine($"dfk: expected a command: {string.Join(", ", root.Subcommands.Select(command => command.Name))}.");
        Console.Error.WriteLine("Try 'dfk --help'.");
        return (int)ExitCode.Usage;
    }
}
