using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using DreamFusion.Pipeline;

namespace DreamFusion.Cli;

/// <summary>A command line that cannot be parsed: exit 2, with what is wrong and where the help is.</summary>
internal static partial class UsageError
{
    /// <summary>Prints the parser's errors.</summary>
    public static int Report(ParseResult parse, GlobalOptions global)
    {
        string message = string.Join("\n", parse.Errors.Select(InWords).Distinct());
        Command command = parse.CommandResult.Command;
        Console.Error.WriteLine("dfk: " + message);
        bool looseWords = parse.UnmatchedTokens.Count > 0 && !parse.UnmatchedTokens.Any(token => token.StartsWith('-'));
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

    // The parser names types of .NET, and not the option whose value is none of the words that it takes.
    private static string InWords(ParseError error)
    {
        string message = error.Message;
        if (error.SymbolResult is OptionResult { Option: var option } && ChoicePattern().Match(message) is { Success: true } choice)
        {
            string words = string.Join(", ", WordPattern().Matches(choice.Groups["words"].Value).Select(word => word.Groups["word"].Value));
            return $"{option.Name}: expected one of {words}, got '{choice.Groups["got"].Value}'.";
        }

        Match match = TypePattern().Match(message);
        if (!match.Success)
        {
            return message;
        }

        string expected = match.Groups["type"].Value switch
        {
            nameof(Int32) => string.Create(CultureInfo.InvariantCulture, $"a whole number up to {int.MaxValue}"),
            nameof(UInt32) => string.Create(CultureInfo.InvariantCulture, $"a whole number from 0 to {uint.MaxValue}"),
            nameof(Single) or nameof(Double) => "a number",
            _ => "another value",
        };
        return $"{match.Groups["option"].Value}: expected {expected}, got '{match.Groups["got"].Value}'.";
    }

    [GeneratedRegex(@"\ACannot parse argument '(?<got>.*)' for (option|argument|command) '(?<option>[^']*)' as expected type '(System\.Nullable`1\[)?System\.(?<type>\w+)\]?'\.\z", RegexOptions.Singleline)]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"\AArgument '(?<got>.*)' not recognized\. Must be one of:(?<words>.*)\z", RegexOptions.Singleline)]
    private static partial Regex ChoicePattern();

    [GeneratedRegex(@"'(?<word>[^']*)'")]
    private static partial Regex WordPattern();

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
