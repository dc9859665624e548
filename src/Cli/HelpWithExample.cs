using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Linq;

namespace DreamFusion.Cli;

/// <summary>The library's help followed by an example of the command.</summary>
internal sealed class HelpWithExample : SynchronousCommandLineAction
{
    private readonly SynchronousCommandLineAction _inner;
    private readonly string[] _examples;

    private HelpWithExample(SynchronousCommandLineAction inner, string[] examples)
    {
        _inner = inner;
        _examples = examples;
    }

    public override bool ClearsParseErrors => true;

    /// <summary>Gives a command its own <c>--help</c> with examples.</summary>
    public static void Install(Command command, params string[] examples)
    {
        HelpOption? help = command.Options.OfType<HelpOption>().SingleOrDefault();
        if (help is null)
        {
            help = new HelpOption();
            command.Options.Add(help);
        }

        help.Action = new HelpWithExample((SynchronousCommandLineAction)help.Action!, examples);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int code = _inner.Invoke(parseResult);
        System.IO.TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(_examples.Length == 1 ? "Example:" : "Examples:");
        foreach (string example in _examples)
        {
            output.WriteLine("  " + example);
        }

        output.WriteLine();
        return code;
    }
}
