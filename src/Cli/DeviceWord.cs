using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace DreamFusion.Cli;

/// <summary>The word after <c>--device</c>.</summary>
internal static partial class DeviceWord
{
    /// <summary>Adds an error if it is none of those that name a device.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="option">The option.</param>
    public static void Require(CommandResult result, Option<string?> option)
    {
        if (result.GetResult(option) is { Tokens: [{ } word, ..] } && !Pattern().IsMatch(word.Value))
        {
            result.AddError($"--device: expected auto, cpu, cuda or cuda:N, got '{word.Value}'.");
        }
    }

    [GeneratedRegex(@"^(auto|cpu|cuda(:\d{1,3})?)\z")]
    private static partial Regex Pattern();
}
